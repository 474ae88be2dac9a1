// Package load is what the programs under measurement share: the protocol between them and
// bench, and the measuring of one caller.
package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
)

// A Result is the line that a client prints. What is 0 was not measured.
type Result struct {
	N       int     `json:"n"` // calls
	Wall    int64   `json:"wall_ns"`
	User    int64   `json:"user_ns"`
	Sys     int64   `json:"sys_ns"`
	P50     int64   `json:"p50_ns,omitempty"`
	P99     int64   `json:"p99_ns,omitempty"`
	Mallocs float64 `json:"mallocs_per_op"`
	Bytes   float64 `json:"bytes_per_op"`
}

// Print prints the line.
func (r Result) Print() error { return json.NewEncoder(os.Stdout).Encode(r) }

var stdin = bufio.NewReader(os.Stdin)

// Gate says that the client is ready, and waits until it is told to go on. It ends the process if
// nobody is there to tell it.
func Gate() {
	fmt.Println("ready")
	if _, err := stdin.ReadString('\n'); err != nil {
		os.Exit(3)
	}
}

// Serve says that the server is ready, and ends the process when stdin ends. "stats" on stdin is
// answered with a line of counters, to which more are added; so is "gc", after a collection.
func Serve(more map[string]float64) {
	fmt.Println("ready")
	for {
		s, err := stdin.ReadString('\n')
		if err != nil {
			os.Exit(0)
		}
		if s == "gc\n" {
			runtime.GC()
			debug.FreeOSMemory()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		counters := map[string]float64{"mallocs": float64(m.Mallocs), "bytes": float64(m.TotalAlloc),
			"heap": float64(m.HeapInuse), "stack": float64(m.StackInuse), "goroutines": float64(runtime.NumGoroutine())}
		for k, v := range more {
			counters[k] = v
		}
		b, _ := json.Marshal(counters)
		fmt.Printf("%s\n", b)
	}
}

// A Meter counts what the process uses from Start on.
type Meter struct {
	mem       runtime.MemStats
	user, sys int64
	began     time.Time
}

// Start begins anew.
func (m *Meter) Start() {
	runtime.ReadMemStats(&m.mem)
	m.user, m.sys = cpu()
	m.began = time.Now()
}

// Stop returns what n calls used.
func (m *Meter) Stop(n int) Result {
	wall := time.Since(m.began)
	user, sys := cpu()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return Result{N: n, Wall: int64(wall), User: user - m.user, Sys: sys - m.sys,
		Mallocs: float64(now.Mallocs-m.mem.Mallocs) / float64(n), Bytes: float64(now.TotalAlloc-m.mem.TotalAlloc) / float64(n)}
}

func cpu() (user, sys int64) {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return r.Utime.Nano(), r.Stime.Nano()
}

// How long a caller warms up, and measures, at most.
const (
	longestWarmUp = 300 * time.Millisecond
	longest       = time.Second
)

// Calls measures one caller, after a warm-up and the gate, and prints the result: n calls, or as
// many as it makes in a second.
func Calls(n int, once func() error) error {
	if n < 1 {
		return fmt.Errorf("%d calls: at least one is needed", n)
	}
	for i, began := 0, time.Now(); i < n/10+2 && time.Since(began) < longestWarmUp; i++ {
		if err := once(); err != nil {
			return err
		}
	}
	took := make([]int64, 0, n)
	Gate()
	var m Meter
	m.Start()
	for t := m.began; len(took) < n && t.Sub(m.began) < longest; {
		if err := once(); err != nil {
			return err
		}
		now := time.Now()
		took = append(took, int64(now.Sub(t)))
		t = now
	}
	n = len(took)
	r := m.Stop(n)
	slices.Sort(took)
	r.P50, r.P99 = took[n/2], took[n*99/100]
	return r.Print()
}
