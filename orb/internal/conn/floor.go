package conn

import (
	"runtime/metrics"
	"sync"
	"sync/atomic"
)

// heapFloor is the memory that a process which moves long messages holds and never touches.
//
// What a message of longMessage octets or more is read into goes to the program with the message, and is
// garbage soon. The runtime collects a heap that holds nothing else every 4 MiB, and a collection costs as
// much as moving ten such messages. Octets that are allocated and not touched raise the size at which the runtime
// collects: there is no memory behind them, but up to as much more garbage before each collection.
const (
	heapFloor   = 16 << 20
	longMessage = 32 << 10
)

// floor holds the untouched octets.
var floor atomic.Pointer[[heapFloor]byte]

// raiseFloor makes the floor, unless the process was told to be sparing (a memory limit below 32 floors) or to collect otherwise
// than by default.
var raiseFloor = sync.OnceFunc(func() {
	told := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(told)
	for i, usual := range []func(uint64) bool{
		func(percent uint64) bool { return percent == 100 },
		func(most uint64) bool { return most >= 32*heapFloor },
	} {
		if told[i].Value.Kind() != metrics.KindUint64 || !usual(told[i].Value.Uint64()) {
			return
		}
	}
	floor.Store(new([heapFloor]byte))
})
