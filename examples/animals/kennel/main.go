// Command kennel is a server of the class Puppy, which is in Go, and so has no library that the generic server could load: a process has room for
// one Go runtime. Its ancestors in C and C++ come from their libraries.
package main

import (
	"context"
	"log"

	"github.com/opendsom/dsom/examples/animals/puppy"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/somd"
)

func main() {
	opt := server.Options{Name: "kennel", BiDir: orb.BiDir{Accept: true}}
	err := server.Run(context.Background(), opt, func(ctx context.Context, s *server.Server) error {
		d := somd.New(s.Root.POA, somd.Config{Class: native.Registered, Find: native.Find, Weak: native.Weak, Share: native.Export, TypeInformation: native.TypeInformation})
		_, err := somd.Serve(ctx, s, d, somd.Among(puppy.Class), "Puppy")
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
}
