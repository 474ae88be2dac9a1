package main

import (
	"github.com/opendsom/dsom/transport/ws"
)

// webFlags say how the daemon takes WebSockets.
type webFlags struct {
	Web        bool     `name:"web" help:"Take calls by WebSocket, too, at the ports of listen and tls-listen: from clients behind proxies of HTTP, and from pages of web-origins. Default: no."`
	WebOrigins []string `name:"web-origins" placeholder:"ORIGIN" help:"Pages whose scripts may call by WebSocket: scheme://host[:port], as https://bank.example.org, or * for all; may be repeated. Default: none, not those of this machine either."`
}

// web returns what the daemon is told of WebSockets; nil: it takes none.
func (f *webFlags) web() (*ws.Config, error) {
	if !f.Web {
		if len(f.WebOrigins) > 0 {
			return nil, usage("--web-origins is given, and no WebSockets are taken: say so with --web")
		}
		return nil, nil
	}
	for _, o := range f.WebOrigins {
		if err := ws.CheckOrigin(o); err != nil {
			return nil, usage("--web-origins: %w", err)
		}
	}
	return &ws.Config{Origins: f.WebOrigins}, nil
}
