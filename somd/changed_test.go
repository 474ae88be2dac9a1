package somd_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// called returns a process with cats that are loaded by their names, and its end.
func called(t *testing.T) (*somd.Persistent, func()) {
	t.Helper()
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, ServerID: [16]byte{7}})
	if err != nil {
		t.Fatal(err)
	}
	root := poa.New(o)
	objects, err := root.Create("objects", poa.Options{Lifespan: poa.Persistent, IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(root.POA, somd.Config{})
	p, err := d.Persistent(objects, "cats", pet.Class, func(ctx context.Context, data []byte) (som.Object, error) {
		c, err := cat.New()
		if err != nil {
			return nil, err
		}
		return c, c.SetName(ctx, string(data))
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, func() {
		if err := errors.Join(d.Close(), o.Shutdown(context.Background())); err != nil {
			t.Error(err)
		}
	}
}

// TestChange has references keep while their data change: calls go to the object of the new data, also in the next process, and what was being written when the process was killed is none.
func TestChange(t *testing.T) {
	file := changesFile(t)
	says := func(p *somd.Persistent, name string) string {
		t.Helper()
		ref, err := p.Reference([]byte(name))
		if err != nil {
			t.Fatal(err)
		}
		client := domain(t, somd.Config{})
		client.Know(cat.Class)
		r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Release() }()
		out, err := r.Invoke(t.Context(), "speak", "x")
		if err != nil {
			t.Fatal(err)
		}
		who, _, _ := strings.Cut(out.(string), " says")
		return who
	}
	change := func(p *somd.Persistent, name, to string) error {
		ref, err := p.Reference([]byte(name))
		if err != nil {
			t.Fatal(err)
		}
		return p.Change(ref, []byte(to))
	}
	p, end := called(t)
	if err := change(p, "Ada", "Grace"); !errors.Is(err, exc.BadInvOrder) || !strings.Contains(err.Error(), "impl_refdata_file") {
		t.Errorf("without a file: %v", err)
	}
	if err := p.Keep(file); err != nil {
		t.Fatal(err)
	}
	if got := says(p, "Ada"); got != "Ada" { // it is loaded, and then let go
		t.Errorf("before: %s", got)
	}
	for _, c := range [][2]string{{"Ada", "Grace"}, {"Grace", "Jean"}, {"Ada", "Joan"}, {"Kay", ""}} {
		if err := change(p, c[0], c[1]); err != nil {
			t.Fatal(err)
		}
	}
	hold := func(p *somd.Persistent) {
		t.Helper()
		for name, want := range map[string]string{"Ada": "Joan", "Grace": "Jean", "Joan": "Joan", "Kay": ""} {
			ref, _ := p.Reference([]byte(name))
			if data, ok := p.Data(ref); !ok || string(data) != want {
				t.Errorf("the data of %s are %q", name, data)
			}
			if got := says(p, name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	hold(p)
	if err := change(p, "Ada", strings.Repeat("x", somd.MaxReferenceData+1)); !errors.Is(err, exc.ImpLimit) {
		t.Errorf("too many data: %v", err)
	}
	end()

	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(f, "%x %x", "Ada", "Half") // killed within a line
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	p, end = called(t)
	if err := p.Keep(file); err != nil {
		t.Fatal(err)
	}
	hold(p)
	if err := change(p, "Ada", "Ada"); err != nil || says(p, "Ada") != "Ada" {
		t.Errorf("back: %v, %s", err, says(p, "Ada"))
	}
	end()

	p, end = called(t)
	defer end()
	for text, says := range map[string]string{"zz 00\n": "line 1 is no change", "00\n": "line 1 is no change", "00 00\n" + strings.Repeat("a", 9000) + "\n": "line 2", strings.Repeat("00", 1025) + " 00\n": "line 1 is no change"} {
		bad := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := p.Keep(bad); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.20q: %v", text, err)
		}
		if now, err := os.ReadFile(bad); err != nil || string(now) != text {
			t.Errorf("%.20q: the file was changed", text)
		}
	}
	if err := p.Keep(t.TempDir()); err == nil {
		t.Error("a folder is taken for a file")
	}
	if err := p.Keep(os.DevNull); err == nil || !strings.Contains(err.Error(), "no file on a disk") {
		t.Errorf("what is no file on a disk: %v", err)
	}
}

// TestChangeWhileLoaded changes a reference's data, and lets its object go, while the object is being loaded: the next call has it loaded again.
func TestChangeWhileLoaded(t *testing.T) {
	t.Parallel()
	d, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	client.Know(cat.Class)
	loading, loaded := make(chan string), make(chan struct{})
	p, err := d.Persistent(d.Adapter(), "slow", pet.Class, func(ctx context.Context, data []byte) (som.Object, error) {
		c, err := cat.New()
		if err != nil {
			return nil, err
		}
		loading <- string(data)
		<-loaded
		return c, c.SetName(ctx, string(data))
	})
	if err != nil {
		t.Fatal(err)
	}
	ref := reference(t, p, "Ada")
	r, err := client.Import(t.Context(), client.ORB().NewRef(ref.IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	call := func() <-chan string {
		said := make(chan string, 1)
		go func() {
			out, err := r.Invoke(t.Context(), "speak", "x")
			said <- fmt.Sprint(out, err)
		}()
		return said
	}
	load := func(want string, meanwhile func() error) {
		t.Helper()
		said := call()
		if data := <-loading; data != want {
			t.Errorf("%s is loaded, want %s", data, want)
		}
		if err := meanwhile(); err != nil {
			t.Errorf("while %s is loaded: %v", want, err)
		}
		loaded <- struct{}{}
		if got := <-said; !strings.HasPrefix(got, want+" says") {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
	load("Ada", func() error { return p.Change(ref, []byte("Grace")) })
	load("Grace", func() error { return p.Passivate([]byte("Ada")) })
	load("Grace", func() error { return nil })
}
