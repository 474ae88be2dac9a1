// Package ether carries IPX in frames of Ethernet, in one of four framings, by packet sockets of Linux. That needs CAP_NET_RAW. Programs of one machine have one node
// there, its interface's, and do not hear each other: the system does not give back what goes out.
package ether

import "github.com/opendsom/dsom/transport/ipx"

// A Config says where a carrier is.
type Config struct {
	Interface string // its name
	Framing   ipx.Framing
	Net       uint32 // the number of the network, of which there is one for each framing; 0: it is not known
}
