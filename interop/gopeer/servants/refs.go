package servants

import (
	"context"
	"slices"
	"sync"

	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/orb"
)

// A Listener is an object that a client offers for callbacks, or a part of the server's talker.
type Listener struct {
	name string
	self interop.Refs_Listener // what it passes as itself
	mu   sync.Mutex
	seen map[string]int
}

// NewListener returns a listener of that name.
func NewListener(name string) *Listener {
	l := &Listener{name: name, seen: map[string]int{}}
	l.self = l
	return l
}

// IDLClass names the class.
func (*Listener) IDLClass() orb.Class { return interop.Refs_ListenerClass }

// Name returns its name.
func (l *Listener) Name(context.Context) (string, error) { return l.name, nil }

// Told returns n + 1, or refuses a negative n.
func (*Listener) Told(_ context.Context, n int32) (int32, error) {
	if n < 0 {
		return 0, &interop.Refused{Code: n, Why: "negative"}
	}
	return n + 1, nil
}

// Noted counts what.
func (l *Listener) Noted(_ context.Context, what string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen[what]++
	return nil
}

// Notes returns how often what was noted.
func (l *Listener) Notes(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen[what]
}

// Bounce calls peer back, depth times in all.
func (l *Listener) Bounce(ctx context.Context, peer interop.Refs_Listener, depth int32) (int32, error) {
	if depth <= 0 {
		return 0, nil
	}
	n, err := peer.Bounce(ctx, l.self, depth-1)
	return n + 1, err
}

type talker struct {
	*Listener
	kept map[string]interop.Refs_Listener // guarded by the listener's mu
}

func newTalker() *talker {
	t := &talker{NewListener("talker"), map[string]interop.Refs_Listener{}}
	t.self = t
	return t
}

func (*talker) IDLClass() orb.Class { return interop.Refs_TalkerClass }

func (*talker) Tell(ctx context.Context, who interop.Refs_Listener, n int32) (int32, error) {
	v, err := who.Told(ctx, n)
	return 2 * v, err
}

func (*talker) TellAll(ctx context.Context, who interop.Refs_Listeners, n int32) (int32, error) {
	var sum int32
	for _, l := range who {
		if l == nil {
			continue
		}
		v, err := l.Told(ctx, n)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

func (*talker) Note(ctx context.Context, who interop.Refs_Listener, what string, times int32) error {
	for range times {
		if err := who.Noted(ctx, what); err != nil {
			return err
		}
	}
	return nil
}

func (t *talker) Keep(_ context.Context, key string, who interop.Refs_Listener) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept[key] = who
	return nil
}

func (t *talker) Kept(_ context.Context, key string) (interop.Refs_Listener, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept[key], nil
}

func (t *talker) TellKept(ctx context.Context, key string, n int32) (int32, error) {
	who, _ := t.Kept(ctx, key)
	if who == nil {
		return 0, &interop.Refused{Code: 404, Why: key}
	}
	return who.Told(ctx, n)
}

func (t *talker) Forget(_ context.Context, key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.kept, key)
	return nil
}

func (*talker) MirrorListener(_ context.Context, v interop.Refs_Listener) (interop.Refs_Listener, error) {
	return v, nil
}

func (*talker) MirrorObject(_ context.Context, v orb.Object) (orb.Object, error) { return v, nil }

func (*talker) MirrorListeners(_ context.Context, v interop.Refs_Listeners) (interop.Refs_Listeners, error) {
	slices.Reverse(v)
	return v, nil
}

func (*talker) IsNil(_ context.Context, v orb.Object) (bool, error) { return v == nil, nil }

func (*talker) Same(_ context.Context, a, b orb.Object) (bool, error) { return orb.Same(a, b), nil }

func (*talker) NameOf(ctx context.Context, v orb.Object) (string, error) {
	if v == nil {
		return "", nil
	}
	is, err := orb.RefOf(v).IsA(ctx, interop.Refs_ListenerClass.ID())
	if err != nil || !is {
		return "", err
	}
	return interop.Refs_ListenerClass.Unchecked(v).Name(ctx)
}
