package ifr_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	std "github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/svc/ifr"
)

// accounts is a release of a class, and a class that another server's are built on.
func accounts(result string) string {
	return "struct Kept { long x; };\ninterface Acc { " + result + " get(); Kept other(); };\n"
}

// TestDisputes has servers describe different releases of a class: while they do, nobody is answered from either; what each says is replaced whole, whatever it said before.
func TestDisputes(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	r, other := openRegistry(t, hub.View()), openRegistry(t, hub.View())
	defer r.Close()
	defer other.Close()
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	if _, err := ifr.New(poa.New(server), other, nil); err != nil {
		t.Fatal(err)
	}
	repo, err := std.RepositoryClass.Bind(t.Context(), newORB(t, orb.Config{}), fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/InterfaceRepository", server.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	describe := func(name, text string) error {
		_, err := r.Describe(t.Context(), ifr.Examine(name, pack(t, compile(t, idl.FilesOf{"acc.idl": text}, "acc.idl"))), nil)
		return err
	}
	result := func() string {
		t.Helper()
		found, err := repo.LookupId(t.Context(), "IDL:Acc/get:1.0")
		var sys *exc.SystemException
		switch {
		case errors.As(err, &sys) && sys.Kind == exc.IntfRepos && sys.Minor == exc.MinorDisputed:
			if !strings.Contains(err.Error(), "interface Acc is described twice") {
				t.Errorf("it does not say why: %v", err)
			}
			return "disputed"
		case err != nil:
			t.Fatal(err)
		case found == nil:
			return "unknown"
		}
		op, err := std.OperationDefClass.Narrow(t.Context(), found)
		if err != nil {
			t.Fatal(err)
		}
		tc, err := op.Result(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return tc.String()
	}
	for i, step := range []struct {
		name, text string // no text: it is removed
		bad        bool
		want       string
	}{
		{"one", accounts("long"), false, "long"},
		{"two", accounts("long"), false, "long"},
		{"one", accounts("string"), true, "disputed"},
		{"one", accounts("string"), true, "disputed"}, // again
		{"two", accounts("string"), false, "string"},
		{"two", accounts("string") + "#pragma ID Kept \"IDL:Acc:1.0\"\n", true, "string"}, // cannot be registered: what it said before is gone all the same
		{"three", accounts("short"), true, "disputed"},
		{"three", "interface Other {};", false, "string"},
		{"two", accounts("short"), true, "disputed"},
		{"one", "", false, "short"},
		{"two", "", false, "unknown"},
	} {
		var err error
		if step.text == "" {
			err = r.Remove(t.Context(), step.name, nil)
		} else if strings.Contains(step.text, "#pragma") {
			_, err = r.Describe(t.Context(), ifr.Examine(step.name, []byte("nonsense")), nil)
		} else {
			err = describe(step.name, step.text)
		}
		if (err != nil) != step.bad || step.bad && !errors.Is(err, ifr.ErrInvalid) {
			t.Errorf("step %d: %v", i, err)
		}
		got := result()
		if got != step.want {
			t.Errorf("step %d, %s: %s, want %s", i, step.name, got, step.want)
		}
		for _, name := range []string{"::Acc::get", "Acc::get", "Acc", "::Acc"} { // by its name it is the same
			found, err := repo.Lookup(t.Context(), name)
			is := "known"
			switch sys := (*exc.SystemException)(nil); {
			case errors.As(err, &sys) && sys.Kind == exc.IntfRepos && sys.Minor == exc.MinorDisputed:
				is = "disputed"
			case err != nil:
				t.Fatal(err)
			case found == nil:
				is = "unknown"
			}
			if want := map[string]string{"disputed": "disputed", "unknown": "unknown"}[got]; is != cmp.Or(want, "known") {
				t.Errorf("step %d: %s is %s, by its id %s", i, name, is, got)
			}
		}
		list, err := other.Entries(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		disputed := 0
		for _, e := range list {
			if e.Disputed != "" {
				disputed++
			}
		}
		if (disputed >= 2) != (got == "disputed") || disputed == 1 {
			t.Errorf("step %d: %d are marked", i, disputed)
		}
	}
}

// TestManyRegister has some hundred servers, a thousand where DSOM_SOAK is set, describe classes at the same time, which are different but for one that all have.
func TestManyRegister(t *testing.T) {
	t.Parallel()
	servers := 300
	if os.Getenv("DSOM_SOAK") != "" {
		servers = 1000
	}
	r := openRegistry(t, openStore(t, filepath.Join(t.TempDir(), "dsom.db")))
	var wg sync.WaitGroup
	errs := make([]error, servers)
	packed := make([][]byte, servers)
	for i := range packed {
		packed[i] = pack(t, compile(t, idl.FilesOf{"x.idl": fmt.Sprintf("interface Shared { void ping(); };\nmodule Many { interface C%d : Shared { long op(in long x); }; };\n", i)}, "x.idl"))
	}
	for i := range servers {
		wg.Go(func() {
			_, errs[i] = r.Describe(t.Context(), ifr.Examine(fmt.Sprintf("classes of server %d", i), packed[i]), nil)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	spec, err := r.Spec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range servers {
		if spec.Lookup(fmt.Sprintf("Many::C%d", i)) == nil {
			t.Errorf("class %d is not there", i)
		}
	}
}

// BenchmarkRegisterBeside measures one registration more beside others: it must not cost more for their number.
func BenchmarkRegisterBeside(b *testing.B) {
	for _, others := range []int{10, 1000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			r := openRegistry(b, storetest.NewHub().View())
			defer r.Close()
			text := func(i, n int) []byte {
				var ops strings.Builder
				for j := range 20 {
					fmt.Fprintf(&ops, " P op%d(in string a, inout P q) raises(E);", j)
				}
				return pack(b, compile(b, idl.FilesOf{"x.idl": fmt.Sprintf("module M%d { struct P { long a[%d]; string b; sequence<long> c; }; exception E { string why; }; interface Dog%d {%s};};", i, n+1, i, ops.String())}, "x.idl"))
			}
			for i := range others {
				if _, err := r.Describe(b.Context(), ifr.Examine(fmt.Sprint(i), text(i, 0)), nil); err != nil {
					b.Fatal(err)
				}
			}
			packed := [][]byte{text(0, 1), text(0, 2)}
			b.ResetTimer()
			for i := range b.N {
				if _, err := r.Describe(b.Context(), ifr.Examine("0", packed[i%2]), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAll measures what is made of all registrations when somebody asks: the index for questions of clients, and the one specification of dsom class. For each registration it must not cost more for the number of others.
func BenchmarkAll(b *testing.B) {
	for _, n := range []int{100, 1000} {
		hub := storetest.NewHub()
		r := openRegistry(b, hub.View())
		for i := range n {
			text := fmt.Sprintf("#include <somobj.idl>\ninterface Shared : SOMObject { void ping(); };\nmodule M%d { struct P { long a; string b; }; interface Dog%d : Shared { P op(in P p); }; };", i, i)
			if _, err := r.Describe(b.Context(), ifr.Examine(fmt.Sprint(i), pack(b, compile(b, idl.FilesOf{fmt.Sprintf("x%d.idl", i): text}, fmt.Sprintf("x%d.idl", i)))), nil); err != nil {
				b.Fatal(err)
			}
		}
		again := pack(b, compile(b, idl.FilesOf{"y.idl": "interface Y {};"}, "y.idl"))
		for _, what := range []string{"index", "whole"} {
			b.Run(fmt.Sprintf("%s/registered=%d", what, n), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					b.StopTimer()
					if i%2 == 0 {
						_, err := r.Put(b.Context(), "y", again)
						if err != nil {
							b.Fatal(err)
						}
					} else if err := r.Remove(b.Context(), "y", nil); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					if what == "index" {
						if err := r.Index(); err != nil {
							b.Fatal(err)
						}
					} else if _, err := r.Spec(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/registration")
			})
		}
		r.Close()
	}
}

// TestNotTakenOut has a server say what cannot be registered while the store does not answer: that what it said before is there still is no error of what it says.
func TestNotTakenOut(t *testing.T) {
	t.Parallel()
	view := storetest.NewHub().View()
	r := openRegistry(t, view)
	defer r.Close()
	if _, err := r.Describe(t.Context(), ifr.Examine("one", pack(t, compile(t, idl.FilesOf{"acc.idl": accounts("long")}, "acc.idl"))), nil); err != nil {
		t.Fatal(err)
	}
	for _, away := range []bool{true, false} {
		view.Cut(away)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if away {
			cancel()
		}
		if _, err := r.Describe(ctx, ifr.Examine("one", []byte("nonsense")), nil); err == nil || errors.Is(err, ifr.ErrInvalid) == away {
			t.Errorf("with the store away %v: %v", away, err)
		}
		cancel()
	}
	if list, err := r.Entries(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("there is %v, %v", list, err)
	}
}
