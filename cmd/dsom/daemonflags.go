package main

import (
	"context"
	"net/netip"
	"os"

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

// prefixes parses networks; a single address is a network of its own.
func prefixes(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, bad := netip.ParseAddr(s)
			if bad != nil {
				return nil, usage("--allow-write: %q is no network; write it as 10.0.0.0/8", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
