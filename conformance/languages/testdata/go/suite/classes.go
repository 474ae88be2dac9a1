package main

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"

	"example.com/suite/gen/relay"
	"example.com/suite/gen/suite"
	"example.com/suite/gen/suite/holder"
	"example.com/suite/gen/suite/thing"
	"example.com/suite/gen/suite/titled"
	"example.com/suite/gen/suite/types"
)

type loud struct{ thing.Base }

func (l *loud) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := l.Base.Speak(ctx, n)
	return r + 100, err
}

// louder is below loud, which has no generated code: a parent call is one of what stands in that class's table.
type louder struct{ thing.Base }

func (l *louder) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := speakOf(ctx, "Loud", l.SOM(), n)
	return r * 10, err
}

func speakOf(ctx context.Context, class string, o som.Ref, n int64) (int64, error) {
	c, err := native.Registered(class)
	if err != nil {
		return 0, err
	}
	speak, self := thing.SpeakToken.In(c, o)
	return speak(self, ctx, n)
}

// wrong has an override of another type.
type wrong struct{ thing.Base }

func (w *wrong) Speak(context.Context, int64) (string, error) { return "no number", nil }

type raising struct{ thing.Base }

func (r *raising) Speak(context.Context, int64) (int64, error) { return 0, what }

// what raising raises.
var what error

var errOwn = errors.New("mine")

type passing struct{ thing.Base }

func (p *passing) Speak(ctx context.Context, n int64) (int64, error) { return p.Base.Speak(ctx, n) }

type deep struct{ thing.Base }

func (d *deep) Speak(ctx context.Context, n int64) (int64, error) {
	if n == 0 {
		return d.Base.Speak(ctx, 1)
	}
	r, err := caller.Ask(ctx, d.Self(), n-1, 1)
	return r + 1, err
}

type counting struct {
	thing.Base
	calls int64
}

func (c *counting) Speak(_ context.Context, n int64) (int64, error) {
	c.calls += n
	return c.calls, nil
}

type marked struct{ thing.Base }

func (m *marked) Label(ctx context.Context) (string, error) {
	s, err := m.Base.Label(ctx)
	return "<" + s + ">", err
}
func (m *marked) SetLabel(ctx context.Context, s string) error { return m.Base.SetLabel(ctx, s+"!") }
func (m *marked) Legs(context.Context) (int32, error)          { return 3, nil }

type both struct {
	thing.Base
	Titled titled.Base
}

func (b *both) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := b.Base.Speak(ctx, n)
	return r + 1, err
}
func (b *both) Title(ctx context.Context, word string) (string, error) {
	s, err := b.Titled.Title(ctx, word)
	return s + "!", err
}

type box struct{ holder.Base }

func (b *box) Speak(ctx context.Context, n int64) (int64, error) {
	held, err := b.Base.Held(ctx)
	if err != nil {
		return 0, err
	}
	defer drop(held)
	r, err := held.Speak(ctx, n)
	return r + 1, err
}

type middle struct{ thing.Base }

func (m *middle) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := m.Base.Speak(ctx, n)
	return r + 1000, err
}

type ownRelay struct{ relay.Base }

func (r *ownRelay) Speak(ctx context.Context, n int64) (int64, error) {
	s, err := r.Base.Speak(ctx, n)
	return s + 1, err
}

// own is a class whose overrides give back what they got.
type own struct{ types.Base }

func (o *own) SwapText(_ context.Context, s, w string) (string, string, error) { return w, s, nil }
func (o *own) TurnPerson(_ context.Context, v suite.Person) (suite.Person, error) {
	return v, nil
}
func (o *own) TurnThings(ctx context.Context, v suite.Things) (suite.Things, error) {
	all := suite.Things{must(thing.New())}
	for _, t := range v {
		do(t.SOM().Retain())
		all = append(all, t)
	}
	return all, nil
}
