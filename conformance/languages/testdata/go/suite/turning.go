package main

import (
	"context"

	"example.com/suite/gen/suite"
	"example.com/suite/gen/suite/thing"
	"example.com/suite/gen/suite/types"
)

// turning overrides every method by one that passes on what it gets, and what comes back.
type turning struct{ types.Base }

func (t *turning) TurnBoolean(ctx context.Context, v bool) (bool, error) {
	return t.Base.TurnBoolean(ctx, v)
}
func (t *turning) TurnOctet(ctx context.Context, v byte) (byte, error) {
	return t.Base.TurnOctet(ctx, v)
}
func (t *turning) TurnChar(ctx context.Context, v byte) (byte, error) {
	return t.Base.TurnChar(ctx, v)
}
func (t *turning) TurnWchar(ctx context.Context, v rune) (rune, error) {
	return t.Base.TurnWchar(ctx, v)
}
func (t *turning) TurnShort(ctx context.Context, v int16) (int16, error) {
	return t.Base.TurnShort(ctx, v)
}
func (t *turning) TurnUshort(ctx context.Context, v uint16) (uint16, error) {
	return t.Base.TurnUshort(ctx, v)
}
func (t *turning) TurnLong(ctx context.Context, v int32) (int32, error) {
	return t.Base.TurnLong(ctx, v)
}
func (t *turning) TurnUlong(ctx context.Context, v uint32) (uint32, error) {
	return t.Base.TurnUlong(ctx, v)
}
func (t *turning) TurnLonglong(ctx context.Context, v int64) (int64, error) {
	return t.Base.TurnLonglong(ctx, v)
}
func (t *turning) TurnUlonglong(ctx context.Context, v uint64) (uint64, error) {
	return t.Base.TurnUlonglong(ctx, v)
}
func (t *turning) TurnFloat(ctx context.Context, v float32) (float32, error) {
	return t.Base.TurnFloat(ctx, v)
}
func (t *turning) TurnDouble(ctx context.Context, v float64) (float64, error) {
	return t.Base.TurnDouble(ctx, v)
}
func (t *turning) TurnColour(ctx context.Context, v suite.Colour) (suite.Colour, error) {
	return t.Base.TurnColour(ctx, v)
}
func (t *turning) TurnString(ctx context.Context, v string) (string, error) {
	return t.Base.TurnString(ctx, v)
}
func (t *turning) TurnWstring(ctx context.Context, v string) (string, error) {
	return t.Base.TurnWstring(ctx, v)
}
func (t *turning) TurnOctets(ctx context.Context, v suite.Octets) (suite.Octets, error) {
	return t.Base.TurnOctets(ctx, v)
}
func (t *turning) TurnBooleans(ctx context.Context, v suite.Booleans) (suite.Booleans, error) {
	return t.Base.TurnBooleans(ctx, v)
}
func (t *turning) TurnLongs(ctx context.Context, v suite.Longs) (suite.Longs, error) {
	return t.Base.TurnLongs(ctx, v)
}
func (t *turning) TurnDoubles(ctx context.Context, v suite.Doubles) (suite.Doubles, error) {
	return t.Base.TurnDoubles(ctx, v)
}
func (t *turning) TurnStrings(ctx context.Context, v suite.Strings) (suite.Strings, error) {
	return t.Base.TurnStrings(ctx, v)
}
func (t *turning) TurnPoint(ctx context.Context, v suite.Point) (suite.Point, error) {
	return t.Base.TurnPoint(ctx, v)
}
func (t *turning) TurnPerson(ctx context.Context, v suite.Person) (suite.Person, error) {
	return t.Base.TurnPerson(ctx, v)
}
func (t *turning) TurnPeople(ctx context.Context, v suite.People) (suite.People, error) {
	return t.Base.TurnPeople(ctx, v)
}
func (t *turning) TurnTree(ctx context.Context, v suite.Tree) (suite.Tree, error) {
	return t.Base.TurnTree(ctx, v)
}
func (t *turning) TurnShape(ctx context.Context, v suite.Shape) (suite.Shape, error) {
	return t.Base.TurnShape(ctx, v)
}
func (t *turning) TurnGrid(ctx context.Context, v suite.Grid) (suite.Grid, error) {
	return t.Base.TurnGrid(ctx, v)
}
func (t *turning) TurnPair(ctx context.Context, v suite.Pair) (suite.Pair, error) {
	return t.Base.TurnPair(ctx, v)
}
func (t *turning) TurnThings(ctx context.Context, v suite.Things) (suite.Things, error) {
	return t.Base.TurnThings(ctx, v)
}
func (t *turning) TurnThing(ctx context.Context, v thing.Thing) (thing.Thing, error) {
	return t.Base.TurnThing(ctx, v)
}
func (t *turning) Maybe(ctx context.Context, v thing.Thing) (thing.Thing, error) {
	return t.Base.Maybe(ctx, v)
}
func (t *turning) GiveText(ctx context.Context) (s string, w string, err error) {
	return t.Base.GiveText(ctx)
}
func (t *turning) GiveConstructed(ctx context.Context) (p suite.Point, n suite.Longs, who suite.Person, err error) {
	return t.Base.GiveConstructed(ctx)
}
func (t *turning) GiveThings(ctx context.Context) (a thing.Thing, more suite.Things, err error) {
	return t.Base.GiveThings(ctx)
}
func (t *turning) SwapText(ctx context.Context, s string, w string) (sOut string, wOut string, err error) {
	return t.Base.SwapText(ctx, s, w)
}
func (t *turning) SwapConstructed(ctx context.Context, p suite.Point, n suite.Longs, who suite.Person) (pOut suite.Point, nOut suite.Longs, whoOut suite.Person, err error) {
	return t.Base.SwapConstructed(ctx, p, n, who)
}
