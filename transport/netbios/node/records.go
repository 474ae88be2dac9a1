package node

import (
	"net/netip"
	"slices"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// A record is what a name server keeps of a name.
type record struct {
	owners []owner
}

type owner struct {
	nbns.Entry
	until time.Time
}

// sweepEvery is how long what has ended may take room at least: each look at all records takes a while.
const sweepEvery = time.Second

// records are what a name server keeps. The node's lock is held for all of it.
type records struct {
	of    map[nbname.Name]*record
	has   map[netip.Addr]int // how many names have an owner at an address
	swept time.Time          // when all were last looked at
}

// living takes away owners whose time is over, and returns the record if any is left.
func (s *records) living(name nbname.Name, now time.Time) *record {
	r := s.of[name]
	if r == nil {
		return nil
	}
	for i := len(r.owners) - 1; i >= 0; i-- {
		if !r.owners[i].until.After(now) {
			s.drop(name, r, i)
		}
	}
	if len(r.owners) == 0 {
		return nil
	}
	return r
}

// add gives a name an owner more.
func (s *records) add(name nbname.Name, o owner) {
	r := s.of[name]
	if r == nil {
		r = &record{}
		s.of[name] = r
	}
	r.owners = append(r.owners, o)
	s.has[o.Addr]++
}

// drop takes an owner away, and the record with the last.
func (s *records) drop(name nbname.Name, r *record, i int) {
	at := r.owners[i].Addr
	if s.has[at]--; s.has[at] == 0 {
		delete(s.has, at)
	}
	if r.owners = slices.Delete(r.owners, i, i+1); len(r.owners) == 0 {
		delete(s.of, name)
	}
}

// full returns the limit by which an owner at an address cannot be had of a name, which is new or not; nil: there is room.
func (s *records) full(at netip.Addr, fresh bool, now time.Time) *LimitError {
	met := func() *LimitError {
		switch {
		case s.has[at] >= MostOfAddress:
			return &LimitError{"netbios-records-per-address", MostOfAddress}
		case fresh && len(s.of) >= MostRecords:
			return &LimitError{"netbios-records", MostRecords}
		}
		return nil
	}
	e := met()
	if e != nil && now.Sub(s.swept) >= sweepEvery {
		s.swept = now
		for name := range s.of {
			s.living(name, now)
		}
		e = met()
	}
	return e
}
