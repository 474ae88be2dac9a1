package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/opendsom/dsom/transport"
)

// Addresses returns what references name in a view, the first choice first: at least one
// address, all different, none of them link-local. at are the endpoints that are listened at, on m.
func (p *Publish) Addresses(v View, at []transport.Endpoint, m Machine) ([]transport.Endpoint, error) {
	places, text := []place{{host: "@auto"}}, ""
	if r := p.rule(v); r != nil {
		places, text = r.places, r.text
	}
	x := expansion{view: v, at: at, machine: m}
	for _, to := range places {
		if err := x.place(to); err != nil {
			return nil, bad(text, "%v", err)
		}
	}
	if len(x.all) == 0 {
		err := fmt.Errorf("%s is link-local: it means something else on every machine, so references cannot name it; listen elsewhere too, or set what is published", hostsOf(at))
		if text != "" {
			return nil, bad(text, "%v", err)
		}
		return nil, err
	}
	return x.all, nil
}

func hostsOf(at []transport.Endpoint) string {
	var all []string
	for _, e := range at {
		all = append(all, e.Host)
	}
	return strings.Join(all, ", ")
}

// An expansion is addresses in the making.
type expansion struct {
	view    View
	at      []transport.Endpoint
	machine Machine
	all     []transport.Endpoint
}

// place adds the addresses of a place.
func (x *expansion) place(to place) error {
	switch to.host {
	case "@auto":
		x.auto(to.port)
	case "@here":
		if !x.view.local.IsValid() || !x.listened([]netip.Addr{x.view.local}, to.port) {
			x.auto(to.port)
		}
	case "@name":
		name := x.machine.Name()
		if name == "" {
			return fmt.Errorf("this machine has no name")
		}
		x.host(name, to.port)
	case "@all":
		all, _ := x.machine.Addresses("")
		all = slices.DeleteFunc(slices.Clone(all), netip.Addr.IsLoopback)
		slices.SortStableFunc(all, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
		if !x.listened(all, to.port) {
			x.auto(to.port)
		}
	default:
		network, word := strings.CutPrefix(to.host, "@")
		if !word {
			x.host(to.host, to.port)
			return nil
		}
		all, ok := x.machine.Addresses(network)
		if !ok {
			return fmt.Errorf("this machine has no network interface %q", network)
		}
		if !x.listened(all, to.port) {
			return fmt.Errorf("the network interface %s has no address that is listened at and that others could use", network)
		}
	}
	return nil
}

// add adds an address, once. Link-local ones are left out.
func (x *expansion) add(host string, port uint16) bool {
	host = plainHost(host)
	if a, err := netip.ParseAddr(host); err == nil && (a.IsLinkLocalUnicast() || a.Zone() != "") {
		return false
	}
	e := transport.Endpoint{Network: "tcp", Host: host, Port: port}
	if !slices.Contains(x.all, e) {
		x.all = append(x.all, e)
	}
	return true
}

// host adds a host with the ports that are listened at, or with another.
func (x *expansion) host(host string, port uint16) {
	if port != 0 {
		x.add(host, port)
		return
	}
	for _, e := range x.at {
		x.add(host, e.Port)
	}
}

// auto adds what is bound. Loopback addresses are left out where there are others: who is sent
// to one elsewhere comes to himself.
func (x *expansion) auto(port uint16) {
	var loopback []transport.Endpoint
	found := false
	for _, e := range x.at {
		e.Host = PublicHost(x.machine, e.Host)
		if port != 0 {
			e.Port = port
		}
		if a, err := netip.ParseAddr(e.Host); err == nil && a.Unmap().IsLoopback() || strings.EqualFold(e.Host, "localhost") {
			loopback = append(loopback, e)
			continue
		}
		found = x.add(e.Host, e.Port) || found
	}
	if !found {
		for _, e := range loopback {
			x.add(e.Host, e.Port)
		}
	}
}

// listened adds those of addresses that are listened at, and reports whether there is one.
func (x *expansion) listened(all []netip.Addr, port uint16) (found bool) {
	for _, a := range all {
		for _, e := range x.at {
			bound, err := netip.ParseAddr(e.Host)
			if !unspecified(e.Host) && (err != nil || bound.Unmap().WithZone("") != a.Unmap()) {
				continue
			}
			p := e.Port
			if port != 0 {
				p = port
			}
			found = x.add(a.Unmap().String(), p) || found
		}
	}
	return found
}
