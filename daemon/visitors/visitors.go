// Package visitors keeps account of who comes to the daemon's port and is no client of CORBA: scanners, browsers, clients of TLS or SSH, programs of
// SOM's DSOM. It tells them apart, counts them, and keeps those away for a while that come too often.
package visitors

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/orb"
)

// The limits. Whoever exceeds one of the second group is refused for refusedFor: a host from which a message of GIOP has come in the last knownFor is not, nor is
// this machine.
const (
	MaxHosts = 1000 // that are remembered one by one; of those who came longest ago only the counts are left

	visitLimit  = 30  // visits a minute that say something else than GIOP
	silentLimit = 300 // visits a minute that say nothing
	window      = time.Minute
	refusedFor  = time.Minute
	knownFor    = time.Hour
)

// A Host is what is known of a host from which others than clients have come.
type Host struct {
	Host    string
	Counts  map[Kind]uint64
	First   time.Time
	Last    time.Time
	Said    string    // last, if it was text
	Refused uint64    // connections
	Until   time.Time // it is refused until then

	spoke  time.Time // a message of GIOP came last
	since  time.Time // the window began
	loud   int       // visits in it
	silent int
}

// Scanner reports whether a host has tried at least three things, none of which was GIOP: what looks for what there is does so.
func (h Host) Scanner() bool {
	n := 0
	for k := range h.Counts {
		if k != DSOM && k != DSOMRefused {
			n++
		}
	}
	return n >= 3
}

// Visitors is the account. It is an [orb.Door], and safe for concurrent use.
type Visitors struct {
	now func() time.Time

	mu      sync.Mutex
	counts  map[Kind]uint64
	refused uint64
	hosts   map[string]*Host
	spoke   map[string]time.Time // hosts from which GIOP came, and nothing else
}

// New returns an account. now is the clock; nil is time.Now.
func New(now func() time.Time) *Visitors {
	if now == nil {
		now = time.Now
	}
	return &Visitors{now: now, counts: map[Kind]uint64{}, hosts: map[string]*Host{}, spoke: map[string]time.Time{}}
}

// A RefusedError says that a host has come too often.
type RefusedError struct {
	Host  string
	Until time.Time
}

// Error names the limits.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s has come too often in a minute (%d times with something else than GIOP, or %d times with nothing), and is refused until %s",
		e.Host, visitLimit, silentLimit, e.Until.Format(time.TimeOnly))
}

// Admit refuses who has come too often.
func (v *Visitors) Admit(peer net.Addr) error {
	host, here := hostOf(peer)
	if here {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	h := v.hosts[host]
	if h == nil || !v.now().Before(h.Until) {
		return nil
	}
	h.Refused++
	v.refused++
	return &RefusedError{host, h.Until}
}

// Left counts a connection that has ended, if it was none of a client.
func (v *Visitors) Left(c orb.Visit) {
	host, here := hostOf(c.Peer)
	now := v.now()
	v.mu.Lock()
	defer v.mu.Unlock()
	if c.Spoke {
		v.known(host, now)
		return
	}
	k, said := Classify(c.First)
	h := v.count(host, k, now)
	if said != "" {
		h.Said = said
	}
	if now.Sub(h.since) >= window {
		h.since, h.loud, h.silent = now, 0, 0
	}
	if k == Silent {
		h.silent++
	} else {
		h.loud++
	}
	if !here && (h.loud > visitLimit || h.silent > silentLimit) && now.Sub(h.spoke) >= knownFor {
		h.Until = now.Add(refusedFor)
	}
}

// DSOM counts a call of a program of SOM's DSOM, let in or not.
func (v *Visitors) DSOM(peer net.Addr, allowed bool) {
	if peer == nil {
		return // of this process
	}
	host, _ := hostOf(peer)
	k := DSOM
	if !allowed {
		k = DSOMRefused
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count(host, k, v.now())
}

// known notes that a host speaks GIOP.
func (v *Visitors) known(host string, now time.Time) {
	if h := v.hosts[host]; h != nil {
		h.spoke = now
		return
	}
	if len(v.spoke) >= MaxHosts {
		maps.DeleteFunc(v.spoke, func(_ string, at time.Time) bool { return now.Sub(at) >= knownFor })
	}
	if _, ok := v.spoke[host]; ok || len(v.spoke) < MaxHosts {
		v.spoke[host] = now
	}
}

// count counts a visit, and returns the host.
func (v *Visitors) count(host string, k Kind, now time.Time) *Host {
	v.counts[k]++
	h := v.hosts[host]
	if h == nil {
		if len(v.hosts) >= MaxHosts {
			v.forget()
		}
		h = &Host{Host: host, Counts: map[Kind]uint64{}, First: now, since: now, spoke: v.spoke[host]}
		delete(v.spoke, host)
		v.hosts[host] = h
	}
	h.Counts[k]++
	h.Last = now
	return h
}

// forget makes room: a tenth of the hosts goes, those that came longest ago, so that a flood of new ones costs little each.
func (v *Visitors) forget() {
	all := slices.SortedFunc(maps.Values(v.hosts), func(a, b *Host) int { return a.Last.Compare(b.Last) })
	for _, h := range all[:max(len(all)/10, 1)] {
		delete(v.hosts, h.Host)
	}
}

// Counts returns how many visits of each kind there were, and how many connections were refused.
func (v *Visitors) Counts() (byKind map[Kind]uint64, refused uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.counts), v.refused
}

// Hosts returns the hosts that are remembered, who came last first.
func (v *Visitors) Hosts() []Host {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := make([]Host, 0, len(v.hosts))
	for _, h := range v.hosts {
		c := *h
		c.Counts = maps.Clone(h.Counts)
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Host) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Host, b.Host)) })
	return all
}

// hostOf returns the host of a peer, and whether that is this machine by loopback.
func hostOf(peer net.Addr) (host string, here bool) {
	at, err := netip.ParseAddrPort(peer.String())
	if err != nil {
		return peer.String(), true // no network at all
	}
	a := at.Addr().Unmap().WithZone("")
	return a.String(), a.IsLoopback()
}
