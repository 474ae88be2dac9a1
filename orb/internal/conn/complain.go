package conn

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// complaintsPerSecond is how often the same message about what a peer did is logged: a peer that
// does wrong without pause must not fill the log.
const complaintsPerSecond = 10

// complaints counts what was logged, by message.
type complaints struct {
	mu  sync.Mutex
	now map[string]*tally
}

type tally struct {
	since   int64 // begin of the second, in the time of Shared
	said    int
	leftOut int
}

// Complain logs msg about what a peer did, unless it was logged often in the last second: then
// the next that is logged says how many were left out. There are few different messages.
func (s *Shared) Complain(log *slog.Logger, level slog.Level, msg string, attrs ...any) {
	if !log.Enabled(context.Background(), level) {
		return
	}
	leftOut, ok := s.complaints.admit(msg, s.now())
	if !ok {
		return
	}
	if leftOut > 0 {
		attrs = append(attrs, "left_out_before", leftOut)
	}
	log.Log(context.Background(), level, msg, attrs...)
}

// admit reports whether msg is to be logged, and how many were not since it last was.
func (c *complaints) admit(msg string, now int64) (leftOut int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.now[msg]
	if t == nil {
		if c.now == nil {
			c.now = map[string]*tally{}
		}
		t = &tally{since: now}
		c.now[msg] = t
	}
	if now-t.since >= int64(time.Second) {
		t.since, t.said = now, 0
	}
	if t.said == complaintsPerSecond {
		t.leftOut++
		return 0, false
	}
	t.said++
	leftOut, t.leftOut = t.leftOut, 0
	return leftOut, true
}
