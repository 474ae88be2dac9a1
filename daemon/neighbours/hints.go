package neighbours

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
)

// A Hint is what somebody has said of a daemon.
type Hint struct {
	Self
	From  netip.Addr // who has said it, as far as the datagram tells
	First time.Time
	Last  time.Time
	Has   string // in answer to a question: "name", "server" or "class"

	answered bool // it was asked by a call, and was what it says
}

// A source is what tells hints apart: others can say that they are a daemon, but not from its address, unless they lie about theirs too.
type source struct {
	from netip.Addr
	id   [16]byte
}

func (h Hint) source() source { return source{h.From, h.ID} }

// hints are those that are remembered, by order of the time when they were heard first. The zero value has none; it is not safe for concurrent use.
type hints struct{ list []Hint }

// add remembers a hint, and reports whether none had to go for it.
func (x *hints) add(h Hint, now time.Time) bool {
	x.expire(now)
	h.First, h.Last = now, now
	for i := range x.list {
		if old := &x.list[i]; old.source() == h.source() {
			h.First, h.answered = old.First, old.answered && slices.Equal(old.Addresses, h.Addresses)
			h.Has = ""
			*old = h
			return true
		}
	}
	h.Has = ""
	of := 0
	for _, o := range x.list {
		if o.From == h.From {
			of++
		}
	}
	room := true
	switch {
	case of >= MostPerHost:
		room = x.drop(func(o Hint) bool { return o.From == h.From })
	case len(x.list) >= MostDaemons:
		room = x.drop(func(Hint) bool { return true })
	default:
		x.list = append(x.list, h)
		return true
	}
	if room {
		x.list = append(x.list, h)
	}
	return false
}

// drop forgets the one that was heard longest ago of those that have not answered a call.
func (x *hints) drop(of func(Hint) bool) bool {
	at := -1
	for i, o := range x.list {
		if of(o) && !o.answered && (at < 0 || o.Last.Before(x.list[at].Last)) {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	x.list = slices.Delete(x.list, at, at+1)
	return true
}

func (x *hints) expire(now time.Time) {
	x.list = slices.DeleteFunc(x.list, func(h Hint) bool { return now.Sub(h.Last) >= MostAge })
}

func (x *hints) all(now time.Time) []Hint {
	x.expire(now)
	all := slices.Clone(x.list)
	slices.SortStableFunc(all, func(a, b Hint) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Name, b.Name)) })
	return all
}

func (x *hints) answered(h Hint, so bool) {
	for i := range x.list {
		if x.list[i].source() == h.source() && slices.Equal(x.list[i].Addresses, h.Addresses) {
			x.list[i].answered = so
		}
	}
}

// fitted returns as much as an announcement may have.
func (s Self) fitted() Self {
	for len(s.Name) > MostName/4 {
		_, n := utf8.DecodeLastRuneInString(s.Name)
		s.Name = s.Name[:len(s.Name)-n]
	}
	s.Addresses = slices.DeleteFunc(slices.Clone(s.Addresses), func(a string) bool { return len(a) > MostName || !printable(a) })
	s.Addresses = s.Addresses[:min(len(s.Addresses), MostAddresses)]
	return s
}

func (s Self) here() dsomlink.Here {
	return dsomlink.Here{Id: s.ID, Name: s.Name, Addresses: s.Addresses, Started: uint64(max(s.Started.Unix(), 0))}
}

// latest is the last time that is believed to be one.
var latest = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Read returns what a daemon says of itself, and whether that can be.
func Read(h dsomlink.Here) (Self, bool) {
	if len(h.Name) > MostName || !printable(h.Name) || len(h.Addresses) > MostAddresses || h.Started > uint64(latest.Unix()) {
		return Self{}, false
	}
	for _, a := range h.Addresses {
		if len(a) > MostName || !printable(a) {
			return Self{}, false
		}
	}
	return Self{ID: h.Id, Name: h.Name, Addresses: h.Addresses, Started: time.Unix(int64(h.Started), 0).UTC()}, true
}

// printable reports whether a text can be shown to people as it is.
func printable(s string) bool {
	return utf8.ValidString(s) && !slices.ContainsFunc([]rune(s), func(r rune) bool { return !unicode.IsPrint(r) })
}

// Networks returns the networks of IPv4 of an interface, which is named, or said by an address of it.
func Networks(iface string) ([]netip.Prefix, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		list, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		var its []netip.Prefix
		is := i.Name == iface
		for _, a := range list {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				its = append(its, p)
				is = is || p.Addr().String() == iface
			}
		}
		if is && len(its) > 0 {
			return its, nil
		}
	}
	return nil, &NameError{iface}
}

// Near reports whether an address is in one of some networks.
func Near(networks []netip.Prefix, a netip.Addr) bool {
	a = a.Unmap()
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}
