//go:build cgo && unix

package native_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/som"
)

var errWrapped = errors.New("passing")

// passer passes on what its parent's methods raise, in one way or another.
type passer struct {
	raiserBase
	through string
	held    error
}

func (p *passer) Fail(ctx ctx, how int32) error {
	return p.pass(int(how), func() error { return p.raiserBase.Fail(ctx, how) })
}

func (p *passer) Speak(ctx ctx, how int64) (n int64, err error) {
	err = p.pass(int(how), func() error { n, err = p.raiserBase.Speak(ctx, how); return err })
	return n, err
}

func (p *passer) Called(ctx ctx, by string, how int64) (s string, err error) {
	err = p.pass(int(how), func() error { s, err = p.raiserBase.Called(ctx, by, how); return err })
	return s, err
}

func (p *passer) pass(how int, parent func() error) error {
	if how == howSour {
		rs, _ := raising()
		_, err := rs.sour.New()
		return err
	}
	switch p.through {
	case "wraps":
		return fmt.Errorf("%w: %w", errWrapped, parent())
	case "handles others before":
		for range 20 {
			forget(parent())
		}
	case "handles others after":
		err := parent()
		for range 10 {
			forget(parent())
		}
		return err
	case "is late":
		err := p.held
		p.held = parent()
		return err
	case "is elsewhere":
		c := make(chan error)
		go func() { c <- parent() }()
		return <-c
	case "handles too many after":
		err := parent()
		for range 20 {
			forget(parent())
		}
		return err
	case "changes":
		err := parent()
		var f *full
		if errors.As(err, &f) {
			f.Text = "changed"
		}
		return err
	case "changes completion", "changes the minor code", "changes the reason":
		err := parent()
		var x *exc.SystemException
		if errors.As(err, &x) {
			switch p.through {
			case "changes completion":
				x.Completed = exc.Yes
			case "changes the minor code":
				x.Minor = 8
			default:
				x.Reason = "changed"
			}
		}
		return err
	}
	return parent()
}

// forget ends what an error has that nobody wants.
func forget(err error) {
	var f *full
	var l *later
	switch {
	case errors.As(err, &f):
		for _, o := range append(f.All, f.Who) {
			letGo(o)
		}
	case errors.As(err, &l):
		letGo(l.Who)
	}
}

// passerClass has passers, by whatever they do.
var passerClass = sync.OnceValues(func() (*som.Class, error) {
	rs, err := raising()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[passer]("Passer", som.Parents(rs.raiser))
})

func passing(t testing.TB, through string) som.Ref {
	t.Helper()
	c, err := passerClass()
	if err != nil {
		t.Fatal(err)
	}
	p := object(t, c)
	if s, ok := som.State[passer](p, c); ok {
		s.through = through
	}
	return p
}

// TestPassedOn holds that what a method in Go gets of its parent's and returns is for the caller what the parent raised: the id, the members
// that Go knows and those that it does not, what ends them, minor code, completion and text; and that no reference is left of it.
func TestPassedOn(t *testing.T) {
	rs := needRaisers(t)
	for _, through := range []string{"", "handles others before", "handles others after"} {
		t.Run("it "+through, func(t *testing.T) {
			caught(t, rs, passing(t, through), true, append(all(), howSour)...)
		})
	}
	t.Run("it wraps", func(t *testing.T) {
		caught(t, rs, passing(t, "wraps"), false, append(all(), howSour)...)
	})
}

// above is a class in Go whose methods call those of its parent, which descends from Raiser.
func above(t *testing.T, rs *raisers, parent *som.Class) *som.Class {
	t.Helper()
	c, err := som.NewClass(som.Spec{Name: "Above" + parent.Name(), Parents: []*som.Class{parent}, Overrides: []som.Override{
		{Method: "Raiser::fail", Impl: failFunc(func(self som.Self, x ctx, how int32) error {
			fn, self := rs.fail.In(parent, self.Ref())
			return fn(self, x, how)
		})},
		{Method: "Raiser::speak", Impl: speakFunc(func(self som.Self, x ctx, how int64) (int64, error) {
			fn, self := rs.speak.In(parent, self.Ref())
			return fn(self, x, how)
		})},
		{Method: "Raiser::called", Impl: calledFunc(func(self som.Self, x ctx, by string, how int64) (string, error) {
			fn, self := rs.called.In(parent, self.Ref())
			return fn(self, x, by, how)
		})},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPassedOnThroughMany holds the same of subclasses of subclasses, in C and in Go, and of one of which calls are told.
func TestPassedOnThroughMany(t *testing.T) {
	rs := needRaisers(t)
	d, _ := object(t, rs.catcher), passing(t, "")
	under, _ := invoke(t, d, "below", "Passer").(som.Ref)
	defer letGo(under)
	caught(t, rs, under, true, all()...)
	caught(t, rs, object(t, above(t, rs, under.Class())), true, all()...)
	seen, err := som.ClassOf[passer]("SeenPasser", som.Parents(rs.raiser, found(t, "Told")))
	if err != nil {
		t.Fatal(err)
	}
	if !seen.SOM().IsA(found(t, "SOMMTraced")) {
		t.Errorf("the metaclass is %v", seen.Metaclass())
	}
	caught(t, rs, object(t, seen), true, all()...)
}

// TestPassedOnThroughCxx holds the same of a chain of C below Go below C++ below C, and that what C++ throws ends at Go's border.
func TestPassedOnThroughCxx(t *testing.T) {
	rs := needRaisers(t)
	dir := os.Getenv("SOM_PATH")
	library := filepath.Join(dir, "libmiddle.so")
	if _, err := os.Stat(library); err != nil {
		if _, err := exec.LookPath("g++"); err != nil {
			absent.Skip(t, "apt-get install g++: %v", err)
		}
		cmd := exec.Command("g++", "-std=c++17", "-shared", "-fPIC", "-O1", "-I../../libsom/include", "-I../../bind/cxx", "-I"+dir,
			"-o", library, "testdata/middle.cc", filepath.Join(dir, "libsom.so.1"), "-Wl,-rpath,"+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	d := object(t, rs.catcher)
	caught(t, rs, object(t, found(t, "Middle")), true, all()...)
	over := above(t, rs, found(t, "Middle"))
	caught(t, rs, object(t, over), true, all()...)
	under, _ := invoke(t, d, "below", over.Name()).(som.Ref)
	defer letGo(under)
	caught(t, rs, under, true, all()...)
	for how, want := range map[int]string{20: "a plain error", 21: "a method in C++ threw what is no std::exception"} {
		if got := invoke(t, d, "said", under, how); got != "IDL:omg.org/CORBA/UNKNOWN:1.0|"+want+"|" {
			t.Errorf("got %q", got)
		}
		if err := rs.call(t, under, how, 1); !errors.Is(err, exc.Unknown) {
			t.Errorf("got %v", err)
		}
	}
}

// TestChangedOnTheWay holds that what Go changes in an exception is changed for the caller.
func TestChangedOnTheWay(t *testing.T) {
	rs := needRaisers(t)
	p, d := passing(t, "changes"), object(t, rs.catcher)
	refs := p.Refs()
	if got := invoke(t, d, "said", p, howFull); got != "IDL:Full:1.0|IDL:Full:1.0 changed|changed" {
		t.Errorf("got %q", got)
	}
	if n := p.Refs(); n != refs {
		t.Errorf("%d references became %d", refs, n)
	}
	for _, through := range []string{"", "changes completion", "changes the minor code", "changes the reason"} {
		want := exc.SystemException{Kind: exc.NoResources, Minor: 7, Completed: exc.Maybe}
		switch through {
		case "changes completion":
			want.Completed = exc.Yes
		case "changes the minor code":
			want.Minor = 8
		}
		var x *exc.SystemException
		_, err := d.Invoke(t.Context(), "again", passing(t, through), howSystem, 0)
		if !errors.As(err, &x) || x.Kind != want.Kind || x.Minor != want.Minor || x.Completed != want.Completed || (x.Reason == "changed") != (through == "changes the reason") {
			t.Errorf("%s: got %+v, want %+v", through, err, want)
		}
	}
}

// TestPassedOnTooLate holds that an exception of which Go does not know the members, and which are gone, is not raised without them.
func TestPassedOnTooLate(t *testing.T) {
	rs := needRaisers(t)
	d := object(t, rs.catcher)
	for _, through := range []string{"is late", "is elsewhere", "handles too many after"} {
		p := passing(t, through)
		refs := p.Refs()
		var got string
		for range 2 {
			got, _ = invoke(t, d, "said", p, howStrange).(string)
		}
		if want := "IDL:omg.org/CORBA/UNKNOWN:1.0|IDL:Strange:1.0 is raised when the call has ended that got it"; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", through, got)
		}
		for range 2 {
			got, _ = invoke(t, d, "said", p, howBare).(string)
		}
		if got != "IDL:Bare:1.0||" {
			t.Errorf("%s: %q", through, got)
		}
		for range 2 {
			got, _ = invoke(t, d, "said", p, howForeign).(string)
		}
		if got != "IDL:acme/ODD:1.0||" {
			t.Errorf("%s: %q", through, got)
		}
		if n := p.Refs(); n != refs {
			t.Errorf("%s: %d references became %d", through, refs, n)
		}
	}
}
