// Package cases is the suite's client in Go: the cases that the comments of the IDL name, each a function that calls a Hub's objects and holds what comes back against what must.
package cases

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
)

// A Client is what the cases have in common. All but Idle must be set.
type Client struct {
	ORB  *orb.ORB // with an adapter, for callbacks
	Hub  interop.Hub
	Name string        // which no other run against the same server has
	Made func() int    // how many requests the ORB has sent
	Idle time.Duration // what the case rebind waits
	Seed int64         // of the values that are sent

	Transport transport.Transport // that of the ORB, for what is sent by hand

	ctx context.Context
	own *servants.Listener
	rnd sample

	basics interop.Basics
	wide   interop.Wide
	built  interop.Built
	anys   interop.Anys
	params interop.Params
	errors interop.Errors
	calls  interop.Calls
	bottom interop.Shapes_Bottom
	shelf  interop.Shapes_Shelf
	talker interop.Refs_Talker
}

// A testCase is one of them.
type testCase struct {
	name       string
	run        func(*Client)
	onlyByName bool
}

func all() []testCase {
	return slices.Concat(valueCases, builtCases, anyCases, callCases, objectCases, typeCases, graphCases, customCases, dynamicCases)
}

// Names returns the names of all cases.
func Names() []string {
	var names []string
	for _, k := range all() {
		names = append(names, k.name)
	}
	return names
}

// Run runs the cases named, or all but those that are run only when named, and reports. The counts of callbacks are
// left to the caller.
func (c *Client) Run(ctx context.Context, names ...string) peer.Report {
	c.ctx, c.own, c.rnd = ctx, servants.NewListener("own"), newSample(c.Seed)
	c.basics = part(c, c.Hub.BasicValues)
	c.wide = part(c, c.Hub.WideValues)
	c.built = part(c, c.Hub.BuiltValues)
	c.anys = part(c, c.Hub.AnyValues)
	c.params = part(c, c.Hub.Parameters)
	c.errors = part(c, c.Hub.Mistakes)
	c.calls = part(c, c.Hub.Traffic)
	c.bottom = part(c, c.Hub.BottomShape)
	c.shelf = part(c, c.Hub.ShapeShelf)
	c.talker = part(c, c.Hub.Talker)
	var r peer.Report
	for _, k := range all() {
		if len(names) == 0 && !k.onlyByName || slices.Contains(names, k.name) {
			r.Outcomes = append(r.Outcomes, c.outcome(k))
		}
	}
	for _, name := range names {
		if !slices.Contains(Names(), name) {
			r.Outcomes = append(r.Outcomes, peer.Outcome{Case: name, Verdict: peer.Unsupported, Detail: "no such case"})
		}
	}
	r.Made = c.Made()
	return r
}

// part returns an object of the hub; where it cannot be had, calls to it fail, with the reason in the cases that need it.
func part[T any](c *Client, get func(context.Context) (T, error)) T {
	v, _ := get(c.ctx)
	return v
}

// The ways in which a case ends early, by panic.
type (
	failure     struct{ what string }
	unsupported struct{ why string }
	expected    struct{ exception string } // it failed in the way that the specification asks for
)

func (c *Client) outcome(k testCase) (o peer.Outcome) {
	before := c.Made()
	defer func() {
		o.Case = k.name
		switch end := recover().(type) {
		case nil:
			o.Verdict, o.Calls = peer.OK, c.Made()-before
		case failure:
			o.Verdict, o.Detail = peer.Fail, end.what
		case unsupported:
			o.Verdict, o.Detail = peer.Unsupported, end.why
		case expected:
			o.Verdict, o.Detail = peer.Expected, end.exception
		default:
			o.Verdict, o.Detail = peer.Fail, fmt.Sprintf("panic: %v", end)
		}
	}()
	k.run(c)
	return o
}

// tooWide recognises what comes of wide characters over GIOP 1.0 or 1.1: INV_OBJREF, from the side that
// was to send them, or BAD_PARAM or MARSHAL from the one that got them; of the Java ORBs another MARSHAL.
func tooWide(err error) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && (sys.Kind == exc.InvObjref && sys.Minor == exc.MinorWCharNotNegotiated ||
		sys.Kind == exc.BadParam && sys.Minor == exc.MinorWCharUnannounced ||
		sys.Kind == exc.Marshal && (sys.Minor == exc.MinorWCharInGIOP10 || sys.Minor == exc.OMGVMCID|17))
}

// done ends the case if there is an error.
func done(err error) {
	var sys *exc.SystemException
	switch {
	case err == nil:
	case tooWide(err):
		errors.As(err, &sys)
		panic(expected{sys.Kind.Name()})
	default:
		panic(failure{where() + err.Error()})
	}
}

// ok returns v, or ends the case if there is an error.
func ok[T any](v T, err error) T {
	done(err)
	return v
}

// check ends the case unless what is asserted holds.
func check(holds bool, format string, args ...any) {
	if !holds {
		panic(failure{where() + fmt.Sprintf(format, args...)})
	}
}

// equal ends the case unless got is want.
func equal[T comparable](got, want T) {
	if got != want {
		panic(failure{where() + fmt.Sprintf("got %v, want %v", got, want)})
	}
}

// same is equal for values that Go cannot compare.
func same[T any](t *dyn.Type[T], got, want T) {
	a, b := t.Any(got), t.Any(want)
	done(errors.Join(a.Err(), b.Err()))
	if !dyn.Equal(a, b) {
		panic(failure{where() + fmt.Sprintf("got %v, want %v", got, want)})
	}
}

// where names the line of the case that is being run.
func where() string {
	for skip := 2; ; skip++ {
		_, file, line, ok := runtime.Caller(skip)
		if !ok {
			return ""
		}
		if name := filepath.Base(file); name != "run.go" {
			return fmt.Sprintf("%s:%d: ", name, line)
		}
	}
}

// raised returns the exception of type E that err is, or ends the case.
func raised[E error](err error) E {
	var e E
	check(errors.As(err, &e), "got %v, want a %T", err, e)
	return e
}

// system ends the case unless err is that system exception, and came from the peer.
func system(err error, kind exc.Kind, minor uint32, completed exc.Completed) {
	e := raised[*exc.SystemException](err)
	check(e.Kind == kind && e.Minor == minor && e.Completed == completed && e.Remote, "got %v, want %v minor %#x %v from the peer", err, kind,
		minor, completed)
}

// send calls an operation without its stub, with what put writes as its arguments.
func (c *Client) send(o orb.Object, operation string, put func(*orb.Call)) error {
	call := orb.StartCall(c.ctx, orb.RefOf(o), operation, 0)
	for call.Next() {
		if put != nil {
			put(call)
		}
	}
	call.Returned()
	return call.End()
}

// isA asks the object itself, whatever is known of it here.
func (c *Client) isA(o orb.Object, id string) bool {
	call := orb.StartCall(c.ctx, orb.RefOf(o), "_is_a", 0)
	for call.Next() {
		call.Out.RawString(id)
	}
	is := call.Returned() && call.In.Boolean()
	done(call.End())
	return is
}

// ref returns what stands where IDL says Object.
func (c *Client) ref(v any) orb.Object { return ok(orb.ObjectOf(c.ORB, v)) }
