package bank

import (
	"net"
	"strconv"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/ior"
)

// adapter is the name of the adapter of persistent objects in a server (server.Server.Objects).
const adapter = "objects"

// Reference returns the reference of an account of the server that is registered with a UUID
// at the daemon that takes calls at host:port. It needs no server that runs, since the
// reference names the daemon: the first call through it makes the daemon start the server.
func Reference(server [16]byte, daemon, account string) (*ior.IOR, error) {
	host, port, err := net.SplitHostPort(daemon)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	key := ior.AppendKey(nil, ior.Key{Server: server, Adapter: adapter, ID: []byte(account)})
	p := ior.IIOP{Version: cdr.V12, Host: host, Port: uint16(n), Key: key}
	return &ior.IOR{TypeID: bank.AccountClass.ID(), Profiles: []ior.Profile{p.Profile()}}, nil
}
