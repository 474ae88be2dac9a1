// Package generic is the generic server: it makes objects of the classes that it is given, for clients elsewhere, without a line of server code. Its programs are
// dsom-classes, which loads class libraries (dsom server run), and those that dsom server build makes of packages in Go.
package generic

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
)

// A Program is a generic server.
type Program struct {
	Name  string // in what it says
	Usage string // what --help says in front of the flags

	// Enough reports whether the command line says what is to be served; only is --class. Nil: it always does.
	Enough func(only string, args []string) bool

	// Load returns the names of the program's classes, and how these and others are found by name. DSOM's own classes are there when it is called.
	Load func(args []string) (names []string, find func(name string) (*som.Class, error), err error)
}

// Main is the main function of a generic server. It returns when the server has been stopped, and ends the process with status 1 where the server fails, and 2 where the command
// line is wrong.
func Main(p Program) {
	var f flags
	flag.StringVar(&f.name, "name", "", "the server's `name`, where the daemon has not started it")
	flag.StringVar(&f.only, "class", "", "make objects of these `classes` alone, with commas between; default: all that there are")
	flag.StringVar(&f.by, "server-class", "", "the `class` of the server object, a descendant of SOMDServer; default: SOMDServer")
	flag.StringVar(&f.listen, "listen", "", "take calls at these `endpoints`, with commas between, such as tcp:127.0.0.1:4000")
	flag.BoolVar(&f.serial, "serial", false, "answer one request after the other")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "%s\n\nFlags:\n", p.Usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if p.Enough != nil && !p.Enough(f.only, flag.Args()) {
		flag.Usage()
		os.Exit(2)
	}
	err := server.Run(context.Background(), f.options(), func(ctx context.Context, s *server.Server) error {
		return p.serve(ctx, s, f, flag.Args())
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		os.Exit(1)
	}
}

// flags are what the command line of every generic server may say.
type flags struct {
	name, only, by, listen string
	serial                 bool
}

func (f flags) options() server.Options {
	opt := server.Options{Name: f.name, BiDir: orb.BiDir{Accept: true}}
	if f.listen != "" {
		opt.Listen = strings.Split(f.listen, ",")
	}
	if f.serial {
		opt.Configure = func(c *orb.Config) error {
			c.ServerInterceptors = append(c.ServerInterceptors, oneByOne())
			return nil
		}
	}
	return opt
}

// oneByOne has a request wait for the end of the one before it, as long as its caller does. A call that comes back, from another process that this server calls, waits in vain for
// itself: so it was in a DSOM server of one thread. The calls that the process makes of itself are carried out at once. Whether an object exists is asked by the daemon, too, to see whether the server works, and no object is called for it.
func oneByOne() orb.ServerInterceptor {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
		if orb.Peer(ctx) == nil || r.Operation() == "_non_existent" {
			return next(ctx)
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
			return next(ctx)
		case <-ctx.Done():
			return exc.New(exc.Timeout, exc.MinorDeadline, exc.No, "the server answers one request after the other, and the one before it has not ended: %w", ctx.Err())
		}
	}
}

// Config is how a domain has the classes, and the objects, that libsom has in this process.
func Config() somd.Config {
	return somd.Config{Class: native.Registered, Find: native.Find, Weak: native.Weak, Share: native.Export, TypeInformation: native.TypeInformation,
		Around: dsom.Carried(dsom.ForeignThreads{Thread: native.Thread, Exception: native.UserException})}
}

// serve publishes the object that makes others.
func (p Program) serve(ctx context.Context, s *server.Server, f flags, args []string) error {
	for _, c := range dsom.Classes() { // the program's classes may descend from them and use them
		if err := native.Export(c); err != nil {
			return err
		}
	}
	names, find, err := p.Load(args)
	if err != nil {
		return err
	}
	if f.only != "" {
		if names, err = among(names, strings.Split(f.only, ","), find); err != nil {
			return err
		}
	}
	cfg := Config()
	if f.by != "" {
		if cfg.Server, err = find(f.by); err != nil {
			return fmt.Errorf("--server-class %s: %w", f.by, err)
		}
	}
	d := somd.New(s.Root.POA, cfg)
	dsom.Provide(func() (*somd.Domain, dsom.Options, error) {
		return d, dsom.Options{Daemon: s.Daemon(), Objects: s.Objects}, nil
	})
	dsom.ProvideMemory(dsom.ForeignMemory{Allocate: native.Allocate, Deallocate: native.Deallocate, ObjectAt: native.ObjectAt, AddressOf: native.AddressOf, ReleaseAt: native.ReleaseAt})
	if err := dsom.References(d, s.Objects, s.RefDataFile()); err != nil {
		return err
	}
	ref, err := somd.Serve(ctx, s, d, find, names...)
	if err != nil || s.Private() {
		return err
	}
	if s.Daemon() == "" {
		fmt.Println(ref) // there is no name to find it by
	}
	if cfg.Server != nil {
		names = append(slices.Clone(names), f.by)
	}
	if err := describe(ctx, s, find, names); err != nil { // the classes are served all the same
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
	}
	return nil
}

// among returns the classes that are wanted, which have to be among those that there are, if it is known which those are.
func among(all, wanted []string, find func(name string) (*som.Class, error)) ([]string, error) {
	for _, name := range wanted {
		if len(all) > 0 && !slices.Contains(all, name) {
			return nil, fmt.Errorf("--class %s: it is not here; there are %s", name, strings.Join(all, ", "))
		}
		if _, err := find(name); err != nil {
			return nil, fmt.Errorf("class %s cannot be served: %w", name, err)
		}
	}
	return wanted, nil
}

// describe has the daemon's interface repository know the classes, as far as type information tells of them.
func describe(ctx context.Context, s *server.Server, find func(name string) (*som.Class, error), names []string) error {
	var classes []*som.Class
	for _, name := range names {
		if c, err := find(name); err == nil {
			classes = append(classes, c)
		}
	}
	spec, err := native.Spec(classes...)
	if spec != nil {
		err = errors.Join(err, s.Describe(ctx, spec))
	}
	return err
}

// Linked returns what loads classes in Go that are linked in, for [Program.Load]: others are found where libsom finds them.
func Linked(classes ...*som.Class) func(args []string) (names []string, find func(name string) (*som.Class, error), err error) {
	return func([]string) ([]string, func(string) (*som.Class, error), error) {
		var names []string
		for _, c := range classes {
			if err := c.Err(); err != nil {
				return nil, nil, err
			}
			names = append(names, c.Name())
		}
		here := somd.Among(classes...)
		return names, func(name string) (*som.Class, error) {
			if slices.Contains(names, name) {
				return here(name)
			}
			return native.Find(name)
		}, nil
	}
}
