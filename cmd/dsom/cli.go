package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// globals are the flags of every verb.
type globals struct {
	JSON    bool   `name:"json" help:"Print results, and errors, as JSON."`
	Color   string `name:"color" enum:"auto,always,never" default:"auto" help:"Colour: auto (on a terminal, unless the environment has NO_COLOR), always or never."`
	NoColor bool   `name:"no-color" help:"As --color=never."`
}

// grammar is the command line. Kong reads names, help and defaults from the tags.
type grammar struct {
	globals

	Daemon     daemonCmd     `cmd:"" help:"Run the daemon: it takes calls at port 3053, starts servers on demand, and keeps names."`
	Call       callCmd       `cmd:"" help:"Call an operation of an object."`
	Name       nameCmd       `cmd:"" help:"List, bind, resolve, find and unbind names in a naming service."`
	IDL        idlCmd        `cmd:"" name:"idl" help:"Check IDL files and generate code from them."`
	Class      classCmd      `cmd:"" help:"Print what class libraries say of their classes, and what the interface repository has."`
	Irdump     irdumpCmd     `cmd:"" help:"List the interface repository, as SOM's irdump does."`
	Server     serverCmd     `cmd:"" help:"Register, start, stop and watch server programs."`
	Smalltalk  smalltalkCmd  `cmd:"" help:"Run programs in Smalltalk."`
	Config     configCmd     `cmd:"" help:"Show, check and make the daemon's configuration, and have it read again."`
	Console    consoleCmd    `cmd:"" help:"Print the address of the daemon's pages, which lets you in."`
	Machine    machineCmd    `cmd:"" help:"Machines whose daemons share their state."`
	Link       linkCmd       `cmd:"" help:"Daemons on the link, and who of them has a name."`
	Doctor     doctorCmd     `cmd:"" help:"Look whether the whole set-up is as it should be, and say how to mend what is not."`
	Backup     backupCmd     `cmd:"" help:"Write the daemon's state into a file."`
	Restore    restoreCmd    `cmd:"" help:"Make a state of such a file again."`
	Service    serviceCmd    `cmd:"" help:"Have the system run the daemon, from each start of the machine on."`
	Top        topCmd        `cmd:"" help:"Show servers and what is called, as it goes on."`
	Demo       demoCmd       `cmd:"" help:"Show it all at work: a daemon, a server on demand, calls."`
	Port       portCmd       `cmd:"" help:"Say who listens at a port, and what really speaks there."`
	IOR        iorCmd        `cmd:"" name:"ior" help:"Take object references apart: addresses, key, components."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
	Completion completionCmd `cmd:"" help:"Print a script that completes dsom's command lines in a shell."`

	Start   startCmd   `cmd:"" help:"Start servers, by DSOM's protocol."`
	Stop    stopCmd    `cmd:"" help:"Stop servers."`
	Restart restartCmd `cmd:"" help:"Stop servers and start them."`
	List    listCmd    `cmd:"" help:"Say whether servers run."`
	Enable  enableCmd  `cmd:"" help:"Let servers be started."`
	Disable disableCmd `cmd:"" help:"Keep servers from being started."`
	Regimpl regimplCmd `cmd:"" help:"Register servers as programs of SOM do, with this daemon or a somdd."`
	Somdd   somddCmd   `cmd:"" help:"Run the daemon, at port $$SOMDPORT."`
	Somdsvr somdsvrCmd `cmd:"" help:"Be a server of DSOM."`
	Somdchk somdchkCmd `cmd:"" help:"Check what programs of DSOM need."`

	BankServer bankServerCmd `cmd:"" name:"__demo-bank-server" hidden:"" help:"The server of the demonstration."`
	Complete   completeCmd   `cmd:"" name:"__complete" hidden:"" help:"Print what may stand in the place of the last word."`
}

// idlGrammar is the part of the command line that begins with idl. Making the whole grammar
// takes longer than checking most IDL files, and build systems run dsom once for each.
type idlGrammar struct {
	globals

	IDL idlCmd `cmd:"" name:"idl" help:"Check IDL files and generate code from them."`
}

// grammarFor returns as much of the grammar as a command line needs, and its global flags.
func grammarFor(args []string) (any, *globals) {
	first := slices.IndexFunc(args, func(w string) bool { return !strings.HasPrefix(w, "-") })
	if first >= 0 && args[first] == "idl" {
		g := new(idlGrammar)
		return g, &g.globals
	}
	g := newGrammar()
	return g, &g.globals
}

// newGrammar returns a grammar to parse one command line with.
func newGrammar() *grammar {
	g := new(grammar)
	g.Daemon.limits = newLimitFlags()
	g.Daemon.Plugins = kong.Plugins{g.Daemon.limits.plugin()}
	return g
}

// dispatch parses the command line and runs the verb that it names.
func dispatch(ctx context.Context, c *console, args []string) error {
	root, g := grammarFor(args)
	helped := false
	s := &settings{env: os.LookupEnv}
	parser, err := newParser(ctx, root, c, func(int) { helped = true }, kong.Resolvers(s), kong.Bind(s))
	if err != nil {
		return err // a mistake in the tags above
	}
	if len(args) == 0 {
		if k, err := kong.Trace(parser, nil); err == nil {
			_ = k.PrintUsage(false)
		}
		return usage("a verb is missing")
	}
	// What the errors of parsing look like is decided by the command line too.
	c.json = slices.Contains(args, "--json")
	for _, w := range args {
		if !utf8.ValidString(w) { // the parser would go on with another word
			return usage("%q is not valid UTF-8", w)
		}
	}
	parsed, err := parser.Parse(protect(parser.Model.Node, args))
	if helped {
		return nil
	}
	if err != nil {
		e := &usageError{err: s.blame(err)}
		if p := (*kong.ParseError)(nil); errors.As(err, &p) {
			if n := p.Context.Selected(); n != nil {
				e.verb = n.FullPath()
			}
		}
		return e
	}
	c.json = g.JSON
	if g.NoColor {
		g.Color = "never"
	}
	c.colour(g.Color)
	err = parsed.Run()
	if wrong := (*usageError)(nil); errors.As(err, &wrong) && wrong.verb == "" {
		wrong.verb = parsed.Selected().FullPath()
	}
	return err
}

// newParser makes the parser for g. exit is called when help has been printed.
func newParser(ctx context.Context, g any, c *console, exit func(int), more ...kong.Option) (*kong.Kong, error) {
	return kong.New(g, append(more,
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Name("dsom"),
		kong.Description("Objects on other machines, called as if they were local."),
		kong.Writers(c.out, c.err),
		kong.Bind(c),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 110}),
	)...)
}

// negative begins what is an argument of an operation and no flag.
var negative = regexp.MustCompile(`^-(\d|\.\d|Infinity$)`)

// protected marks a word that was recognised as a negative number. No word of a command line
// can hold the octet.
const protected = "\x00"

// protect keeps negative numbers among the arguments of a call from being read as flags, unless
// they are the value of one. root is that of the grammar.
func protect(root *kong.Node, args []string) []string {
	at := slices.Index(args, "call")
	if at < 0 {
		return args
	}
	call := childOf(root, "call")
	args = slices.Clone(args)
	for i := at + 1; i < len(args) && args[i] != "--"; i++ {
		if negative.MatchString(args[i]) && !wantsValue(call, args[i-1]) {
			args[i] = protected + args[i]
		}
	}
	return args
}

// wantsValue reports whether word is a flag of node whose value is the next word.
func wantsValue(node *kong.Node, word string) bool {
	f := flagOf(node, word)
	return f != nil && !f.IsBool() && !strings.Contains(word, "=")
}

// unprotect undoes protect.
func unprotect(args []string) []string {
	args = slices.Clone(args)
	for i := range args {
		args[i] = strings.TrimPrefix(args[i], protected)
	}
	return args
}

// A usageError says that the command line is wrong.
type usageError struct {
	err  error
	verb string // with which words it begins
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usage returns an error that is about the command line.
func usage(format string, args ...any) error { return &usageError{err: fmt.Errorf(format, args...)} }
