//go:build cgo && unix

package native_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

type (
	friendFunc    = func(som.Self, ctx) (som.Object, error)
	setFriendFunc = func(som.Self, ctx, som.Object) error
)

// keepers is the class in C, all of whose methods are generated.
var keepers = sync.OnceValues(func() (*som.Class, error) {
	if _, err := porter(); err != nil { // which is in the same library
		return nil, err
	}
	friend, setFriend := spec[friendFunc]("_get_friend", ""), spec[setFriendFunc]("_set_friend", "")
	crate, setCrate := spec[getFunc]("_get_crate", "r"), spec[setFunc]("_set_crate", "i")
	friend.GoName, setFriend.GoName, crate.GoName, setCrate.GoName = "Friend", "SetFriend", "Crate", "SetCrate"
	return native.Import("Keeper", som.Version{Major: 1}, []som.MethodSpec{friend, setFriend, crate, setCrate})
})

// A friendly is one in Go, as the compiler makes it.
type friendly struct {
	som.Base
	friend som.Held[som.Object]
	crate  som.Held[crate]
}

func (f *friendly) Friend(ctx) (som.Object, error)           { return f.friend.Get() }
func (f *friendly) SetFriend(_ ctx, friend som.Object) error { return f.friend.Set(friend) }
func (f *friendly) Crate(ctx) (crate, error)                 { return f.crate.Get() }
func (f *friendly) SetCrate(_ ctx, c crate) error            { return f.crate.Set(c) }

// A relaying overrides in Go what gets the attributes, by calls of the parent's in C.
type relaying struct{ som.Base }

func (p *relaying) Friend(c ctx) (som.Object, error) {
	return parental[friendFunc](p, "_get_friend")(c)
}

func (p *relaying) Crate(c ctx) (crate, error) { return parental[getFunc](p, "_get_crate")(c) }

func parental[F ~func(som.Self, ctx) (T, error), T any](p *relaying, name string) func(ctx) (T, error) {
	k, err := keepers()
	if err != nil {
		panic(err)
	}
	of, err := som.Bind[F](k, name)
	if err != nil {
		panic(err)
	}
	fn, self := of.In(k, p.SOM())
	return func(c ctx) (T, error) { return fn(self, c) }
}

// eachKeeper runs a test with each kind of Keeper, and holds that nothing is left.
func eachKeeper(t *testing.T, test func(t *testing.T, c *som.Class)) {
	need(t)
	k, err := keepers()
	if err != nil {
		t.Fatal(err)
	}
	for name, class := range map[string]func() (*som.Class, error){
		"C": keepers, "Go": friendlies, "Go above C": relayings,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := class()
			if err != nil {
				t.Fatal(err)
			}
			test(t, c)
			living(t, c, 0)
			living(t, k, 0)
		})
	}
}

var friendlies = sync.OnceValues(func() (*som.Class, error) {
	k, err := keepers()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[friendly]("Friendly", som.Parents(k))
})

var relayings = sync.OnceValues(func() (*som.Class, error) {
	k, err := keepers()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[relaying]("Relaying", som.Parents(k))
})

// TestLentToC holds that C borrows what attributes hold, whoever implements what gets them, and that the attributes own it.
func TestLentToC(t *testing.T) {
	eachKeeper(t, func(t *testing.T, c *som.Class) {
		caller, err := native.Find("Caller")
		if err != nil {
			t.Fatal(err)
		}
		k, d := create(t, c), create(t, caller)
		if line := invoke(t, d, "keep", k); line != int32(0) {
			t.Errorf("cross.c:%v is not content", line)
		}
		letGo(k)
		letGo(d)
	})
}

// TestLentToGo holds that Go has a reference of its own to what attributes hold, whoever implements what gets them, and so have copies of their object.
func TestLentToGo(t *testing.T) {
	eachKeeper(t, func(t *testing.T, c *som.Class) {
		k, f := create(t, c), create(t, c)
		get := func(of som.Ref) som.Ref {
			t.Helper()
			o, _ := invoke(t, of, "_get_friend").(som.Object)
			return o.SOM()
		}
		if _, err := k.Invoke(t.Context(), "_set_friend", f); err != nil {
			t.Fatal(err)
		}
		letGo(f)
		for range 100 {
			g := get(k)
			if n, err := g.Invoke(t.Context(), "somIsA", c); g.Class() != c || err != nil || n != true {
				t.Fatalf("it got %v, which is one: %v, %v", g, n, err)
			}
			letGo(g)
		}
		other, err := k.Copy()
		if err != nil {
			t.Fatal(err)
		}
		a, b := get(k), get(other)
		if a != b {
			t.Errorf("the copy has %v, not %v", b, a)
		}
		letGo(a)
		letGo(b)
		letGo(k)
		letGo(get(other))
		if _, err := other.Invoke(t.Context(), "_set_friend", som.Ref{}); err != nil {
			t.Error(err)
		}
		letGo(other)
	})
}

// A mint returns another object each time, of which nobody else has a reference.
type mint struct {
	som.Base
	made int
}

func (m *mint) Friend(ctx) (som.Object, error) {
	k, err := keepers()
	if err != nil {
		return nil, err
	}
	m.made++
	return k.New()
}

var mints = sync.OnceValues(func() (*som.Class, error) {
	k, err := keepers()
	if err != nil {
		return nil, err
	}
	return som.ClassOf[mint]("Mint", som.Parents(k))
})

// TestLentAlone holds that C may use an object that is returned as lent and that nobody keeps, and that it ends with the object that has lent it.
func TestLentAlone(t *testing.T) {
	need(t)
	k, err := keepers()
	if err != nil {
		t.Fatal(err)
	}
	c, err := mints()
	if err != nil {
		t.Fatal(err)
	}
	caller, err := native.Find("Caller")
	if err != nil {
		t.Fatal(err)
	}
	m, d := create(t, c), create(t, caller)
	if line := invoke(t, d, "keep", m); line == int32(0) { // it is content with no friend that is another each time
		t.Error("the friend was the one that was set")
	}
	state, _ := som.FindState[mint](m)
	if n, _ := native.Instances(k); state.made < 2 || n < state.made {
		t.Errorf("%d live, and %d have been lent", n, state.made)
	}
	letGo(m)
	letGo(d)
	living(t, k, 0)
}

// lentToTheEnd is a class in Go, below one in C that counts keepers as its instances end.
var lentToTheEnd = sync.OnceValues(func() (*som.Class, error) {
	caller, err := native.Find("Caller")
	if err != nil {
		return nil, err
	}
	d, err := caller.New()
	if err != nil {
		return nil, err
	}
	defer letGo(d)
	if _, err := d.Invoke(context.Background(), "define", "Counting"); err != nil {
		return nil, err
	}
	counting, err := native.Find("Counting")
	if err != nil {
		return nil, err
	}
	return som.ClassOf[mint]("LentToTheEnd", som.Parents(counting))
})

// TestLentToTheEnd holds that what an object in Go has lent is there while the destructors of its ancestors in C run, which come behind Go's, and no longer.
func TestLentToTheEnd(t *testing.T) {
	need(t)
	k, err := keepers()
	if err != nil {
		t.Fatal(err)
	}
	caller, err := native.Find("Caller")
	if err != nil {
		t.Fatal(err)
	}
	c, err := lentToTheEnd()
	if err != nil {
		t.Fatal(err)
	}
	d := create(t, caller)
	for n := range int64(4) {
		m := create(t, c)
		for range n {
			invoke(t, d, "borrow", m)
		}
		letGo(m)
		if got := invoke(t, d, "counted"); got != n {
			t.Errorf("%v objects were there for C's destructor, %d had been lent", got, n)
		}
		living(t, k, 0)
	}
	letGo(d)
}

// An asked is an object that tells when somebody asks for its reference.
type asked struct {
	som.Ref
	tell func()
}

func (a *asked) SOM() som.Ref {
	a.tell()
	return a.Ref
}

// TestLentByNobody holds that a reference which Go returns for C to borrow goes back where the lender has ended meanwhile, and only once: what refers to it
// may be another's by then.
func TestLentByNobody(t *testing.T) {
	z := need(t)
	k, err := keepers()
	if err != nil {
		t.Fatal(err)
	}
	of, err := som.Bind[friendFunc](k, "_get_friend")
	if err != nil {
		t.Fatal(err)
	}
	f, err := friendlies()
	if err != nil {
		t.Fatal(err)
	}
	ended := create(t, z.animal) // which Go has no part of, as of one that has ended
	for _, c := range []*som.Class{k, f} {
		lent := create(t, c)
		weak := native.Weak(lent)
		a := &asked{lent, func() {
			r, lives := weak()
			if !lives {
				t.Errorf("%s: asked again for a reference that went back", c)
				return
			}
			letGo(r)
		}}
		err := native.Lend(ended, of.Method(), func() som.Object { return a })
		if e := (*som.Error)(nil); !errors.As(err, &e) || e.Code != som.CodeFreed {
			t.Errorf("%s: %v", c, err)
		}
		living(t, c, 0)
	}
	letGo(ended)
}
