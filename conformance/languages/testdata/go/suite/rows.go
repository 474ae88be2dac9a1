package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"

	"example.com/suite/gen/relay"
	"example.com/suite/gen/suite"
	"example.com/suite/gen/suite/holder"
	"example.com/suite/gen/suite/thing"
	"example.com/suite/gen/suite/titled"
	"example.com/suite/gen/suite/types"
)

var kept []som.Object

var rows map[string]func()

func init() { // rows refer to run, which refers to rows
	rows = map[string]func(){
		"types/boolean": func() { twice(turner.TurnBoolean, true) },
		"types/octet":   func() { twice(turner.TurnOctet, 0, 127) },
		"types/char":    func() { twice(turner.TurnChar, 'a', 0xff) },
		"types/wchar":   func() { twice(turner.TurnWchar, '€', '\uffff') },
		"types/short":   func() { twice(turner.TurnShort, math.MaxInt16, 0); twice(turner.TurnUshort, math.MaxUint16) },
		"types/long":    func() { twice(turner.TurnLong, math.MaxInt32, 0); twice(turner.TurnUlong, math.MaxUint32) },
		"types/long-long": func() {
			twice(turner.TurnLonglong, math.MaxInt64, 9007199254740993)
			twice(turner.TurnUlonglong, math.MaxUint64)
		},
		"types/float": func() { twice(turner.TurnFloat, 0, math.MaxFloat32, math.SmallestNonzeroFloat32, 0.5) },
		"types/double": func() {
			twice(turner.TurnDouble, 0, math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, math.Inf(1), math.NaN())
		},
		"types/enum": func() { twice(turner.TurnColour, suite.Colour_Red, suite.Colour_Blue) },
		"types/octets": func() {
			all := make(suite.Octets, 256)
			for i := range all {
				all[i] = byte(i)
			}
			twice(turner.TurnOctets, suite.Octets{}, all, suite.Octets{0, 255})
		},
		"types/sequence": func() {
			twice(turner.TurnBooleans, suite.Booleans{true, false, false})
			many := make(suite.Longs, 100000)
			for i := range many {
				many[i] = int32(i)
			}
			twice(turner.TurnLongs, suite.Longs{}, suite.Longs{1, -2, 3}, many)
			twice(turner.TurnDoubles, suite.Doubles{0.5, -1})
			twice(turner.TurnStrings, suite.Strings{"a", "", "ü"})
		},
		"types/array": func() {
			twice(turner.TurnGrid, suite.Grid{{1, 2, 3}, {4, 5, 6}})
			twice(turner.TurnPair, suite.Pair{"a", "€"})
		},
		"types/structure": func() { twice(turner.TurnPoint, suite.Point{X: 1, Y: -1}) },
		"types/nested": func() {
			twice(turner.TurnPerson, somebody)
			twice(turner.TurnPeople, suite.People{}, suite.People{somebody, suite.Person{}})
		},
		"types/recursive": func() {
			twice(turner.TurnTree, suite.Tree{Value: 1, Below: []suite.Tree{{Value: 2}, {Value: 3, Below: []suite.Tree{{Value: 4}}}}})
		},
		"types/circle": func() {
			x := suite.Branch{Name: "x", End: suite.NewPart_Leaf(1)}
			ends := suite.Branches{x, {Name: "yz", End: suite.NewPart_None(suite.Colour_Blue)}}
			twice(turner.TurnBranch, suite.Branch{Name: "ab", End: suite.NewPart_Branches(ends), Twigs: []suite.Twig{{Grown: suite.Branches{x}}, {}}}, x)
		},
		"types/union": func() {
			s := suite.NewShape_Side(-17)
			for range 4 {
				s = must(turner.TurnShape(ctx, s))
			}
		},
		"types/object": func() {
			a := must(thing.New())
			b := must(turner.TurnThing(ctx, a))
			c := must(turner.TurnThing(ctx, b))
			drop(a, b, c)
		},
		"types/objects": func() {
			a, b := must(thing.New()), must(holder.New())
			first := must(turner.TurnThings(ctx, suite.Things{a, b, a}))
			dropThings(must(turner.TurnThings(ctx, first)))
			dropThings(first)
			must(turner.TurnThings(ctx, nil))
			drop(a, b)
		},

		"strings/string": func() { twice(turner.TurnString, "", "plain", "Grüße €", "😀 x", "e\u0301\t\"\\\n") },
		"strings/wstring": func() {
			twice(turner.TurnWstring, "", "plain", "Grüße €", "😀 x", strings.Repeat("€", 100000))
		},
		"strings/long": func() {
			twice(turner.TurnString, strings.Repeat("ab", 500000))
			must(turner.TurnString(ctx, must(caller.TextOf(ctx, 1000000))))
		},
		"strings/zero":      func() { refused(turner, "turn_string", "a\x00b") },
		"strings/wide-zero": func() { refused(turner, "turn_wstring", "a\x00b") },
		"strings/no-utf8":   func() { twice(turner.TurnString, must(caller.OddText(ctx))) },

		"parameters/out": func() {
			q, rest, err := turner.Divide(ctx, 17, 5)
			do(err)
			_, _, err = turner.Divide(ctx, rest, q)
			do(err)
			o, l, d, b, c, err := turner.GiveBasic(ctx)
			do(err)
			must(turner.TurnOctet(ctx, o))
			must(turner.TurnLonglong(ctx, l))
			must(turner.TurnDouble(ctx, d))
			must(turner.TurnBoolean(ctx, b))
			must(turner.TurnColour(ctx, c))
			s, w, err := turner.GiveText(ctx)
			do(err)
			must(turner.TurnString(ctx, s))
			must(turner.TurnWstring(ctx, w))
		},
		"parameters/out-constructed": func() {
			p, n, who, err := turner.GiveConstructed(ctx)
			do(err)
			must(turner.TurnPoint(ctx, p))
			must(turner.TurnLongs(ctx, n))
			must(turner.TurnPerson(ctx, who))
			a, more, err := turner.GiveThings(ctx)
			do(err)
			drop(must(turner.TurnThing(ctx, a)))
			dropThings(must(turner.TurnThings(ctx, more)))
			drop(a)
			dropThings(more)
		},
		"parameters/inout": func() {
			a, b, c, err := turner.SwapBasic(ctx, -1, 0.25, suite.Colour_Green)
			do(err)
			_, _, _, err = turner.SwapBasic(ctx, a, b, c)
			do(err)
			s, w, err := turner.SwapText(ctx, "ab€", "😀 x")
			do(err)
			_, _, err = turner.SwapText(ctx, s, w)
			do(err)
		},
		"parameters/inout-constructed": func() {
			p, n, who, err := turner.SwapConstructed(ctx, suite.Point{X: 1, Y: 2}, suite.Longs{1, 2}, somebody)
			do(err)
			_, _, _, err = turner.SwapConstructed(ctx, p, n, who)
			do(err)
			a, b := must(thing.New()), must(thing.New())
			drop(must(turner.TurnThing(ctx, a)))
			c, d, err := turner.SwapThings(ctx, a, b)
			do(err)
			e, f, err := turner.SwapThings(ctx, c, d)
			do(err)
			drop(a, b, c, d, e, f)
		},
		"null/allowed": func() {
			a := must(thing.New())
			is := func(v thing.Thing, err error, want thing.Thing, yes, no string) {
				do(err)
				if v == want {
					note(yes)
				} else {
					note(no)
				}
			}
			v, err := turner.Maybe(ctx, a)
			is(v, err, nil, "nothing", "something")
			v, err = turner.Maybe(ctx, nil)
			is(v, err, a, "the same", "another")
			w, err := turner.Maybe(ctx, nil)
			is(w, err, nil, "nothing", "something")
			drop(a, v)
		},
		"null/refused": func() {
			refused(turner, "turn_thing", nil)
			refused(turner, "turn_string", nil)
			refused(turner, "turn_long", nil)
			refused(turner, "turn_things", suite.Things{nil})
		},

		"ownership/in": func() {
			a := must(thing.New())
			for range 3 {
				drop(must(turner.TurnThing(ctx, a)))
			}
			living()
			drop(a)
			living()
		},
		"ownership/result": func() {
			many, made := must(caller.Many(ctx, 1000)), must(caller.Made_(ctx, "made"))
			living()
			dropThings(many)
			drop(made)
			living()
		},
		"ownership/out": func() {
			a, more, err := turner.GiveThings(ctx)
			do(err)
			drop(a)
			living()
			dropThings(more)
			living()
		},
		"ownership/taken": func() {
			a, b := must(thing.New()), must(thing.New())
			do(a.Retain()) // what is given away is the object's
			do(caller.Take(ctx, "given away", a))
			drop(a, b)
			living()
			must(turner.TurnString(ctx, must(caller.LentText(ctx))))
			do(caller.Take(ctx, "", must(thing.New())))
			living()
		},
		"ownership/lent": func() {
			label := ""
			for range 101 {
				lent := must(caller.LentThing(ctx))
				label = must(lent.Label(ctx))
				drop(lent)
			}
			note(label)
		},
		"ownership/memory": func() {
			o, ok := types.Narrow(must(ownClass.New()))
			if !ok {
				panic("no Types")
			}
			title := must(titled.New())
			work := func() {
				for range 200 {
					must(caller.TextOf(ctx, 20000))
					must(title.Title(ctx, strings.Repeat("x", 20000)))
					dropThings(must(caller.Many(ctx, 20)))
				}
				do(caller.AskOften(ctx, o, 2000))
				runtime.GC()
			}
			work()
			do(journal.Memory(ctx))
			work()
			work()
			do(journal.Memory(ctx))
			drop(o, title)
		},

		"exceptions/user": func() {
			rex := must(thing.New())
			do(rex.SetLabel(ctx, "Rex"))
			_, err := rex.Speak(ctx, 1007)
			caught(err)
			_, err = rex.Speak(ctx, -1)
			caught(err)
			drop(rex)
		},
		"exceptions/system": func() {
			for _, c := range []struct {
				name  string
				minor uint32
			}{{"BAD_PARAM", 7}, {"NO_PERMISSION", math.MaxUint32}, {"NO_MEMORY", 0}} {
				e := system(caller.RaiseSystem(ctx, c.name, c.minor))
				do(journal.CaughtSystem(ctx, strings.TrimSuffix(strings.TrimPrefix(e.Kind.ID(), "IDL:omg.org/CORBA/"), ":1.0"), e.Minor))
			}
		},
		"exceptions/cxx": func() {
			t := must(thing.New())
			_, err := t.Speak(ctx, 999)
			if e := system(err); strings.Contains(err.Error(), "an error of C++") && e.Kind == exc.Unknown {
				note("an error of C++")
			}
			_, err = t.Speak(ctx, 998)
			if system(err).Kind == exc.NoMemory {
				note("no memory")
			}
			_, err = t.Speak(ctx, 997)
			if system(err).Kind == exc.Unknown {
				note("unknown")
			}
			note(fmt.Sprint(must(t.Speak(ctx, 1))))
			drop(t)
		},
		"exceptions/raised": func() {
			o := of(raisingClass)
			for _, what = range []error{&suite.Refused{Code: -5, Why: "why not €"}, &suite.Plain{}, &exc.SystemException{Kind: exc.BadParam, Minor: 9}} {
				do(caller.CatchIt(ctx, o, 1))
			}
			drop(o)
		},
		"exceptions/own": func() {
			o := of(raisingClass)
			what = errOwn
			do(caller.CatchIt(ctx, o, 1))
			if _, err := caller.Ask(ctx, o, 1, 1); err != nil {
				note("caught")
			}
			drop(o)
		},
		"exceptions/own-again": func() {
			o := of(raisingClass)
			what = errOwn
			_, err := caller.Ask(ctx, o, 1, 1)
			drop(o)
			if !errors.Is(err, errOwn) {
				panic(cannot{err})
			}
			note("the same")
		},
		"exceptions/through": func() {
			o := of(passingClass)
			do(o.SetLabel(ctx, "Ida"))
			do(caller.CatchIt(ctx, o, 1003))
			_, err := caller.Ask(ctx, o, 1004, 1)
			caught(err)
			_, err = caller.Ask(ctx, o, -4, 1)
			caught(err)
			drop(o)
		},
		"exceptions/initializer": func() {
			_, err := thing.NewLabelled(ctx, "", 1)
			if refused := new(suite.Refused); !errors.As(err, &refused) {
				panic(cannot{err})
			}
			caught(err)
			living()
		},

		"callbacks/override": func() {
			a, b := of(loudClass), must(thing.New())
			must(caller.Ask(ctx, a, 3, 1000))
			must(caller.Ask(ctx, b, 3, 1000))
			drop(a, b)
		},
		"callbacks/basic":       func() { askTypes("basic") },
		"callbacks/text":        func() { askTypes("text") },
		"callbacks/constructed": func() { askTypes("constructed") },
		"callbacks/object":      func() { askTypes("thing") },
		"callbacks/objects":     func() { askTypes("things") },
		"callbacks/out":         func() { askTypes("out") },
		"callbacks/inout":       func() { askTypes("inout") },
		"callbacks/nested": func() {
			o := of(deepClass)
			must(caller.Ask(ctx, o, 12, 1))
			drop(o)
		},

		"callbacks/wrong-result": func() {
			if _, err := som.ClassOf[wrong]("Wrong", som.Parents(thing.Class)); err != nil {
				panic(cannot{err})
			}
		},

		"subclass/super": func() {
			a, b := of(loudClass), of(louderClass)
			note(fmt.Sprint(must(a.Speak(ctx, 3))))
			must(caller.Ask(ctx, b, 3, 1))
			drop(a, b)
		},
		"subclass/state": func() {
			o := of(countingClass)
			do(caller.Keep(ctx, o))
			drop(o)
			for n := range int64(3) {
				runtime.GC()
				must(caller.AskKept(ctx, n+1))
			}
			back := must(caller.Kept(ctx)).(thing.Ref)
			note(fmt.Sprint(must(back.Speak(ctx, 0)))) // what is in it only its methods see
			drop(back)
			do(caller.Keep(ctx, nil))
		},
		"subclass/attributes": func() {
			a, b := of(markedClass), of(loudClass)
			do(caller.UseAttributes(ctx, a))
			do(caller.UseAttributes(ctx, b))
			drop(a, b)
		},
		"subclass/two-parents": func() {
			o := of(bothClass)
			t, _ := titled.Narrow(o)
			must(caller.TitleOf(ctx, t, "great"))
			must(caller.Ask(ctx, o, 1, 1))
			do(caller.LookAt(ctx, o))
			drop(o)
		},
		"subclass/made-by-cxx": func() {
			o := must(caller.MadeOf(ctx, "Loud")).(thing.Ref)
			yes(o.Class() == loudClass)
			must(caller.Ask(ctx, o, 1, 1))
			drop(o)
		},
		"subclass/of-holder": func() {
			o, inner := of(boxClass), of(loudClass)
			h, _ := holder.Narrow(o)
			do(h.SetHeld(ctx, inner))
			must(caller.Ask(ctx, o, 1, 1))
			do(caller.LookAt(ctx, o))
			drop(o, inner)
		},
		"subclass/below-in-cxx": func() {
			do(caller.DefineBelow(ctx, "Middle"))
			o := must(caller.MadeOf(ctx, "Below")).(thing.Ref)
			must(caller.Ask(ctx, o, 1, 1))
			lowest := of(som.MustClass[lowest]("Lowest", som.Parents(must(native.Find("Below")))))
			must(caller.Ask(ctx, lowest, 1, 1))
			drop(o, lowest)
		},

		"class/attributes": func() {
			t := must(thing.New())
			do(t.SetLabel(ctx, "Rex €"))
			do(t.SetWeight(ctx, math.MinInt32))
			must(turner.TurnString(ctx, must(t.Label(ctx))))
			must(turner.TurnLong(ctx, must(t.Weight(ctx))))
			must(turner.TurnLong(ctx, must(t.Legs(ctx))))
			drop(t)
		},
		"class/readonly": func() {
			t := must(thing.New())
			refused(t, "_set_legs", int32(3))
			drop(t)
		},
		"class/initializer": func() {
			t, err := thing.NewLabelled(ctx, "by initializer", 12)
			if err != nil {
				panic(cannot{err})
			}
			must(turner.TurnString(ctx, must(t.Label(ctx))))
			must(turner.TurnLong(ctx, must(t.Weight(ctx))))
			drop(t)
		},
		"class/procedure": func() {
			t := must(thing.New())
			total, err := t.Total(ctx, 41)
			drop(t)
			if err != nil {
				panic(cannot{err})
			}
			must(turner.TurnLong(ctx, total))
		},
		"class/metaclass": member3,
		"class/information": func() {
			note(thing.Class.Name())
			v := thing.Class.Version()
			note(fmt.Sprintf("%d.%d", v.Major, v.Minor))
		},
		"identity/same": func() {
			a, b := of(loudClass), must(thing.New())
			itself := must(a.Itself(ctx))
			yes(itself == thing.Thing(a))
			do(caller.Keep(ctx, a))
			back := must(caller.Kept(ctx))
			yes(back == thing.Thing(a))
			do(caller.Keep(ctx, nil))
			other := must(b.Itself(ctx))
			yes(other == thing.Thing(b))
			yes(a == b)
			drop(a, b, itself, back, other)
		},
		"identity/class": func() {
			h, inner, a := must(holder.New()), must(holder.New()), of(loudClass)
			do(h.SetHeld(ctx, inner))
			back := must(h.Held(ctx)).(thing.Ref)
			yes(back.Class() == holder.Class)
			drop(back)
			do(h.SetHeld(ctx, a))
			back = must(h.Held(ctx)).(thing.Ref)
			yes(back.Class() == loudClass)
			drop(back)
			do(caller.LookAt(ctx, h))
			drop(h, inner, a)
		},

		"lifetime/dropped": func() {
			for range 1000 {
				drop(must(thing.New()), of(loudClass))
			}
			living()
		},
		"lifetime/kept": func() {
			o := of(loudClass)
			do(caller.Keep(ctx, o))
			drop(o)
			living()
			must(caller.AskKept(ctx, 1))
			do(caller.Keep(ctx, nil))
			living()
		},
		"lifetime/weak": func() {
			o := of(loudClass)
			w := native.Weak(o.SOM())
			do(caller.Watch(ctx, o))
			is := func() {
				if r, ok := w(); ok {
					note("there")
					drop(r)
				} else {
					note("gone")
				}
				must(caller.Watched(ctx))
			}
			is()
			drop(o)
			is()
		},
		"lifetime/cycle": func() {
			before := instances(holder.Class)
			for range 100 {
				a, b := must(holder.New()), must(holder.New())
				do(a.SetHeld(ctx, b))
				do(b.SetHeld(ctx, a))
				drop(a, b)
			}
			runtime.GC()
			if n := instances(holder.Class) - before; n > 0 {
				panic(cannot{fmt.Errorf("%d objects are left", n)})
			}
			living()
		},
		"lifetime/cycle-through-cxx": func() {
			var all []func() (som.Ref, bool)
			for range 100 {
				a, b := must(holder.New()), must(holder.New())
				do(a.SetHeld(ctx, b))
				do(b.SetHeld(ctx, a))
				all = append(all, native.Weak(a.SOM()))
				drop(a, b)
			}
			living()
			for _, w := range all { // it has to be broken
				a, _ := w()
				h, _ := holder.Narrow(a)
				do(h.SetHeld(ctx, nil))
				drop(a)
			}
			living()
		},
		"lifetime/released": func() {
			t := must(thing.New())
			drop(t)
			living()
			if _, err := t.Speak(ctx, 1); err != nil {
				note("refused")
			}
			if _, err := turner.TurnThing(ctx, t); err != nil {
				note("refused")
			}
			if t.Release() == nil {
				panic("a second release is accepted")
			}
		},

		"threads/foreign": func() {
			o := of(passingClass)
			do(caller.BeginThreads(ctx, o, 4, 50))
			for !must(caller.Ended(ctx)) {
				runtime.Gosched()
			}
			drop(o)
		},
		"threads/waiting": func() {
			o := of(loudClass)
			do(caller.WaitForThreads(ctx, o, 4, 50))
			drop(o)
		},
		"threads/raising": func() {
			o := of(raisingClass)
			what = errOwn
			do(caller.BeginThreads(ctx, o, 2, 20))
			for !must(caller.Ended(ctx)) {
				runtime.Gosched()
			}
			drop(o)
		},
		"threads/own": func() {
			o := of(loudClass)
			var wait sync.WaitGroup
			sums := make([]int64, 4)
			for i := range sums {
				wait.Go(func() {
					for n := range int64(100) {
						sums[i] += must(o.Speak(ctx, n))
					}
					for range 50 {
						drop(must(caller.Made_(ctx, "x")), of(loudClass))
					}
				})
			}
			wait.Wait()
			must(turner.TurnLonglong(ctx, sums[0]+sums[1]+sums[2]+sums[3]))
			drop(o)
			living()
		},

		"chain/python": func() {
			python := must(must(native.Find("Embed::Python")).New())
			must(python.Invoke(ctx, "run", "exec(open('chain/middle.py').read())"))
			chain("PythonMiddle", nil)
		},

		// A class of this process's Go, as others find it.
		"chain/go": func() {
			do(native.Export(goMiddleClass))
			chain("GoMiddle", nil)
		},
		"chain/python-go": func() {
			do(native.Export(goMiddleClass))
			python := must(must(native.Find("Embed::Python")).New())
			must(python.Invoke(ctx, "run", "exec(open('chain/below_go.py').read())"))
			belowThat = "PythonAndGo"
			o := of(som.MustClass[fourth]("Fourth", som.Parents(must(native.Find("PythonAndGo")))))
			must(caller.Ask(ctx, o, 1, 1))
			drop(o)
		},

		// A state of Lua and an interpreter of Tcl are their thread's.
		"chain/lua": func() {
			runtime.LockOSThread()
			lua := must(must(native.Find("Embed::Lua")).New())
			must(lua.Invoke(ctx, "run", "dofile 'chain/middle.lua'"))
			chain("LuaMiddle", func() { must(lua.Invoke(ctx, "run", "give_back()")) })
		},
		"chain/tcl": func() {
			runtime.LockOSThread()
			tcl := must(must(native.Find("Embed::Tcl")).New())
			must(tcl.Invoke(ctx, "run", "source chain/middle.tcl"))
			chain("TclMiddle", nil)
		},
		"chain/lua-tcl": func() {
			runtime.LockOSThread()
			lua, tcl := must(must(native.Find("Embed::Lua")).New()), must(must(native.Find("Embed::Tcl")).New())
			must(lua.Invoke(ctx, "run", "dofile 'chain/middle.lua'"))
			must(tcl.Invoke(ctx, "run", "source chain/below_lua.tcl"))
			belowThat = "LuaAndTcl"
			o := of(som.MustClass[fourth]("Fourth", som.Parents(must(native.Find("LuaAndTcl")))))
			must(caller.Ask(ctx, o, 1, 1))
			drop(o)
		},

		"wrong/count": func() {
			refused(turner, "turn_long")
			refused(turner, "turn_long", int32(1), int32(2))
			refused(turner, "divide", int32(1))
		},
		"wrong/type": func() {
			refused(turner, "turn_long", "1")
			refused(turner, "turn_string", 1)
			refused(turner, "turn_boolean", "true")
			refused(turner, "turn_thing", "thing")
			refused(turner, "turn_thing", turner)
			refused(turner, "turn_longs", 5)
		},
		"wrong/range": func() {
			refused(turner, "turn_octet", 256)
			refused(turner, "turn_octet", -1)
			refused(turner, "turn_short", 32768)
			refused(turner, "turn_ulong", -1)
			refused(turner, "turn_longlong", uint64(1<<63))
			refused(turner, "turn_ulonglong", -1)
			refused(turner, "turn_float", 1e300)
			refused(turner, "turn_char", '€')
			refused(turner, "turn_colour", suite.Colour(7))
		},
		"wrong/element": func() {
			refused(turner, "turn_longs", []any{int32(1), "2"})
			refused(turner, "turn_grid", [2][2]int32{{1, 2}, {3, 4}})
			refused(turner, "turn_person", suite.Point{})
			refused(turner, "turn_point", struct{ X, Y int64 }{1 << 40, 0})
		},
		"wrong/method": func() {
			t := must(thing.New())
			refused(t, "fly")
			drop(t)
		},
		"wrong/class": func() {
			for _, name := range []string{"Suite::Unicorn", "Nowhere::Unicorn", "no name"} {
				if _, err := native.Find(name); err != nil {
					note("refused")
				}
			}
		},
		"wrong/major-version": func() {
			_, err := native.Find("Dependent")
			if err != nil && strings.Contains(err.Error(), "class Relay is version 2.0") {
				note("version")
			} else {
				note(fmt.Sprint(err))
			}
		},
		"release/next": func() {
			o, _ := relay.Narrow(must(relayClass.New()))
			do(o.SetLabel(ctx, "kept"))
			do(o.Call(ctx, 3))
			must(turner.TurnString(ctx, must(o.Label(ctx))))
			drop(o)
		},
		"release/replaced": func() {
			o, _ := relay.Narrow(must(relayClass.New()))
			do(o.Call(ctx, 3))
			do(journal.Replace(ctx))
			do(o.Call(ctx, 4))
			p, _ := relay.Narrow(must(relayClass.New()))
			do(p.Call(ctx, 5))
			drop(o, p)
		},
		"end/alive": func() {
			h, inner, k := must(holder.New()), of(loudClass), of(loudClass)
			do(h.SetHeld(ctx, inner))
			drop(inner)
			kept = []som.Object{must(thing.New()), of(loudClass), h}
			do(caller.Keep(ctx, k))
			drop(k)
			living()
		},
	}
}

func askTypes(group string) {
	o, ok := types.Narrow(must(turningClass.New()))
	if !ok {
		panic("no Types")
	}
	do(caller.AskTypes(ctx, o, group))
	drop(o)
}

// lowest is below a class that is made at run time.
type lowest struct{ thing.Base }

func (l *lowest) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := speakOf(ctx, "Below", l.SOM(), n)
	return r + 10000, err
}

// below is below one that is another language's.
type below struct{ thing.Base }

var belowThat string // the class that below is below

func (b *below) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := speakOf(ctx, belowThat, b.SOM(), n)
	return r + 100000, err
}

// fourth is below Python's below Go's below C++'s.
type fourth struct{ thing.Base }

func (f *fourth) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := speakOf(ctx, belowThat, f.SOM(), n)
	return r + 1100000, err
}

// goMiddle is what the class library in Go has for other languages.
type goMiddle struct {
	thing.Base
	calls int64
}

func (m *goMiddle) Speak(ctx context.Context, n int64) (int64, error) {
	if n == 77 {
		return 0, errors.New("seventy-seven")
	}
	m.calls++
	r, err := m.Base.Speak(ctx, n)
	return r + 1000*m.calls, err
}

var goMiddleClass = som.MustClass[goMiddle]("GoMiddle", som.Parents(thing.Class))

// chain has giveBack, or nil, run before the end: what is between may have a collector of its own.
func chain(parent string, giveBack func()) {
	belowThat = parent
	o := of(som.MustClass[below]("BelowThat", som.Parents(must(native.Find(parent)))))
	do(o.SetLabel(ctx, "chain"))
	must(caller.Ask(ctx, o, 1, 1))
	must(caller.Ask(ctx, o, 1, 1))
	do(caller.CatchIt(ctx, o, 1007))
	_, err := caller.Ask(ctx, o, 1008, 1)
	caught(err)
	do(caller.CatchAny(ctx, o, 77))
	do(caller.Keep(ctx, o))
	drop(o)
	must(caller.AskKept(ctx, 1))
	do(caller.Keep(ctx, nil))
	if giveBack != nil {
		giveBack()
	}
	living()
}
