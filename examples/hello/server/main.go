// Command server is a server program: it makes one object and serves until it is stopped.
//
//	dsom server add hello -- ./server      to be started by the first call
//	./server                               to run it by hand, beside a daemon or without one
package main

import (
	"context"
	"fmt"
	"log"
	"sync/atomic"

	"github.com/opendsom/dsom/examples/hello/gen/hello"
	"github.com/opendsom/dsom/server"
)

// A greeter implements hello.Greeter. The embedded base answers what is not implemented here.
type greeter struct {
	hello.GreeterBase
	greeted atomic.Uint32
}

func (g *greeter) Greet(_ context.Context, name string) (string, error) {
	if name == "" {
		return "", &hello.Rude{Why: "tell me your name first"}
	}
	return fmt.Sprintf("Hello, %s! You are number %d.", name, g.greeted.Add(1)), nil
}

func (g *greeter) Count(context.Context) (uint32, error) { return g.greeted.Load(), nil }

func main() {
	err := server.Run(context.Background(), server.Options{Name: "hello"}, func(ctx context.Context, s *server.Server) error {
		ref, err := hello.GreeterClass.ActivateWithID(s.Objects, "greeter", new(greeter))
		if err != nil {
			return err
		}
		if s.Daemon() == "" { // no daemon, no naming service: the reference itself must be passed on
			fmt.Println(ref)
			return nil
		}
		return s.Bind(ctx, "hello/greeter", ref)
	})
	if err != nil {
		log.Fatal(err)
	}
}
