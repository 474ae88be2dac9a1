package golang_test

import "testing"

// Attributes whose values hold references, in a class as it is generated, and in one that is generated below it and overrides what gets them.
const owning = `
interface Afar;
module Pets {
struct Far { sequence<Afar> all; };
union Near switch (long) { case 1: Far far; case 2: long n; };
interface Own;
typedef sequence<Own> Owns;
typedef Own Two[2];
struct Note { string text; Own about; Owns all; };
union Either switch (long) { case 1: Note note; case 2: long n; };
interface Own : SOMObject {
  attribute Own friend;
  attribute Afar afar;
  attribute Far far;
  attribute sequence<Afar> afars;
  attribute Near near;
  attribute SOMObject any_object;
  attribute Note note;
  attribute Owns all;
  attribute Two pair;
  attribute Either one;
  attribute sequence<Note> notes;
  attribute long n;
  attribute string text;
  attribute sequence<long> numbers;
  implementation { releaseorder: _get_friend, _set_friend, _get_any_object, _set_any_object, _get_note, _set_note, _get_all, _set_all, _get_pair, _set_pair, _get_one, _set_one,
    _get_notes, _set_notes, _get_n, _set_n, _get_text, _set_text, _get_numbers, _set_numbers,
    _get_afar, _set_afar, _get_far, _set_far, _get_afars, _set_afars, _get_near, _set_near; };
};
interface Kid : Own { implementation { _get_friend: override; _get_note: override; _set_all: override; }; };
};
`

// owningMain says what is wrong.
const owningMain = `package main

import (
	"context"
	"fmt"

	"example.com/gen/owning/pets"
	"example.com/gen/owning/pets/kid"
	"example.com/gen/owning/pets/own"
	"github.com/opendsom/dsom/som"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func is(what string, got, want int) {
	if got != want {
		fmt.Println(what, "has", got, "references, not", want)
	}
}

func main() {
	ctx := context.Background()
	for _, begin := range []func() (own.Own, error){
		func() (own.Own, error) { return own.New() },
		func() (own.Own, error) { return kid.New() },
	} {
		o, err := begin()
		must(err)
		r := o.(som.Object).SOM()
		f, err := own.New()
		must(err)
		must(o.SetFriend(ctx, f))
		must(o.SetAnyObject(ctx, f))
		must(o.SetAfar(ctx, f))
		must(o.SetFar(ctx, pets.Far{All: []som.Object{f}}))
		must(o.SetAfars(ctx, []som.Object{f}))
		must(o.SetNear(ctx, pets.NewNear_Far(pets.Far{All: []som.Object{f}})))
		note := pets.Note{Text: "a", About: f, All: pets.Owns{f, nil}}
		must(o.SetNote(ctx, note))
		must(o.SetAll(ctx, note.All))
		must(o.SetPair(ctx, pets.Two{f, nil}))
		must(o.SetOne(ctx, pets.NewEither_Note(note)))
		must(o.SetNotes(ctx, []pets.Note{note, {}}))
		note.All[0] = nil // the caller's own
		const held = 4 + 1 + 1 + 2 + 1 + 1 + 2 + 2
		is("what all attributes hold", f.SOM().Refs(), 1+held)
		g, err := o.Friend(ctx)
		must(err)
		must(o.SetFriend(ctx, g)) // what it has
		is("what was got", f.SOM().Refs(), 2+held)
		must(g.(som.Object).SOM().Release())
		n, err := o.Note(ctx)
		must(err)
		is("a structure's", f.SOM().Refs(), 3+held)
		must(n.About.(som.Object).SOM().Release())
		must(n.All[0].(som.Object).SOM().Release())
		c, err := r.Copy()
		must(err)
		is("a copy's", f.SOM().Refs(), 1+2*held)
		must(c.Assign(r))
		is("what was assigned", f.SOM().Refs(), 1+2*held)
		must(o.SetFriend(ctx, nil))
		must(o.SetNote(ctx, pets.Note{}))
		is("when the first has less", f.SOM().Refs(), 1+2*held-3)
		must(r.Release())
		is("when the first is over", f.SOM().Refs(), 1+held)
		must(f.SOM().Release())
		is("with the copy alone", f.SOM().Refs(), held)
		must(c.Release())
		is("in the end", f.SOM().Refs(), 0)
		if own.Class.Instances()+kid.Class.Instances() != 0 {
			fmt.Println("objects are left")
		}
	}
}
`

// TestTemplateOwns holds which attributes own what they hold, and that others are Go's plain fields.
func TestTemplateOwns(t *testing.T) {
	t.Parallel()
	files := emitClasses(t, owning, "example.com/gen")
	contains(t, files, "pets/own/object.go", "som.Held[Own]", "return o.afar.Get()", "som.Held[pets.Far]", "som.Held[[]som.Object]", "som.Held[pets.Near]", "som.Held[som.Object]", "som.Held[pets.Note]", "som.Held[pets.Owns]", "som.Held[pets.Two]", "som.Held[pets.Either]", "som.Held[[]pets.Note]",
		"int32\n", "string\n", "[]int32\n", "return o.friend.Get()", "return o.friend.Set(friend)", "return o.n, nil", "o.numbers = numbers")
	contains(t, files, "pets/kid/object.go", "return o.Base.Friend(ctx)", "return o.Base.SetAll(ctx, all)")
}
