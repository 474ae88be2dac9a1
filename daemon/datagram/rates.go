package datagram

import (
	"container/list"
	"net/netip"
	"time"
)

// Rates bounds how many datagrams are looked at, of each host and in all: a bucket each, which fills with time. The zero value is useful; it is not safe for concurrent use. Whoever is
// not remembered any more has a full bucket again; those that are not full are never forgotten for a new one while others can be.
type Rates struct {
	PerHost, Burst int // a second, and at once; 0: MostPerHost and its double
	InAll          int // a second, and at once; 0: MostInAll
	Hosts          int // 0: MostHosts

	all    bucket
	byHost map[netip.Addr]*list.Element // of hostRate
	order  list.List                    // who came last is in front
}

type hostRate struct {
	host netip.Addr
	bucket
}

// A bucket holds tokens.
type bucket struct {
	tokens float64
	at     time.Time
}

// take takes a token, of most that there may be, which come at a rate.
func (b *bucket) take(now time.Time, rate, most int) bool {
	if b.at.IsZero() {
		b.tokens = float64(most)
	} else if since := now.Sub(b.at); since > 0 {
		b.tokens = min(float64(most), b.tokens+since.Seconds()*float64(rate))
	}
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// or returns a, or b if that is 0.
func or(a, b int) int {
	if a == 0 {
		return b
	}
	return a
}

// HostOf returns the host of an address as it is counted: of IPv6 a network of 64 bits is one.
func HostOf(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is4() || a.IsLoopback() {
		return a
	}
	return netip.PrefixFrom(a, 64).Masked().Addr()
}

// Take reports whether a datagram of a host is to be looked at. Which limit it exceeds if not is in its error, a *LimitError. One that exceeds its host's takes nothing of the room of the others.
func (r *Rates) Take(from netip.Addr, now time.Time) error {
	per, inAll := or(r.PerHost, MostPerHost), or(r.InAll, MostInAll)
	host := HostOf(from)
	at := r.byHost[host]
	if at == nil {
		if r.byHost == nil {
			r.byHost = map[netip.Addr]*list.Element{}
		}
		if most := or(r.Hosts, MostHosts); r.order.Len() >= most { // who has been silent longest has filled his bucket, or the limit in all holds
			delete(r.byHost, r.order.Remove(r.order.Back()).(*hostRate).host)
		}
		at = r.order.PushFront(&hostRate{host: host})
		r.byHost[host] = at
	} else {
		r.order.MoveToFront(at)
	}
	if !at.Value.(*hostRate).take(now, per, or(r.Burst, 2*per)) {
		return &LimitError{"udp-rate-per-host", per}
	}
	if !r.all.take(now, inAll, inAll) {
		return &LimitError{"udp-rate", inAll}
	}
	return nil
}
