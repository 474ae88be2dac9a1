package cdr

import (
	"sync/atomic"

	"github.com/opendsom/dsom/exc"
)

// A reading is one of the two of values of 8 octets that go on in another fragment; see [Seams].
type reading uint8

const (
	readNone reading = iota
	readBulk
	readEach
)

func (r reading) other() reading { return readBulk + readEach - r }

// A Habit is in which way the sender of a connection's messages puts values of 8 octets into the fragments of
// GIOP 1.1, once a message has shown it. The zero value knows nothing. It may be used by several goroutines.
type Habit struct{ shown atomic.Uint32 }

// Rereads begins the reading of a body that [Decoder.Reread] may ask for once more: it is called before the first value.
func (d *Decoder) Rereads() {
	s := d.seams
	if s == nil {
		return
	}
	*s = Seams{at: s.at, habit: s.habit, now: readBulk}
	if s.habit != nil {
		if r := reading(s.habit.shown.Load()); r != readNone {
			s.now, s.known = r, true
		}
	}
	s.start = *d
}

// Reread reports, when all values of a body have been read, whether they are to be read once more, from the beginning, where d then stands.
// That is so only in messages of GIOP 1.1 in fragments, and no more than twice a message: of the two readings that they may have
// the one counts that ends with the message, and what the sender sends later is tried in that first. Where both do, the right one
// is that of which all padding is what an ORB leaves there: zeros, or the octets that were at the same place of the fragment before. If that does not tell
// either, Done fails, and so it does where it was not asked in time for d to be read again.
func (d *Decoder) Reread() bool {
	s := d.seams
	if s == nil || !s.apart {
		return false
	}
	ends := d.Done() == nil
	switch {
	case s.pass == 2:
	case s.start.seams == nil:
		d.Fail(undecided())
	case s.pass == 0 && s.known && ends:
	case s.pass == 0:
		s.ends = ends
		return d.again()
	case s.ends && !ends:
		s.learn(s.now.other())
		return d.again()
	case s.ends && s.doubt[readBulk] == s.doubt[readEach]:
		d.Fail(undecided())
	case s.ends && s.doubt[s.now]:
		return d.again()
	case !s.ends && ends:
		s.learn(s.now)
	}
	s.pass = 2
	return false
}

// again lets d read from the beginning, in the other reading.
func (d *Decoder) again() bool {
	s := d.seams
	*d = s.start
	s.now = s.now.other()
	s.pass++
	return true
}

func undecided() error {
	return marshal(exc.MinorBadValue, "values of 8 octets in fragments of GIOP 1.1 can be read in two ways, and nothing tells which is right")
}

func (s *Seams) learn(r reading) {
	if s.habit != nil {
		s.habit.shown.Store(uint32(r))
	}
}

// look has a look at the octets from from to to of a message, which are padding if the reading is right.
func (s *Seams) look(msg []byte, from, to int) {
	zero, left := true, true
	for at := from; at < to; at++ {
		zero = zero && msg[at] == 0
		left = left && s.leftOver(msg, at)
	}
	if !zero && !left {
		s.doubt[s.now] = true
	}
}

// leftOver reports whether the octet at at is as that at its place in the fragment before, if there is one that has it.
func (s *Seams) leftOver(msg []byte, at int) bool {
	i, found := s.before(at)
	if found {
		i++
	}
	if i == 0 {
		return true
	}
	start := 0
	if i > 1 {
		start = s.at[i-2].at
	}
	old := at - s.base(i, 0) + s.base(i-1, 0)
	return old < start || old >= s.at[i-1].at || msg[old] == msg[at]
}
