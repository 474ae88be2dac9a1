package naming_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/svc/naming/tree"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// A place is a naming service at work, and a client of it in an ORB of its own.
type place struct {
	naming.Config
	server, client *orb.ORB
	root           cosnaming.NamingContextExt
	url            string // corbaloc of the root
	ref            *orb.Ref
	names          *naming.Service
}

// serve starts a naming service; change may set more of the Config and of the ORB's.
func serve(t testing.TB, change func(*naming.Config, *orb.Config)) *place {
	t.Helper()
	p := &place{}
	cfg := orb.Config{Listen: []string{"tcp:127.0.0.1:0"}}
	if change != nil {
		change(&p.Config, &cfg)
	}
	if p.Store == nil {
		p.Store = openStore(t, filepath.Join(t.TempDir(), "dsom.db"))
	}
	p.server, p.client = newORB(t, cfg), newORB(t, orb.Config{})
	p.Root = poa.New(p.server)
	var err error
	if p.names, err = naming.New(t.Context(), p.Config); err != nil {
		t.Fatal(err)
	}
	p.ref = p.names.Root()
	p.url = "corbaloc:iiop:1.2@127.0.0.1:" + strconv.Itoa(int(p.server.Endpoints()[0].Port)) + "/NameService"
	if p.root, err = cosnaming.NamingContextExtClass.Bind(t.Context(), p.client, p.url); err != nil {
		t.Fatal(err)
	}
	return p
}

func openStore(t testing.TB, path string) store.Store {
	t.Helper()
	s, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newORB(t testing.TB, cfg orb.Config) *orb.ORB {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, o) })
	return o
}

func stop(t testing.TB, o *orb.ORB) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := o.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// name reads a stringified name.
func name(s string) cosnaming.Name {
	n, err := ior.ParseName(s)
	if err != nil {
		panic(err)
	}
	var out cosnaming.Name
	for _, c := range n {
		out = append(out, cosnaming.NameComponent{Id: c.ID, Kind: c.Kind})
	}
	return out
}

func text(n cosnaming.Name) string {
	var out ior.Name
	for _, c := range n {
		out = append(out, ior.NameComponent{ID: c.Id, Kind: c.Kind})
	}
	return out.String()
}

// object returns the reference of an object that need not exist.
func (p *place) object(key string) orb.Object {
	ref, err := p.client.Resolve(context.Background(), "corbaloc::127.0.0.1:9/"+key)
	if err != nil {
		panic(err)
	}
	return ref
}

// outcome says in a word or two what came of an operation.
func outcome(err error) string {
	var (
		missing *cosnaming.NamingContext_NotFound
		cannot  *cosnaming.NamingContext_CannotProceed
		invalid *cosnaming.NamingContext_InvalidName
		bound   *cosnaming.NamingContext_AlreadyBound
		full    *cosnaming.NamingContext_NotEmpty
		address *cosnaming.NamingContextExt_InvalidAddress
		sys     *exc.SystemException
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &missing):
		return missing.Why.String() + " " + text(missing.RestOfName)
	case errors.As(err, &cannot):
		return "cannot proceed " + text(cannot.RestOfName)
	case errors.As(err, &invalid):
		return "invalid name"
	case errors.As(err, &bound):
		return "already bound"
	case errors.As(err, &full):
		return "not empty"
	case errors.As(err, &address):
		return "invalid address"
	case errors.As(err, &sys) && sys.Remote:
		return sys.Kind.Name()
	}
	return err.Error()
}

// furnish binds, below the root of a service:
//
//	obj, nil, ctx/ (ctx/obj, ctx/up → the root, ctx/plain → ctx as an object), empty/, gone → destroyed
func (p *place) furnish(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(p.root.Bind(ctx, name("obj"), p.object("obj")))
	must(p.root.Bind(ctx, name("nil"), nil))
	inner, err := p.root.BindNewContext(ctx, name("ctx"))
	must(err)
	must(inner.Bind(ctx, name("obj"), p.object("inner")))
	must(inner.BindContext(ctx, name("up"), p.root))
	must(inner.Bind(ctx, name("plain"), inner.(orb.Object)))
	_, err = p.root.BindNewContext(ctx, name("empty"))
	must(err)
	gone, err := p.root.BindNewContext(ctx, name("gone"))
	must(err)
	must(gone.Destroy(ctx))
}

// TestOperations calls every operation over the wire and meets every exception.
func TestOperations(t *testing.T) {
	t.Parallel()
	long := cosnaming.Name{{Id: strings.Repeat("x", tree.MaxComponent+1)}}
	for _, c := range []struct {
		what string
		do   func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error
		want string
	}{
		{"bind", bind("new"), "ok"},
		{"bind through contexts", bind("ctx/up/ctx/new"), "ok"},
		{"bind with a kind", bind("obj.kind"), "ok"},
		{"bind with the empty component", bind("."), "ok"},
		{"bind twice", bind("obj"), "already bound"},
		{"bind over a context", bind("ctx"), "already bound"},
		{"bind no name", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error { return r.Bind(ctx, nil, nil) }, "invalid name"},
		{"bind below nothing", bind("nothing/x/y"), "missing_node nothing/x/y"},
		{"bind below an object", bind("ctx/obj/x"), "not_context obj/x"},
		{"bind below a context bound as an object", bind("ctx/plain/x"), "not_context plain/x"},
		{"bind in a destroyed context", bind("gone/x/y"), "cannot proceed x/y"},
		{"bind a long component", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error { return r.Bind(ctx, long, nil) }, "IMP_LIMIT"},
		{"bind a long name", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			return r.Bind(ctx, make(cosnaming.Name, tree.MaxComponents+1), nil)
		}, "IMP_LIMIT"},
		{"rebind", rebind("obj"), "ok"},
		{"rebind a new name", rebind("ctx/new"), "ok"},
		{"rebind over a context", rebind("ctx"), "not_object ctx"},
		{"bind a context", bindContext("new"), "ok"},
		{"bind a context twice", bindContext("ctx/up"), "already bound"},
		{"bind nil as a context", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			return r.BindContext(ctx, name("new"), nil)
		}, "BAD_PARAM"},
		{"rebind nil as a context", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			return r.RebindContext(ctx, name("empty"), nil)
		}, "BAD_PARAM"},
		{"rebind a context", rebindContext("empty"), "ok"},
		{"rebind a new context", rebindContext("ctx/new"), "ok"},
		{"rebind a context over an object", rebindContext("ctx/obj"), "not_context obj"},
		{"resolve", resolve("ctx/up/obj"), "ok"},
		{"resolve a context", resolve("ctx"), "ok"},
		{"resolve a destroyed context", resolve("gone"), "ok"},
		{"resolve through a destroyed context", resolve("gone/x"), "cannot proceed x"},
		{"resolve nothing", resolve("ctx/nothing"), "missing_node nothing"},
		{"resolve below an object", resolve("obj/x"), "not_context obj/x"},
		{"resolve text", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			_, err := r.ResolveStr(ctx, "ctx/obj")
			return err
		}, "ok"},
		{"resolve malformed text", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			_, err := r.ResolveStr(ctx, "ctx//obj")
			return err
		}, "invalid name"},
		{"unbind", unbind("ctx/obj"), "ok"},
		{"unbind a context", unbind("ctx"), "ok"},
		{"unbind what leads nowhere", unbind("gone"), "ok"},
		{"unbind nothing", unbind("ctx/nothing"), "missing_node nothing"},
		{"new context", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			nc, err := r.NewContext(ctx)
			if err != nil {
				return err
			}
			if err := nc.Bind(ctx, name("x"), p.object("x")); err != nil {
				return err
			}
			return r.BindContext(ctx, name("new"), nc)
		}, "ok"},
		{"bind new context", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			nc, err := r.BindNewContext(ctx, name("ctx/new"))
			if err != nil {
				return err
			}
			return nc.Bind(ctx, name("x"), p.object("x"))
		}, "ok"},
		{"bind new context twice", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			_, err := r.BindNewContext(ctx, name("ctx/obj"))
			return err
		}, "already bound"},
		{"destroy", destroy("empty"), "ok"},
		{"destroy what is not empty", destroy("ctx"), "not empty"},
		{"destroy what is destroyed", destroy("gone"), "OBJECT_NOT_EXIST"},
		{"destroy the root", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error { return r.Destroy(ctx) }, "NO_PERMISSION"},
		{"list", func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
			_, _, err := r.List(ctx, 10)
			return err
		}, "ok"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			p := serve(t, nil)
			p.furnish(t)
			before := p.dump(t)
			got := outcome(c.do(t.Context(), p, p.root))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if after := p.dump(t); got != "ok" && before != after {
				t.Errorf("it failed, and changed the names from\n%s to\n%s", before, after)
			}
		})
	}
}

type operation = func(context.Context, *place, cosnaming.NamingContextExt) error

func bind(n string) operation {
	return func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
		return first(r.Bind(ctx, name(n), p.object("new")), func() error { return p.leads(ctx, n, p.object("new")) })
	}
}

func rebind(n string) operation {
	return func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
		return first(r.Rebind(ctx, name(n), p.object("new")), func() error { return p.leads(ctx, n, p.object("new")) })
	}
}

func bindContext(n string) operation {
	return func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
		return first(r.BindContext(ctx, name(n), r), func() error { return p.leads(ctx, n+"/obj", p.object("obj")) })
	}
}

func rebindContext(n string) operation {
	return func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
		return first(r.RebindContext(ctx, name(n), r), func() error { return p.leads(ctx, n+"/obj", p.object("obj")) })
	}
}

func resolve(n string) operation {
	return func(ctx context.Context, _ *place, r cosnaming.NamingContextExt) error {
		o, err := r.Resolve(ctx, name(n))
		if err == nil && o == nil {
			return errors.New("nil")
		}
		return err
	}
}

func unbind(n string) operation {
	return func(ctx context.Context, _ *place, r cosnaming.NamingContextExt) error {
		if err := r.Unbind(ctx, name(n)); err != nil {
			return err
		}
		if _, err := r.Resolve(ctx, name(n)); !strings.HasPrefix(outcome(err), "missing_node") {
			return fmt.Errorf("it is still bound: %v", err)
		}
		return nil
	}
}

func destroy(n string) operation {
	return func(ctx context.Context, p *place, r cosnaming.NamingContextExt) error {
		o, err := r.Resolve(ctx, name(n))
		if err != nil {
			return err
		}
		nc := cosnaming.NamingContextClass.Unchecked(o)
		if err := nc.Destroy(ctx); err != nil {
			return err
		}
		if gone, err := orb.RefOf(o).NonExistent(ctx); err != nil || !gone {
			return fmt.Errorf("it still exists: %v, %v", gone, err)
		}
		return nil
	}
}

// first returns err, or where there is none what then returns.
func first(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// leads holds that a name leads to an object.
func (p *place) leads(ctx context.Context, n string, want orb.Object) error {
	got, err := p.root.Resolve(ctx, name(n))
	if err == nil && !orb.Same(got, want) {
		err = fmt.Errorf("%s leads to %v", n, got)
	}
	return err
}

// dump lists all names below the root, two contexts deep.
func (p *place) dump(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	var walk func(nc cosnaming.NamingContext, above string, depth int)
	walk = func(nc cosnaming.NamingContext, above string, depth int) {
		list, more, err := nc.List(t.Context(), 1000)
		if outcome(err) == "OBJECT_NOT_EXIST" {
			return
		}
		if err != nil || more != nil {
			t.Fatalf("list %s: %v, %v", above, more, err)
		}
		for _, l := range list {
			o, err := nc.Resolve(t.Context(), l.BindingName)
			if err != nil {
				t.Fatal(err)
			}
			path := above + text(l.BindingName)
			fmt.Fprintf(&b, "%s %v %s\n", path, l.BindingType, orb.Key(o))
			if l.BindingType == cosnaming.BindingType_Ncontext && depth > 0 {
				walk(cosnaming.NamingContextClass.Unchecked(o), path+"/", depth-1)
			}
		}
	}
	walk(p.root, "", 2)
	return b.String()
}

// TestResolved looks at what comes out: the very reference that went in, contexts as contexts.
func TestResolved(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	p.furnish(t)
	ctx := t.Context()
	in := p.object("obj")
	out, err := p.root.Resolve(ctx, name("obj"))
	if err != nil || !orb.RefOf(out).IOR().Equal(orb.RefOf(in).IOR()) {
		t.Errorf("got %v, %v, want %v", out, err, in)
	}
	if out, err := p.root.Resolve(ctx, name("nil")); err != nil || out != nil {
		t.Errorf("nil: got %v, %v", out, err)
	}
	up, err := p.root.Resolve(ctx, name("ctx/up"))
	if err != nil || !orb.Same(up, p.ref) {
		t.Errorf("the root: got %v, %v, want %v", up, err, p.ref)
	}
	inner, err := p.root.Resolve(ctx, name("ctx"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.root.Resolve(ctx, name("ctx/up/ctx/plain"))
	if err != nil || !orb.Same(inner, again) {
		t.Errorf("one context by two names: got %v and %v, %v", inner, again, err)
	}
	for _, id := range []string{"IDL:omg.org/CosNaming/NamingContext:1.0", cosnaming.NamingContextExtClass.ID(), "IDL:omg.org/CORBA/Object:1.0"} {
		for _, o := range []orb.Object{inner, p.object("")} {
			ref := orb.RefOf(o)
			if o != inner { // a reference without a type, as from corbaloc
				if ref, err = p.client.Resolve(ctx, p.url); err != nil {
					t.Fatal(err)
				}
			}
			if is, err := ref.IsA(ctx, id); err != nil || !is {
				t.Errorf("%v is a %s: got %v, %v", ref, id, is, err)
			}
		}
	}
	ext, err := cosnaming.NamingContextExtClass.Narrow(ctx, p.client.NewRef(orb.RefOf(inner).IOR()))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := ext.ToString(ctx, name("a/b.c")); err != nil || s != "a/b.c" {
		t.Errorf("got %q, %v", s, err)
	}
	if _, err := cosnaming.BindingIteratorClass.Bind(ctx, p.client, p.url); !errors.Is(err, exc.BadParam) {
		t.Errorf("a context as an iterator: got %v", err)
	}
}

// TestURLs resolves names as programs do, by URL and by initial reference.
func TestURLs(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	ctx := t.Context()
	if _, err := p.root.BindNewContext(ctx, name("bank.dir")); err != nil {
		t.Fatal(err)
	}
	for key, n := range map[string]string{"main": "bank.dir/main", "odd": `bank.dir/ä b\/c\.d.k%`, "none": "bank.dir/."} {
		if err := p.root.Bind(ctx, name(n), p.object(key)); err != nil {
			t.Fatal(err)
		}
		address := strings.TrimSuffix(strings.TrimPrefix(p.url, "corbaloc:"), "/NameService")
		url, err := p.root.ToUrl(ctx, address, n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.client.Resolve(ctx, url); err != nil || got.ObjectKey() != key {
			t.Errorf("%s: got %v, %v", url, got, err)
		}
	}
	o := newORB(t, orb.Config{InitialReferences: map[string]string{"NameService": p.url}})
	if got, err := o.Resolve(ctx, "corbaname:rir:#bank.dir/main"); err != nil || !orb.Same(got, p.object("main")) {
		t.Errorf("got %v, %v", got, err)
	}
	var why *orb.NameError
	if _, err := o.Resolve(ctx, "corbaname:rir:#bank.dir/other"); !errors.As(err, &why) || why.Rest.String() != "other" {
		t.Errorf("got %v", err)
	}
}

// TestPersistence holds that names and references to contexts outlive the process.
func TestPersistence(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dsom.db")
	uuid := [16]byte{1, 2, 3}
	listen := "tcp:127.0.0.1:0"
	start := func() *place {
		return serve(t, func(c *naming.Config, o *orb.Config) {
			c.Store, o.ServerID, o.Listen = openStore(t, path), uuid, []string{listen}
		})
	}
	first := start()
	first.furnish(t)
	before := first.dump(t)
	ctxRef, err := first.root.Resolve(t.Context(), name("ctx"))
	if err != nil {
		t.Fatal(err)
	}
	listen = first.server.Endpoints()[0].String()
	stop(t, first.server)
	if err := first.Store.Close(); err != nil {
		t.Fatal(err)
	}
	second := start()
	if got := second.dump(t); got != before {
		t.Errorf("got\n%s, want\n%s", got, before)
	}
	o, err := cosnaming.NamingContextClass.Unchecked(ctxRef).Resolve(t.Context(), name("obj")) // the client of before
	if err != nil || orb.RefOf(o).ObjectKey() != "inner" {
		t.Errorf("a context's reference from before: got %v, %v", o, err)
	}
}

// TestAddress holds that references of contexts name the address that the ORB publishes.
func TestAddress(t *testing.T) {
	t.Parallel()
	p := serve(t, func(_ *naming.Config, o *orb.Config) { o.Publish = "names.example.com:3053" })
	nc, err := p.root.NewContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []*orb.Ref{p.ref, orb.RefOf(nc.(orb.Object))} {
		b, err := ref.IOR().Profiles[0].IIOP()
		if err != nil || b.Host != "names.example.com" || b.Port != 3053 || ref.TypeID() != cosnaming.NamingContextExtClass.ID() || len(b.Components) == 0 {
			t.Errorf("got %+v, %v", b, err)
		}
	}
	if p.ref.ObjectKey() != "NameService" {
		t.Errorf("the root's key is %q", p.ref.ObjectKey())
	}
	if _, err := naming.New(t.Context(), p.Config); err == nil {
		t.Error("two naming services in one ORB")
	}
}

// TestWhoMayWrite holds that all operations that change names are refused to a client that may not,
// with a reason and a line in the log, and that it may read.
func TestWhoMayWrite(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	var asked sync.Map
	p := serve(t, func(c *naming.Config, _ *orb.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		c.MayWrite = func(ctx context.Context) error {
			asked.Store(orb.Peer(ctx).String(), true)
			return errors.New("nobody may")
		}
	})
	ctx := t.Context()
	obj := p.object("x")
	_, newErr := p.root.NewContext(ctx)
	_, bindNewErr := p.root.BindNewContext(ctx, name("x"))
	for what, err := range map[string]error{
		"bind": p.root.Bind(ctx, name("x"), obj), "rebind": p.root.Rebind(ctx, name("x"), obj),
		"bind_context": p.root.BindContext(ctx, name("x"), p.root), "rebind_context": p.root.RebindContext(ctx, name("x"), p.root),
		"unbind": p.root.Unbind(ctx, name("x")), "destroy": p.root.Destroy(ctx), "new_context": newErr, "bind_new_context": bindNewErr,
	} {
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.NoPermission || sys.Minor != exc.MinorWriteDenied || sys.Completed != exc.No || !strings.Contains(sys.Reason, "nobody may") || !strings.Contains(sys.Reason, "allow-write") {
			t.Errorf("%s: got %v", what, err)
		}
		if !strings.Contains(log.String(), "operation="+what+" peer=127.0.0.1:") {
			t.Errorf("%s: no line in the log:\n%s", what, log.String())
		}
	}
	if _, _, err := p.root.List(ctx, 10); err != nil {
		t.Error(err)
	}
	if _, err := p.root.Resolve(ctx, name("x")); outcome(err) != "missing_node x" {
		t.Errorf("resolve: got %v", err)
	}
	asked.Range(func(peer, _ any) bool {
		if !strings.HasPrefix(peer.(string), "127.0.0.1:") {
			t.Errorf("asked about %v", peer)
		}
		return true
	})
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestWritesFromHere calls a context within the process, where there is no peer.
func TestWritesFromHere(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	nc, err := p.root.NewContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	here := cosnaming.NamingContextClass.Unchecked(p.server.NewRef(orb.RefOf(nc.(orb.Object)).IOR()))
	if err := here.Bind(t.Context(), name("x"), p.object("x")); err != nil {
		t.Error(err)
	}
}

// TestStoreFails holds that a store which fails is PERSIST_STORE with a reason, and that what is bound can still be resolved.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	p.furnish(t)
	if err := p.Store.Close(); err != nil {
		t.Fatal(err)
	}
	err := p.root.Bind(t.Context(), name("x"), p.object("x"))
	var sys *exc.SystemException
	if !errors.As(err, &sys) || sys.Kind != exc.PersistStore || sys.Minor != exc.MinorStore || !strings.Contains(sys.Reason, store.ErrClosed.Error()) {
		t.Errorf("got %v", err)
	}
	if _, err := p.root.Resolve(t.Context(), name("ctx/obj")); err != nil {
		t.Errorf("resolve: %v", err)
	}
	_, err = naming.New(t.Context(), naming.Config{Store: p.Store, Root: poa.New(newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}}))})
	if !errors.Is(err, store.ErrClosed) {
		t.Errorf("a service on a closed store: got %v", err)
	}
}

// TestDamagedReference holds that a binding to no reference is an error for that name alone.
func TestDamagedReference(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"o", "o\x02", "o\x00\xff\xff\xff\xff", "oXXXXXXXXXXXXXXXXX", "fbad"} {
		s := openStore(t, filepath.Join(t.TempDir(), "dsom.db"))
		if _, err := s.Commit(t.Context(), store.Create("naming/context/root", nil), store.Create("naming/binding/root/bad.=", []byte(value))); err != nil {
			t.Fatal(err)
		}
		p := serve(t, func(c *naming.Config, _ *orb.Config) { c.Store = s })
		for _, n := range []string{"bad", "bad/x"} {
			if _, err := p.root.Resolve(t.Context(), name(n)); value[0] == 'f' == (n == "bad/x") && outcome(err) != "PERSIST_STORE" {
				t.Errorf("%q: %s: got %v", value, n, err)
			}
		}
		if err := p.root.Unbind(t.Context(), name("bad")); err != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// TestLimitReason holds that a limit is named to the client.
func TestLimitReason(t *testing.T) {
	t.Parallel()
	p := serve(t, func(c *naming.Config, _ *orb.Config) { c.Limits.Bindings = 1 })
	if err := p.root.Bind(t.Context(), name("a"), nil); err != nil {
		t.Fatal(err)
	}
	err := p.root.Bind(t.Context(), name("b"), nil)
	var sys *exc.SystemException
	if !errors.As(err, &sys) || sys.Kind != exc.ImpLimit || sys.Minor != exc.MinorLimit || !strings.Contains(sys.Reason, "naming-bindings of 1") {
		t.Errorf("got %v", err)
	}
}

// TestManyClients has clients of their own bind and resolve at once; no acknowledged name is lost.
func TestManyClients(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	var all sync.WaitGroup
	for i := range 6 {
		o := newORB(t, orb.Config{})
		all.Go(func() {
			root, err := cosnaming.NamingContextExtClass.Bind(t.Context(), o, p.url)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := root.BindNewContext(t.Context(), name("shared")); err != nil && outcome(err) != "already bound" {
				t.Error(err)
			}
			for j := range 10 {
				n := fmt.Sprintf("shared/c%d-%d", i, j)
				if err := root.Bind(t.Context(), name(n), p.object(n)); err != nil {
					t.Error(err)
				}
				if got, err := root.ResolveStr(t.Context(), n); err != nil || !orb.Same(got, p.object(n)) {
					t.Errorf("%s: got %v, %v", n, got, err)
				}
			}
		})
	}
	all.Wait()
	shared, err := p.root.Resolve(t.Context(), name("shared"))
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := cosnaming.NamingContextClass.Unchecked(shared).List(t.Context(), 1000)
	if err != nil || len(list) != 60 {
		t.Errorf("got %d names, %v, want 60", len(list), err)
	}
}
