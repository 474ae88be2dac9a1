package errand

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/opendsom/dsom/store"
)

type byKey struct{}

// By returns which machine a request comes from that is an errand, and "" for others.
func By(ctx context.Context) string {
	by, _ := ctx.Value(byKey{}).(string)
	return by
}

// A Server answers errands by a handler.
type Server struct {
	h    http.Handler
	log  *slog.Logger
	stop func()

	ctx context.Context
	end context.CancelFunc
	wg  sync.WaitGroup

	mu   sync.Mutex
	all  map[string]*errand // those that are over too, for leftTime: so that none is begun twice
	open int                // of them, those that are answered, or whose answer is kept
}

// Serve has errands to a machine answered by h, until Close. h finds by By that a request is one; what it writes to may be asked for deadlines of writing, and for
// Flush.
func Serve(r store.Relay, machine string, h http.Handler, log *slog.Logger) (*Server, error) {
	s := &Server{h: h, log: log, all: map[string]*errand{}}
	s.ctx, s.end = context.WithCancel(context.Background())
	var err error
	if s.stop, err = r.Serve(machine, s.answer); err != nil {
		s.end()
		return nil, err
	}
	s.wg.Go(s.sweep)
	return s, nil
}

// Close ends all errands.
func (s *Server) Close() {
	s.end()
	s.stop()
	s.wg.Wait()
}

// mostKnown is how many errands are known, with those that are over and of which nothing is kept.
const mostKnown = 64 * MaxAtOne

// answer answers one message.
func (s *Server) answer(ctx context.Context, request []byte) []byte {
	var a ask
	if err := json.Unmarshal(request, &a); err != nil || a.ID == "" || len(a.ID) > 64 {
		return encode(reply{Error: "that is no errand"})
	}
	e, err := s.find(a)
	if err != nil {
		return encode(reply{Error: err.Error()})
	}
	if a.End {
		s.drop(e)
		return encode(reply{Done: true})
	}
	return encode(e.look(ctx, a.From))
}

func encode(r reply) []byte {
	b, err := json.Marshal(r)
	if err != nil { // cannot be
		return nil
	}
	return b
}

var errBusy = fmt.Errorf("more than %d requests of other machines are answered at once, or %d of late", MaxAtOne, mostKnown)

// find returns an errand, which is begun if it is new.
func (s *Server) find(a ask) (*errand, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.all[a.ID]; e != nil {
		e.touch()
		return e, nil
	}
	switch {
	case a.Want == nil:
		return nil, errors.New("the errand is not known: it was begun before the daemon was, or nobody has asked after it for too long")
	case s.ctx.Err() != nil:
		return nil, errors.New("the daemon ends")
	case s.open >= MaxAtOne, len(s.all) >= mostKnown:
		return nil, errBusy
	}
	e := newErrand(context.WithValue(s.ctx, byKey{}, a.Want.By))
	r, err := http.NewRequestWithContext(e.ctx, a.Want.Method, a.Want.Path, bytes.NewReader(a.Want.Body))
	if err != nil {
		e.cancel()
		return nil, err
	}
	if a.Want.Type != "" {
		r.Header.Set("Content-Type", a.Want.Type)
	}
	s.all[a.ID] = e
	s.open++
	s.wg.Go(func() {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // it is that very value
				s.log.Error("the answer to another machine has failed", "machine", a.Want.By, "path", a.Want.Path, "panic", p)
				e.finish(true)
			} else {
				e.finish(p != nil)
			}
			s.settle(e)
		}()
		s.h.ServeHTTP(e, r)
	})
	return e, nil
}

// drop ends an errand of which nothing more is wanted.
func (s *Server) drop(e *errand) {
	e.cancel()
	e.mu.Lock()
	e.unwanted, e.data = true, nil
	e.wake()
	e.mu.Unlock()
	s.settle(e)
}

// settle makes room for another errand if this one is over and nothing of it is kept.
func (s *Server) settle(e *errand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done && e.unwanted && !e.settled {
		e.settled = true
		s.open--
	}
}

// sweep ends errands after which nobody asks.
func (s *Server) sweep() {
	t := time.NewTicker(leftTime / 10)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-s.ctx.Done():
			return
		}
		var left []*errand
		s.mu.Lock()
		for id, e := range s.all {
			switch {
			case e.idle() < leftTime:
			case e.isSettled():
				delete(s.all, id)
			default:
				left = append(left, e)
			}
		}
		s.mu.Unlock()
		for _, e := range left {
			s.drop(e)
		}
	}
}

// An errand is the answer as it is written, and read piece by piece. It is an http.ResponseWriter.
type errand struct {
	ctx    context.Context
	cancel context.CancelFunc
	header http.Header

	mu      sync.Mutex
	changed chan struct{} // closed and made new when something below has changed
	asked   time.Time
	looking int
	status  int
	from    int64 // where data begins in the answer
	data    []byte
	done    bool
	broken  bool
	by      time.Time // until when a Write may wait; zero: for ever

	unwanted bool // nothing of it is kept any more
	settled  bool // it takes no room any more; guarded by the server's mu, too
}

func newErrand(ctx context.Context) *errand {
	e := &errand{header: http.Header{}, changed: make(chan struct{}), asked: time.Now()}
	e.ctx, e.cancel = context.WithCancel(ctx)
	return e
}

func (e *errand) touch() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = time.Now()
}

// idle returns for how long nobody has asked.
func (e *errand) idle() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.looking > 0 {
		return 0
	}
	return time.Since(e.asked)
}

func (e *errand) isSettled() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.settled
}

// wake tells who waits; mu is held.
func (e *errand) wake() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// finish notes that nothing more comes.
func (e *errand) finish(broken bool) {
	e.mu.Lock()
	if e.status == 0 && !broken {
		e.status = http.StatusOK
	}
	e.done, e.broken = true, broken
	e.wake()
	e.mu.Unlock()
	e.cancel()
}

// look waits for what comes behind the first octets of the answer.
func (e *errand) look(ctx context.Context, from int64) reply {
	limit := time.NewTimer(lookTime)
	defer limit.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looking++
	defer func() { e.looking--; e.asked = time.Now() }()
	first := e.status == 0
	for {
		if e.unwanted {
			return reply{Error: "nobody wanted the answer any more"}
		}
		if from < e.from || from > e.from+int64(len(e.data)) {
			return reply{Error: fmt.Sprintf("what was asked for, from %d on, is not there: %d to %d are", from, e.from, e.from+int64(len(e.data)))}
		}
		if from > e.from { // it has come to who asks
			e.data, e.from = append([]byte(nil), e.data[from-e.from:]...), from
			e.wake()
		}
		if len(e.data) > 0 || e.done || first && e.status != 0 {
			return reply{Status: e.status, Type: e.header.Get("Content-Type"), Data: e.data, Done: e.done, Broken: e.broken}
		}
		changed := e.changed
		e.mu.Unlock()
		over := false
		select {
		case <-changed:
		case <-limit.C:
			over = true
		case <-ctx.Done():
			over = true
		}
		e.mu.Lock()
		if over {
			return reply{Status: e.status, Type: e.header.Get("Content-Type")}
		}
	}
}

// Header implements http.ResponseWriter.
func (e *errand) Header() http.Header { return e.header }

// WriteHeader implements http.ResponseWriter.
func (e *errand) WriteHeader(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.status == 0 {
		e.status = status
		e.wake()
	}
}

// Write implements http.ResponseWriter. It waits while a piece lies there that nobody has fetched.
func (e *errand) Write(b []byte) (n int, err error) {
	e.WriteHeader(http.StatusOK)
	for len(b) > 0 {
		some, err := e.write(b)
		n += some
		if err != nil {
			return n, err
		}
		b = b[some:]
	}
	return n, nil
}

func (e *errand) write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.data) >= piece {
		changed, by := e.changed, e.by
		e.mu.Unlock()
		err := wait(e.ctx, changed, by)
		e.mu.Lock()
		if err != nil {
			return 0, err
		}
	}
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	if e.unwanted {
		return 0, context.Canceled
	}
	n := min(len(b), piece-len(e.data))
	e.data = append(e.data, b[:n]...)
	e.wake()
	return n, nil
}

// wait waits for a change, until a time.
func wait(ctx context.Context, changed <-chan struct{}, by time.Time) error {
	var late <-chan time.Time
	if !by.IsZero() {
		t := time.NewTimer(time.Until(by))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-changed:
		return nil
	case <-late:
		return os.ErrDeadlineExceeded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// FlushError is for http.ResponseController: what is written is there at once.
func (e *errand) FlushError() error { return nil }

// SetWriteDeadline is for http.ResponseController.
func (e *errand) SetWriteDeadline(by time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.by = by
	return nil
}

// SetReadDeadline is for http.ResponseController: the whole request has come.
func (e *errand) SetReadDeadline(time.Time) error { return nil }
