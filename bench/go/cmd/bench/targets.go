package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A target is a server and a client command. In both, PORT, N and SEED stand for the port, the size and
// the seed; what follows "+" comes behind the workload.
type target struct {
	name   string
	server []string
	client []string
	stats  bool    // the server answers "stats"
	weight float64 // how many calls, relative to the fastest
	skip   string  // sections it cannot do
}

// allowed reports whether the target does the section, and is not left out.
func (t target) allowed(section string) bool {
	return !slices.Contains(strings.Fields(t.skip), section) && (*only == "" || slices.Contains(strings.Split(*only, ","), t.name))
}

// programs says where a program is; tests put themselves there.
var programs = func(name string) string { return filepath.Join(*dir, name) }

// argv makes a command's arguments of its pattern and the workload.
func argv(pattern []string, port, n int, work ...string) (program string, args []string) {
	var tail []string
	for i, s := range pattern[1:] {
		if s == "+" {
			tail = pattern[i+2:]
			break
		}
		args = append(args, filled(s, port, n))
	}
	return programs(pattern[0]), append(append(args, work...), tail...)
}

func filled(s string, port, n int) string {
	switch s {
	case "PORT":
		return strconv.Itoa(port)
	case "N":
		return strconv.Itoa(n)
	case "SEED":
		return strconv.FormatInt(*seed, 10)
	}
	return s
}

// peers are the targets of everything but the axes.
func peers() []target {
	omni := []string{"omni-server", "PORT"}
	g := func(name string, w float64, skip string, flags ...string) target {
		return target{name, []string{"gopeer", "server", name, "PORT"}, append([]string{"gopeer", "client", name, "PORT"}, flags...), true, w, skip}
	}
	raw := func(name, variant string, flags ...string) target {
		t := g(variant, 1, "", flags...)
		t.name = name
		return t
	}
	ts := []target{
		{"c-raw", []string{"rawtcp", "server", "PORT"}, []string{"rawtcp", "client", "PORT"}, false, 1, "cold"},
		raw("go-raw", "raw:inline:direct:net", "-conns", "0"),
		raw("go-mux", "raw:lean:leadg:net"),
		g("dsom", 1, ""),
		{"omniorb", omni, []string{"omni-client", "PORT"}, false, 1, "idle setup"},
		{"omniorb-64c", omni, []string{"omni-client", "PORT", "+", "-ORBmaxGIOPConnectionPerServer", "64"}, false, 1, "lat bw structs idle setup cold"},
		{"omniorb-1c", omni, []string{"omni-client", "PORT", "+", "-ORBoneCallPerConnection", "0", "-ORBmaxGIOPConnectionPerServer", "1"}, false, 1, "lat bw structs idle setup cold"},
		{"omniorb(giop)", omni, []string{"gopeer", "client", "giop", "PORT"}, false, 1, "thr bw structs cold"},
		{"ice", []string{"ice-server", "PORT"}, []string{"ice-client", "PORT"}, false, 0.5, "cold"},
		g("grpc", 0.2, ""),
		g("drpc", 0.3, ""),
		g("capnp", 0.15, ""),
		g("netrpc", 0.4, ""),
		g("jsonrpc", 0.3, ""),
	}
	d := g("drpc", 0.3, "lat bw structs idle setup cold", "-conns", "0")
	d.name = "drpc-conn-each"
	return append(ts, d)
}

// The floors of the ways: frames without an ORB, by a way of which the system or package crypto/tls knows alone.
const (
	rawFloor     = "go-raw"
	rawUnixFloor = "go-raw-unix"
	rawTLSFloor  = "go-raw-tls"
)

// ways are this project's ORB by each transport, the floors, and a plain stream of UDP, to which SPX is compared.
func ways() []target {
	var ts []target
	for _, f := range [][2]string{{rawFloor, "net"}, {rawUnixFloor, "unix"}, {rawTLSFloor, "tls"}} {
		variant := "raw:inline:direct:" + f[1]
		ts = append(ts, target{name: f[0], server: []string{"gopeer", "server", variant, "PORT"}, client: []string{"gopeer", "client", variant, "PORT", "-conns", "0"}, stats: true, weight: 1})
	}
	for _, name := range []string{ours, "dsom-unix", "dsom-tls", "dsom-ws", "dsom-netbios", "dsom-spx", "udp"} {
		ts = append(ts, target{name: name, server: []string{"gopeer", "server", name, "PORT"}, client: []string{"gopeer", "client", name, "PORT"}, stats: true, weight: 1})
	}
	return ts
}

// labs are the variants of package peer's raw.go, and what they are compared with.
func labs() []target {
	var ts []target
	for n := range strings.SplitSeq(*variants, ",") {
		conns := "1"
		if strings.Contains(n, ":direct:") {
			conns = "0"
		}
		c := []string{"gopeer", "client", n, "PORT", "-conns", conns}
		if strings.HasSuffix(n, ":lock") {
			c = append(c, "-lock")
		}
		ts = append(ts, target{n, []string{"gopeer", "server", n, "PORT"}, c, true, 1, "idle setup"})
	}
	for _, t := range peers() {
		if t.name == *base || t.name == "c-raw" {
			ts = append(ts, t)
		}
	}
	return ts
}

// axisPeers are both ORBs, for one axis, and omniORB with other options on both sides.
func axisPeers(axis string, more ...target) []target {
	ours := target{name: "dsom", stats: true, server: []string{"axispeer", "server", "PORT", axis, "N", "SEED"}, client: []string{"axispeer", "client", "PORT", axis, "N"}}
	ts := []target{ours, omniAxis("omniorb", axis)}
	return append(ts, more...)
}

func omniAxis(name, axis string, options ...string) target {
	return target{name: name, stats: true,
		server: append([]string{"omni-axes", "server", "PORT", axis, "N", "SEED"}, options...),
		client: append([]string{"omni-axes", "client", "PORT", axis, "N", "+"}, options...)}
}
