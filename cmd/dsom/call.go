package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx/sap"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
	"github.com/opendsom/dsom/typecode"
)

type callCmd struct {
	idlFlags
	IDL       []string      `name:"idl" sep:"none" placeholder:"FILE" help:"IDL file with the object's interface; may be repeated. Default: what the object's interface repository says."`
	Interface string        `placeholder:"NAME" help:"Interface of the object, such as Bank::Account. Default: what its reference says, else what the object says."`
	Args      string        `placeholder:"JSON" help:"All arguments by name: {\"amount\": 12.5}."`
	Timeout   time.Duration `placeholder:"TIME" help:"How long the call may take. Default: 60s."`
	GIOP      string        `name:"giop" enum:"1.0,1.1,1.2" default:"1.2" help:"Highest version of GIOP to speak."`
	URL       string        `arg:"" name:"url" help:"The object: an IOR:, corbaloc:, corbaname: or dsom: URL."`
	Operation string        `arg:"" help:"An operation, an attribute to read, or attribute=VALUE to write one. Without IDL: _is_a, _non_existent, _repository_id."`
	Arg       []string      `arg:"" optional:"" name:"arg" help:"The in and inout arguments in order, as JSON. A string, char, enumerator or URL needs no quotes."`
}

func (callCmd) Help() string {
	return `Prints what the operation returns as JSON: the value alone, or {"return": ..., "name": ...} where
there are out parameters, or nothing. An exception that the object raises goes to standard error
as {"_exception": "IDL:...", ...}, with exit status 3.

Example:

    dsom call --idl bank.idl corbaname::localhost:3053#bank/main deposit 12.5
    dsom call --idl bank.idl corbaname::localhost:3053#bank/main balance
    dsom call --idl bank.idl corbaname::localhost:3053#bank/main owner=Ada
    dsom call corbaloc::host:2809/NameService _is_a IDL:omg.org/CosNaming/NamingContext:1.0`
}

func (v callCmd) Run(ctx context.Context, c *console) (err error) {
	if v.Timeout < 0 {
		return usage("--timeout: %v is below zero", v.Timeout)
	}
	if v.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, v.Timeout)
		defer cancel()
		defer func() { err = v.late(err) }()
	}
	o, err := newClient(versions[v.GIOP])
	if err != nil {
		return err
	}
	defer o.Shutdown(context.WithoutCancel(ctx))
	binder := binder{ctx: ctx, orb: o}
	sig, ref, err := v.operation(ctx, c, &binder)
	if err != nil {
		return err
	}
	words := unprotect(v.Arg)
	if _, value, write := strings.Cut(v.Operation, "="); write {
		if len(words) > 0 {
			return usage("%s writes an attribute: there are no arguments behind it", v.Operation)
		}
		words = []string{value}
	}
	args, err := binder.bind(sig, words, v.Args)
	if err != nil {
		return err
	}
	results, err := dii.Call(ctx, ref, sig, args...)
	if err != nil {
		return raisedBy(err)
	}
	return c.printResults(sig, results)
}

// late says the same whichever side saw the end of the caller's time first: it is no exception of the object.
func (v callCmd) late(err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	completed := exc.No // what is no exception has come before the request was sent
	if sys := (*exc.SystemException)(nil); errors.As(err, &sys) {
		if sys.Kind != exc.Timeout {
			return err
		}
		completed = sys.Completed
	}
	return exc.New(exc.Timeout, exc.MinorDeadline, completed, "no reply within %v: %w", v.Timeout, context.DeadlineExceeded)
}

var versions = map[string]cdr.Version{"1.0": cdr.V10, "1.1": cdr.V11, "1.2": cdr.V12}

// Where a daemon on this machine is at its own port, and its naming service.
const (
	localDaemon = "localhost:3053"
	localNaming = "corbaloc:iiop:1.2@" + localDaemon + "/NameService"
)

// connectRules returns the rules of the environment for the addresses in references.
func connectRules() (*reach.Connect, error) {
	rules, err := reach.ParseConnect(os.Getenv(admin.EnvConnect))
	if err != nil {
		return nil, fmt.Errorf("$%s: %w", admin.EnvConnect, err)
	}
	return rules, nil
}

// newClient returns an ORB that calls out, by the transports given or else by TCP, and by TLS if the environment says how, by
// the rules of the environment. What it would
// log is in the errors that it returns.
func newClient(v cdr.Version, by ...transport.Transport) (*orb.ORB, error) {
	if _, err := connectRules(); err != nil {
		return nil, err
	}
	sealed, require, err := tlsClient()
	if err != nil {
		return nil, err
	}
	if len(by) == 0 {
		by = append(by, tcp.New())
	}
	by = append(by, unix.New())
	if runtime.GOOS == "windows" {
		by = append(by, pipe.New())
	}
	if sealed != nil {
		by = append(by, sealed)
	}
	web, err := webClient(sealed)
	if err != nil {
		return nil, err
	}
	by = append(by, web...)
	if named, err := netbiosClient(); err != nil {
		return nil, err
	} else if named != nil {
		by = append(by, named)
	}
	if over, err := ipxClient(); err != nil {
		return nil, err
	} else if over != nil {
		by = append(by, over)
	}
	return orb.New(orb.Config{
		Transports: by, CallTLSOnly: require, MaxVersion: v, Connect: os.Getenv(admin.EnvConnect), Logger: slog.New(slog.DiscardHandler),
		InitialReferences: map[string]string{"NameService": localNaming},
	})
}

// webClient returns the transports by WebSocket, through the proxy that the environment names, and within TLS, if there is that.
func webClient(sealed *tls.Transport) (all transport.Set, err error) {
	c, _, _, err := ws.FromEnvironment(os.Getenv)
	if err != nil {
		return nil, err
	}
	for _, within := range []bool{false, true} {
		if c.TLS = nil; within && sealed == nil {
			break
		} else if within {
			c.TLS = sealed
		}
		by, err := ws.New(c)
		if err != nil {
			return nil, fmt.Errorf("$%s: %w", ws.EnvProxy, err)
		}
		all = append(all, by)
	}
	return all, nil
}

// netbiosClient returns the transport by names of NetBIOS, if the environment says anything of it.
func netbiosClient() (*netbios.Transport, error) {
	s, told, err := netbios.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return nil, err
	}
	return netbios.New(netbios.Config{Resolver: s.Asker()}), nil
}

// ipxClient returns the transport by SPX, if the environment says anything of it.
func ipxClient() (*spx.Transport, error) {
	s, told, err := spx.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return nil, err
	}
	return spx.New(spx.Config{Open: s.Opener(nil), Resolver: sap.Finder{}}), nil
}

// tlsClient returns the transport by TLS, if the environment says anything of it, and whether calls are to go by nothing else.
func tlsClient() (t *tls.Transport, require bool, err error) {
	c, require, told, err := tls.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return nil, require, err
	}
	c.Logger = slog.New(slog.DiscardHandler)
	sealed, err := tls.New(c)
	if err != nil {
		return nil, require, fmt.Errorf("$DSOM_TLS_…: %w", err)
	}
	return sealed, require, nil
}

// operation finds the object and the signature of the operation.
func (v callCmd) operation(ctx context.Context, c *console, b *binder) (*dii.Signature, *orb.Ref, error) {
	implicit := implicitOperations[v.Operation]
	var spec *model.Spec
	var err error
	switch {
	case implicit != nil:
	case len(v.IDL) == 0 && v.Interface != "":
		return nil, nil, usage("--interface names an interface of an IDL file: name that with --idl")
	case len(v.IDL) == 0: // the object's interface repository knows them, perhaps
	default:
		if spec, err = v.compile(ctx, c, v.IDL); err != nil {
			return nil, nil, err
		}
		b.spec = spec
		if err := dii.KnowValues(b.orb, spec); err != nil {
			return nil, nil, err
		}
	}
	if _, err := ior.ParseURL(v.URL); err != nil {
		return nil, nil, &usageError{err: err}
	}
	ref, err := b.orb.Resolve(ctx, v.URL)
	if err != nil {
		return nil, nil, raisedBy(err)
	}
	if ref == nil {
		return nil, nil, fmt.Errorf("%s is a nil reference: it refers to no object", v.URL)
	}
	if implicit != nil {
		return implicit, ref, nil
	}
	name, _, write := strings.Cut(v.Operation, "=")
	if spec == nil {
		sig, err := fromRepository(ctx, ref, name, write)
		return sig, ref, err
	}
	i, err := v.iface(ctx, ref, spec)
	if err != nil {
		return nil, nil, raisedBy(err)
	}
	m, err := dii.Member(i, name)
	if err != nil {
		return nil, nil, &usageError{err: err}
	}
	sig, err := signatureOf(m, write)
	return sig, ref, err
}

// fromRepository returns a signature as the object's interface repository tells it.
func fromRepository(ctx context.Context, ref *orb.Ref, name string, write bool) (*dii.Signature, error) {
	d, err := ifr.Describe(ctx, ref)
	if disputed := (*exc.SystemException)(nil); errors.As(err, &disputed) && disputed.Kind == exc.IntfRepos && disputed.Minor == exc.MinorDisputed {
		return nil, fmt.Errorf("the types of %s are not certain, so it is not called: %w\nName the IDL file of the object's interface with --idl, or start the servers with one release of it", name, err)
	}
	for _, unknown := range []error{exc.IntfRepos, exc.NoImplement, exc.BadOperation} {
		if errors.Is(err, unknown) {
			return nil, usage("the types of %s are not known, since no interface repository tells: name the IDL file of the object's interface with --idl, or register it by dsom idl register FILE", name)
		}
	}
	if err != nil {
		return nil, raisedBy(err)
	}
	sig, err := d.Signature(name, write)
	if err != nil {
		return nil, &usageError{err: err}
	}
	return sig, nil
}

func (v callCmd) iface(ctx context.Context, ref *orb.Ref, spec *model.Spec) (*model.Interface, error) {
	if v.Interface != "" {
		i, err := dii.Interface(spec, v.Interface)
		if err != nil {
			return nil, &usageError{err: err}
		}
		return i, nil
	}
	i, err := dii.InterfaceOf(ctx, ref, spec)
	if err != nil {
		return nil, fmt.Errorf("%w\nName the interface with --interface, or its IDL file with --idl", err)
	}
	return i, nil
}

func signatureOf(m model.Decl, write bool) (*dii.Signature, error) {
	switch m := m.(type) {
	case *model.Operation:
		if write {
			return nil, usage("%s is an operation, not an attribute: give its arguments as words of their own", m.Name)
		}
		return dii.Of(m)
	case *model.Attribute:
		if write {
			return dii.Setter(m)
		}
		return dii.Getter(m)
	}
	return nil, usage("%s is neither an operation nor an attribute", m.About().Name)
}

// implicitOperations are those that every object has (CORBA 3.3 part 1, 8.3).
var implicitOperations = map[string]*dii.Signature{
	"_is_a":          {Operation: "_is_a", Result: typecode.Boolean, Params: []dii.Param{{Name: "logical_type_id", Type: typecode.String}}},
	"_non_existent":  {Operation: "_non_existent", Result: typecode.Boolean},
	"_repository_id": {Operation: "_repository_id", Result: typecode.String},
}

// raisedBy turns a user exception into the error that shows it. Other errors stay as they are.
func raisedBy(err error) error {
	var e *dii.UserException
	if !errors.As(err, &e) {
		return err
	}
	body, bad := dyn.MarshalJSON(e.Value)
	if bad != nil {
		return fmt.Errorf("%w, whose members cannot be shown: %w", err, bad)
	}
	return &raisedError{err, body, nil}
}

// printResults prints what a call brought back.
func (c *console) printResults(sig *dii.Signature, r dii.Results) error {
	b, err := dii.MarshalResults(sig, r)
	if err != nil || b == nil {
		return err
	}
	return c.printJSON(json.RawMessage(b))
}
