package cases

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/mirror"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/unix"
)

// Cases of parameters, errors, and the ways of a call: Params, Errors, Calls.
var callCases = []testCase{
	{name: "params", run: params},
	{name: "params_swap", run: paramsSwap},
	{name: "params_split", run: paramsSplit},
	{name: "params_many", run: paramsMany},
	{name: "params_objects", run: paramsObjects},
	{name: "params_keywords", run: paramsKeywords},
	{name: "ex_empty", run: func(c *Client) { raised[*interop.Empty](c.errors.RaiseEmpty(c.ctx)) }},
	{name: "ex_members", run: exMembers},
	{name: "ex_detailed", run: exDetailed},
	{name: "ex_undeclared", run: func(c *Client) { c.unknown(c.errors.Undeclared(c.ctx)) }},
	{name: "ex_crash", run: func(c *Client) {
		c.unknown(c.errors.Crash(c.ctx))
		done(c.calls.Ping(c.ctx))
	}},
	{name: "ex_system", run: func(c *Client) { system(c.errors.NoResources(c.ctx), exc.NoResources, 5, exc.Maybe) }},
	{name: "ex_system_all", run: exSystemAll},
	{name: "ex_unknown_op", run: func(c *Client) {
		e := raised[*exc.SystemException](c.send(c.ref(c.calls), "no_such_operation", nil))
		check(e.Kind == exc.BadOperation && e.Completed == exc.No && e.Remote, "got %v", e)
	}},
	{name: "ex_unknown_key", run: exUnknownKey},
	{name: "ping", run: func(c *Client) { done(c.calls.Ping(c.ctx)) }},
	{name: "pause", run: pause},
	{name: "pause_parallel", run: pauseParallel},
	{name: "timeout", run: timeout},
	{name: "threads", run: threads},
	{name: "oneway", run: func(c *Client) {
		topic := c.Name + " one"
		n := 1 + c.rnd.Int32N(1000)
		equal(ok(c.calls.Posted(c.ctx, topic)), 0)
		done(c.calls.Post(c.ctx, topic, n))
		c.awaitSum(topic, n)
	}},
	{name: "oneway_many", run: func(c *Client) {
		topic := c.Name + " many"
		for i := range int32(100) {
			done(c.calls.Post(c.ctx, topic, i+1))
		}
		c.awaitSum(topic, 5050)
	}},
	{name: "big_out", run: func(c *Client) {
		n := interop.MEBI + c.rnd.Uint32N(30_000)
		same(interop.OctetsType, ok(c.calls.Blob(c.ctx, n)), servants.Blob(n))
	}},
	{name: "big_in", run: func(c *Client) {
		v := c.rnd.octets(int(interop.MEBI) + c.rnd.upTo(30_000))
		equal(ok(c.calls.Checksum(c.ctx, v)), servants.Checksum(v))
	}},
	{name: "big_strings", run: func(c *Client) {
		n := 20_000 + c.rnd.upTo(1000)
		lines := ok(c.calls.Lines(c.ctx, uint32(n)))
		equal(len(lines), n)
		for i, line := range lines {
			equal(line, "line "+strconv.Itoa(i))
		}
	}},
	{name: "locate", run: locate},
	{name: "non_existent", run: func(c *Client) {
		check(!ok(orb.RefOf(c.ref(c.calls)).NonExistent(c.ctx)), "the object is said to be gone")
	}},
	{name: "is_a", run: func(c *Client) {
		for id, want := range map[string]bool{interop.CallsClass.ID(): true, orb.ObjectID: true, interop.BasicsClass.ID(): false} {
			equal(c.isA(c.ref(c.calls), id), want)
		}
	}},
	{name: "rebind", onlyByName: true, run: func(c *Client) {
		done(c.calls.Ping(c.ctx))
		select {
		case <-time.After(c.Idle):
		case <-c.ctx.Done():
		}
		done(c.calls.Ping(c.ctx))
	}},
}

func params(c *Client) {
	x, y := c.rnd.factor(), c.rnd.factor()
	sum, b, out, err := c.params.Mix(c.ctx, x, y)
	done(err)
	equal([3]int32{sum, b, out}, [3]int32{x + y, x - y, x * y})
}

func paramsSwap(c *Client) {
	a, b := c.rnd.entry(), c.rnd.entry()
	x, y, err := c.params.Swap(c.ctx, a, b)
	done(err)
	same(interop.EntryType, x, b)
	same(interop.EntryType, y, a)
}

func paramsSplit(c *Client) {
	for _, v := range []string{"", "abc", c.rnd.text(50)} {
		head, tail, err := c.params.Split(c.ctx, v)
		done(err)
		first := min(len(v), 1)
		equal([2]string{head, tail}, [2]string{v[:first], v[first:]})
	}
}

func paramsMany(c *Client) {
	for _, h := range []bool{true, false} {
		v, real, words, union, i := c.rnd.octet(), c.rnd.real(), interop.Strings(c.rnd.strings(c.rnd.upTo(5), 10)), c.rnd.byColor(), c.rnd.node(3)
		a := int32(v)
		colour, b, l, d, e, f, g, n, err := c.params.Many(c.ctx, v, real, words, union, h, i)
		done(err)
		equal(colour, interop.Color(a%3))
		equal(b, real/-2)
		same(interop.LongsType, l, interop.Longs{a, a + 1, a + 2})
		same(interop.StringsType, d, mirror.Strings(words))
		if h {
			equal(ok(dyn.String.From(e)), "many")
		} else {
			equal(ok(dyn.Long.From(e)), -1)
		}
		same(interop.ByColorType, f, mirror.ByColor(union))
		equal(g, interop.Matrix{{0, a, 2 * a}, {3 * a, 4 * a, 5 * a}})
		same(interop.NodeType, n, mirror.Node(i))
	}
}

func paramsObjects(c *Client) {
	a, b := c.ref(c.Hub), c.ref(c.calls)
	got, bOut, out, err := c.params.Objects(c.ctx, a, b)
	done(err)
	check(orb.Same(got, b) && orb.Same(bOut, a) && out == nil, "got %v, %v and %v", got, bOut, out)
	got, bOut, out, err = c.params.Objects(c.ctx, nil, nil)
	done(err)
	check(got == nil && bOut == nil && out == nil, "got %v, %v and %v, want nil", got, bOut, out)
}

func paramsKeywords(c *Client) {
	x, y, z := c.rnd.factor(), c.rnd.factor(), c.rnd.factor()
	sum, module, err := c.params.Keywords(c.ctx, x, y, z)
	done(err)
	equal([2]int32{sum, module}, [2]int32{x + y, -z})
}

func exMembers(c *Client) {
	one, never, err := c.errors.RaiseRefused(c.ctx, 0, "nothing")
	done(err)
	check(one == 1 && never == "none", "got %d and %q", one, never)
	code, why := -1-c.rnd.Int32N(1000), c.rnd.text(30)
	_, _, err = c.errors.RaiseRefused(c.ctx, code, why)
	equal(*raised[*interop.Refused](err), interop.Refused{Code: code, Why: why})
}

func exDetailed(c *Client) {
	v := c.rnd.entry()
	e := raised[*interop.Detailed](c.errors.RaiseDetailed(c.ctx, v))
	same(interop.EntryType, e.Item, v)
	same(interop.ByColorType, e.State, interop.NewByColor_L(7))
	equal(ok(dyn.Long.From(e.Extra)), 8)
}

func (c *Client) unknown(err error) {
	e := raised[*exc.SystemException](err)
	check(e.Kind == exc.Unknown && e.Remote, "got %v, want UNKNOWN from the peer", err)
}

func exSystemAll(c *Client) {
	for i, kind := range []exc.Kind{
		exc.Unknown, exc.BadParam, exc.NoMemory, exc.ImpLimit, exc.CommFailure, exc.InvObjref, exc.NoPermission, exc.Internal,
		exc.Marshal, exc.Initialize, exc.NoImplement, exc.BadTypecode, exc.BadOperation, exc.NoResources, exc.NoResponse,
		exc.PersistStore, exc.BadInvOrder, exc.Transient, exc.FreeMem, exc.InvIdent, exc.InvFlag, exc.IntfRepos, exc.BadContext,
		exc.ObjAdapter, exc.DataConversion, exc.ObjectNotExist, exc.TransactionRequired, exc.TransactionRolledback,
		exc.InvalidTransaction, exc.InvPolicy, exc.CodesetIncompatible, exc.Rebind, exc.Timeout, exc.BadQos,
	} {
		minor, completed := uint32(100+i), uint32(i%3)
		system(c.errors.System(c.ctx, kind.Name(), minor, completed), kind, minor, exc.Completed(completed))
	}
}

// profile returns the first profile of o.
func profile(o orb.Object) ior.IIOP {
	profiles := orb.RefOf(o).IOR().Profiles
	check(len(profiles) > 0, "the reference has no profile")
	return ok(profiles[0].IIOP())
}

func exUnknownKey(c *Client) {
	p := profile(c.ref(c.calls))
	scheme, port := "iiop", p.Port
	if s, sealed := p.TLS(); sealed {
		scheme, port = "ssliop", s.Port
	}
	url := fmt.Sprintf("corbaloc:%s:%v@%s:%d/no%%20such%%20key", scheme, p.Version, p.Host, port)
	if path := socket(p); path != "" {
		url = (&ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "unix", Path: path}}, Key: []byte("no such key")}).String()
	}
	o := ok(c.ORB.Resolve(c.ctx, url))
	e := raised[*exc.SystemException](c.send(o, "ping", nil))
	check(e.Kind == exc.ObjectNotExist && e.Completed == exc.No && e.Remote, "got %v", e)
}

// socket returns the path of the socket at which p's object is reached, and nowhere else; "": there is none.
func socket(p ior.IIOP) string {
	host := ok(os.Hostname())
	if all := p.Sockets(unix.Machine(), host); p.Port == 0 && len(all) > 0 {
		return strings.TrimPrefix(all[0], "unix:")
	}
	return ""
}

func pause(c *Client) {
	begin := time.Now()
	equal(ok(c.calls.Pause(c.ctx, 50)), 50)
	check(time.Since(begin) >= 45*time.Millisecond, "it came after %v", time.Since(begin))
}

// tries is how often what has a time may be late because the machine is busy.
const tries = 10

// inTime runs f until it has ended within d once. What waits too long by mistake does so each time.
func inTime(d time.Duration, f func()) {
	var took time.Duration
	for range tries {
		begin := time.Now()
		f()
		if took = time.Since(begin); took < d {
			return
		}
	}
	check(false, "it took %v, and too long %d times", took, tries)
}

func pauseParallel(c *Client) {
	inTime(1700*time.Millisecond, func() {
		var good atomic.Int32
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if ms, err := c.calls.Pause(c.ctx, 500); err == nil && ms == 500 {
					good.Add(1)
				}
			})
		}
		all.Wait()
		equal(good.Load(), 4)
	})
}

func timeout(c *Client) {
	inTime(1800*time.Millisecond, func() {
		ctx, cancel := context.WithTimeout(c.ctx, 100*time.Millisecond)
		defer cancel()
		_, err := c.calls.Pause(ctx, 2000)
		check(errors.Is(err, exc.Timeout) && errors.Is(err, context.DeadlineExceeded), "got %v, want TIMEOUT", err)
	})
	done(c.calls.Ping(c.ctx))
}

func threads(c *Client) {
	var good atomic.Int32
	var all sync.WaitGroup
	for i := range int32(16) {
		all.Go(func() {
			for k := range int32(50) {
				if k%10 == 0 && c.calls.Ping(c.ctx) != nil {
					return
				}
				if v, err := c.basics.MirrorLong(c.ctx, 1000*i+k); err == nil && v == ^(1000*i+k) {
					good.Add(1)
				}
			}
		})
	}
	all.Wait()
	equal(good.Load(), 800)
}

// arrival is how long oneways may take: nothing says when they have arrived.
const arrival = time.Minute

// awaitSum asks until the oneways have arrived.
func (c *Client) awaitSum(topic string, want int32) {
	var got int32
	for begin := time.Now(); time.Since(begin) < arrival; time.Sleep(5 * time.Millisecond) {
		if got = ok(c.calls.Posted(c.ctx, topic)); got == want {
			return
		}
	}
	equal(got, want)
}
