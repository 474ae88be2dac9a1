package golang_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/shapes"
	"github.com/opendsom/dsom/emit/golang/testdata/ty"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/orb/stub"
	"github.com/opendsom/dsom/typecode"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// object implements Bottom, and all it inherits but for Reader and SetReader.
type object struct {
	shapes.BottomBase
	mu    sync.Mutex
	owner string
	notes []string
	noted chan struct{}
}

func (o *object) Read(_ context.Context, s shapes.Top_State) (shapes.Top_List, error) {
	switch s {
	case shapes.Top_State_Up:
		return shapes.Top_List{1, 2}, nil
	case shapes.Top_State_Down:
		return nil, &shapes.Top_Lost{Since: s}
	}
	return nil, &shapes.Refused{Code: int32(s)}
}

func (o *object) Owner(context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.owner, nil
}

func (o *object) SetOwner(_ context.Context, owner string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.owner = owner
	return nil
}

func (o *object) Hue(context.Context) (shapes.Color, error) {
	return 0, &shapes.Refused{Code: 1, Error_: "no hue", Tint: shapes.Color_DarkRed}
}

func (o *object) SetNumbers(_ context.Context, numbers shapes.Top_List) error {
	if len(numbers) == 0 {
		return &shapes.Empty{}
	}
	return errors.New("nothing that is declared")
}

func (o *object) Note(_ context.Context, text string) error {
	o.mu.Lock()
	o.notes = append(o.notes, text)
	o.mu.Unlock()
	o.noted <- struct{}{}
	return nil
}

func (o *object) Nothing(context.Context) error { return nil }

func (o *object) Self(_ context.Context, b shapes.Bottom, t shapes.Top) (shapes.Bottom, shapes.Top, shapes.AlsoTop, orb.Object, error) {
	return o, b, t, nil, nil
}

func (o *object) Names(_ context.Context, c, s, orb, err, result, ctx, e int32) (string, int32, int32, error) {
	return "sum", c + s + orb + err, result + ctx + e, nil
}

func (o *object) Odd(_ context.Context, text string, a shapes.Anything, k shapes.Kind, n shapes.Tiny, key shapes.Key, tree shapes.Tree, u shapes.ByColor) (shapes.Tag, error) {
	rest, _ := u.Rest()
	tag := text + a.Type().Name() + k.Name() + string(key[:2]) + tree.Name + rest
	return shapes.Tag(tag), nil
}

func (o *object) WithContext(ctx context.Context, a int32) (int32, error) {
	if got, want := stub.Properties(ctx), (map[string]string{"region": "eu", "user.name": "ann"}); !maps.Equal(got, want) {
		return 0, &shapes.Empty{}
	}
	return a + 1, nil
}

func (o *object) String_(_ context.Context, is dyn.Any) (dyn.Any, error) { return is, nil }

func newORB(t *testing.T, cfg orb.Config) *orb.ORB {
	t.Helper()
	cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return o
}

// TestCalls calls what is generated through what is generated: in either byte order, over
// TCP and in the process.
func TestCalls(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server, client orb.Config
		local          bool
	}{
		"little":   {},
		"big":      {server: orb.Config{BigEndian: true}, client: orb.Config{BigEndian: true}},
		"mixed":    {client: orb.Config{BigEndian: true}},
		"GIOP 1.1": {server: orb.Config{MaxVersion: cdr.V11}},
		"GIOP 1.0": {server: orb.Config{MaxVersion: cdr.V10}},
		"local":    {local: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.server.Listen = []string{"tcp:127.0.0.1:0"}
			c.client.Listen = []string{"tcp:127.0.0.1:0"} // it passes objects of its own
			server := newORB(t, c.server)
			impl := &object{noted: make(chan struct{}, 1)}
			ref, err := shapes.BottomClass.Activate(poa.New(server), impl)
			if err != nil {
				t.Fatal(err)
			}
			client := server
			if !c.local {
				client = newORB(t, c.client)
				poa.New(client)
			}
			b, err := shapes.BottomClass.Bind(t.Context(), client, ref.String())
			if err != nil {
				t.Fatal(err)
			}
			callAll(t, b, impl)
		})
	}
}

func callAll(t *testing.T, b shapes.Bottom, impl *object) {
	ctx := t.Context()
	if list, err := b.Read(ctx, shapes.Top_State_Up); err != nil || len(list) != 2 || list[1] != 2 {
		t.Errorf("Read: got %v, %v", list, err)
	}
	var lost *shapes.Top_Lost
	if _, err := b.Read(ctx, shapes.Top_State_Down); !errors.As(err, &lost) || lost.Since != shapes.Top_State_Down {
		t.Errorf("Read: got %v", err)
	}
	if err := b.SetOwner(ctx, "ann"); err != nil {
		t.Errorf("SetOwner: %v", err)
	}
	if owner, err := b.Owner(ctx); err != nil || owner != "ann" {
		t.Errorf("Owner: got %q, %v", owner, err)
	}
	if _, err := b.Reader(ctx); !errors.Is(err, exc.NoImplement) || !strings.Contains(err.Error(), "NO_IMPLEMENT") {
		t.Errorf("Reader: got %v", err)
	}
	var refused *shapes.Refused
	if _, err := b.Hue(ctx); !errors.As(err, &refused) || *refused != (shapes.Refused{Code: 1, Error_: "no hue", Tint: shapes.Color_DarkRed}) {
		t.Errorf("Hue: got %v", err)
	}
	var empty *shapes.Empty
	if err := b.SetNumbers(ctx, nil); !errors.As(err, &empty) {
		t.Errorf("SetNumbers: got %v", err)
	}
	if err := b.SetNumbers(ctx, shapes.Top_List{1}); !errors.Is(err, exc.Unknown) {
		t.Errorf("SetNumbers: got %v", err)
	}
	if err := b.Note(ctx, "noted"); err != nil {
		t.Errorf("Note: %v", err)
	}
	<-impl.noted
	if err := b.Nothing(ctx); err != nil {
		t.Errorf("Nothing: %v", err)
	}
	if s, x, y, err := b.Names(ctx, 1, 2, 3, 4, 5, 6, 7); err != nil || s != "sum" || x != 10 || y != 18 {
		t.Errorf("Names: got %q, %d, %d, %v", s, x, y, err)
	}
	color := shapes.ColorType.Any(shapes.FAVOURITE)
	tag, err := b.Odd(ctx, "abc", color, typecode.Long, cdr.Fixed{}, shapes.Key{'x', 'y'}, shapes.Tree{}, shapes.NewByColor_Rest(shapes.Color_BLUE, ""))
	if !errors.Is(err, exc.Marshal) { // abcColorxy is too long for a Tag
		t.Errorf("Odd: got %q, %v", tag, err)
	}
	tag, err = b.Odd(ctx, "", color, typecode.Long, cdr.Fixed{}, shapes.Key{'x', 'y'}, shapes.Tree{}, shapes.NewByColor_Rest(shapes.Color_BLUE, "!"))
	if err != nil || tag != "Colorxy!" {
		t.Errorf("Odd: got %q, %v", tag, err)
	}
	if _, err = b.Odd(ctx, "long", dyn.Any{}, typecode.Long, cdr.Fixed{}, shapes.Key{}, shapes.Tree{}, shapes.ByColor{}); !errors.Is(err, exc.Marshal) {
		t.Errorf("Odd with a string that is too long: got %v", err)
	}
	with := stub.WithProperties(ctx, map[string]string{"region": "eu", "user.name": "ann", "password": "secret"})
	if n, err := b.WithContext(with, 1); err != nil || n != 2 {
		t.Errorf("WithContext: got %d, %v", n, err)
	}
	if _, err := b.WithContext(ctx, 1); !errors.As(err, &empty) {
		t.Errorf("WithContext without properties: got %v", err)
	}
	callObjects(t, b)
}

// callObjects passes references, implementations and nil.
func callObjects(t *testing.T, b shapes.Bottom) {
	ctx := t.Context()
	own := &object{owner: "client"}
	self, top, also, obj, err := b.Self(ctx, own, nil)
	if err != nil || also != nil || obj != nil {
		t.Fatalf("Self: got %v, %v, %v", also, obj, err)
	}
	if owner, err := self.Owner(ctx); err != nil || owner != "ann" {
		t.Errorf("Owner of the object that returned itself: got %q, %v", owner, err)
	}
	// What came back is a stub of the client's own object: a call goes there and back.
	back, err := shapes.LeftClass.Narrow(ctx, top)
	if err != nil {
		t.Fatal(err)
	}
	if owner, err := back.Owner(ctx); err != nil || owner != "client" {
		t.Errorf("Owner of the client's object: got %q, %v", owner, err)
	}
	// Objects in an any.
	a, err := b.String_(ctx, shapes.BottomClass.Any(own))
	if err != nil {
		t.Fatal(err)
	}
	got, err := shapes.BottomClass.From(a)
	if err != nil {
		t.Fatal(err)
	}
	if owner, err := got.Owner(ctx); err != nil || owner != "client" {
		t.Errorf("Owner of the object in an any: got %q, %v", owner, err)
	}
	if a, err = b.String_(ctx, shapes.AlsoTopType.Any(nil)); err != nil {
		t.Fatal(err)
	}
	if got, err := shapes.AlsoTopType.From(a); got != nil || err != nil {
		t.Errorf("got %v, %v from an any with nil", got, err)
	}
	if _, err := shapes.MarkerClass.Narrow(ctx, b.(orb.Object)); err != nil {
		t.Errorf("every object satisfies an empty Go interface, but: %v", err)
	}
	if _, err := ty.PeerClass.Narrow(ctx, b); !errors.Is(err, exc.BadParam) {
		t.Errorf("Narrow to another interface: got %v", err)
	}
}
