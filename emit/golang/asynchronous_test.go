package golang_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/emit/golang/testdata/exchange"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/messaging"
)

// manager is a StockManager that knows one stock.
type manager struct {
	exchange.StockManagerBase
	hang chan struct{} // what AddStock waits for
}

func (*manager) GetQuote(_ context.Context, symbol string) (float64, error) {
	switch symbol {
	case "IBM":
		return 42.5, nil
	case "late":
		return 0, exc.New(exc.NoResources, 7, exc.No, "told to")
	}
	return 0, &exchange.InvalidStock{Sym: symbol}
}

func (*manager) FindClosestSymbol(_ context.Context, symbol string) (bool, string, error) {
	return symbol == "IBN", "IBM", nil
}

func (*manager) EditStock(_ context.Context, symbol string, quote float64) error {
	if quote < 0 {
		return &exchange.InvalidStock{Sym: symbol}
	}
	return nil
}

func (m *manager) AddStock(ctx context.Context, _ string, _ float64) (bool, error) {
	select {
	case <-m.hang:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// teller is a handler that says what it was told.
type teller struct {
	exchange.AMI_StockManagerHandlerBase
	told chan string
}

func (h *teller) GetQuote(_ context.Context, quote float64) error {
	h.told <- fmt.Sprint("quote ", quote)
	return nil
}

func (h *teller) FindClosestSymbol(_ context.Context, found bool, symbol string) error {
	h.told <- fmt.Sprint("found ", found, " ", symbol)
	return nil
}

func (h *teller) EditStock(context.Context) error { h.told <- "edited"; return nil }

func (h *teller) GetQuoteExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	return h.excep(ctx, e)
}

func (h *teller) EditStockExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	return h.excep(ctx, e)
}

func (h *teller) AddStockExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	return h.excep(ctx, e)
}

func (h *teller) SetStockExchangeNameExcep(ctx context.Context, e messaging.ExceptionHolder) error {
	return h.excep(ctx, e)
}

func (h *teller) excep(ctx context.Context, e messaging.ExceptionHolder) error {
	err := e.RaiseException(ctx)
	var invalid *exchange.InvalidStock
	var sys *exc.SystemException
	switch {
	case errors.As(err, &invalid):
		h.told <- "invalid " + invalid.Sym
	case errors.As(err, &sys):
		h.told <- fmt.Sprint(sys.Kind, " ", sys.Minor&0xfff)
	default:
		h.told <- "what? " + err.Error()
	}
	return nil
}

func newAsyncORB(t *testing.T, cfg orb.Config) (*orb.ORB, *poa.Root) {
	t.Helper()
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return o, poa.New(o)
}

// TestSendc begins calls, of an object elsewhere or here, and has handlers told that are elsewhere or here.
func TestSendc(t *testing.T) {
	t.Parallel()
	m := &manager{hang: make(chan struct{})}
	_, serverRoot := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	object, err := exchange.StockManagerClass.Activate(serverRoot, m)
	if err != nil {
		t.Fatal(err)
	}
	_, handlerRoot := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, BigEndian: true})
	for _, far := range []bool{true, false} {
		for _, told := range []string{"here", "in this ORB", "elsewhere"} {
			t.Run(fmt.Sprintf("far=%t told %s", far, told), func(t *testing.T) {
				t.Parallel()
				o, root := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
				var to exchange.StockManager = m
				if far {
					to = exchange.StockManagerClass.Unchecked(o.NewRef(object.IOR()))
				}
				h := &teller{told: make(chan string, 1)}
				var handler exchange.AMI_StockManagerHandler = h
				if told != "here" {
					at := root
					if told == "elsewhere" {
						at = handlerRoot
					}
					ref, err := exchange.AMI_StockManagerHandlerClass.Activate(at, h)
					if err != nil {
						t.Fatal(err)
					}
					handler = exchange.AMI_StockManagerHandlerClass.Unchecked(o.NewRef(ref.IOR()))
				}
				async, ctx := exchange.NewStockManagerAsync(to), t.Context()
				for want, begin := range map[string]func() error{
					"quote 42.5":     func() error { return async.SendcGetQuote(ctx, handler, "IBM") },
					"invalid XYZ":    func() error { return async.SendcGetQuote(ctx, handler, "XYZ") },
					"NO_RESOURCES 7": func() error { return async.SendcGetQuote(ctx, handler, "late") },
					"found true IBM": func() error { return async.SendcFindClosestSymbol(ctx, handler, "IBN") },
					"edited":         func() error { return async.SendcEditStock(ctx, handler, "IBM", 1) },
					"invalid ABC":    func() error { return async.SendcEditStock(ctx, handler, "ABC", -1) },
					fmt.Sprint("NO_IMPLEMENT ", exc.MinorUnsupportedType&0xfff): func() error { return async.SendcSetStockExchangeName(ctx, handler, "NYSE") },
					fmt.Sprint("TIMEOUT ", exc.MinorDeadline&0xfff): func() error {
						return async.SendcAddStock(orb.WithPolicies(ctx, orb.Policies{RoundtripTimeout: 20 * time.Millisecond}), handler, "IBM", 1)
					},
				} {
					if !far && want[:4] == "TIME" { // a plain call in Go: there is no ORB whose policies hold
						continue
					}
					if err := begin(); err != nil {
						t.Errorf("%s: %v", want, err)
					} else if got := <-h.told; got != want {
						t.Errorf("told %q, want %q", got, want)
					}
				}
				if err := async.SendcGetQuote(ctx, nil, "IBM"); err != nil {
					t.Errorf("without a handler: %v", err)
				}
			})
		}
	}
	if err := exchange.NewStockManagerAsync(nil).SendcGetQuote(t.Context(), &teller{}, "IBM"); !errors.Is(err, exc.InvObjref) {
		t.Errorf("to nobody: %v", err)
	}
}

// TestSendp polls for the ends of calls.
func TestSendp(t *testing.T) {
	t.Parallel()
	m := &manager{hang: make(chan struct{})}
	_, root := newAsyncORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	ref, err := exchange.StockManagerClass.Activate(root, m)
	if err != nil {
		t.Fatal(err)
	}
	var polled, others atomic.Int32
	o, _ := newAsyncORB(t, orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
		if orb.Polled(ctx) {
			polled.Add(1)
		} else {
			others.Add(1)
		}
		return next(ctx)
	}}})
	async, ctx := exchange.NewStockManagerAsync(exchange.StockManagerClass.Unchecked(o.NewRef(ref.IOR()))), t.Context()
	added := async.SendpAddStock(ctx, "IBM", 1)
	quote := async.SendpGetQuote(ctx, "IBM")
	if v, err := quote.Wait(ctx); v != 42.5 || err != nil || !quote.Poll() {
		t.Errorf("got %v, %v", v, err)
	}
	found := async.SendpFindClosestSymbol(ctx, "IBN")
	if v, err := found.Wait(ctx); v != (exchange.StockManager_FindClosestSymbolResults{Result: true, SymbolOut: "IBM"}) || err != nil {
		t.Errorf("got %v, %v", v, err)
	}
	var invalid *exchange.InvalidStock
	if _, err := async.SendpEditStock(ctx, "ABC", -1).Wait(ctx); !errors.As(err, &invalid) || invalid.Sym != "ABC" {
		t.Errorf("got %v", err)
	}
	if added.Poll() {
		t.Error("it has ended")
	}
	close(m.hang)
	if v, err := added.Wait(ctx); !v || err != nil {
		t.Errorf("got %v, %v", v, err)
	}
	if _, err := orb.Go(ctx, exchange.StockManagerClass.Unchecked(o.NewRef(ref.IOR())).StockExchangeName).Wait(ctx); !errors.Is(err, exc.NoImplement) {
		t.Errorf("got %v", err)
	}
	if polled.Load() != 4 || others.Load() != 1 {
		t.Errorf("interceptors saw %d calls that are polled for, and %d others", polled.Load(), others.Load())
	}
	if _, err := exchange.NewStockManagerAsync(nil).SendpGetQuote(ctx, "IBM").Wait(ctx); !errors.Is(err, exc.InvObjref) {
		t.Errorf("to nobody: %v", err)
	}
}

// TestAsynchronousOfStandard derives an interface from one of this module's own packages, which have no reply handlers: the
// handler has the inherited operations itself.
func TestAsynchronousOfStandard(t *testing.T) {
	t.Parallel()
	spec := compileAMI(t, idl.FilesOf{"test.idl": "#include <CosNaming.idl>\nmodule A { interface C : CosNaming::NamingContext { void more(); }; };"}, "test.idl")
	files := mustEmit(t, spec, golang.Options{PackagePrefix: "x", AMI: true})
	contains(t, files, "a/test.go",
		"type AMI_CHandler interface {\n\tmessaging.ReplyHandler\n",
		"Resolve(ctx context.Context, amiReturnVal orb.Object) error",
		"messaging.Expect(excepHolder, cosnaming.NamingContext_NotFoundType, cosnaming.NamingContext_CannotProceedType, cosnaming.NamingContext_InvalidNameType)",
		"func (s CAsync) SendpResolve(ctx context.Context, n cosnaming.Name) *orb.Future[orb.Object] {",
		"func (s CAsync) SendcMore(ctx context.Context, amiHandler AMI_CHandler) error {")
}

// TestAsynchronousLacks holds what is said where something is missing.
func TestAsynchronousLacks(t *testing.T) {
	t.Parallel()
	const text = "module A { interface X {}; };"
	_, report := golang.Emit(compileText(t, text), golang.Options{PackagePrefix: "x", AMI: true})
	if got := codes(report); len(got) != 1 || got[0] != golang.CodeAsynchronous {
		t.Errorf("got %v", report.All())
	}
	if files := mustEmit(t, compileText(t, text), golang.Options{PackagePrefix: "x"}); files.Len() == 0 {
		t.Error("nothing is made without the option")
	}
}
