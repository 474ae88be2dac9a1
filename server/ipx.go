package server

import (
	"os"
	"slices"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/ipx/sap"
	"github.com/opendsom/dsom/transport/spx"
)

// byIPX gives cfg the transport by SPX, if the environment says how, as the daemon says it to servers that it starts. It returns where the server listens by it: at a socket that is
// free; "" if it takes calls over TLS alone, or nobody is to be sent there.
func (opt Options) byIPX(cfg *orb.Config, at *registration) (listen string, err error) {
	s, told, err := spx.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return "", err
	}
	if _, err := cfg.Transports.Find(spx.Name); err == nil {
		return "", nil // the program has seen to it
	}
	cfg.Transports = append(slices.Clip(cfg.Transports), spx.New(spx.Config{Open: s.Open, Resolver: sap.Finder{}, Limits: opt.Limits}))
	if at.daemon == "" || cfg.RequireTLS {
		return "", nil
	}
	if daemon := os.Getenv(spx.EnvDaemon); daemon != "" {
		cfg.DaemonNames = append(slices.Clip(cfg.DaemonNames), daemon)
	}
	return spx.Name + "::0", nil
}
