package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/naming/binding"
)

// damagedRuns is how many states are damaged by chance.
const damagedRuns = 30

// The ways to damage an entry. The last is seen by the file itself.
var damages = map[string]func([]byte) []byte{
	"cut":     func(v []byte) []byte { return v[:len(v)/2] },
	"garbled": func(v []byte) []byte { return append([]byte{'%'}, v...) },
	"another": func([]byte) []byte { return []byte(`{"x":[]}`) },
	"removed": nil,
	"rotten":  nil,
}

// A populated is a daemon's state with something of each kind in it.
type populated struct {
	file    []byte
	entries map[string][]byte
	servers map[string]string // UUIDs, by name
	names   map[string][]string
	specs   map[string]bool
}

// populate makes a state, by a daemon.
func populate(t *testing.T) *populated {
	t.Helper()
	state, ctx := t.TempDir(), t.Context()
	d := runDSOM(t, daemon.Config{State: state})
	p := &populated{entries: map[string][]byte{}, servers: map[string]string{}, names: map[string][]string{}, specs: map[string]bool{}}
	for i, name := range []string{"bank", "shop", "zoo"} {
		in := admin.Server{Name: name, Command: []string{"/bin/true"}}
		if i > 0 {
			in.After = []string{"bank"}
		}
		s, err := d.admin.Add(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		p.servers[name] = s.UUID
		if _, err := d.admin.RegisterSpecification(ctx, "spec "+name, packedIDL(t, fmt.Sprintf("interface I%d { void f(); };", i))); err != nil {
			t.Fatal(err)
		}
		p.specs["spec "+name] = true
	}
	root, err := d.orb.Resolve(ctx, fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"top", "zoo/rex", "zoo/far/deep", "zoo/far/deeper", "farm/max"} {
		if err := binding.Bind(ctx, root, name, root); err != nil {
			t.Fatal(err)
		}
		p.names[name] = nil
	}
	d.end()
	path := filepath.Join(state, daemon.StoreName)
	s, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range store.All(ctx, s, "") {
		if err != nil {
			t.Fatal(err)
		}
		p.entries[e.Key] = e.Value
	}
	u := implrepo.NewUUID()
	for key, value := range map[string]string{ // as a daemon that was killed leaves them
		"run/" + p.servers["bank"]:                      fmt.Sprintf(`{"name":"bank","started":true,"token":"x","leader":{"PID":1,"Start":1},"born":%q}`, time.Now().Format(time.RFC3339)),
		"dsom/life/" + p.servers["bank"] + "/x":         `{"Server":"IOR:00"}`,
		"server-name/left":                              u.String() + " left",
		"naming/context/LOST":                           "",
		"naming/binding/LOST/x.=":                       "o",
		"server-name/" + store.EscapeKey("nobodys"):     u.String(),
		"ifr/piece/" + store.EscapeKey("gone") + "/1/0": "x",
	} {
		if _, err := s.Commit(ctx, store.Create(key, []byte(value))); err != nil {
			t.Fatal(key, err)
		}
		p.entries[key] = []byte(value)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if p.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	for name := range p.names { // the entries on the way
		in, parts := "root", strings.Split(name, "/")
		for _, part := range parts {
			key := "naming/binding/" + in + "/" + store.EscapeKey(part) + ".="
			if p.entries[key] == nil {
				t.Fatalf("%s: there is no %s", name, key)
			}
			p.names[name] = append(p.names[name], key)
			in = string(p.entries[key][1:])
		}
	}
	return p
}

// kinds returns the keys of the state by what they are of.
func (p *populated) kinds() map[string][]string {
	all := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(p.entries)) {
		kind, rest, _ := strings.Cut(key, "/")
		if kind == "naming" || kind == "ifr" || kind == "daemon" {
			what, _, _ := strings.Cut(rest, "/")
			kind += "/" + what
		}
		all[kind] = append(all[kind], key)
	}
	return all
}

// damaged makes a state in which keys are damaged in some ways.
func (p *populated) damaged(t *testing.T, how map[string]string) (state string) {
	t.Helper()
	state = t.TempDir()
	path := filepath.Join(state, daemon.StoreName)
	if err := os.WriteFile(path, p.file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for key, way := range how {
		e, err := s.Get(t.Context(), key)
		if err == nil && damages[way] != nil {
			_, err = s.Commit(t.Context(), store.Update(key, damages[way](e.Value), e.Revision))
		}
		if err == nil && way == "removed" {
			_, err = s.Commit(t.Context(), store.Delete(key, e.Revision))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(func(tx *bolt.Tx) error {
		for key, way := range how {
			if way != "rotten" {
				continue
			}
			v := slices.Clone(tx.Bucket([]byte("data")).Get([]byte(key)))
			v[len(v)-1] ^= 0x10
			if err := tx.Bucket([]byte("data")).Put([]byte(key), v); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
	return state
}

// portAttempts is how many ports are tried before it is a failure that somebody else has them.
const portAttempts = 10

// run runs a daemon of the state, damaged so, until ctx ends, and returns when it is ready or has ended with an error. Where somebody else has the port of the state by now the state is given another.
func (p *populated) run(ctx context.Context, t *testing.T, how map[string]string) (state string, done <-chan error, err error) {
	t.Helper()
	for range portAttempts {
		state = p.damaged(t, how)
		ready, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- daemon.Run(ctx, daemon.Config{State: state, Listen: "127.0.0.1:0", Ready: func(*daemon.Daemon) { close(ready) }}) // at the port of the state, if that says one
		}()
		select {
		case <-ready:
			return state, ended, nil
		case err = <-ended:
		case <-time.After(time.Minute):
			t.Fatalf("%v: it does not start, and does not end", how)
		}
		if port := (*daemon.PortError)(nil); !errors.As(err, &port) {
			break
		}
		p.move(t)
	}
	return state, nil, err
}

// move gives the state a port that is free.
func (p *populated) move(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), daemon.StoreName)
	if err := os.WriteFile(path, p.file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Get(t.Context(), "daemon/identity")
	id := map[string]any{}
	if err == nil {
		err = json.Unmarshal(e.Value, &id)
	}
	if err == nil && id["port"] == nil {
		err = errors.New("the identity says no port")
	}
	if err == nil {
		id["port"] = port
		e.Value, err = json.Marshal(id)
	}
	if err == nil {
		_, err = s.Commit(t.Context(), store.Update(e.Key, e.Value, e.Revision))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if p.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
}

// serves runs a daemon of the state, and holds that what is whole is served, that the rest is told of, and that servers can be registered again.
func (p *populated) serves(t *testing.T, how map[string]string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	state, done, err := p.run(ctx, t, how)
	if err != nil {
		if how["daemon/identity"] == "" || !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), "restore the state from a backup") {
			t.Errorf("%v: it does not start: %v", how, err)
		}
		return
	}
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%v: %v", how, err)
		}
	}()
	c, err := admin.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	for name, u := range p.servers {
		key, called := "server/"+u, "server-name/"+name
		s, err := c.Server(ctx, name)
		if how[key] == "" && (err != nil || s.UUID != u) {
			t.Errorf("%v: server %s is %+v, %v", how, name, s, err)
		}
		if how[key] == "" {
			continue
		}
		if err == nil {
			t.Errorf("%v: server %s, which is lost, is %+v", how, name, s)
		}
		in := admin.Server{Name: name, Command: []string{"/bin/true"}}
		if how[called] != "" { // nothing says any more whose the name was
			in.UUID = u
		}
		again, err := c.Add(ctx, in)
		if err != nil || again.UUID != u {
			t.Errorf("%v: server %s is registered again as %+v, %v", how, name, again, err)
		}
	}
	for name, keys := range p.names {
		if slices.ContainsFunc(keys, func(k string) bool { return how[k] != "" }) {
			continue
		}
		in, last := "", name
		if at := strings.LastIndexByte(name, '/'); at >= 0 {
			in, last = name[:at], name[at+1:]
		}
		all, err := c.Names(ctx, admin.NameQuery{In: in})
		if err != nil || !slices.ContainsFunc(all.Names, func(n admin.Name) bool { return n.Name == name }) {
			t.Errorf("%v: name %s (%s) is not among %+v, %v", how, name, last, all, err)
		}
	}
	specs, err := c.Specifications(ctx)
	if err != nil {
		t.Errorf("%v: %v", how, err)
	}
	for name := range p.specs {
		if how["ifr/spec/"+store.EscapeKey(name)] != "" || how["ifr/piece/"+store.EscapeKey(name)+"/1/0"] != "" {
			if _, err := c.RegisterSpecification(ctx, name, packedIDL(t, "interface Again { void f(); };")); err != nil {
				t.Errorf("%v: specification %s cannot be registered again: %v", how, name, err)
			}
			continue
		}
		if !slices.ContainsFunc(specs, func(s admin.Specification) bool { return s.Name == name }) {
			t.Errorf("%v: specification %s is not among %+v", how, name, specs)
		}
	}
	if _, err := c.Add(ctx, admin.Server{Name: "nobodys", Command: []string{"/bin/true"}}); err != nil {
		t.Errorf("%v: a name without a server is not to be had: %v", how, err)
	}
	status, err := c.Status(ctx)
	if err != nil {
		t.Errorf("%v: %v", how, err)
	}
	for key, way := range how {
		told := slices.ContainsFunc(status.Damaged, func(s string) bool { return strings.Contains(s, key) })
		if way == "rotten" && strings.HasPrefix(key, "naming/binding/") && !told {
			t.Errorf("%v: nothing is told of %s, but of %q", how, key, status.Damaged)
		}
		if strings.HasPrefix(key, "server/") && told {
			t.Errorf("%v: %s is registered again, and it is told that it was put aside: %q", how, key, status.Damaged)
		}
	}
}

// TestDamagedEntries damages each kind of entry in each way, and then several by chance: a daemon starts, but for what only a backup can bring back, and serves what is whole.
func TestDamagedEntries(t *testing.T) {
	t.Parallel()
	p := populate(t)
	kinds := p.kinds()
	ways := slices.Sorted(maps.Keys(damages))
	p.serves(t, nil)
	for kind, keys := range kinds {
		for _, way := range ways {
			t.Run(kind+" "+way, func(t *testing.T) { p.serves(t, map[string]string{keys[0]: way}) })
		}
	}
	all := slices.Sorted(maps.Keys(p.entries))
	for i := range damagedRuns {
		seed := uint64(i)
		t.Run(fmt.Sprint("by chance, ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			how := map[string]string{}
			for range 1 + r.IntN(8) {
				if key := all[r.IntN(len(all))]; key != "daemon/identity" {
					how[key] = ways[r.IntN(len(ways))]
				}
			}
			p.serves(t, how)
		})
	}
}

// TestUnreadRun holds that a process of which the state says nothing that can be read is ended before another is started as its server, and that others of the daemon's are left.
func TestUnreadRun(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := add(t, d, "bank", "serve", nil)
	other := add(t, d, "shop", "serve", nil)
	for _, name := range []string{"bank", "shop"} {
		if _, err := client(t, d).Start(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	pid := func(u string) process.ID {
		t.Helper()
		uuid, err := implrepo.ParseUUID(u)
		if err != nil {
			t.Fatal(err)
		}
		id, err := process.Of(d.Supervisor().Run(uuid).PID)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	lost, kept := pid(s.UUID), pid(other.UUID)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := bbolt.Open(filepath.Join(o.State, daemon.StoreName), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.Get(t.Context(), "run/"+s.UUID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), store.Update(e.Key, []byte("{"), e.Revision)); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, o)
	if lost.State() != process.Gone {
		t.Error("the process of which nothing can be read lives")
	}
	if _, err := client(t, d).Start(t.Context(), "bank"); err != nil {
		t.Error(err)
	}
	if again := pid(s.UUID); again == lost {
		t.Error("it is the same process")
	}
	if kept.State() == process.Gone {
		t.Error("the other server's process was ended")
	}
}
