package main

import (
	"slices"
	"strconv"
)

// calls is how many calls a run of an axis makes, unless it takes more than a second.
const calls = 5000

// axes are the sections that show cost against size.
func axes() []*section {
	p50 := us("p50_ns", "p50 µs", true)
	used := []column{count("allocs, client + server", "mallocs_per_op", "srv_mallocs"), count("system calls, client + server", "cli_calls", "srv_calls")}
	made := column{keys: []string{"made_ns"}, title: "µs to make one", div: 1e3, format: "%.1f", per: func(n int) float64 { return float64(n) }}
	memory := column{keys: []string{"srv_kib"}, title: "server MiB", div: 1 << 10, format: "%.0f"}
	one := []string{"-ORBoneCallPerConnection", "0", "-ORBmaxGIOPConnectionPerServer", "1"}
	many := []string{"-ORBmaxGIOPConnectionPerServer", "64"}
	watch := []string{"-ORBconnectionWatchImmediate", "1"}
	oneWatch := slices.Concat(one, watch)

	level := us("p50_ns", "µs a level", false)
	level.per = func(n int) float64 { return float64(n + 1) }
	nested := columns([]column{p50, level}, used)
	mib := column{keys: []string{"rate"}, title: "MiB/s", div: 1, format: "%.0f", per: func(n int) float64 {
		return (1 << 20) / (float64(n) * 31 / 32) // sizes are drawn, a sixteenth below at most
	}}
	all := []*section{
		{name: "objects", title: "objects in an adapter, called in a drawn order", unit: "objects", sizes: []int{1, 100, 10000, 100000},
			targets: axisPeers("objects"), columns: columns([]column{p50}, used, []column{made, memory})},
		{name: "poas", variant: "flat", title: "adapters beside one another, an object in each, called in a drawn order", unit: "adapters", sizes: []int{1, 10, 100, 1000},
			targets: axisPeers("flat"), columns: columns([]column{p50}, used, []column{made, memory})},
		{name: "poas", variant: "deep", title: "adapters within one another, an object in the innermost", unit: "levels", sizes: []int{1, 4, 16, 64},
			targets: axisPeers("deep"), columns: columns([]column{p50}, used)},
	}
	for _, which := range []string{"first", "last", "drawn"} {
		title := "operations of an interface, the " + which + " one called"
		if which == "drawn" {
			title = "operations of an interface, drawn ones called"
		}
		all = append(all, &section{name: "operations", variant: which, title: title, unit: "operations", sizes: []int{1, 10, 100, 1000},
			targets: axisPeers(which), columns: columns([]column{p50, us("srv_cpu", "server CPU µs", false)}, used)})
	}
	all = append(all,
		&section{name: "clients", title: "client processes, a caller each", unit: "clients", sizes: []int{1, 4, 16, 64},
			targets: axisPeers("clients"), columns: columns([]column{us("mean_ns", "µs a call", true), us("cli_cpu", "client CPU µs", false), us("srv_cpu", "server CPU µs", false)}, used, []column{memory}),
			clients: func(n int) int { return n }},
		&section{name: "connections", title: "connections to the server, a drawn one used", unit: "connections", sizes: []int{1, 10, 100, 1000},
			targets: rawClients(axisPeers("connections")), columns: columns([]column{p50, us("srv_cpu", "server CPU µs", false)}, used, []column{memory})},
		&section{name: "replies", title: "octets in a reply", unit: "octets", sizes: []int{1 << 10, 16 << 10, 256 << 10, 4 << 20, 16 << 20},
			targets: axisPeers("replies"), columns: columns([]column{p50, mib}, used)},
		&section{name: "nested", variant: "one", title: "nested callbacks, over one connection", unit: "levels", sizes: []int{1, 2, 4, 8, 16}, base: "omniorb-watch",
			targets: axisPeers("one", omniAxis("omniorb-watch", "one", watch...)), columns: nested},
		&section{name: "nested", variant: "two", title: "nested callbacks, over two connections (omniorb-64c: as many as levels)", unit: "levels", sizes: []int{1, 2, 4, 8, 16}, base: "omniorb-64c",
			targets: append(axisPeers("two")[:1], omniAxis("omniorb-64c", "two", many...), omniAxis("omniorb-1c", "two", one...), omniAxis("omniorb-1c-watch", "two", oneWatch...)), columns: nested},
		&section{name: "slow", title: "a quick call, while slow ones of 10 to 30 ms are under way (on one connection, but for omniorb and omniorb-64c)", unit: "slow calls", sizes: []int{0, 1, 4, 16, 64}, base: "omniorb-64c",
			targets: append(axisPeers("slow"), omniAxis("omniorb-64c", "slow", many...), omniAxis("omniorb-1c", "slow", one...), omniAxis("omniorb-1c-watch", "slow", oneWatch...)),
			columns: []column{p50, us("p99_ns", "p99 µs", true)}})
	for _, s := range all {
		if s.base == "" {
			s.base = "omniorb"
		}
		s.work = work(s.clients)
	}
	return all
}

// work is how often an axis calls: each of its clients its share.
func work(clients func(int) int) func(target, int) []string {
	return func(_ target, n int) []string {
		k := max(20, int(calls**scale))
		if clients != nil {
			k = max(20, 4*k/clients(n))
		}
		return []string{strconv.Itoa(k), strconv.FormatInt(*seed, 10)}
	}
}

// rawClients gives all servers the same client, which has as many connections as it is told.
func rawClients(ts []target) []target {
	for i := range ts {
		ts[i].client = ts[0].client
	}
	return ts
}
