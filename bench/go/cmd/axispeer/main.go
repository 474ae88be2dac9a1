// Axispeer is this ORB's server and client for the axes.
package main

import (
	"fmt"
	"os"

	"peers/axis"
)

func main() {
	if err := axis.Main(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "axispeer:", err)
		os.Exit(1)
	}
}
