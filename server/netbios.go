package server

import (
	"os"
	"slices"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
)

// named gives cfg the transport by NetBIOS, if the environment says how, as the daemon says it to servers that it starts. It returns where the server listens by it: with its own
// name, at a port that is free, to which the daemon sends who calls that name; "" if it has no name, or one that NetBIOS cannot have, or takes calls over TLS alone.
func (opt Options) named(cfg *orb.Config, at *registration) (listen string, err error) {
	s, told, err := netbios.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return "", err
	}
	if _, err := cfg.Transports.Find(netbios.Name); err == nil {
		return "", nil // the program has seen to it
	}
	cfg.Transports = append(slices.Clip(cfg.Transports), netbios.New(netbios.Config{Resolver: s.Asker(), Node: s.Name, Port: s.Session(), Limits: opt.Limits}))
	if at.daemon == "" || s.Name == "" || cfg.RequireTLS {
		return "", nil
	}
	cfg.DaemonNames = append(slices.Clip(cfg.DaemonNames), transport.Endpoint{Network: netbios.Name, Host: s.Name, Port: s.Session()}.String())
	if at.name == "" {
		return "", nil
	}
	if listen, err = s.ListenAt(at.name, 0); err != nil {
		opt.Logger.Warn("the server is not to be called by NetBIOS", "name", at.name, "error", err)
		return "", nil
	}
	return listen, nil
}
