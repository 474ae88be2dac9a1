package pet

import (
	"context"
	"sync/atomic"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/internal/pets"
)

// Living is how many pets there are.
var Living atomic.Int64

// object is the state of a Pet, and its methods are what the class implements.
type object struct {
	som.Base
	name string
	fed  uint32
}

// Name implements Pets::Pet::_get_name.
func (o *object) Name(ctx context.Context) (string, error) {
	return o.name, nil
}

// SetName implements Pets::Pet::_set_name.
func (o *object) SetName(ctx context.Context, name string) error {
	o.name = name
	return nil
}

// Fed implements Pets::Pet::_get_fed.
func (o *object) Fed(ctx context.Context) (uint32, error) {
	return o.fed, nil
}

// Speak implements Pets::Pet::speak(in string to).
func (o *object) Speak(ctx context.Context, to string) (result string, err error) {
	return o.name + " says hello to " + to, nil
}

// Menu implements Pets::Pet::menu(in Meals wanted, inout Mood mood, out unsigned long count).
func (o *object) Menu(ctx context.Context, wanted pets.Meals, mood pets.Mood) (result pets.Meals, moodOut pets.Mood, count uint32, err error) {
	o.fed += uint32(len(wanted))
	switch {
	case len(wanted) > 3:
		return nil, mood, 0, &pets.TooFull{Times: int32(len(wanted)), Why: "no more"}
	case mood == pets.Mood_Angry:
		return nil, mood, 0, &pets.Gone{}
	}
	for i := range wanted {
		wanted[i].Grams *= 2
	}
	return wanted, pets.Mood_Calm, uint32(len(wanted)), nil
}

// Wish implements Pets::Pet::wish(in Wish w).
func (o *object) Wish(ctx context.Context, w pets.Wish) (result pets.Wish, err error) {
	return w, nil
}

// Numbers implements Pets::Pet::numbers(in octet o, in char c, in short s, in unsigned short us, in long l, in unsigned long ul, in long long ll, in unsigned long long ull, in float f, inout double d).
func (object_ *object) Numbers(ctx context.Context, o byte, c byte, s int16, us uint16, l int32, ul uint32, ll int64, ull uint64, f float32, d float64) (result bool, dOut float64, err error) {
	all := o == 200 && c == 'x' && s == -7 && us == 65535 && l == -70000 && ul == 4000000000 && ll == -1<<40 && ull == 1<<63 && f == 1.5
	return all, -d, nil
}

// Wide implements Pets::Pet::wide(in wstring w, in wchar c).
func (o *object) Wide(ctx context.Context, w string, c rune) (result string, err error) {
	return w + string(c), nil
}

// Grid implements Pets::Pet::grid(inout Grid g).
func (o *object) Grid(ctx context.Context, g pets.Grid) (gOut pets.Grid, err error) {
	for i := range g {
		for j := range g[i] {
			gOut[i][j] = g[i][j] * 10
		}
	}
	return gOut, nil
}

// Octets implements Pets::Pet::octets(in sequence<octet> o).
func (object_ *object) Octets(ctx context.Context, o []byte) (result []byte, err error) {
	return append(o, 0xff), nil
}

// Friend implements Pets::Pet::friend(in Pet p).
func (o *object) Friend(ctx context.Context, p Pet) (result Pet, err error) {
	if p == nil {
		return nil, nil
	}
	if _, err = p.Speak(ctx, "a friend"); err != nil { // a call back, if it is elsewhere
		return nil, err
	}
	return kept(p), nil
}

// Thing implements Pets::Pet::thing(in Object o).
func (object_ *object) Thing(ctx context.Context, o som.Object) (result som.Object, err error) {
	return kept(o), nil
}

// Pack implements Pets::Pet::pack(in sequence<Pet> p, out Pet first).
func (o *object) Pack(ctx context.Context, p []Pet) (result []Pet, first Pet, err error) {
	for _, x := range p {
		result = append(result, kept(x))
	}
	if len(p) > 0 {
		first = kept(p[0])
	}
	return result, first, nil
}

// Count implements Pets::Pet::count(in long n).
func (o *object) Count(ctx context.Context, n int32) (result int32, err error) {
	return n + 1, nil
}

// SomDefaultInit implements Pets::Pet::somDefaultInit.
func (o *object) SomDefaultInit() error {
	o.name = "Ada"
	Living.Add(1)
	return nil
}

// SomDestruct ends a Pet.
func (o *object) SomDestruct() { Living.Add(-1) }

// kept is o with one reference more, which is the caller's who gets it.
func kept[T any](o T) T {
	if x, ok := any(o).(som.Object); ok && !x.SOM().IsNil() {
		_ = x.SOM().Retain()
	}
	return o
}
