package pi_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
	"github.com/opendsom/dsom/orb/poa"
)

// ending is an interceptor of all kinds that says when it is destroyed.
type ending struct {
	clientAt
	d *diary
}

func (x ending) Destroy() { x.d.note("%s is destroyed", x.Name()) }

// TestInitializers holds the order of the making of an ORB and of its end, and who can be registered.
func TestInitializers(t *testing.T) {
	t.Parallel()
	d := new(diary)
	quiet := func(context.Context, *pi.ClientRequestInfo) error { return nil }
	client := func(name string) pi.ClientRequestInterceptor {
		return ending{clientAt{pi.Base{ID: name}, quiet}, d}
	}
	var kept *pi.InitInfo
	o, _ := newORB(t, true,
		initializer{pre: func(i *pi.InitInfo) error {
			kept = i
			d.note("pre 1 %s %v", i.ORBID(), i.ORB() == nil)
			var twice *pi.DuplicateName
			if err := must(i.AddClientRequestInterceptor(client("one")), i.AddClientRequestInterceptor(client("")), i.AddClientRequestInterceptor(client(""))); err != nil {
				t.Error(err)
			}
			if err := i.AddClientRequestInterceptor(client("one")); !errors.As(err, &twice) || twice.Name != "one" {
				t.Errorf("got %v", err)
			}
			if err := i.AddServerRequestInterceptor(pi.ServerBase{Base: pi.Base{ID: "one"}}); err != nil { // of another kind
				t.Error(err)
			}
			if err := i.AddServerRequestInterceptor(pi.ServerBase{Base: pi.Base{ID: "one"}}); !errors.As(err, &twice) {
				t.Errorf("got %v", err)
			}
			if err := must(i.AddIORInterceptor(pi.IORBase{}), i.AddIORInterceptor(pi.IORBase{})); err != nil {
				t.Error(err)
			}
			if _, err := i.ResolveInitialReference(t.Context(), "NameService"); brief(err) != "BAD_INV_ORDER:14 completed NO" {
				t.Errorf("got %v", err)
			}
			return nil
		}, post: func(i *pi.InitInfo) error {
			d.note("post 1 %v", len(i.ORB().Endpoints()))
			return i.AddClientRequestInterceptor(client("late"))
		}},
		initializer{pre: func(*pi.InitInfo) error { d.note("pre 2"); return nil }, post: func(*pi.InitInfo) error { d.note("post 2"); return nil }})
	if got := d.take(); got != "pre 1 tested true; pre 2; post 1 1; post 2" {
		t.Errorf("got %s", got)
	}
	for _, err := range []error{
		kept.AddClientRequestInterceptor(client("too late")), errOf(kept.AllocateSlot()), kept.RegisterPolicyFactory(1, nil), kept.RegisterInitialReference("x", nil),
		errOf(kept.ResolveInitialReference(t.Context(), "x")),
	} {
		if !errors.Is(err, exc.ObjectNotExist) {
			t.Errorf("after initialization: %v", err)
		}
	}
	if err := o.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if got := d.take(); got != "one is destroyed;  is destroyed;  is destroyed; late is destroyed" {
		t.Errorf("got %s", got)
	}
}

// TestInitializersFail holds that an initializer's error is INITIALIZE, and that there is no ORB then.
func TestInitializersFail(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	fails := func(*pi.InitInfo) error { return refused }
	if _, err := pi.Configure(new(orb.Config), pi.Options{}, initializer{pre: fails}); !errors.Is(err, exc.Initialize) || !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	var cfg orb.Config
	if _, err := pi.Configure(&cfg, pi.Options{}, initializer{post: fails}); err != nil {
		t.Fatal(err)
	}
	if _, err := orb.New(cfg); !errors.Is(err, exc.Initialize) || !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	cfg = orb.Config{}
	if _, err := pi.Configure(&cfg, pi.Options{}); err != nil {
		t.Fatal(err)
	}
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	if _, err := orb.New(cfg); !errors.Is(err, exc.Initialize) {
		t.Errorf("a second ORB: %v", err)
	}
}

// TestInitialReferences holds that initializers register objects, and what is no name.
func TestInitialReferences(t *testing.T) {
	t.Parallel()
	other, _ := newORB(t, true)
	ref := activate(t, other, new(servant))
	var invalid *pi.InvalidName
	o, _ := newORB(t, false, initializer{
		pre: func(i *pi.InitInfo) error {
			if err := i.RegisterInitialReference("Early", nil); brief(err) != "BAD_PARAM:27 completed NO" {
				t.Errorf("got %v", err)
			}
			if err := i.RegisterInitialReference("", ref); !errors.As(err, &invalid) {
				t.Errorf("got %v", err)
			}
			return i.RegisterInitialReference("Early", ref)
		},
		post: func(i *pi.InitInfo) error {
			if err := i.RegisterInitialReference("Early", ref); !errors.As(err, &invalid) {
				t.Errorf("got %v", err)
			}
			if _, err := i.ResolveInitialReference(t.Context(), "Nothing"); !errors.As(err, &invalid) {
				t.Errorf("got %v", err)
			}
			got, err := i.ResolveInitialReference(t.Context(), "Early")
			if err != nil || !orb.Same(got, ref) {
				t.Errorf("got %v, %v", got, err)
			}
			return i.RegisterInitialReference("Late", ref)
		},
	})
	for _, name := range []string{"Early", "Late"} {
		if got, err := o.Resolve(t.Context(), "corbaloc:rir:/"+name); err != nil || !orb.Same(got, ref) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// level is a policy of a program's own.
type level struct{ n int32 }

func (level) PolicyType() pi.PolicyType { return testPolicy }

func newLevel(_ pi.PolicyType, v dyn.Any) (pi.Policy, error) {
	n, err := dyn.Long.From(v)
	switch {
	case err != nil:
		return nil, &pi.PolicyError{Reason: pi.BadPolicyType}
	case n < 0:
		return nil, &pi.PolicyError{Reason: pi.BadPolicyValue}
	}
	return level{n}, nil
}

// leveled adds the level of an adapter to its references.
type leveled struct {
	pi.IORBase
	d *diary
}

const levelTag = 0x44530010

func (x leveled) EstablishComponents(i *pi.IORInfo) error {
	p, err := i.GetEffectivePolicy(testPolicy)
	x.d.note("establish %v %v %v", i.AdapterName(), i.Persistent(), p)
	if l, ok := p.(level); ok {
		return must(err, i.AddIORComponent(ior.Component{Tag: levelTag, Data: []byte{byte(l.n)}}),
			i.AddIORComponentToProfile(ior.Component{Tag: levelTag, Data: []byte{byte(l.n + 1)}}, ior.TagMultipleComponents))
	}
	return err
}

func (x leveled) ComponentsEstablished(i *pi.IORInfo) error {
	x.d.note("established")
	if err := i.AddIORComponent(ior.Component{}); !errors.Is(err, exc.BadInvOrder) {
		return err
	}
	if slices.Contains(i.AdapterName(), "refused") {
		return errors.New("refused")
	}
	if slices.Contains(i.AdapterName(), "panics") {
		panic("told to")
	}
	return nil
}

func (x leveled) AdapterManagerStateChanged(id uint32, s pi.AdapterState) {
	x.d.note("manager %d is %v", id, s)
}
func (x leveled) AdapterStateChanged(names [][]string, s pi.AdapterState) {
	slices.SortFunc(names, slices.Compare)
	x.d.note("%v are %v", names, s)
}

// failing fails to add anything, which keeps nothing from happening.
type failing struct{ pi.IORBase }

func (failing) EstablishComponents(i *pi.IORInfo) error {
	if err := i.AddIORComponentToProfile(ior.Component{}, 99); brief(err) != "BAD_PARAM:29 completed NO" {
		panic(err)
	}
	return errors.New("told to fail")
}

// TestIORInterceptors holds that components are established once for each adapter, by its policies, that they reach clients' interceptors, and what
// becomes of errors.
func TestIORInterceptors(t *testing.T) {
	t.Parallel()
	d := new(diary)
	o, s := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		if err := i.RegisterPolicyFactory(testPolicy, newLevel); err != nil {
			return err
		}
		if err := i.RegisterPolicyFactory(testPolicy, newLevel); brief(err) != "BAD_INV_ORDER:16 completed NO" {
			t.Errorf("got %v", err)
		}
		return must(i.AddIORInterceptor(failing{}), i.AddIORInterceptor(leveled{d: d}),
			i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
				if i.Point() != pi.AtReceiveRequest {
					return nil
				}
				p, err := i.GetServerPolicy(testPolicy)
				name, _ := i.AdapterName()
				id, _ := i.AdapterID()
				d.note("served by %v %s with %v", name, id, p)
				if _, err := i.GetServerPolicy(testPolicy + 1); brief(err) != "INV_POLICY:2 completed NO" {
					t.Errorf("got %v", err)
				}
				return err
			}}))
	}})
	root := poa.New(o)
	strictName := []string{"RootPOA", "outer", "strict"}
	outer, err := root.Create("outer", poa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.take(); got != "establish [RootPOA] false <nil>; established; establish [RootPOA outer] false <nil>; established" {
		t.Errorf("before any reference: got %s", got)
	}
	for _, c := range []struct {
		value dyn.Any
		want  pi.PolicyErrorCode
	}{{dyn.String.Any("x"), pi.BadPolicyType}, {dyn.Long.Any(-1), pi.BadPolicyValue}} {
		var bad *pi.PolicyError
		if _, err := s.CreatePolicy(testPolicy, c.value); !errors.As(err, &bad) || bad.Reason != c.want {
			t.Errorf("got %v", err)
		}
	}
	var bad *pi.PolicyError
	if _, err := s.CreatePolicy(testPolicy+1, dyn.Any{}); !errors.As(err, &bad) || bad.Reason != pi.BadPolicy {
		t.Errorf("got %v", err)
	}
	p, err := s.CreatePolicy(testPolicy, dyn.Long.Any(3))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetAdapterPolicies(strictName, p); err != nil {
		t.Fatal(err)
	}
	if err := s.SetAdapterPolicies(strictName, pi.MessagingPolicy{Type: pi.RebindPolicy}); brief(err) != "INV_POLICY:3 completed NO" {
		t.Errorf("got %v", err)
	}
	strict, err := outer.Create("strict", poa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := strict.Activate(new(servant))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := strict.Activate(new(servant)); err != nil {
		t.Fatal(err)
	}
	plain, err := root.Activate(new(servant))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetAdapterPolicies(strictName, p); !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("too late: %v", err)
	}
	for range 2 { // the first leaves nothing behind
		refused, err := root.Create("refused", poa.Options{Lifespan: poa.Persistent})
		if refused != nil || brief(err) != "OBJ_ADAPTER:6 completed NO" || !strings.Contains(err.Error(), "refused") {
			t.Errorf("got %v, %v", refused, err)
		}
		if c, err := root.FindPOA(t.Context(), "refused", false); !errors.Is(err, poa.ErrAdapterNonExistent) {
			t.Errorf("found %v, %v", c, err)
		}
	}
	if got := d.take(); got != "establish [RootPOA outer strict] false {3}; established; establish [RootPOA refused] true <nil>; established; establish [RootPOA refused] true <nil>; established" {
		t.Errorf("got %s", got)
	}
	for range 2 {
		func() {
			defer func() {
				if x := recover(); x != "told to" {
					t.Errorf("panicked with %v", x)
				}
			}()
			c, err := root.Create("panics", poa.Options{})
			t.Errorf("got %v, %v", c, err)
		}()
	}
	if got := d.take(); strings.Count(got, "establish [RootPOA panics]") != 2 {
		t.Errorf("got %s", got)
	}

	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			if i.Point() != pi.AtSendRequest {
				return nil
			}
			c, err := i.GetEffectiveComponent(levelTag)
			all, _ := i.GetEffectiveComponents(levelTag)
			d.note("sent with %v of %d, %s", c.Data, len(all), brief(err))
			for _, c := range append(all, c) { // they are the interceptor's
				for i := range c.Data {
					c.Data[i] = 99
				}
			}
			return nil
		}})
	}})
	far := co.NewRef(ref.IOR())
	for _, r := range []*orb.Ref{far, far, co.NewRef(plain.IOR())} {
		if err := call(t.Context(), r, "ok"); err != nil {
			t.Error(err)
		}
	}
	const strictly = "sent with [3] of 1, result; served by [RootPOA outer strict] outer\x00strict with {3}; "
	if got := d.take(); got != strictly+strictly+"sent with [] of 0, BAD_PARAM:28 completed NO; served by [RootPOA]  with <nil>" {
		t.Errorf("got %s", got)
	}
	multiple, err := ref.IOR().Profiles[1].MultiComponent()
	if err != nil || len(multiple) != 1 || multiple[0].Data[0] != 4 {
		t.Errorf("got %v, %v", multiple, err)
	}

	s.AdapterManagerStateChanged(7, pi.Holding)
	s.AdapterStateChanged(pi.NonExistent, strictName)
	if got := d.take(); got != "manager 7 is HOLDING; [[RootPOA outer strict]] are NON_EXISTENT" {
		t.Errorf("got %s", got)
	}
	if _, err := strict.Activate(new(servant)); err != nil { // made again, without its policies
		t.Error(err)
	}
	for _, lasts := range []bool{false, true} { // an adapter of the program's own, of either lifespan
		key := ior.AppendKey(nil, ior.Key{Server: o.ServerID(), Adapter: "own", ID: []byte("x")})
		if _, err := o.Reference(new(servant).Interface(), key, lasts); err != nil {
			t.Error(err)
		}
	}
	if got := d.take(); got != "establish [RootPOA outer strict] false <nil>; established; establish [RootPOA own] false <nil>; established; establish [RootPOA own] true <nil>; established" {
		t.Errorf("got %s", got)
	}
	if err := o.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if got := d.take(); got != "[[RootPOA] [RootPOA outer] [RootPOA outer strict]] are NON_EXISTENT; [[RootPOA own]] are NON_EXISTENT" {
		t.Errorf("got %s", got)
	}
}

// managed notes the managers of adapters.
type managed struct {
	pi.IORBase
	d     *diary
	first *atomic.Uint32 // the root's manager
	again func()         // called when the root's manager is told of for the first time
	once  *sync.Once
}

func (x managed) EstablishComponents(i *pi.IORInfo) error {
	x.first.CompareAndSwap(0, i.ManagerID())
	x.d.note("%v has manager %d, %v", i.AdapterName(), i.ManagerID()-x.first.Load(), i.State())
	return nil
}

func (x managed) AdapterManagerStateChanged(id uint32, s pi.AdapterState) {
	x.once.Do(x.again)
	x.d.note("%d is %v", int(id)-int(x.first.Load()), s)
}

func (x managed) AdapterStateChanged(names [][]string, s pi.AdapterState) {
	slices.SortFunc(names, slices.Compare)
	x.d.note("%v are %v", names, s)
}

// TestAdapterStates holds what IOR interceptors are told of adapters and their managers: each change once, in order, also of those that
// are made by who is told.
func TestAdapterStates(t *testing.T) {
	t.Parallel()
	d := new(diary)
	m := new(poa.Manager)
	x := managed{d: d, first: new(atomic.Uint32), once: new(sync.Once), again: func() {
		if err := m.DiscardRequests(t.Context(), false); err != nil {
			t.Error(err)
		}
		d.note("changed")
	}}
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error { return i.AddIORInterceptor(x) }})
	root := poa.New(o)
	if _, err := root.Activate(new(servant)); err != nil {
		t.Fatal(err)
	}
	outer, err := root.Create("outer", poa.Options{Manager: m})
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []poa.Options{{Manager: m}, {}} {
		if _, err := outer.Create(fmt.Sprint(opt.Manager == m), opt); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := outer.Activate(new(servant)); err != nil {
		t.Fatal(err)
	}
	number := x.first.Load()
	if got, want := d.take(), "[RootPOA] has manager 0, ACTIVE; [RootPOA outer] has manager N, HOLDING; [RootPOA outer true] has manager N, HOLDING; [RootPOA outer false] has manager N, HOLDING"; regexp.MustCompile(`manager [1-9]\d*`).ReplaceAllString(got, "manager N") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	own, _, _ := root.Managed("outer")
	x.first.Store(own)
	for range 2 { // the second changes nothing
		if err := m.Activate(); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := d.take(), "changed; 0 is ACTIVE; 0 is DISCARDING; 0 is ACTIVE"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := m.Deactivate(t.Context(), false, true); err != nil {
		t.Fatal(err)
	}
	if err := m.Activate(); !errors.Is(err, poa.ErrAdapterInactive) {
		t.Errorf("got %v", err)
	}
	if err := outer.Destroy(t.Context(), true, true); err != nil {
		t.Fatal(err)
	}
	if err := root.Manager().HoldRequests(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if got, want := d.take(), fmt.Sprintf("0 is INACTIVE; [[RootPOA outer] [RootPOA outer false] [RootPOA outer true]] are NON_EXISTENT; %d is HOLDING", int(number)-int(own)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := d.take(), "[[RootPOA]] are NON_EXISTENT"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRequestPolicies holds which policies of a call its interceptors find.
func TestRequestPolicies(t *testing.T) {
	t.Parallel()
	now := time.Now()
	all := orb.Policies{
		RoundtripTimeout: time.Minute, RequestTimeout: time.Hour, RequestStart: now.Add(-time.Second), RequestEnd: now.Add(time.Hour), ReplyStart: now.Add(-time.Minute), ReplyEnd: now.Add(2 * time.Hour),
		Sync: orb.SyncWithServer, Rebind: orb.Transparent, RequestPriority: &orb.PriorityRange{Min: 1, Max: 2}, ReplyPriority: &orb.PriorityRange{Min: 3, Max: 4},
	}
	want := map[pi.PolicyType]any{
		pi.RebindPolicy: orb.Transparent, pi.SyncScopePolicy: orb.SyncWithServer, pi.RequestPriorityPolicy: *all.RequestPriority, pi.ReplyPriorityPolicy: *all.ReplyPriority,
		pi.RequestStartTimePolicy: all.RequestStart, pi.RequestEndTimePolicy: all.RequestEnd, pi.ReplyStartTimePolicy: all.ReplyStart, pi.ReplyEndTimePolicy: all.ReplyEnd,
		pi.RelativeRequestTimeout: all.RequestTimeout, pi.RelativeRoundtrip: all.RoundtripTimeout,
	}
	said := true
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			for k, v := range want {
				p, err := i.GetRequestPolicy(k)
				switch m, ok := p.(pi.MessagingPolicy); {
				case said && (!ok || m.Value != v || m.PolicyType() != k):
					t.Errorf("policy %d: got %v, %v", k, p, err)
				case !said && brief(err) != "INV_POLICY:2 completed NO":
					t.Errorf("policy %d: got %v, %v", k, p, err)
				}
			}
			if p, err := i.GetRequestPolicy(testPolicy); said != (p == pi.Policy(level{2})) || said != (err == nil) {
				t.Errorf("got %v, %v", p, err)
			}
			return nil
		}})
	}})
	ref := activate(t, o, new(servant))
	ctx := pi.WithPolicy(pi.WithPolicy(orb.WithPolicies(t.Context(), all), level{1}), level{2})
	if err := call(ctx, ref, "ok"); err != nil {
		t.Error(err)
	}
	said = false
	if err := call(t.Context(), ref, "ok"); err != nil {
		t.Error(err)
	}
}

// TestRequestPoliciesEnd: the policies of a caller are not those of the calls that a servant makes, in the same process or another.
func TestRequestPoliciesEnd(t *testing.T) {
	t.Parallel()
	seen := map[string][]bool{}
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			p, _ := i.GetRequestPolicy(testPolicy)
			seen[i.Operation()] = append(seen[i.Operation()], p != nil)
			return nil
		}})
	}})
	inner := activate(t, o, new(servant))
	outer := activate(t, o, &servant{do: func(ctx context.Context, op string) error { return call(ctx, inner, "ok") }})
	if err := call(pi.WithPolicy(t.Context(), level{1}), outer, "nested"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(seen); got != "map[nested:[true true] ok:[false false]]" {
		t.Errorf("of the caller's policy the interceptor saw %s", got)
	}
}

// stateOf notes what an adapter does with requests when it is made.
type stateOf struct {
	leveled
	manager uint32
}

func (x *stateOf) AdapterManagerStateChanged(id uint32, s pi.AdapterState) {
	x.d.note("its manager, %v, is %v", id == x.manager, s)
}

func (x *stateOf) EstablishComponents(i *pi.IORInfo) error {
	x.manager = i.ManagerID()
	x.d.note("%v of a manager, %v: %v", i.AdapterName(), x.manager != 0, i.State())
	return nil
}

// TestProgramsInitializers holds that initializers of the program's own, be they called before those of interceptors, may make adapters, change them, and call
// objects: interceptors are told as always.
func TestProgramsInitializers(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{false, true} {
		d := new(diary)
		program := func(o *orb.ORB) error {
			root := poa.New(o)
			ref, err := root.Activate(new(servant))
			if err != nil {
				return err
			}
			if err := call(t.Context(), o.NewRef(ref.IOR()), "ok"); err != nil {
				return err
			}
			return root.Manager().HoldRequests(t.Context(), true)
		}
		cfg := orb.Config{Listen: []string{"tcp:127.0.0.1:0"}}
		if !first {
			cfg.Initializers = append(cfg.Initializers, program)
		}
		_, err := pi.Configure(&cfg, pi.Options{}, initializer{pre: func(i *pi.InitInfo) error {
			return must(i.AddIORInterceptor(&stateOf{leveled: leveled{d: d}}), i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
				if i.Point() == pi.AtReceiveRequest {
					id, err := i.ServerID()
					d.note("server %v %v", id != "", err)
				}
				return nil
			}}))
		}, post: func(i *pi.InitInfo) error {
			d.note("post")
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		want := "[RootPOA] of a manager, true: ACTIVE; established; server true <nil>; its manager, true, is HOLDING; post"
		if first {
			cfg.Initializers = slices.Insert(cfg.Initializers, 0, program)
		}
		o, err := orb.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.take(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		o.Shutdown(context.Background())
	}
}

// TestConfigureCopies holds that configurations which are copies of one do not change each other, though its lists have room.
func TestConfigureCopies(t *testing.T) {
	t.Parallel()
	base := orb.Config{
		Initializers:       make([]func(*orb.ORB) error, 0, 8),
		ClientInterceptors: make([]orb.ClientInterceptor, 0, 8),
		ServerInterceptors: make([]orb.ServerInterceptor, 0, 8),
	}
	base.Initializers = append(base.Initializers, func(*orb.ORB) error { return nil })
	d := new(diary)
	var configs [2]orb.Config
	for i := range configs {
		configs[i] = base
		_, err := pi.Configure(&configs[i], pi.Options{}, initializer{
			pre: func(info *pi.InitInfo) error {
				return info.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, r *pi.ClientRequestInfo) error {
					if r.Point() == pi.AtSendRequest {
						d.note("client %d", i)
					}
					return nil
				}})
			},
			post: func(*pi.InitInfo) error {
				d.note("post %d", i)
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	server, _ := newORB(t, true)
	ref := activate(t, server, new(servant))
	for i, cfg := range configs {
		o, err := orb.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { o.Shutdown(context.Background()) })
		if err := call(t.Context(), o.NewRef(ref.IOR()), "ok"); err != nil {
			t.Fatal(err)
		}
		if got, want := d.take(), fmt.Sprintf("post %d; client %d", i, i); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
