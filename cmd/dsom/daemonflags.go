package main

import (
	"context"
	"net"
	"os"
	"strconv"

	"github.com/alecthomas/kong"

	"github.com/opendsom/dsom/svc/somdd/somenv"
)

// parseDaemon parses a command line of dsom daemon with what its configuration says now.
func parseDaemon(ctx context.Context, c *console, args []string, old []somenv.Fate) (*daemonCmd, *kong.Context, *settings, error) {
	g := newGrammar()
	s := &settings{env: os.LookupEnv, old: old}
	parser, err := newParser(ctx, g, c, func(int) {}, kong.Resolvers(s), kong.Bind(s))
	if err != nil {
		return nil, nil, nil, err // a mistake in the tags
	}
	k, err := parser.Parse(args)
	if err != nil {
		return nil, nil, nil, &usageError{err: s.blame(err), verb: "dsom daemon"}
	}
	return &g.Daemon, k, s, nil
}

// addressFlag checks host:port of a flag; "" is none. Where not every host is allowed it must be loopback.
func addressFlag(flag, address string, anyHost bool) error {
	if address == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return usage("%s: %q is not HOST:PORT: %w", flag, address, err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return usage("%s: %q: the port is a number from 0 to 65535", flag, address)
	}
	if ip := net.ParseIP(host); !anyHost && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("%s: %q is no address of loopback: the pages are for this machine alone", flag, address)
	}
	return nil
}
