//go:build linux

package main

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
)

// BenchmarkFirstCall tells what the first call of a client costs that goes by way of the daemon to a server that runs, in times of
// one that goes to the server itself (ratio). Each client has no connection yet; the two kinds take turns. Who listens everywhere, as a daemon does that is not told
// otherwise, asks for each client by which address others reach this machine.
func BenchmarkFirstCall(b *testing.B) {
	for name, listen := range map[string]string{"loopback": "127.0.0.1:0", "everywhere": ":0"} {
		b.Run(name, func(b *testing.B) { benchmarkFirstCall(b, listen) })
	}
}

func benchmarkFirstCall(b *testing.B, listen string) {
	h := makeHouse(b)
	h.startDaemon("--listen", listen)
	h.addTeller("teller", "one")
	h.must("server", "start", "teller")
	url := h.url("teller")
	urls := [2]string{direct(b, url, h.server("teller")), url}
	var took [2][]time.Duration
	for b.Loop() {
		for i, url := range urls {
			took[i] = append(took[i], firstCall(b, url))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	mid := len(took[0]) / 2
	b.ReportMetric(float64(took[0][mid].Microseconds()), "µs-direct")
	b.ReportMetric(float64(took[1][mid].Microseconds()), "µs-daemon")
	b.ReportMetric(float64(took[1][mid])/float64(took[0][mid]), "ratio")
}

// direct is the reference of the same object at the server itself.
func direct(b *testing.B, url string, s admin.Server) string {
	b.Helper()
	ref, err := client(b).Resolve(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	i := ref.IOR()
	p, err := i.Profiles[0].IIOP()
	if err != nil {
		b.Fatal(err)
	}
	e, err := transport.ParseEndpoint(s.Run.Endpoints[0])
	if err != nil {
		b.Fatal(err)
	}
	if p.Host, p.Port = e.Host, e.Port; p.Host == "" {
		p.Host = "127.0.0.1"
	}
	p.Components = []ior.Component{ // as the server's own references have them, and those that the daemon sends clients to
		ior.ORBTypeComponent(ior.ORBTypeDSOM), {Tag: ior.TagCodeSets, Data: admin.OrdinarySpeech().CodeSets.Append(nil)},
	}
	return (&ior.IOR{TypeID: i.TypeID, Profiles: []ior.Profile{p.Profile()}}).String()
}

// firstCall returns what the first call of a new client takes.
func firstCall(b *testing.B, url string) time.Duration {
	b.Helper()
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	ref, err := o.Resolve(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	a := bank.AccountClass.Unchecked(ref)
	begun := time.Now()
	if _, err := a.Balance(b.Context()); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}
