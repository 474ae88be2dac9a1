package somd_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
)

// names is a naming service with servers in its context somd, and nothing else.
type names struct {
	cosnaming.NamingContextBase
	servers map[string]orb.Object
	below   *names // of the root
}

func (n *names) find(name cosnaming.Name) orb.Object {
	if n.below != nil && len(name) > 1 {
		return n.below.find(name[1:])
	}
	return n.servers[name[0].Id]
}

func (n *names) Resolve(_ context.Context, name cosnaming.Name) (orb.Object, error) {
	return n.find(name), nil
}

func (n *names) List(context.Context, uint32) (cosnaming.BindingList, cosnaming.BindingIterator, error) {
	var all cosnaming.BindingList
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(n.servers))) { // in no order that is of use
		all = append(all, cosnaming.Binding{BindingName: cosnaming.Name{{Id: name}}})
	}
	return all, nil, nil
}

// A mute server takes connections and answers nothing.
type mute struct {
	ref     *orb.Ref
	reached atomic.Int32
}

func newMute(t *testing.T, o *orb.ORB) *mute {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := new(mute)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			m.reached.Add(1)
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	if m.ref, err = o.Resolve(t.Context(), fmt.Sprintf("corbaloc::%s/x", l.Addr())); err != nil {
		t.Fatal(err)
	}
	return m
}

// How long a client waits for one server of several: where none of them answers, and where some do beside those that do not.
const (
	impatient = 300 * time.Millisecond
	patient   = 3 * time.Second
)

// TestMute has servers that say nothing beside one that makes cats, in a naming service without properties, where they have to be asked: only those are that
// the constraint can be for, all at the same time, and one that is wanted and does not answer is a TIMEOUT.
func TestMute(t *testing.T) {
	east, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	within := func(d time.Duration) { client.ORB().Limits().SetTime(limits.ClassServerTimeout, d) }
	within(time.Minute)
	servers := map[string]orb.Object{"east": serverAt(t, client, east, "Pets::Cat")}
	var mutes []*mute
	for i := range 20 {
		m := newMute(t, client.ORB())
		mutes = append(mutes, m)
		servers[fmt.Sprint("mute", i)] = m.ref
	}
	reached := func() (n int) {
		for _, m := range mutes {
			n += int(m.reached.Load())
		}
		return n
	}
	name(t, client, servers)
	if r, err := client.Create(t.Context(), "class=='Pets::Cat' and alias=='east'"); err != nil || reached() != 0 {
		t.Errorf("got %v, and %d servers were asked in vain", err, reached())
	} else if err := r.Release(); err != nil {
		t.Error(err)
	}
	within(impatient)
	if _, err := client.Create(t.Context(), "class=='Pets::Cat' and alias=='mute7'"); !errors.Is(err, exc.Timeout) || !strings.Contains(err.Error(), "mute7: no answer within 300ms (limit class-server-timeout)") || reached() != 1 {
		t.Errorf("got %v, and %d servers were asked", err, reached())
	}
	within(patient)
	all, err := client.Factories(t.Context(), "Pets::Cat")
	if err != nil || len(all) != 1 || all[0].Alias != "east" || reached() != len(mutes) {
		t.Errorf("got %v, %v, and %d servers were asked", all, err, reached())
	}
}

// TestMap has servers whose classes the naming service knows: it is asked, and they are not. One that does not answer is passed over where another makes such objects.
func TestMap(t *testing.T) {
	east, west, client := domain(t, somd.Config{}), domain(t, somd.Config{}), domain(t, somd.Config{})
	client.ORB().Limits().SetTime(limits.ClassServerTimeout, patient)
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "names"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	names, err := naming.New(t.Context(), naming.Config{Store: s, Root: poa.New(o)})
	if err != nil {
		t.Fatal(err)
	}
	client.ORB().RegisterInitialReference("NameService", client.ORB().NewRef(names.Root().IOR()))
	m, err := classmap.Of(t.Context(), client.ORB())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Create(t.Context(), "Pets::Cat"); !errors.Is(err, exc.ObjectNotExist) || !strings.Contains(err.Error(), "none at all") {
		t.Errorf("without a server: got %v", err)
	}
	announce := func(alias string, ref orb.Object, classes ...string) {
		t.Helper()
		if err := m.Announce(t.Context(), classmap.Server{Alias: alias, ID: "id-of-" + alias, Ref: ref}, classes); err != nil {
			t.Fatal(err)
		}
	}
	a, z := newMute(t, client.ORB()), newMute(t, client.ORB())
	announce("a-mute", a.ref, "Pets::Cat", "Gone")
	announce("east", serverAt(t, client, east, "Pets::Cat", "Nest"), "Pets::Cat", "Nest")
	announce("west", serverAt(t, client, west, "Pets::Cat"), "Pets::Cat")
	announce("z-mute", z.ref, "Pets::Cat")
	for constraint, want := range map[string]string{
		"Pets::Cat": "Pets::Cat at a-mute, Pets::Cat at east, Pets::Cat at west, Pets::Cat at z-mute", "alias=='east'": "Nest at east, Pets::Cat at east",
		"serverId=='id-of-west'": "Pets::Cat at west", "class=='_ANY' and serverId!='id-of-a-mute' and alias!='z-mute'": "Nest at east, Pets::Cat at east, Pets::Cat at west",
		`class=="N\e\st"`: "Nest at east", "colour=='_NULL' and class=='Nest'": "Nest at east", "class=='Pets::Cat' and not (alias=='a-mute' or alias=='z-mute')": "Pets::Cat at east, Pets::Cat at west",
	} {
		all, err := client.Factories(t.Context(), constraint)
		var got []string
		for _, f := range all {
			got = append(got, f.Class+" at "+f.Alias)
		}
		slices.Sort(got)
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%s: got %v, %v", constraint, got, err)
		}
	}
	if n := a.reached.Load() + z.reached.Load(); n != 0 {
		t.Errorf("servers were asked %d times what is known", n)
	}
	made := func(ctx context.Context, constraint string, d *somd.Domain) {
		t.Helper()
		r, err := client.Create(ctx, constraint)
		if err != nil || d.Exported() != 2 {
			t.Errorf("%s: got %v", constraint, err)
			return
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
	made(t.Context(), "class=='Pets::Cat' and alias!='east'", west) // after a-mute, and before z-mute
	for what, get := range map[string]func(context.Context, string) (som.Ref, error){"a factory": client.MakerOf, "a server": client.ServerOf} {
		r, err := get(t.Context(), "class=='Pets::Cat'") // after a-mute
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
	if a.reached.Load() != 1 || z.reached.Load() != 0 {
		t.Errorf("a-mute was tried %d times, z-mute %d times", a.reached.Load(), z.reached.Load())
	}
	// What a caller's deadline leaves is shared out.
	client.ORB().Limits().SetTime(limits.ClassServerTimeout, time.Hour)
	short, cancel := context.WithTimeout(t.Context(), 4*patient)
	defer cancel()
	made(short, "Pets::Cat", east)
	short, cancel = context.WithTimeout(t.Context(), patient)
	defer cancel()
	if _, err := client.Create(short, "alias=='a-mute' or alias=='z-mute'"); !errors.Is(err, exc.Timeout) || !strings.Contains(err.Error(), "a-mute: no answer within") || !strings.Contains(err.Error(), "z-mute: ") {
		t.Errorf("got %v", err)
	}
	// Who announces itself anew says what it has no more, and who is dropped has nothing.
	announce("a-mute", a.ref, "Nest")
	if err := errors.Join(m.Drop(t.Context(), "z-mute"), m.Drop(t.Context(), "z-mute")); err != nil {
		t.Error(err)
	}
	classes, err := m.Classes(t.Context(), "a-mute")
	nests, err2 := m.Servers(t.Context(), "Nest")
	all, err3 := client.Servers(t.Context())
	if err := errors.Join(err, err2, err3); err != nil || fmt.Sprint(classes, nests, len(all)) != "[Nest] [a-mute east] 3" {
		t.Errorf("got %v, %v, %v, %v", classes, nests, all, err)
	}
	if _, err := client.Create(t.Context(), "Gone"); !errors.Is(err, exc.ObjectNotExist) || !strings.Contains(err.Error(), "there are Nest at a-mute, Nest at east, Pets::Cat at east, Pets::Cat at west") {
		t.Errorf("got %v", err)
	}
}

// serverAt returns the SOMDServer of a domain, as the client has it.
func serverAt(t *testing.T, client, d *somd.Domain, classes ...string) orb.Object {
	t.Helper()
	s, err := somd.NewServer(d, somd.Among(cat.Class, nestClass), classes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Release() })
	ref, err := d.Export(s)
	if err != nil {
		t.Fatal(err)
	}
	return client.ORB().NewRef(ref.IOR())
}

// name has the client know a naming service without properties, with these servers.
func name(t *testing.T, client *somd.Domain, servers map[string]orb.Object) {
	t.Helper()
	bind := func(n *names) orb.Object {
		ref, err := cosnaming.NamingContextClass.Activate(client.ORB().Adapter(), n)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	below := &names{servers: servers}
	client.ORB().RegisterInitialReference("NameService", orb.RefOf(bind(&names{servers: map[string]orb.Object{"somd": bind(below)}, below: below})))
}

// world returns two servers, which a naming service names, and a client.
func world(t *testing.T) (east, west, client *somd.Domain) {
	t.Helper()
	east, west, client = domain(t, somd.Config{}), domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	if _, err := client.Create(t.Context(), "Nest"); err == nil || !strings.Contains(err.Error(), "naming service") {
		t.Errorf("without a naming service: %v", err)
	}
	gone, err := client.ORB().Resolve(t.Context(), "corbaloc::127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	name(t, client, map[string]orb.Object{"east": serverAt(t, client, east, "Pets::Cat", "Nest"), "west": serverAt(t, client, west, "Pets::Cat"), "away": gone})
	return east, west, client
}

// TestCreate makes objects by the names of classes and by constraints, at servers that are there and one that is not.
func TestCreate(t *testing.T) {
	east, west, client := world(t)
	before := pet.Living.Load()
	for constraint, at := range map[string]*somd.Domain{
		"Pets::Cat": east, "class=='Pets::Cat' and alias=='west'": west, "class=='Pets::Cat' and alias!='east'": west, "Nest": east, "alias=='west'": west,
	} {
		r, err := client.Create(t.Context(), constraint)
		if err != nil {
			t.Errorf("%s: %v", constraint, err)
			continue
		}
		if at.Exported() != 2 || !r.IsA(somd.ClientProxy) {
			t.Errorf("%s: it was not made there", constraint)
		}
		if err := r.Release(); err != nil || at.Exported() != 1 {
			t.Errorf("%s: released: %v, %d objects are exported", constraint, err, at.Exported())
		}
	}
	if n := pet.Living.Load() - before; n != 0 {
		t.Errorf("%d cats live", n)
	}
	for constraint, want := range map[string]struct {
		is   error
		text string
	}{
		"Dog": {exc.Transient, "away: "}, "class": {exc.Transient, "away: "}, "class=='Nest' and alias=='west'": {exc.ObjectNotExist, "there are Pets::Cat at west"},
		"alias=='none'": {exc.ObjectNotExist, "none at all"}, "class==": {exc.BadParam, "ends where"},
	} {
		if _, err := client.Create(t.Context(), constraint); !errors.Is(err, want.is) || !strings.Contains(err.Error(), want.text) {
			t.Errorf("%s: got %v", constraint, err)
		}
	}
	servers, err := client.Servers(t.Context())
	if err != nil || len(servers) != 3 || servers[0].Alias+servers[1].Alias+servers[2].Alias != "awayeastwest" {
		t.Errorf("the servers are %v, %v", servers, err)
	}
	all, err := client.Factories(t.Context(), "class!=''")
	got := ""
	for _, f := range all {
		got += f.Alias + ":" + f.Class + " "
	}
	if want := "east:Pets::Cat east:Nest west:Pets::Cat "; err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
}
