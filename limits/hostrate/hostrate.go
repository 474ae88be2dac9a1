// Package hostrate bounds how often what comes from strangers is looked at: of each host, and in all.
package hostrate

import (
	"cmp"
	"container/list"
	"fmt"
	"net/netip"
	"time"
)

// MostHosts is how many hosts are told apart, unless Rates say otherwise.
const MostHosts = 4096

// A LimitError says which limit something exceeds.
type LimitError struct {
	Name string
	Most int
}

// Error names the limit.
func (e *LimitError) Error() string { return fmt.Sprintf("the limit %s is %d", e.Name, e.Most) }

// Rates are buckets, one for each host and one for all, which fill with time. It is not safe for concurrent use. Where no room is
// left for a new host the one that has been silent longest is forgotten, however full its bucket is, and has a full one again when it comes back: what so many hosts do in turn is bounded by the limit in all.
type Rates struct {
	Name           string // the limits are this with -rate-per-host and -rate behind it
	PerHost, Burst int    // a second, and at once; a Burst of 0 is the double
	InAll          int    // a second, and at once
	Hosts          int    // 0: MostHosts

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

// HostOf returns the host of an address as it is counted: of IPv6 a network of 64 bits is one.
func HostOf(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is4() || a.IsLoopback() {
		return a
	}
	return netip.PrefixFrom(a, 64).Masked().Addr()
}

// Take reports whether something of a host is to be looked at. Which limit it exceeds if not is in its error, a *LimitError. What exceeds its host's takes nothing of the room of the others.
func (r *Rates) Take(from netip.Addr, now time.Time) error {
	per, inAll := r.PerHost, r.InAll
	host := HostOf(from)
	at := r.byHost[host]
	if at == nil {
		if r.byHost == nil {
			r.byHost = map[netip.Addr]*list.Element{}
		}
		if most := cmp.Or(r.Hosts, MostHosts); r.order.Len() >= most { // who has been silent longest has filled his bucket, or the limit in all holds
			delete(r.byHost, r.order.Remove(r.order.Back()).(*hostRate).host)
		}
		at = r.order.PushFront(&hostRate{host: host})
		r.byHost[host] = at
	} else {
		r.order.MoveToFront(at)
	}
	if !at.Value.(*hostRate).take(now, per, cmp.Or(r.Burst, 2*per)) {
		return &LimitError{r.Name + "-rate-per-host", per}
	}
	if !r.all.take(now, inAll, inAll) {
		return &LimitError{r.Name + "-rate", inAll}
	}
	return nil
}
