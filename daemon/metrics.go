package daemon

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
)

// maxMetricOperations bounds the operations that metrics tell apart, all servers together: see places. The others of a
// server are one, orb.OtherOperations.
const maxMetricOperations = 500

// The spans of the histogram in metrics: from 2^4 µs (16 µs) to 2^24 µs (16.8 s), each four times the one before.
const (
	firstSpan = 4
	lastSpan  = 24
	spanStep  = 2
)

// exposition returns the metrics in the text format of Prometheus, version 0.0.4.
func (d *Daemon) exposition(ctx context.Context) ([]byte, error) {
	recs, err := d.sup.Records().List(ctx)
	if err != nil {
		return nil, err
	}
	m := new(metricText)
	m.family("dsom_daemon_info", "gauge", "The daemon, by its version.")
	m.sample("dsom_daemon_info", 1, "version", d.o.Version)
	m.family("dsom_daemon_start_time_seconds", "gauge", "When the daemon was started, in seconds since 1970.")
	m.sample("dsom_daemon_start_time_seconds", float64(d.started.UnixMilli())/1e3)

	states := map[string]int{admin.StateStopped: 0, admin.StateBackOff: 0, admin.StateStarting: 0, admin.StateReady: 0, admin.StateLost: 0, admin.StateStopping: 0}
	runs := make([]admin.Run, len(recs))
	for i, r := range recs {
		runs[i] = d.sup.Run(r.UUID)
		states[runs[i].State]++
	}
	m.family("dsom_servers", "gauge", "Registered servers, by state.")
	for _, s := range slices.Sorted(maps.Keys(states)) {
		m.sample("dsom_servers", float64(states[s]), "state", s)
	}
	m.family("dsom_server_up", "gauge", "1 if the server takes calls.")
	for i, r := range recs {
		m.sample("dsom_server_up", one(runs[i].State == admin.StateReady), "server", r.Name)
	}
	m.family("dsom_server_starts_total", "counter", "How often this daemon has started the server.")
	for i, r := range recs {
		m.sample("dsom_server_starts_total", float64(runs[i].Starts), "server", r.Name)
	}
	m.family("dsom_server_failures", "gauge", "Starts of the server that failed in a row, up to now.")
	for i, r := range recs {
		m.sample("dsom_server_failures", float64(runs[i].Failures), "server", r.Name)
	}
	conns := d.connections(ctx)
	m.family("dsom_connections", "gauge", "Connections from clients that are open.")
	for _, s := range slices.Sorted(maps.Keys(conns.Open)) {
		m.sample("dsom_connections", float64(conns.Open[s]), "server", s)
	}
	m.visits(d.visitorsNow())
	if d.o.netbios != nil {
		m.netbios(d.o.netbios())
	}
	if d.o.ipx != nil {
		m.ipx(d.o.ipx())
	}
	if d.o.udp != nil {
		m.udp(d.o.udp())
	}
	if d.o.link != nil {
		m.link(d.o.link().status())
	}
	calls := d.calls(ctx)
	m.family("dsom_servers_silent", "gauge", "Servers that run and did not tell what they have counted.")
	m.sample("dsom_servers_silent", float64(len(calls.Silent)))
	m.calls(d.places.bound(calls.Operations, maxMetricOperations))
	return []byte(m.String()), nil
}

// calls writes what was counted of operations.
func (m *metricText) calls(all []admin.OperationCalls) {
	labels := func(o admin.OperationCalls, more ...string) []string {
		return append([]string{"server", o.Server, "interface", o.Interface, "operation", o.Operation}, more...)
	}
	m.family("dsom_calls_total", "counter", "Calls that have begun.")
	for _, o := range all {
		m.sample("dsom_calls_total", float64(o.Calls), labels(o)...)
	}
	m.family("dsom_call_exceptions_total", "counter", "Calls that ended with an exception: of the user's, or of the system.")
	for _, o := range all {
		m.sample("dsom_call_exceptions_total", float64(o.Raised), labels(o, "kind", "user")...)
		m.sample("dsom_call_exceptions_total", float64(o.Failed), labels(o, "kind", "system")...)
	}
	m.family("dsom_call_duration_seconds", "histogram", "How long calls took, without the network.")
	for _, o := range all {
		sum, i := uint64(0), 0
		for span := firstSpan; span <= lastSpan; span += spanStep {
			for ; i <= span && i < len(o.Took); i++ {
				sum += o.Took[i]
			}
			m.sample("dsom_call_duration_seconds_bucket", float64(sum), labels(o, "le", strconv.FormatFloat(float64(uint64(1)<<span)/1e6, 'g', -1, 64))...)
		}
		for ; i < len(o.Took); i++ {
			sum += o.Took[i]
		}
		m.sample("dsom_call_duration_seconds_bucket", float64(sum), labels(o, "le", "+Inf")...)
		m.sample("dsom_call_duration_seconds_sum", o.Seconds, labels(o)...)
		m.sample("dsom_call_duration_seconds_count", float64(sum), labels(o)...)
	}
}

// places say which operations are told apart, and which are among the others of their server. An operation keeps its place for as long as it is told of: counters go up alone, and that of the others would
// fall when one of them was told apart. New ones have the places that are free, those first that are called most.
type places struct {
	mu    sync.Mutex
	apart map[operationID]bool // false: it is among the others
}

// An operationID is what tells operations apart.
type operationID struct{ server, iface, operation string }

func idOf(o admin.OperationCalls) operationID {
	return operationID{o.Server, o.Interface, o.Operation}
}

// keep has operations be told apart that are already.
func (p *places) keep(all []admin.OperationCalls) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apart = map[operationID]bool{}
	for _, o := range all {
		p.apart[idOf(o)] = true
	}
}

// bound returns operations, at most n of them told apart, and the others of each server together.
func (p *places) bound(all []admin.OperationCalls, n int) []admin.OperationCalls {
	p.mu.Lock()
	defer p.mu.Unlock()
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b admin.OperationCalls) int { return cmp.Compare(b.Calls, a.Calls) })
	now := make(map[operationID]bool, len(all))
	for _, o := range all {
		if apart, known := p.apart[idOf(o)]; known {
			if now[idOf(o)] = apart; apart {
				n--
			}
		}
	}
	var kept []admin.OperationCalls
	others := map[string]admin.OperationCalls{}
	for _, o := range all {
		apart, known := now[idOf(o)]
		if !known {
			if apart = n > 0; apart {
				n--
			}
			now[idOf(o)] = apart
		}
		if apart {
			kept = append(kept, o)
			continue
		}
		sum, ok := others[o.Server]
		if !ok {
			sum = admin.OperationCalls{Server: o.Server, Operation: orb.OtherOperations}
		}
		others[o.Server] = together(sum, o)
	}
	p.apart = now
	for _, server := range slices.Sorted(maps.Keys(others)) {
		o := others[server]
		if i := slices.IndexFunc(kept, func(k admin.OperationCalls) bool {
			return k.Server == server && k.Interface == "" && k.Operation == orb.OtherOperations
		}); i >= 0 {
			kept[i] = together(kept[i], o) // the server has others of its own
			continue
		}
		kept = append(kept, o)
	}
	return kept
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// A metricText is what is being written.
type metricText struct{ strings.Builder }

func (m *metricText) family(name, kind, help string) {
	fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample writes a value, with labels as names and values in turn.
func (m *metricText) sample(name string, value float64, labels ...string) {
	m.WriteString(name)
	for i := 0; i < len(labels); i += 2 {
		sep := ","
		if i == 0 {
			sep = "{"
		}
		m.WriteString(sep + labels[i] + `="` + labelEscapes.Replace(shownName(labels[i+1])) + `"`)
	}
	if len(labels) > 0 {
		m.WriteString("}")
	}
	m.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// netbios writes the metrics of the daemon's part in a network of NetBIOS; nil: it has none.
func (m *metricText) netbios(n *admin.NetBIOS) {
	if n == nil {
		return
	}
	m.family("dsom_netbios_name_registered", "gauge", "1 if the machine has the name of NetBIOS, and nobody else has it.")
	for _, name := range n.Names {
		m.sample("dsom_netbios_name_registered", one(name.State == admin.NetBIOSRegistered), "name", name.Name)
	}
	m.family("dsom_netbios_events_total", "counter", "What has happened on the network of NetBIOS: sessions, retargets, and what was refused, malformed, disputed and so on.")
	for _, what := range slices.Sorted(maps.Keys(n.Counts)) {
		m.sample("dsom_netbios_events_total", float64(n.Counts[what]), "event", what)
	}
}

// ipx writes the metrics of the daemon's part in a network of IPX; nil: it has none.
func (m *metricText) ipx(n *admin.IPX) {
	if n == nil {
		return
	}
	m.family("dsom_ipx_events_total", "counter", "What has happened on the network of IPX: packets, connections of SPX, and what was refused, malformed, sent again and so on.")
	for _, what := range slices.Sorted(maps.Keys(n.Counts)) {
		m.sample("dsom_ipx_events_total", float64(n.Counts[what]), "event", what)
	}
	m.family("dsom_ipx_tunnel_clients", "gauge", "Clients of the tunnel that the daemon serves.")
	m.sample("dsom_ipx_tunnel_clients", float64(n.Clients))
}

// link writes the metrics of the daemons on a link; nil: they are not looked for.
func (m *metricText) link(n *admin.LinkStatus) {
	if n == nil {
		return
	}
	m.family("dsom_link_daemons", "gauge", "Daemons on the link that have been heard of late, and may be there.")
	m.sample("dsom_link_daemons", float64(n.Heard))
	m.family("dsom_link_events_total", "counter", "What has been said on the link, and heard there, and what of that was refused.")
	for _, what := range slices.Sorted(maps.Keys(n.Counts)) {
		m.sample("dsom_link_events_total", float64(n.Counts[what]), "event", what)
	}
}

// udp writes the metrics of the datagrams that the daemon has heard; nil: it hears none.
func (m *metricText) udp(u *admin.UDP) {
	if u == nil {
		return
	}
	m.family("dsom_udp_datagrams_total", "counter", "Datagrams that came to the daemon, by what they were or what became of them.")
	for _, what := range slices.Sorted(maps.Keys(u.Counts)) {
		m.sample("dsom_udp_datagrams_total", float64(u.Counts[what]), "event", what)
	}
}
