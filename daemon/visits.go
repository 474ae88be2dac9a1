package daemon

import (
	"context"
	"net"
	"slices"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/visitors"
	"github.com/opendsom/dsom/orb"
)

// listVisitors answers GET /v1/visitors.
func (d *Daemon) listVisitors(c *call) error { return c.reply(d.visitorsNow()) }

func (d *Daemon) visitorsNow() admin.Visitors {
	v := admin.Visitors{Counts: map[string]uint64{}, Hosts: []admin.VisitorHost{}}
	if d.o.visitors == nil {
		return v
	}
	byKind, refused := d.o.visitors.Counts()
	v.Refused = refused
	for k, n := range byKind {
		v.Counts[string(k)] = n
	}
	for _, h := range d.o.visitors.Hosts() {
		s := admin.VisitorHost{Host: h.Host, Counts: map[string]uint64{}, First: h.First, Last: h.Last, Said: h.Said, Scanner: h.Scanner(), Refused: h.Refused, RefusedUntil: h.Until}
		for k, n := range h.Counts {
			s.Counts[string(k)] = n
		}
		v.Hosts = append(v.Hosts, s)
	}
	return v
}

// counted is a rule that says who may do something, and counts who asks.
func (f *front) counted(allow func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		err := allow(ctx)
		f.visitors.DSOM(orb.Peer(ctx), err == nil)
		return err
	}
}

// visits writes the metrics of visitors.
func (m *metricText) visits(v admin.Visitors) {
	m.family("dsom_visits_total", "counter", "Connections to the daemon's port that were none of a client of CORBA, and calls of programs of SOM's DSOM, by kind.")
	for _, k := range visitors.Kinds {
		m.sample("dsom_visits_total", float64(v.Counts[string(k)]), "kind", string(k))
	}
	m.family("dsom_visits_refused_total", "counter", "Connections of hosts that came too often.")
	m.sample("dsom_visits_refused_total", float64(v.Refused))
}

// speaks reports whether clients of a host are connected.
func (f *front) speaks(host string) bool {
	return slices.ContainsFunc(f.orb.Peers(), func(p orb.PeerCount) bool {
		h, _ := visitors.HostOf(p.Peer)
		return p.Spoke && h == host
	})
}

// isOurs reports whether a host, as visitors count them, is this machine.
func isOurs(host string) bool {
	all, err := net.InterfaceAddrs()
	return err == nil && slices.ContainsFunc(all, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		if !ok {
			return false
		}
		h, _ := visitors.HostOf(net.JoinHostPort(n.IP.String(), "0"))
		return h == host
	})
}
