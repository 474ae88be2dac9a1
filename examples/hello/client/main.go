// Command client calls the object that its first argument names, and greets for each of the others:
//
//	./client corbaname::localhost:3053#hello/greeter Ada Grace
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/opendsom/dsom/examples/hello/gen/hello"
	"github.com/opendsom/dsom/orb"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: client URL NAME...")
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

func run(url string, names []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // for all calls together
	defer cancel()
	o, err := orb.New(orb.Config{})
	if err != nil {
		return err
	}
	defer o.Shutdown(context.Background())

	greeter, err := hello.GreeterClass.Bind(ctx, o, url)
	if err != nil {
		return err
	}
	for _, name := range names {
		greeting, err := greeter.Greet(ctx, name)
		if rude := (*hello.Rude)(nil); errors.As(err, &rude) {
			fmt.Println("The greeter is cross:", rude.Why)
			continue
		}
		if err != nil {
			return err
		}
		fmt.Println(greeting)
	}
	count, err := greeter.Count(ctx)
	if err != nil {
		return err
	}
	fmt.Println("Greeted so far:", count)
	return nil
}
