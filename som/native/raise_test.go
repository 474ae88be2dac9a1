//go:build cgo && unix

package native_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// The exceptions of raise.idl, as generated code has them, that of an older release for Later, and none for Strange and Bare.
type (
	full struct {
		Text   string
		Wide   string `som:"wide"`
		Letter rune   `som:"wide"`
		Names  []string
		At     point
		Shape  figure
		Hue    colour
		Who    som.Object
		All    []som.Object
		Nested tree
		O      byte
		B      bool
		N      int64
		D      float64
		Cells  grid
		None   string
		Few    []string
	}
	later struct {
		Why string
		Who som.Object
	}
	empty struct{}
)

func (f *full) Error() string  { return "IDL:Full:1.0 " + f.Text }
func (l *later) Error() string { return "IDL:Later:1.0 " + l.Why }
func (*empty) Error() string   { return "IDL:Empty:1.0" }

var (
	_ = som.Raises[full]("IDL:Full:1.0")
	_ = som.Raises[later]("IDL:Later:1.0")
	_ = som.Raises[empty]("IDL:Empty:1.0")
)

// What Raiser raises, see raise.c; what follows only classes in Go do.
const (
	howFull = iota + 1
	howLater
	howStrange
	howEmpty
	howBare
	howSystem
	howForeign
	howKernel
	howConstant
	howCounted
	howSour
	hows

	howPanic
	howNil
	howOdd
	howRude
)

var ways = []string{"fail", "speak", "called"} // with libffi, with words, with texts

// raisers are the classes in C, and the methods of Raiser.
type raisers struct {
	raiser, sour, catcher *som.Class
	fail                  som.Token[failFunc]
	speak                 som.Token[speakFunc]
	called                som.Token[calledFunc]
}

var raising = sync.OnceValues(func() (*raisers, error) {
	c, err := native.Import("Raiser", som.Version{Major: 1}, []som.MethodSpec{
		spec[failFunc]("fail", "i"),
		{Name: "speak", Type: reflect.TypeFor[speakFunc](), Packing: speakPacking},
		{Name: "called", Type: reflect.TypeFor[calledFunc](), Packing: calledPacking},
	})
	if err != nil {
		return nil, err
	}
	r := &raisers{raiser: c}
	if r.sour, err = native.Find("Sour"); err != nil {
		return nil, err
	}
	if r.catcher, err = native.Find("Catcher"); err != nil {
		return nil, err
	}
	r.fail, r.speak, r.called = som.MustBind[failFunc](c, "fail"), som.MustBind[speakFunc](c, "speak"), som.MustBind[calledFunc](c, "called")
	return r, nil
})

func needRaisers(t testing.TB) *raisers {
	t.Helper()
	need(t)
	r, err := raising()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// call calls a method of an object as others do.
func (rs *raisers) call(t testing.TB, r som.Ref, how, way int) error {
	var err error
	switch way {
	case 0:
		fn, self := rs.fail.Of(r)
		err = fn(self, t.Context(), int32(how))
	case 1:
		fn, self := rs.speak.Of(r)
		_, err = fn(self, t.Context(), int64(how))
	case 2:
		fn, self := rs.called.Of(r)
		_, err = fn(self, t.Context(), "x", int64(how))
	}
	return err
}

// raiserBase is what generated code has for subclasses of Raiser.
type raiserBase struct{ som.Base }

func (b raiserBase) Fail(ctx ctx, how int32) error {
	rs, _ := raising()
	fn, self := rs.fail.In(rs.raiser, b.SOM())
	return fn(self, ctx, how)
}

func (b raiserBase) Speak(ctx ctx, how int64) (int64, error) {
	rs, _ := raising()
	fn, self := rs.speak.In(rs.raiser, b.SOM())
	return fn(self, ctx, how)
}

func (b raiserBase) Called(ctx ctx, by string, how int64) (string, error) {
	rs, _ := raising()
	fn, self := rs.called.In(rs.raiser, b.SOM())
	return fn(self, ctx, by, how)
}

// caught lets C look at what calls of an object raise.
func caught(t *testing.T, rs *raisers, r som.Ref, exact bool, hows ...int) {
	t.Helper()
	d := object(t, rs.catcher)
	for _, how := range hows {
		for way, name := range ways {
			if line := invoke(t, d, "caught", r, how, way, som.Bool(exact)); line != int32(0) {
				t.Errorf("raise.c:%v is not content with what %s of %v raises for %d", line, name, r, how)
			}
		}
	}
}

func all() (hs []int) {
	for h := howFull; h < howSour; h++ {
		hs = append(hs, h)
	}
	return hs
}

// TestRaisedInC holds that raise.c finds right what it raises itself.
func TestRaisedInC(t *testing.T) {
	rs := needRaisers(t)
	r := object(t, rs.raiser)
	caught(t, rs, r, true, all()...)
}

// thrower raises in Go what Raiser does, as far as Go knows it.
type thrower struct {
	raiserBase
	_ int
}

func (x *thrower) Fail(_ ctx, how int32) error { return x.throw(int(how)) }
func (x *thrower) Speak(_ ctx, how int64) (int64, error) {
	return 0, x.throw(int(how))
}
func (x *thrower) Called(_ ctx, by string, how int64) (string, error) {
	return by, x.throw(int(how))
}

// rude is an error whose methods panic.
type rude struct{ all []int }

func (r rude) Error() string { return fmt.Sprint(r.all[7]) }

// odd is an error that cannot be compared.
type odd struct{ all []int }

func (o odd) Error() string { return fmt.Sprint("odd ", o.all) }

func fullOf(o som.Object) *full {
	return &full{
		Text: "it is full", Wide: "a€😀", Letter: 0xfffd, Names: []string{"one", ""}, At: point{1, -5000000000, true, 0.5, 2, [2]int16{3, -4}},
		Shape: figure{d: 2, name: "shape"}, Hue: 1, Who: kept(o), All: []som.Object{kept(o), nil, kept(o)}, Nested: tree{"root", []tree{{Name: "leaf"}}},
		O: 255, B: true, N: -1 << 63, D: 1e300, Cells: grid{{1, 2, 3}, {4, 5, -6}},
	}
}

func (x *thrower) throw(how int) error {
	switch how {
	case howFull:
		return fullOf(x.SOM())
	case howEmpty:
		return &empty{}
	case howSystem:
		return fmt.Errorf("no food: %w", exc.New(exc.NoResources, 7, exc.Maybe, "no more food"))
	case howBare:
		return &native.Exception{ID: "IDL:Bare:1.0"}
	case howKernel:
		return &som.Error{Code: som.CodeUnknown, Class: "Thrower", Text: "knows nothing"}
	case howPanic:
		panic("a thrower panics")
	case howNil:
		return (*full)(nil)
	case howOdd:
		return odd{[]int{1}}
	case howRude:
		return rude{}
	}
	return nil
}

var throwers = sync.OnceValues(func() (*som.Class, error) {
	rs, err := raising()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[thrower]("Thrower", som.Parents(rs.raiser))
})

func throwing(t testing.TB) som.Ref {
	t.Helper()
	c, err := throwers()
	if err != nil {
		t.Fatal(err)
	}
	return object(t, c)
}

// TestRaisedInGo holds that C gets what Go raises, with the references, and that a mistake in an error is an exception, too.
func TestRaisedInGo(t *testing.T) {
	rs := needRaisers(t)
	r, d := throwing(t), object(t, rs.catcher)
	caught(t, rs, r, false, howFull, howEmpty, howBare, howSystem, howKernel)
	if got := invoke(t, d, "invoked", r, "speak", howFull); got != "IDL:Full:1.0|IDL:Full:1.0 it is full|it is full" {
		t.Errorf("by name: %q", got)
	}
	if got := invoke(t, d, "invoked", passing(t, ""), "speak", howStrange); got != "IDL:Strange:1.0||how odd" {
		t.Errorf("by name: %q", got)
	}
	for how, want := range map[int]string{
		howPanic: "IDL:opendsom/GoError:1.0|panic: a thrower panics|",
		howNil:   "IDL:opendsom/GoError:1.0|panic: runtime error: invalid memory address or nil pointer dereference|",
		howRude:  "IDL:opendsom/GoError:1.0|panic: runtime error: index out of range [7] with length 0|",
		howOdd:   "IDL:opendsom/GoError:1.0|odd [1]|",
	} {
		if got := invoke(t, d, "said", r, how); got != want {
			t.Errorf("%d: %q, want %q", how, got, want)
		}
	}
}

// TestRaisedBackToGo holds that what Go raised and what it wrapped is, behind C's frames, for Go what it was, with references of its own.
func TestRaisedBackToGo(t *testing.T) {
	rs := needRaisers(t)
	d := object(t, rs.catcher)
	again := func(r som.Ref, how, way int) error {
		t.Helper()
		_, err := d.Invoke(t.Context(), "again", r, how, way)
		if err == nil {
			t.Errorf("%d of %v: nothing is raised", how, r)
		}
		return err
	}
	for way := range ways {
		r, p := throwing(t), passing(t, "wraps")
		refs, others := r.Refs(), p.Refs()
		var f *full
		if err := again(r, howFull, way); !errors.As(err, &f) || f.Who != som.Object(r) {
			t.Errorf("got %v", err)
		}
		forget(f)
		if err := again(r, howOdd, way); !reflect.DeepEqual(err, odd{[]int{1}}) {
			t.Errorf("got %v", err)
		}
		if err := again(p, howFull, way); !errors.As(err, &f) || !errors.Is(err, errWrapped) || f.Who != som.Object(p) {
			t.Errorf("got %v", err)
		}
		forget(f)
		var l *later
		if err := again(p, howLater, way); !errors.As(err, &l) || !errors.Is(err, errWrapped) || l.Who != som.Object(p) || l.Why != "too late" {
			t.Errorf("got %v", err)
		}
		forget(l)
		var x *native.Exception
		if err := again(p, howStrange, way); !errors.As(err, &x) || !errors.Is(err, errWrapped) || x.ID != "IDL:Strange:1.0" {
			t.Errorf("got %v", err)
		}
		if err := again(p, howBare, way); !errors.As(err, &x) || x.ID != "IDL:Bare:1.0" {
			t.Errorf("got %v", err)
		}
		if err := again(r, howSystem, way); !errors.Is(err, &exc.SystemException{Kind: exc.NoResources, Minor: 7, Completed: exc.Maybe}) {
			t.Errorf("got %v", err)
		}
		if err := again(p, howKernel, way); !errors.Is(err, &som.Error{Code: som.CodeUnknown}) {
			t.Errorf("got %v", err)
		}
		if err := again(passing(t, ""), howKernel, way); strings.Count(err.Error(), "libsom") != 1 {
			t.Errorf("it is told anew at each border: %v", err)
		}
		if r.Refs() != refs || p.Refs() != others {
			t.Errorf("%d and %d references became %d and %d", refs, others, r.Refs(), p.Refs())
		}
	}
}

// TestRaisedToGo holds that Go gets what C raises, with references of its own.
func TestRaisedToGo(t *testing.T) {
	rs := needRaisers(t)
	r := object(t, rs.raiser)
	for way := range ways {
		want := fullOf(r)
		var f *full
		err := rs.call(t, r, howFull, way)
		if !errors.As(err, &f) || len(f.Few) != 0 {
			t.Fatalf("got %v", err)
		}
		if f.Few = nil; !reflect.DeepEqual(f, want) {
			t.Errorf("got %+v, want %+v", f, want)
		}
		forget(f)
		forget(want)
		var x *native.Exception
		if err := rs.call(t, r, howForeign, way); !errors.As(err, &x) || x.ID != "IDL:acme/ODD:1.0" {
			t.Errorf("got %v", err)
		}
		if err := rs.call(t, r, howEmpty, way); !errors.As(err, new(*empty)) {
			t.Errorf("got %v", err)
		}
	}
	if n := r.Refs(); n != 1 {
		t.Errorf("%d references", n)
	}
}

// TestRaisedElsewhere holds it of what calls nobody waits for, attributes and methods of classes raise. Of the last the class is in the exception.
func TestRaisedElsewhere(t *testing.T) {
	rs := needRaisers(t)
	r, judged := object(t, rs.raiser), found(t, "Judged")
	for _, x := range []struct {
		of     som.Ref
		method string
		args   []any
	}{{r, "shout", []any{howFull}}, {r, "_get_level", nil}, {judged.SOM(), "judge", []any{howFull}}} {
		refs := x.of.Refs()
		var f *full
		if _, err := x.of.Invoke(t.Context(), x.method, x.args...); !errors.As(err, &f) || f.Who != som.Object(x.of) || len(f.All) != 3 {
			t.Errorf("%s: got %v", x.method, err)
			continue
		}
		forget(f)
		if n := x.of.Refs(); n != refs {
			t.Errorf("%s: %d references became %d", x.method, refs, n)
		}
	}
	var e *native.Exception
	if _, err := judged.SOM().Invoke(t.Context(), "judge", howStrange); !errors.As(err, &e) || e.ID != "IDL:Strange:1.0" {
		t.Errorf("got %v", err)
	}
}

// TestRaisedToNobody holds that what is raised without an environment ends there.
func TestRaisedToNobody(t *testing.T) {
	rs := needRaisers(t)
	d := object(t, rs.catcher)
	for _, r := range []som.Ref{object(t, rs.raiser), throwing(t), passing(t, ""), passing(t, "wraps")} {
		for how := 1; how < howSour; how++ {
			if r.Class().Name() == "Thrower" && how == howCounted {
				continue // which Go does not raise
			}
			for way := range ways {
				if line := invoke(t, d, "forgotten", r, how, way); line != int32(0) {
					t.Errorf("%v raises %d: raise.c:%v is not content", r, how, line)
				}
			}
		}
	}
}

// TestRaisedAtOnce holds that goroutines and what they keep of exceptions do not disturb one another.
func TestRaisedAtOnce(t *testing.T) {
	rs := needRaisers(t)
	var wg sync.WaitGroup
	for n := range 8 {
		through := []string{"", "wraps", "handles others before", "changes"}[n%4]
		p, d := passing(t, through), object(t, rs.catcher)
		wg.Go(func() {
			for k := range 50 {
				for _, how := range []int{howLater, howStrange, howEmpty, howBare, howSystem, howKernel} {
					if line, err := d.Invoke(t.Context(), "caught", p, how, k%len(ways), uint8(0)); line != int32(0) || err != nil {
						t.Errorf("raise.c:%v is not content: %d of one that %s, %v", line, how, through, err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

// fussy is a class of which no instance begins.
type fussy struct {
	som.Base
	_ int
}

func (f *fussy) SomDefaultInit() error { return fullOf(nil) }

// timid is one whose beginning is that of an instance of Sour.
type timid struct {
	som.Base
	_ int
}

func (*timid) SomDefaultInit() error {
	rs, err := raising()
	if err != nil {
		return err
	}
	_, err = rs.sour.New()
	return err
}

// TestRaisedAtTheBeginning holds that what an initializer in Go raises, or passes on, is what C gets that makes an instance.
func TestRaisedAtTheBeginning(t *testing.T) {
	rs := needRaisers(t)
	d := object(t, rs.catcher)
	for _, c := range []*som.Class{som.MustClass[fussy]("Fussy"), som.MustClass[timid]("Timid")} {
		if err := native.Export(c); err != nil {
			t.Fatal(err)
		}
		living(t, c, 0)
	}
	for cls, want := range map[string]string{"Fussy": "IDL:Full:1.0|IDL:Full:1.0 it is full|it is full", "Timid": "IDL:Strange:1.0||sour", "Sour": "IDL:Strange:1.0||sour"} {
		if got := invoke(t, d, "made", cls); got != want {
			t.Errorf("%s: %q, want %q", cls, got, want)
		}
	}
	var x *native.Exception
	if _, err := rs.sour.New(); !errors.As(err, &x) || x.ID != "IDL:Strange:1.0" {
		t.Errorf("got %v", err)
	}
}

// TestRaisedLeavesNothing holds that no memory is left of exceptions.
func TestRaisedLeavesNothing(t *testing.T) {
	if os.Getenv("SOM_CHECK") != "" {
		t.Skip("checking mode keeps what was freed")
	}
	rs := needRaisers(t)
	if _, err := porter(); err != nil {
		t.Fatal(err)
	}
	caller, err := native.Find("Caller")
	if err != nil {
		t.Fatal(err)
	}
	u, d := object(t, caller), object(t, rs.catcher)
	objects := []som.Ref{throwing(t), passing(t, ""), passing(t, "wraps"), passing(t, "changes"), passing(t, "is elsewhere"), passing(t, "handles too many after")}
	const rounds = 200
	var before int64
	for n := range rounds + 50 {
		if n == 50 {
			before, _ = invoke(t, u, "used").(int64)
		}
		for _, r := range objects {
			for _, how := range []int{howFull, howLater, howStrange, howSystem, howKernel, howOdd} {
				invoke(t, d, "said", r, how)
				if _, err := d.Invoke(t.Context(), "again", r, how, n%3); err != nil {
					forget(err)
				}
			}
		}
	}
	if after, _ := invoke(t, u, "used").(int64); after-before > rounds*150 { // threads take some
		t.Errorf("%d octets are in use more after %d rounds", after-before, rounds)
	}
	for _, r := range objects {
		if n := r.Refs(); n != 1 {
			t.Errorf("%v has %d references", r, n)
		}
	}
}

// TestRaisedInCheckingMode holds all of it where libsom looks whether objects are used after their end.
func TestRaisedInCheckingMode(t *testing.T) {
	needRaisers(t)
	if os.Getenv("SOM_CHECK") != "" {
		t.Skip("it is what runs")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^Test(Raised|Passed|Changed)")
	cmd.Env = append(os.Environ(), "SOM_CHECK=1", isChild+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
