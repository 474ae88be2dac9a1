package doctor

import (
	"context"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
)

// netbios looks at what the daemon says of its part in a network of NetBIOS: whether its names are its own, and what others do there.
func (e *exam) netbios(context.Context) {
	if e.status == nil || e.status.NetBIOS == nil {
		return
	}
	const about = "NetBIOS"
	n := e.status.NetBIOS
	var good []string
	for _, name := range n.Names {
		switch name.State {
		case admin.NetBIOSRegistered:
			good = append(good, name.Name)
		case admin.NetBIOSBegun:
			e.say(about, Note, "look again in some seconds: dsom doctor", "the name %s is being registered, at %s", name.Name, n.Address)
		case admin.NetBIOSConflict:
			e.say(about, Bad, "give one of the two machines another name: dsom daemon --netbios-name NAME", "the name %s is another machine's too: nobody is called by it", name.Name)
		default:
			e.say(about, Bad, "see who has the name (nmblookup, or dsom ior --probe corbaloc:netbios:NAME/NameService), and that the name servers answer (--netbios-servers)", "the name %s is not registered: %s", name.Name, name.State)
		}
	}
	if len(good) > 0 {
		e.say(about, Good, "", "%s registered at %s, sessions at port %d", strings.Join(good, ", "), n.Address, n.SessionPort)
	}
	if c := n.Counts["disputed"] + n.Counts["conflicts"]; c > 0 {
		e.say(about, Note, "see what the daemon's log says of them, and who is on this network", "others have claimed a name of this machine's %d times", c)
	}
	if c := n.Counts["full"]; c > 0 {
		e.say(about, Note, "see who asks so much, in the daemon's log", "%d packets were left unheard since there was no room for more", c)
	}
}
