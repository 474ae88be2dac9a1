package main

import (
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbname"
)

// netbiosFlags say how the daemon takes part in a network of NetBIOS.
type netbiosFlags struct {
	NetBIOS            string   `name:"netbios" placeholder:"INTERFACE" help:"The interface, by name or address of IPv4, on which the daemon takes part in NetBIOS over TCP/IP: it has the machine's name, and takes calls as sessions. Default: none."`
	NetBIOSName        string   `name:"netbios-name" placeholder:"NAME" help:"The machine's name there: NAME[#KIND][.SCOPE]. Default: the host's, of kind 53."`
	NetBIOSGroup       []string `name:"netbios-group" placeholder:"NAME" help:"A name of a group that the machine is one of. May be repeated."`
	NetBIOSNode        string   `name:"netbios-node" placeholder:"TYPE" help:"How names are found: B (all are asked), P (name servers), M (B, then P), H (P, then B). Default: H if there are name servers, or else B."`
	NetBIOSServers     []string `name:"netbios-servers" placeholder:"ADDRESS" help:"Name servers (WINS), ADDRESS[:PORT]; the next is asked if one is silent."`
	NetBIOSServe       bool     `name:"netbios-serve" help:"Be a name server, for others and for oneself."`
	NetBIOSNamePort    uint16   `name:"netbios-name-port" default:"137" placeholder:"PORT" help:"Port of UDP of the name service, here and at others. Default: ${default}."`
	NetBIOSSessionPort uint16   `name:"netbios-session-port" default:"139" placeholder:"PORT" help:"Port of TCP of the session service. Default: ${default}."`
}

// settings returns what the daemon is told of NetBIOS; nil: it takes no part.
func (f *netbiosFlags) settings() (*netbios.Settings, error) {
	if f.NetBIOS == "" {
		for flag, given := range map[string]bool{
			"--netbios-name": f.NetBIOSName != "", "--netbios-group": len(f.NetBIOSGroup) > 0, "--netbios-node": f.NetBIOSNode != "", "--netbios-servers": len(f.NetBIOSServers) > 0, "--netbios-serve": f.NetBIOSServe,
		} {
			if given {
				return nil, usage("%s is given, and the daemon takes no part in NetBIOS: say on which interface with --netbios", flag)
			}
		}
		return nil, nil
	}
	n := &netbios.Settings{
		Interface: f.NetBIOS, Name: f.NetBIOSName, Node: f.NetBIOSNode, Servers: f.NetBIOSServers, NamePort: f.NetBIOSNamePort, SessionPort: f.NetBIOSSessionPort,
	}
	if n.NamePort == 0 || n.SessionPort == 0 {
		return nil, usage("--netbios-name-port and --netbios-session-port are known to others: they are not 0")
	}
	if err := n.Check(); err != nil {
		return nil, usage("--netbios-…: %w", err)
	}
	if _, err := n.Machine(); err != nil {
		return nil, usage("--netbios-name: %w", err)
	}
	for _, g := range f.NetBIOSGroup {
		if _, err := nbname.Parse(g, nbname.DSOM); err != nil {
			return nil, usage("--netbios-group: %w", err)
		}
	}
	return n, nil
}
