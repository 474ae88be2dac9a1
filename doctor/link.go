package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
)

// An Interface is one of the machine's, as the system has it.
type Interface struct {
	Name      string
	Up        bool // it is switched on
	Running   bool // something is at its other end
	Loopback  bool
	Multicast bool // groups can be called by it, as the system says; loopback interfaces say no, and programs of the machine hear each other there
	Addresses []netip.Addr
}

func (thisMachine) Interfaces() ([]Interface, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var all []Interface
	for _, i := range list {
		at := Interface{Name: i.Name, Up: i.Flags&net.FlagUp != 0, Running: i.Flags&net.FlagRunning != 0, Loopback: i.Flags&net.FlagLoopback != 0, Multicast: i.Flags&net.FlagMulticast != 0}
		addrs, err := i.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				at.Addresses = append(at.Addresses, p.Addr().Unmap())
			}
		}
		all = append(all, at)
	}
	return all, nil
}

// aboutLink is what findings of a link are about.
const aboutLink = "link"

// link looks at where daemons find each other: whether the interface is one by which a group is heard, what the daemon has heard there, and, by it, who answers.
func (e *exam) link(ctx context.Context) {
	var of *admin.LinkStatus
	if e.status != nil {
		of = e.status.Link
	}
	name := e.Link
	switch {
	case of == nil && name == "":
		return
	case of == nil && e.status != nil:
		e.say(aboutLink, Bad, "start the daemon again: it begins with that when it starts", "the configuration says that daemons on the link of %s are looked for, and the daemon that runs takes no part", name)
	case of != nil:
		if name != "" && name != of.Interface {
			e.say(aboutLink, Note, "start the daemon again, if it is to be that of the configuration", "the configuration names %s, and the daemon that runs is on the link of %s", name, of.Interface)
		}
		name = of.Interface
	}
	able := e.linkInterface(name)
	if of == nil {
		return
	}
	e.linkCounts(of, able)
	e.linkDaemons(ctx, name)
}

// linkInterface looks at an interface, and reports whether a group can be heard by it.
func (e *exam) linkInterface(name string) (able bool) {
	all, err := e.Machine.Interfaces()
	if err != nil {
		e.say(aboutLink, Note, "see what the system says: ip -br address", "it is not known which interfaces this machine has: %v", err)
		return true
	}
	var names []string
	for _, i := range all {
		four := slices.DeleteFunc(slices.Clone(i.Addresses), func(a netip.Addr) bool { return !a.Is4() })
		if len(four) > 0 {
			names = append(names, i.Name)
		}
		if i.Name != name && !slices.ContainsFunc(four, func(a netip.Addr) bool { return a.String() == name }) {
			continue
		}
		switch {
		case len(four) == 0:
			e.say(aboutLink, Bad, "give it one, or name another with --link: daemons on a link find each other by IPv4 alone", "%s has no address of IPv4", i.Name)
		case !i.Up:
			e.say(aboutLink, Bad, "switch it on: ip link set "+i.Name+" up", "%s is switched off", i.Name)
		case i.Loopback:
			e.say(aboutLink, Note, "name an interface that leads to others with --link, if others are to be found", "%s is this machine's loopback: no other machine is on it", i.Name)
			return true
		case !i.Multicast:
			e.say(aboutLink, Bad, "allow it, if the network can do that: ip link set "+i.Name+" multicast on; tunnels often cannot: name another interface with --link", "no group can be heard by %s: the system says that it has no multicast", i.Name)
		case !i.Running:
			e.say(aboutLink, Bad, "see that it is plugged in, and that the other end is on", "nothing is at the other end of %s", i.Name)
		default:
			e.say(aboutLink, Good, "", "%s (%v) has multicast", i.Name, four[0])
			return true
		}
		return false
	}
	e.say(aboutLink, Bad, fmt.Sprintf("name one of these with --link, or give it an address: %s", strings.Join(names, ", ")), "this machine has no interface %s with an address of IPv4", name)
	return false
}

// linkCounts looks at what the daemon has heard and said.
func (e *exam) linkCounts(of *admin.LinkStatus, able bool) {
	c := of.Counts
	if able && c["said"] == 0 {
		e.say(aboutLink, Bad, "see what the daemon logs with --verbose, and whether a filter stops datagrams to the group 239.255.30.53, port 3053", "the daemon could not say on the link that it is there")
	}
	if n := c["limited"]; n > 0 {
		e.say(aboutLink, Note, "see who says so much: dsom link list", "%d datagrams were not looked at, or not sent, since there were more than is taken (docs/udp.md)", n)
	}
	if n := c["refused"] + c["foreign"]; n > 0 {
		e.say(aboutLink, Note, "see who sends datagrams to the group 239.255.30.53, port 3053", "%d datagrams came that no daemon on this link says", n)
	}
}

// linkDaemons asks, by the daemon, who is there.
func (e *exam) linkDaemons(ctx context.Context, name string) {
	limited, cancel := context.WithTimeout(ctx, 5*e.Timeout)
	defer cancel()
	n, err := e.Daemon.Neighbours(limited, "")
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			e.say(aboutLink, Bad, "ask again: dsom link list", "the daemon does not tell who is on the link: %v", err)
		}
		return
	}
	if len(n.Daemons) == 0 {
		e.say(aboutLink, Note, "if there are others: see that they have --link too, that filters let datagrams to 239.255.30.53, port 3053 in, and that switches between hand groups on (IGMP snooping wants a querier)",
			"no other daemon is heard on the link of %s", name)
	}
	for _, x := range n.Daemons {
		about := "daemon " + x.Name
		switch {
		case !x.Answers:
			e.say(about, Note, "if it is to be there: see whether it runs at the address that it says, and whether a filter between stops calls, which go by TCP", "it was heard from %s on the link of %s, and does not answer: %s", x.From, name, x.Why)
		default:
			e.say(about, Good, "", "answers at %s, on the link of %s", x.At, name)
		}
	}
}
