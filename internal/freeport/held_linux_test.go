package freeport_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
)

// TestHeld: who takes any port gets none that is held, nor does another holder.
func TestHeld(t *testing.T) {
	t.Parallel()
	port := freeport.Hold(t)
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("bound to port %d: %v", port, err)
	}
	for range 1000 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if l.Addr().(*net.TCPAddr).Port == port {
			t.Fatalf("port %d is given away", port)
		}
		l.Close()
	}
}
