package server

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/oneport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

// web gives cfg the transports by WebSocket, if the options or the environment say so, and has WebSockets taken where TCP and TLS are listened at, if they say that.
func (opt Options) web(cfg *orb.Config) error {
	cfg.DaemonNames = append(slices.Clip(cfg.DaemonNames), strings.Fields(os.Getenv(admin.EnvDaemonWeb))...)
	c, listen, told, err := ws.FromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	if opt.Web != nil {
		c, listen, told = *opt.Web, true, true
	}
	if !told {
		return nil
	}
	if c.Limits == nil {
		c.Limits = opt.Limits
	}
	by, err := ws.New(c)
	if err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	set := slices.Clone(cfg.Transports)
	for i, t := range set {
		switch sealed, isTLS := t.(*tls.Transport); {
		case isTLS:
			c.TLS = sealed
			secure, err := ws.New(c)
			if err != nil {
				return fmt.Errorf("WebSocket: %w", err)
			}
			set = append(set, secure)
		case t.Name() != tcp.Name:
			continue
		}
		if listen {
			set[i] = oneport.New(t, oneport.Config{Web: by})
		}
	}
	cfg.Transports = append(transport.Set{}, append(set, by)...)
	return nil
}
