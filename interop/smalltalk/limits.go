package smalltalk

import (
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
)

// Peer is the ORB in Smalltalk in the table.
var Peer = matrix.Peer{
	Name: "Smalltalk", Client: true, Server: true, Versions: omniorb.Versions,
	About:     "This project's ORB in Smalltalk (docs/som-smalltalk.md), on Debian's Squeak: another implementation of the protocol than the one in Go.\nIt comes without a naming service of its own. Its client is run in omniNames as well, and its server binds its Hub in this project's service (TestSmalltalkNaming).",
	Columns:   append(append([]matrix.Suite(nil), matrix.Suites...), matrix.Naming),
	NoService: true,
	With:      []string{omniorb.Peer.Name, jacorb.Peer.Name},
	Limits: []matrix.Limit{
		{Cases: matrix.Values, Why: "it has no valuetypes"},
		{Cases: []string{"locate"}, Client: true, Why: "it has no call that sends a LocateRequest"},
		{Cases: []string{"forward", "forward_perm"}, Server: true, Why: "its objects cannot send a request elsewhere"},
	},
}
