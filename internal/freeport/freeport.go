// Package freeport gives tests ports for programs that must be told one: that nobody has, and nobody gets meanwhile.
//
// A port that is found free, by listening there and ending that, may be another's by the time that the program listens. On
// Linux it is kept instead, by a socket that is bound and does not listen: the system gives the port to nobody who takes any, and
// who asks for it by its number gets it if he allows that addresses are used again (SO_REUSEADDR), as servers do. Elsewhere a port is
// found free and no more.
package freeport

import (
	"fmt"
	"testing"
)

// Hold returns a TCP port of 127.0.0.1 at which nobody listens, and keeps it until the test has ended: for one program after the
// other, if need be, or for none.
func Hold(t testing.TB) int {
	t.Helper()
	port, release, err := hold()
	if err != nil {
		t.Fatalf("no port is free: %v", err)
	}
	t.Cleanup(release)
	return port
}

// Dead returns an address of 127.0.0.1, with its port, at which nobody listens until the test has ended.
func Dead(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("127.0.0.1:%d", Hold(t))
}
