// Command program is the suite's server and client in Go as a program of its own, so that it can be run where the test cannot:
// built for another kind of machine, under an emulator.
//
//	program -server [-version V] [-suite bothways|naming [-port N]]
//	program [-version V] [-seed N] URL [CASE ...]
//	program -suite bothways|naming [-seed N] URL
//
// It prints what the head of interop.idl says. With -suite it serves, or calls, what the suite of bidirectional GIOP or that of
// naming services is about.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/interop/gen/bidir"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/bothways"
	"github.com/opendsom/dsom/interop/gopeer/cases"
	"github.com/opendsom/dsom/interop/gopeer/names"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

const (
	clientTime   = 10 * time.Minute // for all cases; see peer.Patience
	shutdownTime = time.Minute
)

// A program is what the command line asks for, and the ORB that does it.
type program struct {
	server         bool
	version, suite string
	port           int
	seed           int64

	tap     wiretap.Tap
	network transport.Transport
	orb     *orb.ORB
	root    *poa.Root
}

func main() {
	var p program
	flag.BoolVar(&p.server, "server", false, "serve until standard input ends")
	flag.StringVar(&p.version, "version", "1.2", "greatest version of GIOP")
	flag.StringVar(&p.suite, "suite", "hub", "what is served or called: hub, bothways or naming")
	flag.IntVar(&p.port, "port", 0, "of 127.0.0.1, to listen on")
	flag.Int64Var(&p.seed, "seed", 1, "of the values that the client sends")
	flag.Parse()
	good, err := p.run(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !good {
		os.Exit(1)
	}
}

func (p *program) run(args []string) (good bool, err error) {
	p.network = p.tap.On(tcp.New())
	cfg := orb.Config{
		Transports: transport.Set{p.network}, Listen: []string{fmt.Sprintf("tcp:127.0.0.1:%d", p.port)},
		MaxVersion: map[string]cdr.Version{"1.0": cdr.V10, "1.1": cdr.V11}[p.version],
	}
	if p.suite == "bothways" {
		if cfg.BiDir = (orb.BiDir{Accept: p.server, Offer: !p.server}); !p.server {
			cfg.Listen = nil
		}
	}
	if p.orb, err = orb.New(cfg); err != nil {
		return false, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		err = errors.Join(err, p.orb.Shutdown(ctx))
	}()
	p.root = poa.New(p.orb)
	if p.server {
		return true, p.serve()
	}
	if len(args) == 0 {
		return false, errors.New("program: a URL is wanted, or -server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), clientTime)
	defer cancel()
	r, err := p.call(ctx, args[0], args[1:])
	if err != nil {
		return false, err
	}
	for _, k := range r.Outcomes {
		detail := k.Detail
		if k.Verdict == peer.OK {
			detail = fmt.Sprintf("calls=%d", k.Calls)
		}
		fmt.Printf("%s %s %s\n", k.Verdict, k.Case, strings.ReplaceAll(detail, "\n", " "))
	}
	fmt.Printf("made %d\nserved %d\noneways %d\n", p.made(), p.tap.Count(wiretap.Answered), p.tap.Count(wiretap.Oneway))
	return len(r.By(peer.Fail)) == 0, nil
}

func (p *program) made() int { return p.tap.Count(wiretap.Made) }

// call runs the suite's cases against what is at url.
func (p *program) call(ctx context.Context, url string, only []string) (peer.Report, error) {
	random := rand.New(rand.NewPCG(uint64(p.seed), 0))
	switch p.suite {
	case "bothways":
		me, err := bothways.Publish(p.orb)
		if err != nil {
			return peer.Report{}, err
		}
		there, err := bidir.PeerClass.Bind(ctx, p.orb, url)
		if err != nil {
			return peer.Report{}, err
		}
		c := bothways.Client{There: there, Me: me, Rand: random, Made: p.made}
		return c.Run(ctx), nil
	case "naming":
		root, err := cosnaming.NamingContextExtClass.Bind(ctx, p.orb, url)
		if err != nil {
			return peer.Report{}, err
		}
		a, errA := interop.Refs_ListenerClass.Activate(p.root, servants.NewListener("a"))
		b, errB := interop.Refs_ListenerClass.Activate(p.root, servants.NewListener("b"))
		if err := errors.Join(errA, errB); err != nil {
			return peer.Report{}, err
		}
		c := names.Client{ORB: p.orb, Root: root, URL: url, A: a, B: b, Rand: random, Made: p.made}
		return c.Run(ctx), nil
	}
	hub, err := interop.HubClass.Bind(ctx, p.orb, url)
	if err != nil {
		return peer.Report{}, err
	}
	c := cases.Client{
		ORB: p.orb, Hub: hub, Transport: p.network, Seed: p.seed, Name: fmt.Sprintf("go program %d, %d", os.Getpid(), time.Now().UnixNano()), Made: p.made,
	}
	return c.Run(ctx, only...), nil
}

// serve serves until standard input ends.
func (p *program) serve() error {
	var ref fmt.Stringer
	var err error
	switch p.suite {
	case "bothways":
		var me bidir.Peer
		if me, err = bothways.Publish(p.orb); err == nil {
			ref = orb.RefOf(me.(orb.Object))
		}
	case "naming":
		return p.serveNames()
	default:
		var parts orb.Adapter
		if parts, err = p.root.Create("parts", poa.Options{IDAssignment: poa.UserID}); err == nil {
			ref, err = servants.Publish(p.root, parts)
		}
	}
	if err != nil {
		return err
	}
	return p.await(ref)
}

// serveNames serves a naming service with an empty store.
func (p *program) serveNames() (err error) {
	dir, err := os.MkdirTemp("", "names-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := bbolt.Open(dir+"/names.db", bbolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ctx := context.Background()
	if _, err := naming.New(ctx, naming.Config{Store: s, Root: p.root}); err != nil {
		return err
	}
	root, err := p.orb.Resolve(ctx, fmt.Sprintf("corbaloc::127.0.0.1:%d/NameService", p.port))
	if err != nil {
		return err
	}
	return p.await(root)
}

// await prints the reference, waits until standard input ends, and prints the counts.
func (p *program) await(ref fmt.Stringer) error {
	fmt.Printf("%v\nready\n", ref)
	_, err := io.Copy(io.Discard, os.Stdin)
	fmt.Printf("answered %d\noneways %d\nmade %d\n", p.tap.Count(wiretap.Answered), p.tap.Count(wiretap.Oneway), p.made())
	return err
}
