// Daemongates measures what the first call of a client costs that goes by way of the daemon to a server that runs, against one that goes to a server itself:
// one machine, clients that have no connection yet, the two kinds in turn. It prints the ratio of the medians, with a verdict, and the times that it is of.
//
//	daemon-gates -dsom ../build/dsom                 print
//	daemon-gates -dsom ../build/dsom -gate           and end with status 1 if a promise does not hold
//	daemon-gates -dsom ../build/dsom -json FILE      and keep all times
//
// Both kinds find what they call in the same state. Each goes to a server of its own, or else the one that is called directly would be called twice in
// each round, once by the daemon's client, and the daemon once. The references name the same host. Before each call there is a pause in which
// the end of the client before is dealt with: its connections are closed on this side when it ends, and on the other some time later, in which another's
// call would have to wait for that, and the more the fewer processors there are. The rows without a pause show what that makes of it, and are no gate.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/transport"
)

// most is how many times as long as a direct first call one by way of the daemon may take.
const most = 2.0

// rest is how long the processes are left alone before a call: some hundred times as long as they take to forget the client before.
const rest = 5 * time.Millisecond

// upTime is for the daemon and the server to come up.
const upTime = 30 * time.Second

func main() {
	serve := flag.String("serve", "", "be the server of this `name`, which is called")
	call := flag.String("call", "", "be a client, and make a first call by this `reference`")
	dsom := flag.String("dsom", "dsom", "the `program` dsom")
	strict := flag.Bool("gate", false, "end with status 1 if a ratio does not hold")
	rounds := flag.Int("rounds", 1000, "how many first calls there are of each kind; of some a quarter of that")
	kept := flag.String("json", "", "the `file` for all times")
	flag.Parse()
	var err error
	switch {
	case *serve != "":
		err = beServer(*serve)
	case *call != "":
		err = beClient(context.Background(), *call)
	default:
		err = run(context.Background(), *dsom, max(*rounds, 1), *strict, *kept)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "daemon-gates:", err)
		os.Exit(1)
	}
}

// account is what is called.
type account struct{ bank.AccountBase }

func (*account) Balance(context.Context) (float64, error) { return 1, nil }

// The servers, and what their objects are called: one that the daemon sends clients to, and one that is called directly.
const (
	located = "located"
	alone   = "alone"
)

func beServer(name string) error {
	return server.Run(context.Background(), server.Options{Name: name}, func(ctx context.Context, s *server.Server) error {
		ref, err := bank.AccountClass.ActivateWithID(s.Objects, name, &account{})
		if err != nil {
			return err
		}
		return s.Bind(ctx, name, ref)
	})
}

// beClient makes a first call and writes how many nanoseconds that took.
func beClient(ctx context.Context, ref string) error {
	took, err := firstCall(ctx, ref)
	if err == nil {
		_, err = fmt.Println(took.Nanoseconds())
	}
	return err
}

// A way is how clients come to their first calls.
type way struct {
	name  string
	gate  bool // the ratio is promised
	share int  // of the rounds, one in so many is made
	rest  time.Duration
	call  func(ctx context.Context, ref string) (time.Duration, error)
	form  func(references) [2]string
}

var ways = []way{
	{"a new ORB", true, 1, rest, firstCall, references.whole},
	{"a new ORB, corbaloc:", true, 1, rest, firstCall, references.corbaloc},
	{"a new ORB that has resolved the name", true, 4, rest, firstCall, references.named},
	{"a new process", true, 4, rest, inProcess, references.whole},
	{"a new ORB, without a pause", false, 1, 0, firstCall, references.whole},
}

// places are where a daemon listens: on loopback, and everywhere, so that it asks for each client by which address others reach this machine.
var places = []struct{ name, listen string }{{"on loopback", "127.0.0.1:0"}, {"everywhere", ":0"}}

// A row is what was measured of a way.
type row struct {
	Listens string `json:"listens"`
	Client  string `json:"client"`
	Direct  times  `json:"direct_ns"`
	By      times  `json:"by_the_daemon_ns"`
	gate    bool
}

// times are how long calls took, in nanoseconds, in the order of the rounds.
type times []int64

func (t times) median() time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return time.Duration(sorted[len(sorted)/2])
}

func (r row) ratio() float64 { return float64(r.By.median()) / float64(r.Direct.median()) }

// run measures, and prints a table.
func run(ctx context.Context, dsom string, rounds int, strict bool, kept string) error {
	load, _ := os.ReadFile("/proc/loadavg") // there is none elsewhere than on Linux
	var all []row
	for _, at := range places {
		rows, err := measured(ctx, dsom, at.listen, rounds)
		if err != nil {
			return err
		}
		for _, r := range rows {
			r.Listens = at.name
			all = append(all, r)
		}
	}
	fmt.Print("| the daemon listens | the client is | direct µs | by the daemon µs | ratio of the medians | promised | |\n|---|---|---|---|---|---|---|\n")
	var missed []string
	for _, r := range all {
		promised, verdict := "", ""
		if r.gate {
			promised, verdict = fmt.Sprintf("≤ %.2f", most), "holds"
		}
		if r.gate && r.ratio() > most {
			verdict = "**does not hold**"
			missed = append(missed, fmt.Sprintf("where the daemon listens %s, and the client is %s, a first call by the daemon is %.2f × a direct one", r.Listens, r.Client, r.ratio()))
		}
		fmt.Printf("| %s | %s | %d | %d | **%.2f** | %s | %s |\n", r.Listens, r.Client, r.Direct.median().Microseconds(), r.By.median().Microseconds(), r.ratio(), promised, verdict)
	}
	if kept != "" {
		b, err := json.Marshal(struct {
			CPUs int    `json:"cpus"`
			Go   string `json:"go"`
			Load string `json:"load"` // when it began, of /proc/loadavg
			Rows []row  `json:"rows"`
		}{runtime.NumCPU(), runtime.Version(), strings.TrimSpace(string(load)), all})
		if err == nil {
			err = os.WriteFile(kept, append(b, '\n'), 0o644)
		}
		if err != nil {
			return err
		}
	}
	if strict && len(missed) > 0 {
		return fmt.Errorf("not held: %s", strings.Join(missed, "; "))
	}
	return nil
}

// measured runs a daemon with its servers, and measures all ways.
func measured(ctx context.Context, dsom, listen string, rounds int) (rows []row, err error) {
	state, err := os.MkdirTemp("", "daemon-gates-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	var log strings.Builder
	cmd := exec.Command(dsom, "daemon", "--state", state, "--listen", listen, "--console", "off", "--local-socket", "off", "--udp", "off")
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(upTime):
			_ = cmd.Process.Kill()
			<-ended
		}
	}()
	refs, err := come(ctx, state, ended)
	if err != nil {
		return nil, fmt.Errorf("%w; the daemon has written\n%s", err, log.String())
	}
	for _, w := range ways {
		r := row{Client: w.name, gate: w.gate}
		to := w.form(refs)
		for range max(rounds/w.share, 1) {
			for i, all := range []*times{&r.Direct, &r.By} {
				time.Sleep(w.rest)
				took, err := w.call(ctx, to[i])
				if err != nil {
					return nil, fmt.Errorf("%s: %w", w.name, err)
				}
				*all = append(*all, took.Nanoseconds())
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// references are those of an object at its server itself, and of one that the daemon sends clients to.
type references struct {
	direct, by *ior.IOR
	name       string // of the latter, as a corbaname URL
}

func (r references) whole() [2]string { return [2]string{r.direct.String(), r.by.String()} }

// corbaloc returns both as URLs, which say nothing but the address and the key.
func (r references) corbaloc() (urls [2]string) {
	for i, ref := range []*ior.IOR{r.direct, r.by} {
		if u, ok := ref.Corbaloc(); ok {
			urls[i] = u.String()
		}
	}
	return urls
}

// named has the client ask the naming service first, which is in the daemon, so that it has a connection to that.
func (r references) named() [2]string { return [2]string{r.direct.String(), r.name} }

// come waits for the daemon, and has it start the servers.
func come(ctx context.Context, state string, ended <-chan struct{}) (refs references, err error) {
	ctx, cancel := context.WithTimeout(ctx, upTime)
	defer cancel()
	var c *admin.Client
	for c == nil {
		if c, err = admin.Open(state); err == nil {
			break
		}
		select {
		case <-ended:
			return refs, errors.New("the daemon has ended")
		case <-ctx.Done():
			return refs, err
		case <-time.After(10 * time.Millisecond):
		}
	}
	self, err := os.Executable()
	if err != nil {
		return refs, err
	}
	now, err := c.Status(ctx)
	if err != nil {
		return refs, err
	}
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return refs, err
	}
	defer o.Shutdown(context.Background())
	for _, name := range []string{located, alone} {
		if _, err := c.Add(ctx, admin.Server{Name: name, Command: []string{self, "-serve", name}}); err != nil {
			return refs, err
		}
		s, err := c.Start(ctx, name)
		if err != nil {
			return refs, err
		}
		called := "corbaname:iiop:1.2@" + now.Local + "#" + name
		ref, err := o.Resolve(ctx, called)
		if err != nil {
			return refs, err
		}
		if name == located {
			refs.by, refs.name = ref.IOR(), called
		} else if refs.direct, err = atServer(ref.IOR(), s); err != nil {
			return refs, err
		}
	}
	return refs, nil
}

// atServer is the reference of the same object at the server itself, as its own references are. Where that listens everywhere the host is that of the daemon's reference.
func atServer(i *ior.IOR, s admin.Server) (*ior.IOR, error) {
	p, err := i.Profiles[0].IIOP()
	if err != nil {
		return nil, err
	}
	if len(s.Run.Endpoints) == 0 {
		return nil, errors.New("the server takes no calls")
	}
	e, err := transport.ParseEndpoint(s.Run.Endpoints[0])
	if err != nil {
		return nil, err
	}
	if at, err := netip.ParseAddr(e.Host); err == nil && !at.IsUnspecified() {
		p.Host = e.Host
	}
	p.Port = e.Port
	p.Components = []ior.Component{ior.ORBTypeComponent(ior.ORBTypeDSOM), {Tag: ior.TagCodeSets, Data: admin.OrdinarySpeech().CodeSets.Append(nil)}}
	return &ior.IOR{TypeID: i.TypeID, Profiles: []ior.Profile{p.Profile()}}, nil
}

// firstCall returns what the first call of a new client takes.
func firstCall(ctx context.Context, to string) (time.Duration, error) {
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	defer o.Shutdown(context.Background())
	ref, err := o.Resolve(ctx, to)
	if err != nil {
		return 0, err
	}
	a := bank.AccountClass.Unchecked(ref)
	begun := time.Now()
	_, err = a.Balance(ctx)
	return time.Since(begun), err
}

// inProcess is firstCall in a process of its own.
func inProcess(ctx context.Context, to string) (time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, "-call", to)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return time.Duration(n), err
}
