package probe

import (
	"errors"
	"fmt"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ws"
)

// webTargets returns the endpoints of WebSocket that profile i of r, which is b, names.
func webTargets(r *ior.IOR, i int, b ior.IIOP, most int) []target {
	var all []target
	for _, n := range b.Web() {
		if len(all) >= most {
			break
		}
		e, err := transport.ParseEndpoint(n)
		t := target{ior: r, key: b.Key, version: b.Version, direct: e, finding: Finding{
			Profile: i, Address: n, Version: b.Version.String(), TLS: e.Network == ws.Sealed, web: true, host: e.Host, port: e.Port,
		}}
		if err != nil || e.Host == "" || e.Port == 0 {
			t.finding.Outcome = BadAddress
		}
		all = append(all, t)
	}
	return all
}

// refusedWeb notes that no WebSocket is to be had, and reports whether err says that.
func (a *attempt) refusedWeb(err error) bool {
	var status *ws.StatusError
	var other *ws.NotHTTPError
	switch {
	case errors.As(err, &status), errors.As(err, &other):
		a.is(NoWeb, err)
		return true
	}
	return false
}

// ofWeb says what is wrong with a WebSocket, and what to do.
func ofWeb(f *Finding) (problem, advice string) {
	return fmt.Sprintf("no WebSocket is to be had at port %d: %s", f.port, f.Detail), "see that the server takes WebSockets there (dsom daemon --web), and that a proxy between lets them through (DSOM_WEB_PROXY names one that is to be asked)"
}
