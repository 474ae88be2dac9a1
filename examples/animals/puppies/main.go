// Puppies is a class library in Go:
//
//	go build -buildmode=c-shared -o libpuppy.so ./examples/animals/puppies
//
// Whoever asks libsom for a Puppy, in whatever language, gets it from there.
package main

import _ "github.com/opendsom/dsom/examples/animals/puppy"

func main() {}
