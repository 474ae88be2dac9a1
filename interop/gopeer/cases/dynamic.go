package cases

import (
	"errors"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// Cases of calls that are made without stubs.
var dynamicCases = []testCase{
	{name: "dii_params", run: func(c *Client) {
		x, y := c.rnd.factor(), c.rnd.factor()
		r := c.dynamic(c.params, &dii.Signature{Operation: "mix", Result: typecode.Long, Params: []dii.Param{
			{Name: "a", Direction: model.In, Type: typecode.Long}, {Name: "b", Direction: model.InOut, Type: typecode.Long},
			{Name: "c", Direction: model.Out, Type: typecode.Long},
		}}, dyn.Long.Any(x), dyn.Long.Any(y))
		equal([3]int32{ok(dyn.Long.From(r.Return)), ok(dyn.Long.From(r.Out[0])), ok(dyn.Long.From(r.Out[1]))}, [3]int32{x + y, x - y, x * y})
	}},
	{name: "dii_struct", run: func(c *Client) {
		v, tc := c.rnd.entry(), interop.EntryType.TypeCode()
		r := c.dynamic(c.built, &dii.Signature{Operation: "mirror_entry", Result: tc, Params: []dii.Param{{Name: "v", Direction: model.In, Type: tc}}},
			interop.EntryType.Any(v))
		same(interop.EntryType, ok(interop.EntryType.From(r.Return)), mirror.Entry(v))
	}},
	{name: "dii_raises", run: func(c *Client) {
		s := &dii.Signature{Operation: "raise_refused", Result: typecode.Long, Raises: []*typecode.TypeCode{interop.RefusedType.TypeCode()},
			Params: []dii.Param{
				{Name: "code", Direction: model.In, Type: typecode.Long}, {Name: "why", Direction: model.In, Type: typecode.String},
				{Name: "never", Direction: model.Out, Type: typecode.String},
			}}
		code, why := 1+c.rnd.Int32N(1000), c.rnd.text(30)
		_, err := dii.Call(c.ctx, orb.RefOf(c.ref(c.errors)), s, dyn.Long.Any(code), dyn.String.Any(why))
		e := raised[*dii.UserException](err)
		equal(ok(interop.RefusedType.From(e.Value)), interop.Refused{Code: code, Why: why})
	}},
	{name: "dii_oneway", run: func(c *Client) {
		topic := c.Name + " dynamic"
		c.dynamic(c.calls, &dii.Signature{Operation: "post", Oneway: true, Result: typecode.Void, Params: []dii.Param{
			{Name: "topic", Direction: model.In, Type: typecode.String}, {Name: "n", Direction: model.In, Type: typecode.Long},
		}}, dyn.String.Any(topic), dyn.Long.Any(7))
		c.awaitSum(topic, 7)
	}},
	{name: "dii_deferred", run: deferred},
}

// dynamic makes a call that must not fail.
func (c *Client) dynamic(o any, s *dii.Signature, args ...dyn.Any) dii.Results {
	return ok(dii.Call(c.ctx, orb.RefOf(c.ref(o)), s, args...))
}

// deferred lets a call go on while another is made.
func deferred(c *Client) {
	const ms = 500
	slow := make(chan error, 1)
	begin := time.Now()
	go func() {
		r, err := dii.Call(c.ctx, orb.RefOf(c.ref(c.calls)), &dii.Signature{Operation: "pause", Result: typecode.ULong, Params: []dii.Param{
			{Name: "ms", Direction: model.In, Type: typecode.ULong},
		}}, dyn.ULong.Any(ms))
		if v, is := dyn.ULong.From(r.Return); err == nil && (is != nil || v != ms) {
			err = errors.New("another number came back")
		}
		slow <- err
	}()
	done(c.calls.Ping(c.ctx))
	select {
	case err := <-slow:
		done(err)
		check(time.Since(begin) >= ms*time.Millisecond, "the answer came before its time")
	default:
		done(<-slow)
	}
}
