package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/transport"
)

// nobodys is the incarnation in the key of an object that no server has: it answers that, if it answers.
const nobodys = 1

// probe asks a server's process whether the object exists that its record names, or, if it names none, whether it answers
// at all.
func (f *front) probe(ctx context.Context, rec implrepo.Record, at supervise.Live) error {
	key := ior.Key{Server: rec.UUID, Incarnation: nobodys, ID: []byte("health")}
	if object := rec.Health.Object; object != "" {
		adapter, id := "", object
		if i := strings.LastIndexByte(object, '/'); i >= 0 {
			adapter, id = object[:i], object[i+1:]
		}
		key = ior.Key{Server: rec.UUID, Adapter: strings.ReplaceAll(adapter, "/", "\x00"), ID: []byte(id)}
	}
	to := new(ior.IOR)
	for _, e := range near(at.Endpoints) {
		p := ior.IIOP{Version: cdr.V10, Host: e.Host, Port: e.Port, Key: ior.AppendKey(nil, key)}
		to.Profiles = append(to.Profiles, p.Profile())
	}
	if len(to.Profiles) == 0 {
		return errors.New("it says nowhere that it takes calls over TCP")
	}
	absent, err := f.orb.NewRef(to).NonExistent(ctx)
	var sys *exc.SystemException
	switch {
	case rec.Health.Object == "" && errors.As(err, &sys) && sys.Remote:
		return nil // whatever it says
	case err != nil:
		return err
	case absent && rec.Health.Object != "":
		return fmt.Errorf("it has no object %s", rec.Health.Object)
	}
	return nil
}

// near returns where this machine reaches a server with the given endpoints: what listens at all addresses, at loopback.
func near(endpoints []string) (all []transport.Endpoint) {
	for _, s := range endpoints {
		e, err := transport.ParseEndpoint(s)
		if err != nil || e.Network != "tcp" {
			continue
		}
		switch ip := net.ParseIP(e.Host); {
		case ip != nil && ip.IsUnspecified() && ip.To4() == nil:
			e.Host = "::1"
		case e.Host == "" || ip != nil && ip.IsUnspecified():
			e.Host = "127.0.0.1"
		}
		all = append(all, e)
	}
	return all
}
