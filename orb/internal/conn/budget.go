package conn

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/opendsom/dsom/limits"
)

// A budget bounds the octets of messages that are incomplete or unanswered, over all
// connections of an owner.
type budget struct {
	limits *limits.Limits
	most   int64
	used   atomic.Int64
}

func newBudget(l *limits.Limits) *budget {
	b := &budget{limits: l, most: l.Get(limits.BytesInFlight)}
	if b.most == 0 {
		b.most = memory() / 4
	}
	return b
}

// add changes what is used by n, and reports whether it is too much then.
func (b *budget) add(n int) (over bool) {
	if n == 0 {
		return false
	}
	return b.used.Add(int64(n)) > b.most
}

func (b *budget) exceeded() error {
	e := b.limits.Exceeded(limits.BytesInFlight, b.used.Load())
	e.Limit = b.most
	return e
}

// unknownMemory is what a machine is taken to have if it does not say.
const unknownMemory = 4 << 30

// memory returns how many octets this process may use: what the Go runtime was told, or
// what the control group or the machine has.
func memory() int64 {
	if n := debug.SetMemoryLimit(-1); n < 1<<62 {
		return n
	}
	most := int64(1 << 62)
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil && n > 0 {
			most = n
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		if f := strings.Fields(string(b)); len(f) > 1 && f[0] == "MemTotal:" {
			if n, err := strconv.ParseInt(f[1], 10, 64); err == nil && n > 0 {
				most = min(most, n<<10)
			}
		}
	}
	if most == 1<<62 {
		return unknownMemory
	}
	return most
}
