package conn

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// A budget bounds the octets of messages that are incomplete or unanswered, and of replies that are
// not taken, over all connections of an owner.
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

// runCost is what a request counts that is served beside others of its connection: a chunk, and what
// a goroutine, its reply of up to gatherLimit and whatever it needs otherwise come to.
const runCost = transport.ChunkSize + gatherLimit

// crowded reports whether half of the budget is used. Few requests are served beside others of their
// connection then, [alwaysParallel], so that those that run leave room for messages and replies.
func (b *budget) crowded() bool { return b.used.Load() > b.most/2 }

// over reports whether too much is used.
func (b *budget) over() bool { return b.used.Load() > b.most }

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
