// Command program is the suite's server and client in Go as a program of its own, so that it can be run where the test cannot:
// built for another kind of machine, under an emulator.
//
//	program -server [-version V]
//	program [-version V] URL [CASE ...]
//
// It prints what the head of interop.idl says.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer/cases"
	"github.com/opendsom/dsom/interop/gopeer/servants"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

const (
	clientTime   = 2 * time.Minute // for all cases
	shutdownTime = 10 * time.Second
)

func main() {
	server := flag.Bool("server", false, "serve until standard input ends")
	version := flag.String("version", "1.2", "greatest version of GIOP")
	flag.Parse()
	good, err := run(*server, *version, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !good {
		os.Exit(1)
	}
}

func run(server bool, version string, args []string) (good bool, err error) {
	tap := new(wiretap.Tap)
	network := tap.On(tcp.New())
	o, err := orb.New(orb.Config{
		Transports: transport.Set{network}, Listen: []string{"tcp:127.0.0.1:0"},
		MaxVersion: map[string]cdr.Version{"1.0": cdr.V10, "1.1": cdr.V11}[version],
	})
	if err != nil {
		return false, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		err = errors.Join(err, o.Shutdown(ctx))
	}()
	root := poa.New(o)
	if server {
		return true, serve(root, tap)
	}
	if len(args) == 0 {
		return false, errors.New("program: a URL of a Hub is wanted, or -server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), clientTime)
	defer cancel()
	hub, err := interop.HubClass.Bind(ctx, o, args[0])
	if err != nil {
		return false, err
	}
	made := func() int { return tap.Count(wiretap.Made) }
	c := cases.Client{ORB: o, Hub: hub, Transport: network, Name: fmt.Sprintf("go program %d, %d", os.Getpid(), time.Now().UnixNano()), Made: made}
	r := c.Run(ctx, args[1:]...)
	for _, k := range r.Outcomes {
		detail := k.Detail
		if k.Verdict == peer.OK {
			detail = fmt.Sprintf("calls=%d", k.Calls)
		}
		fmt.Printf("%s %s %s\n", k.Verdict, k.Case, strings.ReplaceAll(detail, "\n", " "))
	}
	fmt.Printf("made %d\nserved %d\noneways %d\n", made(), tap.Count(wiretap.Answered), tap.Count(wiretap.Oneway))
	return len(r.By(peer.Fail)) == 0, nil
}

// serve publishes the Hub until standard input ends.
func serve(root *poa.Root, tap *wiretap.Tap) error {
	parts, err := root.Create("parts", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		return err
	}
	hub, err := servants.Publish(root, parts)
	if err != nil {
		return err
	}
	fmt.Printf("%v\nready\n", hub)
	_, err = io.Copy(io.Discard, os.Stdin)
	fmt.Printf("answered %d\noneways %d\nmade %d\n", tap.Count(wiretap.Answered), tap.Count(wiretap.Oneway), tap.Count(wiretap.Made))
	return err
}
