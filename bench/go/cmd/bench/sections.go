package main

import (
	"fmt"
	"strconv"
	"time"
)

func us(key, title string, ratio bool) column {
	return column{keys: []string{key}, title: title, div: 1e3, format: "%.1f", ratio: ratio}
}

func count(title string, keys ...string) column {
	return column{keys: keys, title: title, div: 1, format: "%.1f"}
}

var (
	cpu      = []column{us("cli_cpu", "client CPU µs/call", false), us("srv_cpu", "server CPU µs/call", false)}
	allocs   = []column{count("client allocs", "mallocs_per_op"), count("server allocs", "srv_mallocs")}
	syscalls = []column{count("client system calls", "cli_calls"), count("server system calls", "srv_calls")}
	rate     = column{keys: []string{"rate"}, title: "calls/s", div: 1, format: "%.0f", ratio: true}
)

func columns(lists ...[]column) (all []column) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// scaled is how many calls of k a target makes.
func scaled(t target, k float64) string { return strconv.Itoa(max(20, int(k*t.weight**scale))) }

// sections are all that there are.
func sections() []*section {
	ts := peers()
	each := columns(cpu, allocs, syscalls)
	lat := columns([]column{us("p50_ns", "p50 µs", true), us("p99_ns", "p99 µs", false), us("mean_ns", "mean µs", false)}, each)
	all := []*section{{name: "lat", title: "ping(), one caller", columns: lat,
		work: func(t target, _ int) []string { return []string{"lat", scaled(t, 50000)} }}}
	for _, c := range []string{"16", "64"} {
		all = append(all, &section{name: "thr", variant: c, title: "ping(), " + c + " callers", columns: columns([]column{rate}, each),
			work: func(t target, _ int) []string { return []string{"thr", c, scaled(t, 200000)} }})
	}
	for _, b := range []struct {
		size  int
		calls float64
	}{{1 << 10, 20000}, {64 << 10, 8000}, {4 << 20, 150}} {
		throughput := column{keys: []string{"rate"}, title: "MiB/s each way", div: float64(1<<20) / float64(b.size), format: "%.0f", ratio: true}
		all = append(all, &section{name: "bw", variant: strconv.Itoa(b.size >> 10), title: fmt.Sprintf("echo of %d KiB, one caller", b.size>>10),
			columns: columns([]column{us("mean_ns", "mean µs", false), throughput}, each),
			work:    func(t target, _ int) []string { return []string{"bw", strconv.Itoa(b.size), scaled(t, b.calls)} }})
	}
	all = append(all,
		&section{name: "structs", title: "100 structs there and back, one caller", columns: columns([]column{rate}, each),
			work: func(t target, _ int) []string { return []string{"st", "100", scaled(t, 10000)} }},
		&section{name: "setup", title: "connect and first call", columns: []column{us("p50_ns", "p50 µs", true), us("p99_ns", "p99 µs", false)},
			work: func(t target, _ int) []string { return []string{"setup", scaled(t, 2000)} }},
		&section{name: "cold", title: "fresh process: initialise, connect, first call", columns: []column{us("wall_ns", "µs", true)},
			work: func(target, int) []string { return []string{"cold"} }})
	for _, n := range []int{1000, 5000} {
		n = max(2, int(float64(n)*min(1, *scale)))
		all = append(all, &section{name: "idle", variant: strconv.Itoa(n), title: fmt.Sprintf("memory for %d idle connections, each used once", n), rounds: 1, once: idle,
			columns: []column{count("server KiB/conn", "srv_kib"), count("server KiB/conn after GC", "srv_gc_kib"), count("client KiB/conn", "cli_kib"), count("connect all, ms", "wall_ms")},
			work:    func(target, int) []string { return []string{"idle", strconv.Itoa(n)} }})
	}
	for _, s := range all {
		s.targets, s.base = ts, *base
	}
	ways := ways()
	all = append(all, &section{name: "ways", variant: "ping", title: "ways: ping(), one caller", columns: lat, targets: ways, base: ours,
		work: func(t target, _ int) []string { return []string{"lat", scaled(t, 50000)} }})
	for _, b := range []struct {
		size  int
		calls float64
	}{{64 << 10, 8000}, {1 << 20, 600}, {4 << 20, 150}} {
		throughput := column{keys: []string{"rate"}, title: "MiB/s each way", div: float64(1<<20) / float64(b.size), format: "%.0f", ratio: true}
		all = append(all, &section{name: "ways", variant: strconv.Itoa(b.size >> 10), title: fmt.Sprintf("ways: echo of %d KiB, one caller", b.size>>10),
			columns: columns([]column{throughput, us("mean_ns", "mean µs", false)}, each), targets: ways, base: ours,
			work: func(t target, _ int) []string { return []string{"bw", strconv.Itoa(b.size), scaled(t, b.calls)} }})
	}
	labs := labs()
	all = append(all, &section{name: "lab", variant: "1", title: "lab: ping(), one caller", columns: lat, targets: labs, base: *base,
		work: func(t target, _ int) []string { return []string{"lat", scaled(t, 30000)} }})
	for _, c := range []string{"16", "64"} {
		all = append(all, &section{name: "lab", variant: c, title: "lab: ping(), " + c + " callers", columns: columns([]column{rate}, each), targets: labs, base: *base,
			work: func(t target, _ int) []string { return []string{"thr", c, scaled(t, 150000)} }})
	}
	return append(all, axes()...)
}

// idle measures what idle connections cost each side.
func idle(s *server, work []string) (Sample, error) {
	if _, err := s.once(1, []string{"lat", "200"}); err != nil {
		return nil, err
	}
	collect := func() error {
		if !s.target.stats {
			return nil
		}
		_, err := s.ask("gc")
		return err
	}
	if err := collect(); err != nil {
		return nil, err
	}
	clients, err := s.clients(1, work)
	if err != nil {
		return nil, err
	}
	defer stopAll(clients)
	c := clients[0]
	server, client, foreign := rss(s.pid()), rss(c.pid()), busy()
	began := time.Now()
	m, err := c.ask("go")
	if err != nil {
		return nil, err
	}
	n, took := m["n"], float64(time.Since(began))
	r := Sample{"n": n, "wall_ms": took / 1e6, "srv_kib": (rss(s.pid()) - server) / n, "cli_kib": (rss(c.pid()) - client) / n, "foreign": (busy() - foreign) / took / 2}
	if s.target.stats {
		if err := collect(); err != nil {
			return nil, err
		}
		r["srv_gc_kib"] = (rss(s.pid()) - server) / n
	}
	return r, nil
}
