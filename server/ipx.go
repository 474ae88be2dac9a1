package server

import (
	"os"
	"slices"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/ipx/sap"
	"github.com/opendsom/dsom/transport/spx"
)

// byIPX gives cfg the transport by SPX, if the environment says how, as the daemon says it to servers that it starts. It returns where the server listens by it: at a socket that is
// free; "" if it takes calls over TLS alone, or nobody is to be sent there. The transport is to be closed behind the ORB; it is nil if there is none, or it is the program's.
func (opt Options) byIPX(cfg *orb.Config, at *registration) (listen string, by *spx.Transport, err error) {
	s, told, err := spx.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return "", nil, err
	}
	if _, err := cfg.Transports.Find(spx.Name); err == nil {
		return "", nil, nil // the program has seen to it
	}
	by = spx.New(spx.Config{Open: s.Opener(opt.Logger), Resolver: sap.Finder{}, Limits: opt.Limits})
	cfg.Transports = append(slices.Clip(cfg.Transports), by)
	if at.daemon == "" || cfg.RequireTLS {
		return "", by, nil
	}
	if daemon := os.Getenv(spx.EnvDaemon); daemon != "" {
		cfg.DaemonNames = append(slices.Clip(cfg.DaemonNames), daemon)
	}
	return spx.Name + "::0", by, nil
}
