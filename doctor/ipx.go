package doctor

import "context"

// ipx looks at what the daemon says of its part in a network of IPX.
func (e *exam) ipx(context.Context) {
	if e.status == nil || e.status.IPX == nil {
		return
	}
	const about = "IPX"
	n := e.status.IPX
	switch {
	case n.Name != "" && !n.Told:
		e.say(about, Bad, "see what the daemon's log says of it: another program may have the socket of SAP", "the network is not told that the daemon is %s", n.Name)
	case n.Name != "":
		e.say(about, Good, "", "%s at %s, socket %d, by %s", n.Name, n.Address, n.Socket, n.Carrier)
	default:
		e.say(about, Good, "", "calls are taken at %s, socket %d, by %s", n.Address, n.Socket, n.Carrier)
	}
	if c := n.Counts["failed"]; c > 0 {
		e.say(about, Note, "see that the interface is up (ip link), and that the server of the tunnel runs", "what carries IPX has failed %d times", c)
	}
	if c := n.Counts["full"] + n.Counts["tunnel-full"]; c > 0 {
		e.say(about, Note, "see who asks so much: dsom_ipx_events_total tells what was full", "there was no room %d times", c)
	}
	if c := n.Counts["lies"] + n.Counts["tunnel-foreign"]; c > 0 {
		e.say(about, Note, "see who is on this network", "%d packets said what cannot be, or came in another's name", c)
	}
}
