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
	"github.com/opendsom/dsom/transport/proxied"
)

// The limits. Whoever exceeds one of the second group is refused for refusedFor: a host from which a message of GIOP has come in the last knownFor is not, nor one with clients that are connected, nor
// this machine, by whatever address.
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
		if k != DSOM && k != DSOMRefused && k != UDP && k != UDPRefused { // of a datagram nobody knows who has sent it
			n++
		}
	}
	return n >= 3
}

// Visitors is the account. It is an [orb.Door], and safe for concurrent use.
type Visitors struct {
	now    func() time.Time
	speaks func(host string) bool
	isOurs func(host string) bool
	proxy  []netip.Prefix

	mu      sync.Mutex
	counts  map[Kind]uint64
	refused uint64
	hosts   map[string]*Host
	spoke   map[string]time.Time // hosts from which GIOP came, and nothing else
}

// Options say what an account asks. The zero value asks the clock alone.
type Options struct {
	Now    func() time.Time       // nil is time.Now
	Speaks func(host string) bool // whether clients of that host are connected just now
	Ours   func(host string) bool // whether the host is this machine, by an address that is not of loopback

	// Proxies are those whose connections begin with a header that says who calls. What comes in their own names are their checks whether this server lives: those that say nothing are no visits, and none keeps its proxy away,
	// by which clients would be.
	Proxies []netip.Prefix
}

// New returns an account.
func New(o Options) *Visitors {
	never := func(string) bool { return false }
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Speaks == nil {
		o.Speaks = never
	}
	if o.Ours == nil {
		o.Ours = never
	}
	return &Visitors{now: o.Now, speaks: o.Speaks, isOurs: o.Ours, proxy: o.Proxies, counts: map[Kind]uint64{}, hosts: map[string]*Host{}, spoke: map[string]time.Time{}}
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

// Admit refuses who has come too often, but no proxy, whoever comes from the same network.
func (v *Visitors) Admit(peer net.Addr) error {
	host, here := hostOf(peer)
	if here || v.isProxy(peer) {
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
	if c.Refused != nil {
		k, said = refused(c.Refused)
	}
	isProxy := v.isProxy(c.Peer)
	if isProxy && k == Silent {
		return
	}
	here = here || isProxy
	tooOften := v.visit(host, k, said, here, now)
	v.mu.Unlock()
	exempt := tooOften && (v.isOurs(host) || v.speaks(host)) // they may take locks of the ORB
	v.mu.Lock()
	h := v.hosts[host]
	switch {
	case h == nil || !tooOften:
	case exempt:
		h.spoke = now // and need not be asked for again within the hour
	default:
		h.Until = now.Add(refusedFor)
	}
}

// isProxy reports whether an address is that of a proxy that has connected, and not one that a header names.
func (v *Visitors) isProxy(a net.Addr) bool {
	if _, told := a.(proxied.Addr); told {
		return false
	}
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && slices.ContainsFunc(v.proxy, func(p netip.Prefix) bool { return p.Contains(at.Addr().Unmap().WithZone("")) })
}

// visit counts a visit, and reports whether its host has come too often, as far as is known here.
func (v *Visitors) visit(host string, k Kind, said string, here bool, now time.Time) bool {
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
	return !here && (h.loud > visitLimit || h.silent > silentLimit) && now.Sub(h.spoke) >= knownFor
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

// Proxy counts a connection of a proxy that was refused, and keeps nobody away: behind it are the clients of others.
func (v *Visitors) Proxy(proxy net.Addr, why error) {
	host, _ := hostOf(proxy)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count(host, ProxyRefused, v.now()).Said = line([]byte(why.Error()))
}

// Datagram counts a datagram. It keeps nobody away, since anybody can send one in another's name; for the same reason none makes room for its host among those that are remembered.
func (v *Visitors) Datagram(from netip.AddrPort, k Kind, first []byte) {
	host, _ := HostOf(from.String())
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.hosts[host] == nil && len(v.hosts) >= MaxHosts {
		v.counts[k]++
		return
	}
	h := v.count(host, k, v.now())
	if len(first) > 0 {
		h.Said = line(first)
	}
}

// known notes that a host speaks GIOP.
func (v *Visitors) known(host string, now time.Time) {
	if h := v.hosts[host]; h != nil {
		h.spoke = now
		return
	}
	v.note(host, now)
}

// note notes when GIOP came from a host of which nothing else is known; those go of which that is longest ago.
func (v *Visitors) note(host string, at time.Time) {
	if _, ok := v.spoke[host]; !ok && len(v.spoke) >= MaxHosts {
		all := slices.SortedFunc(maps.Keys(v.spoke), func(a, b string) int { return v.spoke[a].Compare(v.spoke[b]) })
		for _, h := range all[:MaxHosts/10] {
			delete(v.spoke, h)
		}
	}
	v.spoke[host] = at
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

// forget makes room: a tenth of the hosts goes, those that came longest ago, so that a flood of new ones costs little each. Those that are refused go last.
func (v *Visitors) forget() {
	now := v.now()
	refused := func(h *Host) int {
		if now.Before(h.Until) {
			return 1
		}
		return 0
	}
	all := slices.SortedFunc(maps.Values(v.hosts), func(a, b *Host) int { return cmp.Or(refused(a)-refused(b), a.Last.Compare(b.Last)) })
	for _, h := range all[:max(len(all)/10, 1)] {
		if !h.spoke.IsZero() {
			v.note(h.Host, h.spoke)
		}
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

// hostOf returns the host of a peer, a network of IPv6 that one customer has (/64) being one, and whether that is this machine by loopback.
func hostOf(peer net.Addr) (host string, here bool) { return HostOf(peer.String()) }

// HostOf returns the host of an address as it is counted, and whether that is this machine by loopback.
func HostOf(address string) (host string, here bool) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return address, true // no network at all
	}
	a := at.Addr().Unmap().WithZone("")
	if a.Is6() && !a.IsLoopback() {
		return netip.PrefixFrom(a, 64).Masked().String(), false
	}
	return a.String(), a.IsLoopback()
}
