package errand_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/daemon/errand"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
)

// serve has a machine b answer errands, until the test ends.
func serve(t *testing.T, r store.Relay, h http.HandlerFunc) {
	t.Helper()
	s, err := errand.Serve(r, "b", h, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
}

// send makes a request to the machine b.
func send(ctx context.Context, r store.Relay, method, path, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://b"+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/x-question")
	return errand.Transport{Relay: r, By: "a"}.RoundTrip(req)
}

// TestErrand holds that a request comes there as it is, and its answer back.
func TestErrand(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	serve(t, hub.View(), func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if by := errand.By(r.Context()); by != "a" || r.Method != http.MethodPatch || r.URL.Path != "/v1/x/y z" || r.URL.Query().Get("q") != "&" || r.Header.Get("Content-Type") != "text/x-question" {
			t.Errorf("got %s %s by %q", r.Method, r.URL, by)
		}
		w.Header().Set("Content-Type", "text/x-answer")
		w.WriteHeader(http.StatusTeapot)
		_, _ = fmt.Fprintf(w, "heard %d", len(b))
	})
	body := strings.Repeat("x", errand.MaxBody)
	res, err := send(t.Context(), hub.View(), http.MethodPatch, "/v1/x/y%20z?q=%26", body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusTeapot || res.Header.Get("Content-Type") != "text/x-answer" || string(b) != fmt.Sprint("heard ", len(body)) {
		t.Errorf("got %s, %v, %q, %v", res.Status, res.Header, b, err)
	}
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	if _, err := send(t.Context(), hub.View(), http.MethodPost, "/", body+"x"); err == nil || !strings.Contains(err.Error(), fmt.Sprint(errand.MaxBody)) {
		t.Errorf("a body that is too long: %v", err)
	}
}

// lossy loses requests and answers at random.
type lossy struct {
	store.Relay
	mu   sync.Mutex
	rand *rand.Rand
	lost atomic.Int32
}

func (l *lossy) Ask(ctx context.Context, name string, request []byte) ([]byte, error) {
	l.mu.Lock()
	n := l.rand.IntN(10)
	l.mu.Unlock()
	if n == 0 {
		l.lost.Add(1)
		return nil, &store.Error{Kind: store.ErrUnreached}
	}
	b, err := l.Relay.Ask(ctx, name, request)
	if n < 3 {
		l.lost.Add(1)
		return nil, &store.Error{Kind: store.ErrUnreached}
	}
	return b, err
}

// TestLoss has messages lost in both directions: each errand is carried out once, and its answer, of random length and in random pieces, is whole.
func TestLoss(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	hub := storetest.NewHub()
	var begun atomic.Int32
	serve(t, hub.View(), func(w http.ResponseWriter, r *http.Request) {
		begun.Add(1)
		var s uint64
		if _, err := fmt.Sscan(r.URL.Query().Get("seed"), &s); err != nil {
			t.Error(err)
		}
		from := rand.New(rand.NewPCG(s, 1))
		for left := from.IntN(1 << 20); left > 0; {
			n := min(left, 1+from.IntN(300<<10))
			if _, err := w.Write(pattern(s, n)); err != nil {
				t.Error(err)
			}
			left -= n
		}
	})
	relay := &lossy{Relay: hub.View(), rand: rand.New(rand.NewPCG(seed, 0))}
	const n = 30
	var wg sync.WaitGroup
	for i := range uint64(n) {
		wg.Go(func() {
			s := seed + i
			res, err := send(t.Context(), relay, http.MethodGet, "/?seed="+fmt.Sprint(s), "")
			if err != nil {
				t.Error(err)
				return
			}
			got, err := io.ReadAll(res.Body)
			var want []byte
			from := rand.New(rand.NewPCG(s, 1))
			for left := from.IntN(1 << 20); left > 0; {
				n := min(left, 1+from.IntN(300<<10))
				want = append(want, pattern(s, n)...)
				left -= n
			}
			if err != nil || string(got) != string(want) {
				t.Errorf("%d octets of %d, %v", len(got), len(want), err)
			}
			_ = res.Body.Close()
		})
	}
	wg.Wait()
	if begun.Load() != n || relay.lost.Load() == 0 {
		t.Errorf("%d errands of %d were begun, and %d messages lost", begun.Load(), n, relay.lost.Load())
	}
}

// pattern returns n octets that depend on both.
func pattern(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(n), byte(n >> 8)})
	_, _ = r.Read(b)
	return b
}

// TestEnds holds what becomes of errands whose one side goes away.
func TestEnds(t *testing.T) {
	t.Parallel()
	follow := func(ended chan<- error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "first\n")
			<-r.Context().Done()
			_, err := io.WriteString(w, "later\n")
			ended <- err
		}
	}
	first := func(t *testing.T, ctx context.Context, r store.Relay) *http.Response {
		t.Helper()
		res, err := send(ctx, r, http.MethodGet, "/", "")
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 64)
		if n, err := res.Body.Read(b); err != nil || string(b[:n]) != "first\n" {
			t.Fatalf("got %q, %v", b[:n], err)
		}
		return res
	}
	wantEnd := func(t *testing.T, ended <-chan error) {
		t.Helper()
		if err := <-ended; err == nil {
			t.Error("what is not wanted was taken")
		}
	}
	t.Run("closed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub, ended := storetest.NewHub(), make(chan error, 1)
			serve(t, hub.View(), follow(ended))
			res := first(t, t.Context(), hub.View())
			begun := time.Now()
			_ = res.Body.Close()
			wantEnd(t, ended)
			if d := time.Since(begun); d > time.Second {
				t.Errorf("it has gone on for %v", d)
			}
		})
	})
	t.Run("given up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub, ended := storetest.NewHub(), make(chan error, 1)
			serve(t, hub.View(), follow(ended))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			res := first(t, ctx, hub.View())
			_, err := res.Body.Read(make([]byte, 1))
			var e *errand.Error
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &e) || !e.Begun {
				t.Errorf("got %v", err)
			}
			_ = res.Body.Close()
			wantEnd(t, ended)
		})
	})
	t.Run("gone without a word", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub, ended := storetest.NewHub(), make(chan error, 1)
			serve(t, hub.View(), follow(ended))
			view := hub.View()
			begun := time.Now()
			res := first(t, t.Context(), view)
			view.Cut(true)
			wantEnd(t, ended)
			if d := time.Since(begun); d < 20*time.Second || d > 50*time.Second {
				t.Errorf("it was ended after %v", d)
			}
			view.Cut(false)
			if _, err := io.ReadAll(res.Body); err == nil {
				t.Error("its answer seems to be whole")
			}
			_ = res.Body.Close()
		})
	})
	t.Run("the other is cut off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub, ended := storetest.NewHub(), make(chan error, 1)
			view := hub.View()
			serve(t, view, follow(ended))
			res := first(t, t.Context(), hub.View())
			view.Cut(true)
			begun := time.Now()
			_, err := io.ReadAll(res.Body)
			var e *errand.Error
			if !errors.As(err, &e) || !e.Begun || e.Machine != "b" || time.Since(begun) > 20*time.Second {
				t.Errorf("after %v: %v", time.Since(begun), err)
			}
			_ = res.Body.Close()
			wantEnd(t, ended)
		})
	})
	t.Run("nobody", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			_, err := send(t.Context(), storetest.NewHub().View(), http.MethodPost, "/", "")
			var e *errand.Error
			if !errors.Is(err, store.ErrNobody) || !errors.As(err, &e) || e.Begun || time.Since(begun) > 5*time.Second {
				t.Errorf("after %v: %v", time.Since(begun), err)
			}
		})
	})
	t.Run("broken", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub := storetest.NewHub()
			serve(t, hub.View(), func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "half")
				panic(http.ErrAbortHandler)
			})
			res, err := send(t.Context(), hub.View(), http.MethodGet, "/", "")
			if err == nil {
				_, err = io.ReadAll(res.Body)
			}
			if err == nil || !strings.Contains(err.Error(), "broke off") {
				t.Errorf("got %v", err)
			}
		})
	})
}

// TestSlowReader has nobody fetch a long answer: its writer waits, until its time is over, and no more is kept than a piece.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, wrote := storetest.NewHub(), make(chan error, 1)
		var n atomic.Int64
		serve(t, hub.View(), func(w http.ResponseWriter, _ *http.Request) {
			rc := http.NewResponseController(w)
			for {
				if err := errors.Join(rc.SetWriteDeadline(time.Now().Add(10*time.Second)), rc.Flush()); err != nil {
					t.Error(err)
				}
				some, err := w.Write(make([]byte, 10_000))
				n.Add(int64(some))
				if err != nil {
					wrote <- err
					return
				}
			}
		})
		res, err := send(t.Context(), hub.View(), http.MethodGet, "/", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := <-wrote; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if n.Load() > 2*store.MaxMessage {
			t.Errorf("%d octets were taken that nobody has fetched", n.Load())
		}
		_ = res.Body.Close()
	})
}

// TestMany begins more errands than are answered at once: those above the limit are told so, and there is room when the others end.
func TestMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub, open := storetest.NewHub(), make(chan struct{})
		serve(t, hub.View(), func(http.ResponseWriter, *http.Request) { <-open })
		var wg sync.WaitGroup
		var good, refused atomic.Int32
		for range errand.MaxAtOne + 10 {
			wg.Go(func() {
				res, err := send(t.Context(), hub.View(), http.MethodGet, "/", "")
				switch {
				case err == nil:
					good.Add(1)
					_ = res.Body.Close()
				case strings.Contains(err.Error(), fmt.Sprint(errand.MaxAtOne)):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if refused.Load() != 10 {
			t.Errorf("%d were refused", refused.Load())
		}
		close(open)
		wg.Wait()
		if res, err := send(t.Context(), hub.View(), http.MethodGet, "/", ""); err != nil || good.Load() != errand.MaxAtOne {
			t.Errorf("%d were answered; then: %v", good.Load(), err)
		} else {
			_ = res.Body.Close()
		}
	})
}

// TestHostile sends what is no errand.
func TestHostile(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	serve(t, hub.View(), func(http.ResponseWriter, *http.Request) { t.Error("it was carried out") })
	for _, s := range []string{"", "{", "[]", `{"id":""}`, `{"id":"x"}`, `{"id":"x","end":true}`, `{"id":"x","want":{"method":"G T","path":"/"}}`, `{"id":"x","want":{"method":"GET","path":"::/%zz"}}`, `{"id":"` + strings.Repeat("x", 65) + `","want":{"method":"GET","path":"/"}}`} {
		b, err := hub.View().Ask(t.Context(), "b", []byte(s))
		if err != nil || !strings.Contains(string(b), `"error"`) {
			t.Errorf("%s: %s, %v", s, b, err)
		}
	}
}
