package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/dsomnaming"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/unix"
)

type nameCmd struct {
	Ls      nameLsCmd      `cmd:"" help:"List what is bound in a naming context."`
	Bind    nameBindCmd    `cmd:"" help:"Give an object a name."`
	Resolve nameResolveCmd `cmd:"" help:"Print the reference of the object that has a name."`
	Unbind  nameUnbindCmd  `cmd:"" help:"Take a name away."`

	Find       nameFindCmd       `cmd:"" help:"Find names by their properties."`
	Properties namePropertiesCmd `cmd:"" help:"Print, set and remove the properties of a name."`
	Check      nameCheckCmd      `cmd:"" help:"Say which names lead to objects that are not there."`
	Import     nameImportCmd     `cmd:"" help:"Take over the names of omniNames."`
}

func (nameCmd) Help() string {
	return "Example:\n\n    dsom name ls\n    dsom name bind -p bank/main corbaloc::host:2809/Bank\n    dsom name resolve bank/main"
}

// namingFlags say which naming service is meant.
type namingFlags struct {
	stateFlag
	At string `placeholder:"URL|HOST[:PORT]" help:"The naming service. Default: the daemon of this machine."`
}

// A namingClient is an ORB and the naming context to work in.
type namingClient struct {
	orb  *orb.ORB
	root cosnaming.NamingContext
	page uint32 // how many bindings are fetched at once
}

// open finds the naming service. close ends the client.
func (v namingFlags) open(ctx context.Context) (*namingClient, error) {
	url, by, err := v.find(ctx)
	if err != nil {
		return nil, err
	}
	o, err := newClient(cdr.V12, by...)
	if err != nil {
		return nil, err
	}
	n := &namingClient{orb: o, page: listPage}
	ref, err := o.Resolve(ctx, url)
	if err == nil && ref == nil {
		err = fmt.Errorf("the naming service %s is a nil reference", v.At)
	}
	if err != nil {
		n.close()
		return nil, err
	}
	if v.At == "" {
		ref = ref.InUnicode() // the daemon's own, which can
	}
	n.root = cosnaming.NamingContextClass.Unchecked(ref)
	return n, nil
}

func (n *namingClient) close() { _ = n.orb.Shutdown(context.Background()) }

// find returns the URL of the naming service, and the transports by which it is reached; nil is
// the usual. What answers at the usual port, such as a daemon of another user, is meant only where nobody
// has said which daemon is, and this user has none.
func (v namingFlags) find(ctx context.Context) (url string, by transport.Set, err error) {
	if v.At != "" {
		if _, err := ior.ParseURL(v.At); err == nil {
			return v.At, nil, nil
		}
		if u, err := ior.ParseURL("dsom://" + v.At); err == nil && len(u.Name) == 0 {
			return u.String(), nil, nil
		}
		return v.At, nil, nil // what is wrong with it is said when it is resolved
	}
	var s admin.Status
	d, err := v.daemon()
	if err == nil {
		s, err = d.Status(ctx)
	}
	switch {
	case errors.Is(err, admin.ErrNoDaemon) && v.State == "" && os.Getenv(admin.EnvState) == "" && answers(ctx, localDaemon):
		return localNaming, nil, nil
	case err != nil:
		return "", nil, noDaemon(err)
	case len(s.Addresses) == 0:
		return "", nil, fmt.Errorf("the daemon with the state folder %s takes no calls", s.State)
	}
	if s.TLS != nil && s.TLS.Require && s.Socket == "" {
		return "corbaloc:ssliop:1.2@" + s.Addresses[0] + "/NameService", nil, nil // which its certificate is for
	}
	local := cmp.Or(s.Local, s.Addresses[0])
	short, err := nearby(s.Addresses[0], local, s.Socket)
	if err != nil {
		return "", nil, fmt.Errorf("the daemon's address: %w", err)
	}
	return "corbaloc:iiop:1.2@" + s.Addresses[0] + "/NameService", transport.Set{short}, nil // under this address the root knows itself
}

// answers reports whether somebody listens at an address of this machine.
func answers(ctx context.Context, address string) bool {
	dialer := net.Dialer{Timeout: time.Second}
	c, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// nearby returns the shortcut between two addresses, each host:port, or to a socket before; "" is none.
func nearby(from, to, socket string) (transport.Transport, error) {
	a, err := transport.ParseEndpoint("tcp:" + from)
	b, bad := transport.ParseEndpoint("tcp:" + to)
	by, at := pipe.Local(socket)
	return unix.Shortcut{Transport: tcp.New(), From: a, To: b, By: by, Socket: at}, errors.Join(err, bad)
}

// parseName parses a stringified name for calls.
func parseName(s string) (cosnaming.Name, error) {
	n, err := ior.ParseName(s)
	if err != nil {
		return nil, &usageError{err: err}
	}
	name := make(cosnaming.Name, len(n))
	for i, x := range n {
		name[i] = cosnaming.NameComponent{Id: x.ID, Kind: x.Kind}
	}
	return name, nil
}

func nameText(n cosnaming.Name) string {
	var out ior.Name
	for _, x := range n {
		out = append(out, ior.NameComponent{ID: x.Id, Kind: x.Kind})
	}
	return out.String()
}

// namingError says in words what a naming context has raised about a name.
func namingError(name string, err error) error {
	var (
		notFound *cosnaming.NamingContext_NotFound
		cannot   *cosnaming.NamingContext_CannotProceed
		invalid  *cosnaming.NamingContext_InvalidName
		bound    *cosnaming.NamingContext_AlreadyBound
		notEmpty *cosnaming.NamingContext_NotEmpty
	)
	raised := func(id, format string, args ...any) error {
		return namedError(fmt.Errorf(format, args...), id, err)
	}
	switch {
	case errors.As(err, &notFound):
		why := "nothing has this name"
		switch notFound.Why {
		case cosnaming.NamingContext_NotFoundReason_NotContext:
			why = "this is an object, not a context"
		case cosnaming.NamingContext_NotFoundReason_NotObject:
			why = "this is a context, not an object"
		}
		return raised(cosnaming.NamingContext_NotFoundType.ExceptionID(), "%q was not found: %s at %q", name, why, nameText(notFound.RestOfName))
	case errors.As(err, &cannot):
		return raised(cosnaming.NamingContext_CannotProceedType.ExceptionID(), "%q: the naming service cannot go on at %q", name, nameText(cannot.RestOfName))
	case errors.As(err, &invalid):
		return raised(cosnaming.NamingContext_InvalidNameType.ExceptionID(), "%q is no name for this naming service", name)
	case errors.As(err, &bound):
		return raised(cosnaming.NamingContext_AlreadyBoundType.ExceptionID(), "%q is bound already", name)
	case errors.As(err, &notEmpty):
		return raised(cosnaming.NamingContext_NotEmptyType.ExceptionID(), "the context %q is not empty", name)
	}
	return err
}

type nameBindCmd struct {
	namingFlags
	Rebind  bool   `help:"Bind it over what has the name already."`
	Parents bool   `short:"p" help:"Make the contexts on the way where they are missing."`
	Context bool   `help:"Bind the object as a naming context, to go on through it."`
	Name    string `arg:"" help:"The name, such as bank/main."`
	URL     string `arg:"" name:"url" help:"The object: an IOR:, corbaloc:, corbaname: or dsom: URL."`
}

func (nameBindCmd) Help() string {
	return "Example:\n\n    dsom name bind -p bank/main corbaloc::host:2809/Bank\n    dsom name bind --rebind bank/main \"$(cat bank.ior)\""
}

func (v nameBindCmd) Run(ctx context.Context, c *console) error {
	name, err := parseName(v.Name)
	if err != nil {
		return err
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	o, err := n.orb.Resolve(ctx, v.URL)
	if err != nil {
		return err
	}
	if o == nil {
		return fmt.Errorf("%s is a nil reference: it refers to no object", v.URL)
	}
	for i := 1; v.Parents && i < len(name); i++ {
		_, err := n.root.BindNewContext(ctx, name[:i])
		if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); err != nil && !errors.As(err, &bound) {
			return namingError(nameText(name[:i]), err)
		}
	}
	if err := v.bind(ctx, n, name, o); err != nil {
		err = namingError(v.Name, err)
		if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); errors.As(err, &bound) {
			return fmt.Errorf("%w; --rebind binds over it", err)
		}
		if missing := (*cosnaming.NamingContext_NotFound)(nil); errors.As(err, &missing) && len(name) > 1 && !v.Parents {
			return fmt.Errorf("%w; -p makes the contexts on the way", err)
		}
		return err
	}
	if c.json {
		return c.printJSON(map[string]string{"name": nameText(name), "url": o.String()})
	}
	return nil
}

func (v nameBindCmd) bind(ctx context.Context, n *namingClient, name cosnaming.Name, o *orb.Ref) error {
	switch {
	case v.Context && v.Rebind:
		return n.root.RebindContext(ctx, name, cosnaming.NamingContextClass.Unchecked(o))
	case v.Context:
		return n.root.BindContext(ctx, name, cosnaming.NamingContextClass.Unchecked(o))
	case v.Rebind:
		return n.root.Rebind(ctx, name, o)
	}
	return n.root.Bind(ctx, name, o)
}

type nameResolveCmd struct {
	namingFlags
	Name string `arg:"" help:"The name, such as bank/main."`
}

func (nameResolveCmd) Help() string {
	return "Example:\n\n    dsom name resolve bank/main | dsom ior -"
}

func (v nameResolveCmd) Run(ctx context.Context, c *console) error {
	name, err := parseName(v.Name)
	if err != nil {
		return err
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	o, err := n.root.Resolve(ctx, name)
	if err != nil {
		return namingError(v.Name, err)
	}
	ref := orb.RefOf(o)
	if ref == nil {
		return fmt.Errorf("%s is bound to a nil reference", v.Name)
	}
	if c.json {
		return c.printJSON(map[string]string{"name": nameText(name), "type": ref.TypeID(), "url": ref.String()})
	}
	c.printf("%s\n", ref)
	return nil
}

type nameUnbindCmd struct {
	namingFlags
	Destroy bool   `help:"The name is of a naming context: end it too. It must be empty."`
	Force   bool   `help:"Unbind also a naming context that holds names. It goes on to exist, with them, but nothing leads there."`
	Dead    bool   `help:"Unbind the names in the naming context, and in those inside, whose objects are not there (dsom name check)."`
	Name    string `arg:"" optional:"" help:"The name, such as bank/main; with --dead a naming context, and the root without one."`
}

func (nameUnbindCmd) Help() string {
	return "The object itself goes on to exist.\n\nExample:\n\n    dsom name unbind bank/main\n    dsom name unbind --destroy bank\n    dsom name unbind --dead"
}

func (v nameUnbindCmd) Run(ctx context.Context, c *console) error {
	switch {
	case v.Dead && (v.Destroy || v.Force):
		return usage("--dead goes with neither --destroy nor --force: dead contexts are unbound, and hold nothing that could be told")
	case v.Dead:
		return v.unbindDead(ctx, c)
	case v.Name == "":
		return usage("the name to unbind is missing, or --dead")
	}
	name, err := parseName(v.Name)
	if err != nil {
		return err
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	if v.Destroy {
		in, err := n.context(ctx, name)
		if err == nil {
			err = in.Destroy(ctx)
		}
		if err != nil {
			return namingError(v.Name, err)
		}
	}
	if !v.Destroy && !v.Force {
		if err := n.leadsToNames(ctx, name); err != nil {
			return err
		}
	}
	if err := n.root.Unbind(ctx, name); err != nil {
		return namingError(v.Name, err)
	}
	if c.json {
		return c.printJSON(map[string]string{"unbound": nameText(name)})
	}
	return nil
}

// leadsToNames is an error if name is bound to a naming context that holds names. That it cannot
// be told is none: unbinding a dead context must be possible. What does not say that it is a
// context is not asked: that might start a server.
func (n *namingClient) leadsToNames(ctx context.Context, name cosnaming.Name) error {
	o, err := n.root.Resolve(ctx, name)
	if err != nil {
		return nil // Unbind says it
	}
	ref := orb.RefOf(o)
	if ref == nil || !strings.HasPrefix(ref.TypeID(), "IDL:omg.org/CosNaming/NamingContext") {
		return nil
	}
	if n.isElsewhere(ctx, ref) {
		return nil
	}
	some, iterator, err := cosnaming.NamingContextClass.Unchecked(ref).List(ctx, 1)
	if iterator != nil {
		defer func() { _ = iterator.Destroy(context.WithoutCancel(ctx)) }()
	}
	if err != nil || len(some) == 0 {
		return nil
	}
	return fmt.Errorf("%s is a naming context that holds names, %s/%s for one: unbind those first, or let --force leave them where nothing leads", nameText(name), nameText(name), nameText(some[0].BindingName))
}

// isElsewhere reports whether a context is certainly one of another naming service, which other things than the name lead to. The keys of contexts that a daemon's service makes name its server, and those
// of its iterators do, too: so of this service, if it is such a one, it is known which are its own.
func (n *namingClient) isElsewhere(ctx context.Context, ref *orb.Ref) bool {
	root, ok := n.root.(orb.Object)
	if !ok {
		return false
	}
	if ours, err := orb.RefOf(root).IsA(ctx, dsomnaming.NamingContextClass.Interface().ID); err != nil || !ours {
		return false
	}
	its, made := ior.ParseKey([]byte(ref.ObjectKey()))
	if !made { // another's, or a root
		return true
	}
	_, iterator, err := n.root.List(ctx, 0) // there is a name at least
	if err != nil || iterator == nil {
		return false
	}
	defer func() { _ = iterator.Destroy(context.WithoutCancel(ctx)) }()
	o, ok := iterator.(orb.Object)
	if !ok {
		return false
	}
	own, ok := ior.ParseKey([]byte(orb.RefOf(o).ObjectKey()))
	return ok && own.Server != its.Server
}

// openAt opens the naming service at one of its contexts, "" is the root, whose name it returns as well.
func (v namingFlags) openAt(ctx context.Context, name string) (*namingClient, cosnaming.NamingContext, cosnaming.Name, error) {
	var at cosnaming.Name
	if name != "" {
		var err error
		if at, err = parseName(name); err != nil {
			return nil, nil, nil, err
		}
	}
	n, err := v.open(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	in := n.root
	if len(at) > 0 {
		if in, err = n.context(ctx, at); err != nil {
			n.close()
			return nil, nil, nil, namingError(name, err)
		}
	}
	return n, in, at, nil
}
