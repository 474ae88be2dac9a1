// Command suite does the rows of conformance/languages in Go. Its classes in C++ come by generated packages; what a compiler would refuse is tried by name.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"

	"example.com/suite/gen/relay"
	"example.com/suite/gen/suite"
	callers "example.com/suite/gen/suite/caller"
	"example.com/suite/gen/suite/guild"
	"example.com/suite/gen/suite/holder"
	journals "example.com/suite/gen/suite/journal"
	"example.com/suite/gen/suite/member"
	"example.com/suite/gen/suite/thing"
	"example.com/suite/gen/suite/titled"
	"example.com/suite/gen/suite/types"
)

var (
	loudClass     = som.MustClass[loud]("Loud", som.Parents(thing.Class))
	louderClass   = som.MustClass[louder]("Louder", som.Parents(loudClass))
	raisingClass  = som.MustClass[raising]("Raising", som.Parents(thing.Class))
	passingClass  = som.MustClass[passing]("Passing", som.Parents(thing.Class))
	deepClass     = som.MustClass[deep]("Deep", som.Parents(thing.Class))
	countingClass = som.MustClass[counting]("Counting", som.Parents(thing.Class))
	markedClass   = som.MustClass[marked]("Marked", som.Parents(thing.Class))
	bothClass     = som.MustClass[both]("Both", som.Parents(thing.Class, titled.Class))
	boxClass      = som.MustClass[box]("Box", som.Parents(holder.Class))
	middleClass   = som.MustClass[middle]("Middle", som.Parents(thing.Class))
	relayClass    = som.MustClass[ownRelay]("OwnRelay", som.Parents(relay.Class))
	ownClass      = som.MustClass[own]("Own", som.Parents(types.Class))
	turningClass  = som.MustClass[turning]("Turning", som.Parents(types.Class))
)

var (
	ctx     = context.Background()
	journal journals.Ref
	caller  callers.Ref
	turner  types.Ref
)

// cannot is what Go cannot do, by the error that says so.
type cannot struct{ error }

func must[T any](v T, err error) T {
	do(err)
	return v
}

func do(err error) {
	if err != nil {
		panic(err)
	}
}

// drop gives references back. A class's interface says nothing of references; what has come is one.
func drop(all ...any) {
	for _, o := range all {
		do(o.(som.Object).SOM().Release())
	}
}

func dropThings(all suite.Things) {
	for _, o := range all {
		drop(o)
	}
}

// of makes an object of a class, which is a Thing.
func of(c *som.Class) thing.Ref {
	t, ok := thing.Narrow(must(c.New()))
	if !ok {
		panic(c.Name() + " is no Thing")
	}
	return t
}

func note(text string) { do(journal.Note(ctx, text)) }

func yes(is bool) {
	if is {
		note("yes")
	} else {
		note("no")
	}
}

// refused wants an error of a call by name.
func refused(o som.Object, method string, args ...any) {
	r, err := o.SOM().Invoke(ctx, method, args...)
	if err == nil {
		panic(cannot{fmt.Errorf("%s of %v is accepted, and answers %v", method, args, r)})
	}
	note("refused")
}

func caught(err error) {
	var refused *suite.Refused
	var plain *suite.Plain
	switch {
	case errors.As(err, &refused):
		do(journal.CaughtRefused(ctx, refused.Code, refused.Why))
	case errors.As(err, &plain):
		do(journal.CaughtPlain(ctx))
	default:
		panic(fmt.Errorf("it raises %v", err))
	}
}

func twice[T any](turn func(context.Context, T) (T, error), values ...T) {
	for _, v := range values {
		must(turn(ctx, must(turn(ctx, v))))
	}
}

var somebody = suite.Person{Name: "Grüß", Likes: suite.Colour_Green, Tame: true, At: suite.Point{X: -1, Y: math.MaxInt32}, Words: []string{"sit", "", "😀!"}, Title: "€ 😀"}

// run does a row, and answers what the program prints of it.
func run(name string) (said string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case cannot:
			said = "cannot\t" + r.Error()
		default:
			said = fmt.Sprintf("failed\t%v", r)
		}
		said = strings.ReplaceAll(said, "\n", " ")
	}()
	do(journal.Row(ctx, name))
	row := rows[name]
	if row == nil {
		panic("there is no such row")
	}
	row()
	return "ok"
}

func main() {
	if err := thing.Class.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	journal, caller, turner = must(journals.New()), must(callers.New()), must(types.New())
	for _, name := range os.Args[1:] {
		runtime.GC()
		fmt.Printf("%s\t%s\n", name, run(name))
	}
}

func system(err error) *exc.SystemException {
	var e *exc.SystemException
	if !errors.As(err, &e) {
		panic(fmt.Errorf("%v is no system exception", err))
	}
	return e
}

func living() { do(journal.Living(ctx)) }

func instances(c *som.Class) int { return must(native.Instances(c)) }

func member3() {
	a, b, c := must(member.New()), must(member.New()), must(member.New())
	g, ok := guild.Narrow(c.Class().SOM())
	if !ok {
		panic("Member's class is no Guild")
	}
	must(g.Members(ctx))
	drop(a, b, c)
}
