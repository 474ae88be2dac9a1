package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A gate is a bound of a ratio to another peer's.
type gate struct {
	of      string // whose; "" is this project's ORB
	work    string
	section string
	variant string
	key     string
	peer    string  // what the ratio is to
	bound   float64 // 0: none, the ratio is a floor
	atMost  bool    // else at least
}

var gates = []gate{
	{"", "ping p50, one caller", "lat", "", "p50_ns", "omniorb", 1.5, true},
	{"", "ping p50, one caller", "lat", "", "p50_ns", "grpc", 0.25, true},
	{"", "client CPU a ping", "lat", "", "cli_cpu", "omniorb", 2, true},
	{"", "server CPU a ping", "lat", "", "srv_cpu", "omniorb", 2, true},
	{"", "ping, 16 callers, calls/s", "thr", "16", "rate", "omniorb", 3, false},
	{"", "ping, 16 callers, calls/s", "thr", "16", "rate", "grpc", 5, false},
	{"", "ping, 64 callers, calls/s", "thr", "64", "rate", "omniorb", 3, false},
	{"", "ping, 64 callers, calls/s", "thr", "64", "rate", "grpc", 5, false},
	{"", "100 structs, calls/s", "structs", "", "rate", "omniorb", 0.8, false},
	{"", "64 KiB there and back, calls/s", "bw", "64", "rate", "omniorb", 1, false},
	{"", "4 MiB there and back, calls/s", "bw", "4096", "rate", "omniorb", 1, false},
}

// wayGates are between the ways that a call can go, with what the ratio is without an ORB: a gate beyond that is one the machine does not pass. They are measured by a run of their own, and have a block of the page.
var wayGates = []gate{
	{"dsom-unix", "ping p50, one caller, by a socket of the machine", "ways", "ping", "p50_ns", ours, 0.8, true},
	{"dsom-tls", "ping p50, one caller, by TLS", "ways", "ping", "p50_ns", ours, 1.25, true},
	{"dsom-tls", "1 MiB there and back, calls/s, by TLS", "ways", "1024", "rate", ours, 0.6, false},
	{"dsom-ws", "ping p50, one caller, by WebSocket", "ways", "ping", "p50_ns", ours, 1.5, true},
	{"dsom-spx", "1 MiB there and back, calls/s, by SPX over UDP", "ways", "1024", "rate", "udp", 0.3, false},
	{"dsom-netbios", "ping p50, one caller, by NetBIOS", "ways", "ping", "p50_ns", ours, 1.2, true},
	{rawUnixFloor, "plain frames by a socket of the machine, p50", "ways", "ping", "p50_ns", rawFloor, 0, true},
	{rawTLSFloor, "plain frames by crypto/tls, p50", "ways", "ping", "p50_ns", rawFloor, 0, true},
	{rawTLSFloor, "1 MiB there and back in plain frames by crypto/tls", "ways", "1024", "rate", rawFloor, 0, false},
}

// whose is the peer that a gate is for.
func (g gate) whose() string { return cmp.Or(g.of, ours) }

// ours is the peer that most gates are for.
const ours = "dsom"

// table is that of the results in which a gate is measured; nil: it was not.
func (g gate) table(r *Results) *Table {
	for _, t := range r.Tables {
		if t.Section == g.section && t.Variant == g.variant {
			return t
		}
	}
	return nil
}

// gatesOf says which gates hold: the median does, and with a margin if the worst round does too.
func gatesOf(r *Results, gates []gate) grid {
	out := grid{{"work", "gate", "median", "least–most of the rounds", ""}}
	for _, g := range gates {
		t := g.table(r)
		if t == nil {
			continue
		}
		q := ratios(t.values(g.whose(), 0, g.key), t.values(g.peer, 0, g.key))
		if len(q) == 0 {
			continue
		}
		lo, med, hi := spread(q)
		sign, worst, inside := "≥", lo, func(x float64) bool { return x >= g.bound }
		if g.atMost {
			sign, worst, inside = "≤", hi, func(x float64) bool { return x <= g.bound }
		}
		if g.bound == 0 {
			out = append(out, []string{g.work, "of " + g.peer, fmt.Sprintf("%.2f", med), fmt.Sprintf("%.2f–%.2f", lo, hi), "the floor"})
			continue
		}
		verdict := "**does not hold**"
		switch {
		case inside(worst):
			verdict = "holds, with a margin"
		case inside(med):
			verdict = "holds"
		}
		out = append(out, []string{g.work, fmt.Sprintf("%s %g × %s", sign, g.bound, g.peer), fmt.Sprintf("%.2f", med), fmt.Sprintf("%.2f–%.2f", lo, hi), verdict})
	}
	return out
}

// roundsOf are all rounds of what the gates are about.
func roundsOf(r *Results) string {
	var b strings.Builder
	for i, g := range gates {
		t := g.table(r)
		if t == nil || i > 0 && gates[i-1].section == g.section && gates[i-1].variant == g.variant && gates[i-1].key == g.key {
			continue
		}
		div, unit := 1.0, "calls/s"
		if strings.HasSuffix(g.key, "_ns") || strings.HasSuffix(g.key, "_cpu") {
			div, unit = 1e3, "µs"
		}
		var peers []string
		for _, p := range []string{ours, "omniorb", "go-mux", "grpc"} {
			if len(t.values(p, 0, g.key)) > 0 {
				peers = append(peers, p)
			}
		}
		out := grid{{"round"}}
		for _, p := range peers {
			out[0] = append(out[0], p+" (others' CPU)")
		}
		mine := t.values(ours, 0, g.key)
		for _, p := range peers {
			if p == "omniorb" || p == "grpc" {
				out[0] = append(out[0], ours+" ÷ "+p)
			}
		}
		for round := range r.Rounds {
			row := []string{strconv.Itoa(round + 1)}
			for _, p := range peers {
				v, ok := t.values(p, 0, g.key)[round]
				if !ok {
					row = append(row, "–")
					continue
				}
				format := "%.0f (%.0f%%)"
				if v/div < 1000 {
					format = "%.1f (%.0f%%)"
				}
				row = append(row, fmt.Sprintf(format, v/div, t.values(p, 0, "foreign")[round]*100))
			}
			for _, p := range peers {
				if p != "omniorb" && p != "grpc" {
					continue
				}
				a, ok := mine[round]
				o := t.values(p, 0, g.key)[round]
				if !ok || o == 0 {
					row = append(row, "–")
					continue
				}
				row = append(row, fmt.Sprintf("%.2f", a/o))
			}
			out = append(out, row)
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "### %s, in %s\n\n%s", g.work, unit, out.text(true))
	}
	return b.String()
}
