package main

import (
	"github.com/opendsom/dsom/transport/ipx/sap"
	"github.com/opendsom/dsom/transport/spx"
)

// ipxFlags say how the daemon takes part in a network of IPX.
type ipxFlags struct {
	IPX        string   `name:"ipx" placeholder:"CARRIER" help:"What carries IPX, by which the daemon takes calls over SPX: tunnel:HOST[:PORT] (a server of DOSBox's tunnel over UDP), serve:ADDRESS[:PORT] (be that server), rfc1234:ADDRESS[:PORT] (this machine's), or ether:INTERFACE. Default: none."`
	IPXNet     string   `name:"ipx-net" placeholder:"NUMBER" help:"The number of that network, of base 16. Default: none is known."`
	IPXFraming string   `name:"ipx-framing" placeholder:"FRAMING" help:"Of ether: ii, 802.3, 802.2 or snap. Default: ii."`
	IPXPeers   []string `name:"ipx-peers" placeholder:"ADDRESS" help:"Of rfc1234: who is told what is for all, by addresses of IPv4."`
	IPXName    string   `name:"ipx-name" placeholder:"NAME" help:"The name by which the daemon is found there (SAP). Default: it is found by its address alone."`
	IPXSocket  uint16   `name:"ipx-socket" default:"3053" placeholder:"NUMBER" help:"Socket of IPX at which calls are taken, of base 10. Default: ${default}."`
}

// settings returns what the daemon is told of IPX; nil: it takes no part.
func (f *ipxFlags) settings() (*spx.Settings, error) {
	if f.IPX == "" {
		for flag, given := range map[string]bool{"--ipx-net": f.IPXNet != "", "--ipx-framing": f.IPXFraming != "", "--ipx-peers": len(f.IPXPeers) > 0, "--ipx-name": f.IPXName != ""} {
			if given {
				return nil, usage("%s is given, and the daemon takes no part in IPX: say what carries it with --ipx", flag)
			}
		}
		return nil, nil
	}
	n := &spx.Settings{Carrier: f.IPX, Net: f.IPXNet, Framing: f.IPXFraming, Peers: f.IPXPeers}
	if f.IPXSocket == 0 {
		return nil, usage("--ipx-socket is known to others: it is not 0")
	}
	if err := n.Check(); err != nil {
		return nil, usage("--ipx-…: %w", err)
	}
	if f.IPXName != "" {
		name, err := sap.Name(f.IPXName)
		if err != nil {
			return nil, usage("--ipx-name: %w", err)
		}
		f.IPXName = name
	}
	return n, nil
}
