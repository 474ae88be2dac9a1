package doctor

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/transport/tls"
)

// names looks whether the machine knows itself and loopback by name, and how fast.
func (e *exam) names(ctx context.Context) {
	const about = "names of hosts"
	host, err := e.Machine.Hostname()
	if err != nil {
		e.say(about, Bad, "set one: hostnamectl set-hostname NAME", "the machine has no name: %v", err)
		return
	}
	if all, took, err := e.lookup(ctx, "localhost"); err != nil || !slices.ContainsFunc(all, netip.Addr.IsLoopback) {
		e.say(about, Bad, "127.0.0.1 localhost in /etc/hosts", "localhost is not this machine: %v %v", all, reason(err))
	} else if took > slowAnswer {
		e.say(about, Bad, "127.0.0.1 localhost in /etc/hosts", "localhost took %v to be found", took.Round(time.Millisecond))
	}
	all, took, err := e.lookup(ctx, host)
	switch {
	case err != nil:
		e.say(about, Note, "an address for "+host+" in DNS or /etc/hosts, if references are to name it", "this machine's own, %s, is not found: %v", host, err)
	case took > slowAnswer:
		e.say(about, Bad, "a resolver that answers, in /etc/resolv.conf: each first call to a host waits for it", "%s took %v to be found", host, took.Round(time.Millisecond))
	case !slices.ContainsFunc(all, func(a netip.Addr) bool { return !a.IsLoopback() }):
		e.say(about, Note, "do not publish it, or give it an address that others reach, in /etc/hosts or DNS", "%s is %v: only programs of this machine reach it by that", host, all)
	default:
		e.say(about, Good, "", "%s is %v", host, all)
	}
}

func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (e *exam) lookup(ctx context.Context, host string) (all []netip.Addr, took time.Duration, err error) {
	limited, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	began := time.Now()
	all, err = e.Machine.Lookup(limited, host)
	for i := range all {
		all[i] = all[i].Unmap()
	}
	return all, time.Since(began), err
}

// addresses tries what the daemon's references name.
func (e *exam) addresses(ctx context.Context) {
	if e.status == nil {
		return
	}
	p := &probe.Prober{Timeout: e.Timeout, Network: e.Machine.Network()}
	tried := map[string]bool{}
	scheme := "corbaloc::"
	if e.callsSealed() { // certificates are for what references name
		scheme = "corbaloc:ssliop:1.2@"
		tried[e.status.Local] = !slices.Contains(e.status.Addresses, e.status.Local)
		if by, err := tls.New(tls.Config{Authorities: e.status.TLS.Certificate}); err == nil { // the daemon's own is known; who has signed it is for clients to know
			p.TLS = by
		}
	}
	for _, at := range append([]string{e.status.Local}, e.status.Addresses...) {
		if at == "" || tried[at] {
			continue
		}
		tried[at] = true
		u, err := ior.ParseURL(scheme + at + "/NameService")
		if err != nil {
			e.say("address "+at, Bad, "dsom daemon --publish HOST[:PORT]", "it is none that a reference can name: %v", err)
			continue
		}
		r := p.Probe(ctx, u.Reference())
		if r.Reachable {
			e.say("address "+at, Good, "", "the naming service is reached there%s", e.whose(at))
			continue
		}
		f := probe.Finding{Problem: "nothing came of it"}
		if len(r.Addresses) > 0 {
			f = r.Addresses[0]
		}
		if f.Outcome == probe.TLSWanted {
			e.say("address "+at, Good, "", "TLS answers there, to clients that show a certificate%s", e.whose(at))
			continue
		}
		mend := f.Advice
		if mend == "" {
			mend = "dsom daemon --publish HOST[:PORT], with what clients reach; docs/networks.md"
		}
		says := f.Problem
		if says == "" {
			says = string(f.Outcome) + " " + f.Detail
		}
		e.say("address "+at, Bad, mend, "references name it, and the naming service is not reached there from here: %s", says)
	}
}

// whose says who alone reaches an address, if that is not everybody.
func (e *exam) whose(at string) string {
	if onlyLoopback([]string{at}) && at != e.status.Local {
		return "; only programs of this machine can follow references"
	}
	return ""
}

func onlyLoopback(all []string) bool {
	for _, at := range all {
		host, _, err := net.SplitHostPort(at)
		if err != nil {
			return false
		}
		if a, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !a.IsLoopback()) {
			return false
		}
	}
	return true
}

// callsSealed reports whether the daemon takes calls by TLS alone.
func (e *exam) callsSealed() bool {
	return e.status != nil && e.status.TLS != nil && e.status.TLS.Require
}

// firewall says what can be said of it from within: nobody can try it from here.
func (e *exam) firewall(context.Context) {
	if e.status == nil || onlyLoopback(e.status.Addresses) || len(e.status.Addresses) == 0 {
		return
	}
	ask := "from another machine: dsom ior --probe corbaloc::" + e.status.Addresses[0] + "/NameService"
	switch in, known := e.Machine.Filters(); {
	case in != "":
		e.say("firewall", Note, ask, "%s is in use here, and must let calls to %s in", in, e.status.Addresses[0])
	case known:
		e.say("firewall", Note, ask, "none is known on this machine; whether one is on the way shows a call from elsewhere alone")
	default:
		e.say("firewall", Note, ask, "this system was not asked whether it has one; whether calls to %s are let in shows one from elsewhere alone", e.status.Addresses[0])
	}
}
