package interop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
)

// startNaming starts this project's naming service on a port of 127.0.0.1 and returns its URL and its ORB.
func startNaming(t *testing.T, port int) (url string, o *orb.ORB) {
	t.Helper()
	url, of := startNamingIn(t, gopeer.Options{Port: port})
	return url, of.ORB
}

// startNamingIn is startNaming in a byte order and up to a version of GIOP, on the port of the options.
func startNamingIn(t *testing.T, form gopeer.Options) (url string, o *gopeer.ORB) {
	t.Helper()
	o = gopeer.NewORB(t, form)
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "names.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := naming.New(t.Context(), naming.Config{Store: s, Root: o.Root}); err != nil {
		t.Fatal(err)
	}
	return namingURL(form.Version, form.Port), o
}

// namingURL returns the URL of the naming service at a port, to be called in a version of GIOP; in the client's own if that is empty.
func namingURL(version string, port int) string {
	at := ":"
	if version != "" {
		at = "iiop:" + version + "@"
	}
	return fmt.Sprintf("corbaloc:%s127.0.0.1:%d/NameService", at, port)
}

func newORB(t *testing.T, cfg orb.Config) *orb.ORB {
	t.Helper()
	cfg.Logger = slog.New(slog.DiscardHandler)
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return o
}

// cosName makes a name of ids; "id.kind" has a kind.
func cosName(parts ...string) (n cosnaming.Name) {
	for _, p := range parts {
		id, kind, _ := strings.Cut(p, ".")
		n = append(n, cosnaming.NameComponent{Id: id, Kind: kind})
	}
	return n
}

// TestNameclt has omniORB's nameclt do all that it can in this project's naming service.
func TestNameclt(t *testing.T) {
	t.Parallel()
	port := freeport.Hold(t)
	capture := tshark.Start(t, port)
	url, o := startNaming(t, port)
	object, err := o.Resolve(t.Context(), "corbaloc:iiop:1.2@127.0.0.1:9/an object")
	if err != nil {
		t.Fatal(err)
	}
	ior := object.String()
	var contextIOR string
	made := 0
	for _, c := range []struct {
		args string
		want string // of the output; "" with fails: whatever it says
		fail bool
	}{
		{"list", `^$`, false},
		{"bind_new_context interop.dir", `^IOR:[0-9a-f]+$`, false},
		{"bind_new_context interop.dir", ``, true},
		{"bind interop.dir/hub.obj IOR", `^$`, false},
		{"bind interop.dir/hub.obj IOR", ``, true},
		{"bind interop.dir/none/x IOR", ``, true},
		{"list", `(?m)^interop\.dir/$`, false},
		{"list interop.dir", `(?m)^hub\.obj$`, false},
		{"resolve interop.dir/hub.obj", "^" + ior + "$", false},
		{"resolve interop.dir/other", ``, true},
		{"-advanced rebind interop.dir/hub.obj IOR", `^$`, false},
		{"-advanced rebind interop.dir IOR", ``, true}, // it is a context
		{"-advanced new_context", `^IOR:[0-9a-f]+$`, false},
		{"-advanced bind_context again CONTEXT", `^$`, false},
		{"bind again/x IOR", `^$`, false},
		{"list again", `(?m)^x$`, false},
		{"-advanced rebind_context interop.dir CONTEXT", `^$`, false},
		{"resolve interop.dir/x", "^" + ior + "$", false},
		{"remove_context interop.dir", ``, true}, // not empty
		{"unbind interop.dir/x", `^$`, false},
		{"remove_context again", `^$`, false},
		{"list again", ``, true},
	} {
		args := strings.Fields(strings.NewReplacer("IOR", ior, "CONTEXT", contextIOR).Replace(c.args))
		got, err := omniorb.NameClt(t, &tally, url, args...)
		made++
		if (err != nil) != c.fail || !c.fail && !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("nameclt %s: got %q, %v, want %s", c.args, got, err, c.want)
		}
		if strings.Contains(c.args, "new_context") && err == nil {
			contextIOR = got
		}
	}
	messages := capture.Stop(t)
	for _, m := range tshark.Troubled(messages) {
		if m.Status == tshark.UserException { // of resolve: tshark 4.0 reads a reference there, also in what omniNames sends
			continue
		}
		t.Errorf("tshark: %v", m)
	}
	if n := tshark.Count(messages, tshark.Of(tshark.Request)); n < made {
		t.Errorf("tshark saw %d requests of %d runs of nameclt", n, made)
	}
}

// TestNamecltPages lists more names than nameclt takes at once, so that it asks our iterator.
func TestNamecltPages(t *testing.T) {
	t.Parallel()
	port := freeport.Hold(t)
	url, _ := startNaming(t, port)
	root, err := cosnaming.NamingContextExtClass.Bind(t.Context(), newORB(t, orb.Config{}), url)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 350 {
		want = append(want, fmt.Sprintf("n%03d", i))
		if err := root.Bind(t.Context(), cosName(want[i]), nil); err != nil {
			t.Fatal(err)
		}
	}
	capture := tshark.Start(t, port)
	got, err := omniorb.NameClt(t, &tally, url, "list")
	next := func(m tshark.Message) bool { return m.Operation == "next_n" || m.Operation == "next_one" }
	if messages := capture.Stop(t); tshark.Count(messages, next) == 0 {
		t.Errorf("no iterator was asked: %v", messages)
	}
	if err != nil || !slices.Equal(slices.Sorted(strings.FieldsSeq(got)), want) {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestOmniNames has this project's client do in omniNames what a client can do.
func TestOmniNames(t *testing.T) {
	t.Parallel()
	names := omniorb.StartNaming(t)
	o := newORB(t, orb.Config{})
	ctx := t.Context()
	calls := 0
	defer func() { tally.Add(0, calls) }()
	must := func(err error) {
		t.Helper()
		if calls++; err != nil {
			t.Fatal(err)
		}
	}
	root, err := cosnaming.NamingContextExtClass.Bind(ctx, o, names.URL)
	must(err)
	object, err := o.Resolve(ctx, "corbaloc:iiop:1.2@127.0.0.1:9/an object")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := root.BindNewContext(ctx, cosName("bank.dir"))
	must(err)
	must(root.Bind(ctx, cosName("bank.dir", "main.account"), object))
	must(inner.Rebind(ctx, cosName("main.account"), object))
	got, err := root.ResolveStr(ctx, "bank.dir/main.account")
	if must(err); !orb.RefOf(got).IOR().Equal(object.IOR()) {
		t.Errorf("got %v, want %v", got, object)
	}
	byURL, err := o.Resolve(ctx, strings.Replace(names.URL, "corbaloc:", "corbaname:", 1)+"#bank.dir/main.account")
	if must(err); !byURL.IOR().Equal(object.IOR()) {
		t.Errorf("by corbaname: got %v, want %v", byURL, object)
	}
	var missing *cosnaming.NamingContext_NotFound
	if _, err := root.Resolve(ctx, cosName("bank.dir", "other", "x")); !errors.As(err, &missing) || len(missing.RestOfName) != 2 && len(missing.RestOfName) != 3 {
		t.Errorf("got %v", err)
	}
	var bound *cosnaming.NamingContext_AlreadyBound
	if err := root.Bind(ctx, cosName("bank.dir", "main.account"), object); !errors.As(err, &bound) {
		t.Errorf("got %v", err)
	}
	var full *cosnaming.NamingContext_NotEmpty
	if err := inner.Destroy(ctx); !errors.As(err, &full) {
		t.Errorf("got %v", err)
	}
	var invalid *cosnaming.NamingContext_InvalidName
	if err := root.Unbind(ctx, nil); !errors.As(err, &invalid) {
		t.Errorf("got %v", err)
	}
	calls += 4
	must(inner.BindContext(ctx, cosName("up"), root))
	_, err = root.Resolve(ctx, cosName("bank.dir", "up", "bank.dir"))
	must(err)
	var want []string
	for i := range 30 {
		want = append(want, fmt.Sprintf("n%02d", i))
		must(inner.Bind(ctx, cosName(want[i]), nil))
	}
	list, it, err := inner.List(ctx, 7)
	must(err)
	for more := it != nil; more; {
		var page cosnaming.BindingList
		more, page, err = it.NextN(ctx, 10)
		must(err)
		list = append(list, page...)
	}
	must(it.Destroy(ctx))
	var listed []string
	for _, b := range list {
		listed = append(listed, b.BindingName[0].Id)
	}
	slices.Sort(listed)
	if want = append([]string{"main"}, append(want, "up")...); !slices.Equal(listed, want) {
		t.Errorf("got %v, want %v", listed, want)
	}
	for _, n := range list {
		must(inner.Unbind(ctx, n.BindingName))
	}
	must(inner.Destroy(ctx))
}

// TestNamingFederation binds omniNames in our naming service and ours in omniNames, and goes through each into the other.
func TestNamingFederation(t *testing.T) {
	t.Parallel()
	names := omniorb.StartNaming(t)
	url, _ := startNaming(t, freeport.Hold(t))
	o := newORB(t, orb.Config{})
	ctx := t.Context()
	ours, err := cosnaming.NamingContextExtClass.Bind(ctx, o, url)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := cosnaming.NamingContextExtClass.Bind(ctx, o, names.URL)
	if err != nil {
		t.Fatal(err)
	}
	object, err := o.Resolve(ctx, "corbaloc:iiop:1.2@127.0.0.1:9/an object")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ours.BindContext(ctx, cosName("theirs"), theirs), theirs.BindContext(ctx, cosName("ours"), ours)); err != nil {
		t.Fatal(err)
	}
	inner, err := ours.BindNewContext(ctx, cosName("theirs", "made through ours"))
	if err != nil {
		t.Fatal(err)
	}
	if err := inner.Bind(ctx, cosName("x"), object); err != nil {
		t.Fatal(err)
	}
	// From ours into omniNames, from there into ours, and so on: each calls the other.
	for _, n := range []string{"theirs/made through ours/x", "theirs/ours/theirs/made through ours/x"} {
		if got, err := ours.ResolveStr(ctx, n); err != nil || !orb.RefOf(got).IOR().Equal(object.IOR()) {
			t.Errorf("%s: got %v, %v", n, got, err)
		}
	}
	if err := theirs.Bind(ctx, cosName("ours", "bound through theirs"), object); err != nil {
		t.Errorf("through omniNames: %v", err)
	}
	if got, err := ours.ResolveStr(ctx, "bound through theirs"); err != nil || !orb.RefOf(got).IOR().Equal(object.IOR()) {
		t.Errorf("got %v, %v", got, err)
	}
	var missing *cosnaming.NamingContext_NotFound
	if err := ours.Unbind(ctx, cosName("theirs", "made through ours", "y")); !errors.As(err, &missing) || missing.Why != cosnaming.NamingContext_NotFoundReason_MissingNode {
		t.Errorf("got %v", err)
	}
	tally.Add(3, 8) // omniNames: calls of ours through it; its answers to both
	got, err := omniorb.NameClt(t, &tally, url, "resolve", "theirs/ours/bound through theirs")
	if err != nil || got != object.String() {
		t.Errorf("nameclt: got %q, %v", got, err)
	}
}

// TestHubInOurNaming has omniORB's server bind itself in our naming service, and its client find it there by corbaname.
func TestHubInOurNaming(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	url, _ := startNaming(t, freeport.Hold(t))
	s := cpp.Start(t, omniorb.Options{Naming: url, Name: "interop/cpp.servers/hub"})
	byName := strings.Replace(url, "corbaloc:", "corbaname:", 1) + "#interop/cpp.servers/hub"
	if r := cpp.Run(t, omniorb.Options{}, byName, "ping", "struct"); len(r.By(peer.OK)) != 2 {
		t.Errorf("by corbaname: %v", r)
	}
	ref, err := newORB(t, orb.Config{}).Resolve(t.Context(), byName)
	if err != nil || ref.String() != s.IOR {
		t.Errorf("got %v, %v, want %s", ref, err, s.IOR)
	}
}
