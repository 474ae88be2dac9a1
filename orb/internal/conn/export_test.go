package conn

import (
	"sync/atomic"

	"github.com/opendsom/dsom/limits"
)

// BudgetUsed returns what the budget that c shares is used by.
func (c *Conn) BudgetUsed() int64 { return c.shared.budget.used.Load() }

// A Crowd is a crowd, for tests.
type Crowd struct{ c crowd }

// CalmAfter is how many messages alone end a crowd.
const CalmAfter = calmAfter

// See is see.
func (c *Crowd) See(company bool) bool { return c.c.see(company) }

// NewCountedShared is NewShared that counts in made the pulses that it makes.
func NewCountedShared(l *limits.Limits, made *atomic.Int32) *Shared {
	return newShared(l, func() pulse { made.Add(1); return newTimerPulse() })
}
