package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	somclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// envSOMPort is by what programs of DSOM know the port of their daemon.
const envSOMPort = "SOMDPORT"

// somdFlags say which daemon of DSOM is meant.
type somdFlags struct {
	stateFlag
	At string `placeholder:"HOST[:PORT]" help:"The daemon, somdd or dsom's; tls:HOST:PORT is one of dsom's that is called by TLS, and lets in whom its operators say by the certificate of $$DSOM_TLS_CERTIFICATE. Default: port $$SOMDPORT of this machine, else the daemon of --state, else port 3053."`
}

// address returns where the daemon is.
func (v somdFlags) address(ctx context.Context) (host string, port uint16, err error) {
	at, from := v.At, "--at"
	switch {
	case at != "":
		if _, _, err := net.SplitHostPort(at); err != nil {
			at = net.JoinHostPort(at, "3053")
		}
	case os.Getenv(envSOMPort) != "":
		at, from = net.JoinHostPort("127.0.0.1", os.Getenv(envSOMPort)), "$"+envSOMPort
	default:
		at, from = v.ofState(ctx), "the daemon's address"
	}
	host, text, err := net.SplitHostPort(at)
	if err != nil {
		return "", 0, usage("%s: %w", from, err)
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return "", 0, usage("%s: %q is no port", from, text)
	}
	return cmp.Or(host, "127.0.0.1"), uint16(n), nil
}

// ofState returns where the daemon of the state folder takes this machine's calls, or the usual address.
func (v somdFlags) ofState(ctx context.Context) string {
	if d, err := v.daemon(); err == nil {
		if s, err := d.Status(ctx); err == nil && s.Local != "" {
			return s.Local
		}
	}
	return "127.0.0.1:3053"
}

// alone returns where the daemon of the state folder is called that takes TLS alone and has no socket, as --at has it; "" for another.
func (v somdFlags) alone(ctx context.Context) string {
	if d, err := v.daemon(); err == nil {
		if s, err := d.Status(ctx); err == nil && s.TLS != nil && s.TLS.Require && s.Socket == "" && len(s.Addresses) > 0 {
			return "tls:" + s.Addresses[0]
		}
	}
	return ""
}

// A somdClient is a program of DSOM that calls its daemon.
type somdClient struct {
	*somclient.Daemon
	orb     *orb.ORB
	address string
}

// open returns a client of the daemon; close ends it.
func (v somdFlags) open(ctx context.Context) (*somdClient, error) {
	if v.At == "" && os.Getenv(envSOMPort) == "" {
		v.At = v.alone(ctx)
	}
	plain, sealed := strings.CutPrefix(v.At, "tls:")
	if sealed {
		v.At = plain
	}
	host, port, err := v.address(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := connectRules(); err != nil {
		return nil, err
	}
	by, require, err := v.transports(ctx, host, port)
	if err != nil {
		return nil, err
	}
	o, err := orb.New(orb.Config{Transports: by, CallTLSOnly: require, MaxVersion: cdr.V10, Principal: principal(), Connect: os.Getenv(admin.EnvConnect), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if sealed {
		return &somdClient{somclient.AtTLS(o, host, port), o, "tls:" + net.JoinHostPort(host, strconv.Itoa(int(port)))}, nil
	}
	return &somdClient{somclient.At(o, host, port), o, net.JoinHostPort(host, strconv.Itoa(int(port)))}, nil
}

// transports returns by what a daemon is called: by the socket of that of the state folder, if it is that and has one, by TCP, and by TLS if the environment says how.
func (v somdFlags) transports(ctx context.Context, host string, port uint16) (by transport.Set, require bool, err error) {
	plain := tcp.New()
	if d, err := v.daemon(); err == nil {
		at := net.JoinHostPort(host, strconv.Itoa(int(port)))
		if s, err := d.Status(ctx); err == nil && s.Local == at {
			if plain, err = nearby(at, at, s.Socket); err != nil {
				return nil, false, err
			}
		}
	}
	sealed, require, err := tlsClient()
	if by = append(by, plain); sealed != nil {
		by = append(by, sealed)
	}
	return by, require, err
}

func (c *somdClient) close() { _ = c.orb.Shutdown(context.Background()) }

// told puts an error of a call into the words of DSOM, and says whom it is about, if that is not said elsewhere.
func (c *somdClient) told(about string, err error) error {
	var sys *exc.SystemException
	if !errors.As(err, &sys) {
		return err
	}
	code := wire.Code(sys.Minor)
	switch {
	case sys.Remote && code.Meaning() != "":
		if about != "" {
			about += ": "
		}
		return namedError(fmt.Errorf("%s%s (%s, %v)", about, code.Meaning(), sys.Kind.Name(), code), "::StExcep::"+sys.Kind.Name(), err)
	case sys.Remote:
		return err
	}
	return fmt.Errorf("the daemon at %s: %w", c.address, err)
}

// principal is what programs of DSOM say of themselves: user and host.
func principal() []byte {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, _ := os.Hostname()
	return giop.AppendDSOMPrincipal(nil, name, host)
}
