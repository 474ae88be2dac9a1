package pipe_test

import (
	"crypto/rand"
	"os"
	"os/user"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
)

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: pipe.New(), Endpoint: at("dsom-test-" + rand.Text()), Allocates: 8})
}

// TestPipe: each end knows the other's process and its user, as the system says: the server of what it has read.
func TestPipe(t *testing.T) {
	l, err := pipe.New().Listen(t.Context(), at("@"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if again, err := pipe.New().Listen(t.Context(), l.Endpoint()); err == nil {
		again.Close()
		t.Error("two listen at one name")
	}
	dialed := make(chan transport.Conn, 1)
	go func() {
		a, err := pipe.New().Dial(t.Context(), l.Endpoint()) // there is none before somebody accepts
		if err != nil {
			t.Error(err)
		}
		dialed <- a
	}()
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a := <-dialed
	if a == nil {
		return
	}
	defer a.Close()
	if _, err := a.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for end, c := range map[string]transport.Conn{"client": a, "server": b} {
		k := transport.IdentityOf(c)
		if !k.Sealed {
			t.Errorf("%s: not sealed", end)
		}
		if p := k.Process; p == nil || p.PID != os.Getpid() || p.SID != me.Uid || int64(p.UID) != 1<<32-1 || !strings.HasPrefix(k.Name(), "sid:S-1-") {
			t.Errorf("%s: %+v, %q, want %d of %s", end, p, k.Name(), os.Getpid(), me.Uid)
		}
	}
}
