package socket_test

import (
	"net"
	"testing"

	"github.com/opendsom/dsom/transport/socket"
)

// TestIsRefused connects to where nobody listens any more, and to what is no address.
func TestIsRefused(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{at: true, "127.0.0.1:no port": false} {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		if socket.IsRefused(err) != want {
			t.Errorf("%s: %v is refused: %v", address, err, !want)
		}
	}
}
