package golang_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/golang/testdata/exchange"
	"github.com/opendsom/dsom/orb"
)

// TestSendcTimes: a handler is told of a call that has not ended in its time, by whichever policy that is, and wherever the handler is: the call's time is not its own.
func TestSendcTimes(t *testing.T) {
	t.Parallel()
	m := &manager{hang: make(chan struct{})}
	_, serverRoot := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	object, err := exchange.StockManagerClass.Activate(serverRoot, m)
	if err != nil {
		t.Fatal(err)
	}
	_, handlerRoot := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	for name, policies := range map[string]func() orb.Policies{
		"RoundtripTimeout": func() orb.Policies { return orb.Policies{RoundtripTimeout: 50 * time.Millisecond} },
		"ReplyEnd":         func() orb.Policies { return orb.Policies{ReplyEnd: time.Now().Add(50 * time.Millisecond)} },
		"RequestEnd":       func() orb.Policies { return orb.Policies{RequestEnd: time.Now().Add(-time.Second)} },
	} {
		for _, where := range []string{"here", "in this ORB", "elsewhere"} {
			t.Run(fmt.Sprint(name, " told ", where), func(t *testing.T) {
				t.Parallel()
				o, root := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
				h := &teller{told: make(chan string, 1)}
				var handler exchange.AMI_StockManagerHandler = h
				if where != "here" {
					at := root
					if where == "elsewhere" {
						at = handlerRoot
					}
					ref, err := exchange.AMI_StockManagerHandlerClass.Activate(at, h)
					if err != nil {
						t.Fatal(err)
					}
					handler = exchange.AMI_StockManagerHandlerClass.Unchecked(o.NewRef(ref.IOR()))
				}
				async := exchange.NewStockManagerAsync(exchange.StockManagerClass.Unchecked(o.NewRef(object.IOR())))
				if err := async.SendcAddStock(orb.WithPolicies(t.Context(), policies()), handler, "IBM", 1); err != nil {
					t.Fatal(err)
				}
				select {
				case got := <-h.told:
					if !strings.HasPrefix(got, "TIMEOUT") {
						t.Errorf("told %s", got)
					}
				case <-time.After(20 * time.Second):
					t.Error("the handler is not told")
				}
			})
		}
	}
}

// deadlines is a handler that says how long it may take.
type deadlines struct {
	exchange.AMI_StockManagerHandlerBase
	until chan time.Time
}

func (h *deadlines) GetQuote(ctx context.Context, _ float64) error {
	until, _ := ctx.Deadline()
	h.until <- until
	return nil
}

// TestSendcTimeIsNotTheHandlers: a handler elsewhere is not told that it has the call's time.
func TestSendcTimeIsNotTheHandlers(t *testing.T) {
	t.Parallel()
	_, serverRoot := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	object, err := exchange.StockManagerClass.Activate(serverRoot, new(manager))
	if err != nil {
		t.Fatal(err)
	}
	h := &deadlines{until: make(chan time.Time, 1)}
	ref, err := exchange.AMI_StockManagerHandlerClass.Activate(serverRoot, h)
	if err != nil {
		t.Fatal(err)
	}
	o, _ := newAsyncORB(t, orb.Config{})
	async := exchange.NewStockManagerAsync(exchange.StockManagerClass.Unchecked(o.NewRef(object.IOR())))
	ctx := orb.WithPolicies(t.Context(), orb.Policies{RoundtripTimeout: time.Minute})
	if err := async.SendcGetQuote(ctx, exchange.AMI_StockManagerHandlerClass.Unchecked(o.NewRef(ref.IOR())), "IBM"); err != nil {
		t.Fatal(err)
	}
	select {
	case until := <-h.until:
		if !until.IsZero() {
			t.Errorf("the handler has until %v, as the call had", until)
		}
	case <-time.After(20 * time.Second):
		t.Error("the handler is not told")
	}
}

// breaking is an implementation that does not return.
type breaking struct {
	exchange.StockManagerBase
	how func()
}

func (m breaking) GetQuote(context.Context, string) (float64, error) {
	m.how()
	return 0, nil
}

// TestSendcTellsOfPanics: a handler is told of a call that does not return: an interceptor of the client's panics, or an implementation in this process does, or ends the goroutine.
func TestSendcTellsOfPanics(t *testing.T) {
	t.Parallel()
	_, serverRoot := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	object, err := exchange.StockManagerClass.Activate(serverRoot, new(manager))
	if err != nil {
		t.Fatal(err)
	}
	o, _ := newAsyncORB(t, orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		if r.Operation() == "get_quote" {
			panic("in an interceptor")
		}
		return next(ctx)
	}}})
	for name, to := range map[string]exchange.StockManager{
		"an interceptor panics":                exchange.StockManagerClass.Unchecked(o.NewRef(object.IOR())),
		"an implementation panics":             breaking{how: func() { panic("told to") }},
		"an implementation ends the goroutine": breaking{how: runtime.Goexit},
	} {
		h := &teller{told: make(chan string, 1)}
		if err := exchange.NewStockManagerAsync(to).SendcGetQuote(t.Context(), h, "IBM"); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-h.told:
			if got != "UNKNOWN 2" {
				t.Errorf("%s: told %s", name, got)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s: the handler is not told", name)
		}
	}
}
