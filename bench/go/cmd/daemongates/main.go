// Daemongates measures what the first call of a client costs that goes by way of the daemon to a server that runs, against one that goes to the server itself:
// one machine, clients that have no connection yet, the two kinds in turn. It prints the ratio of the medians, with a verdict, and the times that it is of.
//
//	daemon-gates -dsom ../build/dsom          print
//	daemon-gates -dsom ../build/dsom -gate    and end with status 1 if it does not hold
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// upTime is for the daemon and the server to come up.
const upTime = 30 * time.Second

func main() {
	serve := flag.Bool("serve", false, "be the server that is called")
	dsom := flag.String("dsom", "dsom", "the `program` dsom")
	strict := flag.Bool("gate", false, "end with status 1 if the ratio does not hold")
	rounds := flag.Int("rounds", 1000, "how many first calls there are of each kind")
	flag.Parse()
	var err error
	if *serve {
		err = beServer()
	} else {
		err = run(context.Background(), *dsom, max(*rounds, 1), *strict)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "daemon-gates:", err)
		os.Exit(1)
	}
}

// account is what is called.
type account struct{ bank.AccountBase }

func (*account) Balance(context.Context) (float64, error) { return 1, nil }

// name is the server's, and that of its object.
const name = "first"

func beServer() error {
	return server.Run(context.Background(), server.Options{Name: name}, func(ctx context.Context, s *server.Server) error {
		ref, err := bank.AccountClass.ActivateWithID(s.Objects, name, &account{})
		if err != nil {
			return err
		}
		return s.Bind(ctx, name, ref)
	})
}

// run measures with a daemon that listens on loopback, and with one that listens everywhere, which asks for each client by which address others reach this machine.
func run(ctx context.Context, dsom string, rounds int, strict bool) error {
	fmt.Print("| the daemon listens | direct µs | by the daemon µs | ratio of the medians | promised | |\n|---|---|---|---|---|---|\n")
	var missed []string
	for _, at := range []struct{ name, listen string }{{"on loopback", "127.0.0.1:0"}, {"everywhere", ":0"}} {
		direct, by, err := measured(ctx, dsom, at.listen, rounds)
		if err != nil {
			return err
		}
		ratio, verdict := float64(by)/float64(direct), "holds"
		if ratio > most {
			verdict = "**does not hold**"
			missed = append(missed, fmt.Sprintf("where it listens %s a first call by the daemon is %.2f × a direct one", at.name, ratio))
		}
		fmt.Printf("| %s | %d | %d | **%.2f** | ≤ %.2f | %s |\n", at.name, direct.Microseconds(), by.Microseconds(), ratio, most, verdict)
	}
	if strict && len(missed) > 0 {
		return fmt.Errorf("not held: %s", strings.Join(missed, "; "))
	}
	return nil
}

// measured runs a daemon and returns the medians of first calls.
func measured(ctx context.Context, dsom, listen string, rounds int) (direct, by time.Duration, err error) {
	state, err := os.MkdirTemp("", "daemon-gates-")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	var log strings.Builder
	cmd := exec.Command(dsom, "daemon", "--state", state, "--listen", listen, "--console", "off", "--local-socket", "off", "--udp", "off")
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return 0, 0, err
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
	urls, err := references(ctx, state, ended)
	if err != nil {
		return 0, 0, fmt.Errorf("%w; the daemon has written\n%s", err, log.String())
	}
	var took [2][]time.Duration
	for range rounds {
		for i, url := range urls {
			d, err := firstCall(ctx, url)
			if err != nil {
				return 0, 0, err
			}
			took[i] = append(took[i], d)
		}
	}
	return median(took[0]), median(took[1]), nil
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// references starts the server and returns its object's references: at the server itself, and that which the naming service has, which names the daemon.
func references(ctx context.Context, state string, ended <-chan struct{}) (urls [2]string, err error) {
	ctx, cancel := context.WithTimeout(ctx, upTime)
	defer cancel()
	var c *admin.Client
	for c == nil {
		if c, err = admin.Open(state); err == nil {
			break
		}
		select {
		case <-ended:
			return urls, errors.New("the daemon has ended")
		case <-ctx.Done():
			return urls, err
		case <-time.After(10 * time.Millisecond):
		}
	}
	self, err := os.Executable()
	if err != nil {
		return urls, err
	}
	if self, err = filepath.Abs(self); err != nil {
		return urls, err
	}
	if _, err := c.Add(ctx, admin.Server{Name: name, Command: []string{self, "-serve"}}); err != nil {
		return urls, err
	}
	s, err := c.Start(ctx, name)
	if err != nil {
		return urls, err
	}
	now, err := c.Status(ctx)
	if err != nil {
		return urls, err
	}
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return urls, err
	}
	defer o.Shutdown(context.Background())
	ref, err := o.Resolve(ctx, "corbaname:iiop:1.2@"+now.Local+"#"+name)
	if err != nil {
		return urls, err
	}
	direct, err := atServer(ref.IOR(), s)
	return [2]string{direct, ref.IOR().String()}, err
}

// atServer is the reference of the same object at the server itself, as its own references are.
func atServer(i *ior.IOR, s admin.Server) (string, error) {
	p, err := i.Profiles[0].IIOP()
	if err != nil {
		return "", err
	}
	if len(s.Run.Endpoints) == 0 {
		return "", errors.New("the server takes no calls")
	}
	e, err := transport.ParseEndpoint(s.Run.Endpoints[0])
	if err != nil {
		return "", err
	}
	p.Host, p.Port = cmp.Or(e.Host, "127.0.0.1"), e.Port
	p.Components = []ior.Component{ior.ORBTypeComponent(ior.ORBTypeDSOM), {Tag: ior.TagCodeSets, Data: admin.OrdinarySpeech().CodeSets.Append(nil)}}
	return (&ior.IOR{TypeID: i.TypeID, Profiles: []ior.Profile{p.Profile()}}).String(), nil
}

// firstCall returns what the first call of a new client takes.
func firstCall(ctx context.Context, url string) (time.Duration, error) {
	o, err := orb.New(orb.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	defer o.Shutdown(context.Background())
	ref, err := o.Resolve(ctx, url)
	if err != nil {
		return 0, err
	}
	a := bank.AccountClass.Unchecked(ref)
	begun := time.Now()
	_, err = a.Balance(ctx)
	return time.Since(begun), err
}
