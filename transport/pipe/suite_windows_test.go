package pipe_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"os/user"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
)

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: pipe.New(), Endpoint: at("dsom-test-" + rand.Text()), Allocates: 8, Queues: true})
}

// connected returns both ends of a connection.
func connected(t *testing.T) (a, b transport.Conn) {
	t.Helper()
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
	b, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	a = <-dialed
	if a == nil {
		t.FailNow()
	}
	t.Cleanup(func() { a.Close() })
	return a, b
}

// TestPipe: each end knows the other's process and its user, as the system says: the server of what it has read.
func TestPipe(t *testing.T) {
	a, b := connected(t)
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

// TestPipeOfOthers: a reference may name any pipe of the machine. One without messages is no ORB's, and refused.
func TestPipeOfOthers(t *testing.T) {
	name := "dsom-test-" + rand.Text()
	at16, err := windows.UTF16PtrFromString(`\\.\pipe\` + name)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateNamedPipe(at16, windows.PIPE_ACCESS_DUPLEX, windows.PIPE_TYPE_BYTE|windows.PIPE_READMODE_BYTE, 1, 4096, 4096, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(h)
	c, err := pipe.New().Dial(t.Context(), at(name))
	if c != nil {
		c.CloseWrite()
		c.Close()
	}
	if want := "the pipe " + name + " is none of an ORB's: it has no messages"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestPipeLastPiece: what was written before the end comes, though the connection is closed before the peer has read any of it.
func TestPipeLastPiece(t *testing.T) {
	for _, half := range []bool{false, true} {
		a, b := connected(t)
		sent := make([]byte, 96<<10) // the system keeps two thirds, and the rest is under way when Close is called
		rand.Read(sent)
		if err := a.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Write(sent); err != nil {
			t.Fatal(err)
		}
		if half {
			if err := a.CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(b)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("half=%v: %d octets of %d came, %v", half, len(got), len(sent), err)
		}
	}
}

// TestPipeCallerGone: who has called is known though nobody has asked before he was gone.
func TestPipeCallerGone(t *testing.T) {
	a, b := connected(t)
	if _, err := a.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if n, err := b.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("got %d, %v", n, err)
	}
	b.Close()
	if p := transport.IdentityOf(b).Process; p == nil || p.PID != os.Getpid() {
		t.Errorf("got %+v, want %d", p, os.Getpid())
	}
}

// TestPipeIdentityWhileClosed asks who is there while both ends are closed and read from: none of these waits for another, and the answer is right or none.
func TestPipeIdentityWhileClosed(t *testing.T) {
	for range 20 {
		a, b := connected(t)
		if _, err := a.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for _, c := range []transport.Conn{a, b} {
			all.Go(func() { c.Read(make([]byte, 1)) })
			all.Go(func() { c.Close() })
			all.Go(func() {
				if p := transport.IdentityOf(c).Process; p != nil && p.PID != os.Getpid() {
					t.Errorf("got %+v", p)
				}
			})
		}
		all.Wait()
	}
}
