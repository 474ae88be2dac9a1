// Command dsom-classes is the generic server: it loads class libraries, in C, C++ or any language that libsom has, and makes objects of their classes
// for clients elsewhere, without a line of server code. It is what dsom server run starts, which itself is built without cgo.
//
//	dsom server add dogs -- dsom server run ./libdog.so
//
// It is also what dsom somdsvr becomes: the server of an implementation definition, which says its classes by name.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

func main() {
	name := flag.String("name", "", "the server's `name`, where the daemon has not started it")
	only := flag.String("class", "", "make objects of these `classes` alone, with commas between; default: all of the libraries")
	by := flag.String("server-class", "", "the `class` of the server object, a descendant of SOMDServer that a library has; default: SOMDServer")
	listen := flag.String("listen", "", "take calls at these `endpoints`, with commas between, such as tcp:127.0.0.1:4000")
	serial := flag.Bool("serial", false, "answer one request after the other")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "Usage: dsom-classes [flags] [library ...]\n\nLoads class libraries, and makes objects of their classes for clients elsewhere. Without a library --class names the classes,\nand libsom finds their libraries, by SOM_PATH.\n\nExample:\n\n    dsom-classes --name dogs ./libdog.so\n    dsom-classes --name dogs --class Dog,Zoo::Cat\n\nFlags:\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 && *only == "" {
		flag.Usage()
		os.Exit(2)
	}
	opt := server.Options{Name: *name, BiDir: orb.BiDir{Accept: true}}
	if *listen != "" {
		opt.Listen = strings.Split(*listen, ",")
	}
	if *serial {
		opt.Configure = func(c *orb.Config) error {
			c.ServerInterceptors = append(c.ServerInterceptors, oneByOne())
			return nil
		}
	}
	err := server.Run(context.Background(), opt, func(ctx context.Context, s *server.Server) error {
		return serve(ctx, s, flag.Args(), *only, *by)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "dsom-classes:", err)
		os.Exit(1)
	}
}

// oneByOne has a request wait for the end of the one before it, as long as its caller does. A call that comes back, from what this server calls, waits in vain for
// itself: so it was in a DSOM server of one thread.
func oneByOne() orb.ServerInterceptor {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
			return next(ctx)
		case <-ctx.Done():
			return exc.New(exc.Timeout, exc.MinorDeadline, exc.No, "the server answers one request after the other, and the one before it has not ended: %w", ctx.Err())
		}
	}
}

// serve loads the libraries and publishes the object that makes others.
func serve(ctx context.Context, s *server.Server, files []string, only, by string) error {
	for _, c := range dsom.Classes() { // class libraries may descend from them and use them
		if err := native.Export(c); err != nil {
			return err
		}
	}
	names, err := load(files)
	if err != nil {
		return err
	}
	if only != "" {
		for _, name := range strings.Split(only, ",") {
			if len(files) > 0 && !slices.Contains(names, name) {
				return fmt.Errorf("--class %s: no library here has it; they have %s", name, strings.Join(names, ", "))
			}
			if _, err := native.Find(name); err != nil {
				return fmt.Errorf("class %s cannot be served: %w", name, err)
			}
		}
		names = strings.Split(only, ",")
	}
	cfg := somd.Config{Class: native.Registered, Find: native.Find, Weak: native.Weak, Share: native.Export, TypeInformation: native.TypeInformation, Around: dsom.Carried(dsom.ForeignThreads{Thread: native.Thread, Exception: native.UserException})}
	if by != "" {
		if cfg.Server, err = native.Find(by); err != nil {
			return fmt.Errorf("--server-class %s: %w", by, err)
		}
	}
	d := somd.New(s.Root.POA, cfg)
	dsom.Provide(func() (*somd.Domain, dsom.Options, error) {
		return d, dsom.Options{Daemon: s.Daemon(), Objects: s.Objects}, nil
	})
	dsom.ProvideMemory(dsom.ForeignMemory{Allocate: native.Allocate, Deallocate: native.Deallocate, ObjectAt: native.ObjectAt, AddressOf: native.AddressOf, ReleaseAt: native.ReleaseAt})
	if err := dsom.References(d, s.Objects, ""); err != nil {
		return err
	}
	ref, err := somd.Serve(ctx, s, d, native.Find, names...)
	if err != nil || s.Private() {
		return err
	}
	if s.Daemon() == "" {
		fmt.Println(ref) // there is no name to find it by
	}
	describe(ctx, s, names)
	return nil
}

// describe has the daemon's interface repository know the classes, as far as type information tells of them. Where it does not the server serves them all the same.
func describe(ctx context.Context, s *server.Server, names []string) {
	var classes []*som.Class
	for _, name := range names {
		if c, err := native.Find(name); err == nil {
			classes = append(classes, c)
		}
	}
	spec, err := native.Spec(classes...)
	if spec != nil {
		err = errors.Join(err, s.Describe(ctx, spec))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "dsom-classes:", err)
	}
}

// load loads libraries, and finds the classes that these need beside them.
func load(files []string) (names []string, err error) {
	folders := os.Getenv("SOM_PATH")
	paths := make([]string, len(files))
	for i, file := range files {
		if paths[i], err = filepath.Abs(file); err != nil {
			return nil, err
		}
		folders += string(os.PathListSeparator) + filepath.Dir(paths[i])
	}
	if err := native.SetPath(strings.TrimPrefix(folders, string(os.PathListSeparator))); err != nil {
		return nil, err
	}
	for _, file := range paths {
		if native.InGo(file) {
			return nil, &som.Error{Code: som.CodeLibrary, Class: file, Text: "it is a class library in Go, with a runtime of its own, and a process has room for one: make a server of its packages by dsom server build -o PROGRAM PACKAGE …, which is run in the place of this one"}
		}
		if err := native.Load(file); err != nil {
			return nil, err
		}
		of, err := native.ClassesOf(file)
		if err != nil {
			return nil, err
		}
		if len(of) == 0 {
			return nil, &som.Error{Code: som.CodeLibrary, Class: file, Text: "it defines no class"}
		}
		names = append(names, of...)
	}
	return names, nil
}
