package main

import (
	"context"
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
