package daemon

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A log bears what anybody can bring about by calling: of warnings that say the same, at most seldomLines are written in seldomTime, and the next
// one that is says how many were left out.
const (
	seldomLines = 10
	seldomTime  = 10 * time.Second
)

// seldom returns a log that writes to another one, warnings and what is worse not more often than it bears.
func seldom(log *slog.Logger) *slog.Logger {
	return slog.New(seldomHandler{log.Handler(), &saidOfLate{all: map[string]*said{}}})
}

type seldomHandler struct {
	slog.Handler
	late *saidOfLate
}

// saidOfLate is what was said, by its message. Messages are constants of the program, so that there are few.
type saidOfLate struct {
	mu  sync.Mutex
	all map[string]*said
}

type said struct {
	since          time.Time
	lines, leftOut int
}

// admit reports whether a message is written, and how many were not since the last one that was.
func (l *saidOfLate) admit(message string, now time.Time) (leftOut int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.all[message]
	if s == nil {
		s = new(said)
		l.all[message] = s
	}
	if age := now.Sub(s.since); age < 0 || age >= seldomTime {
		s.since, s.lines = now, 0
	}
	if s.lines == seldomLines {
		s.leftOut++
		return 0, false
	}
	s.lines++
	leftOut, s.leftOut = s.leftOut, 0
	return leftOut, true
}

func (h seldomHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.Handler.Handle(ctx, r)
	}
	leftOut, ok := h.late.admit(r.Message, r.Time)
	if !ok {
		return nil
	}
	if leftOut > 0 {
		r.AddAttrs(slog.Int("left_out_before", leftOut))
	}
	return h.Handler.Handle(ctx, r)
}

func (h seldomHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return seldomHandler{h.Handler.WithAttrs(attrs), h.late}
}

func (h seldomHandler) WithGroup(name string) slog.Handler {
	return seldomHandler{h.Handler.WithGroup(name), h.late}
}
