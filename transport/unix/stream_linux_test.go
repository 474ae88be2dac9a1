package unix

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport/socket"
)

// pair returns the two ends of a connection, and fails if they are those of package net.
func pair(t *testing.T) (a, b *stream) {
	t.Helper()
	dir, err := os.MkdirTemp("", "u")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(dir, "s")})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	ends := [2]*stream{}
	for i, c := range []*net.UnixConn{c, s} {
		var ok bool
		var made socket.Stream = streamOf(c)
		if ends[i], ok = made.(*stream); !ok {
			t.Fatalf("it is a %T", made)
		}
		t.Cleanup(func() { made.Close() })
	}
	return ends[0], ends[1]
}

// TestWokenByWhatComes: whoever waits is woken once by each message, and not when the peer reads.
func TestWokenByWhatComes(t *testing.T) {
	t.Parallel()
	const rounds = 2000
	a, b := pair(t)
	go func() {
		var octet [1]byte
		for {
			if _, err := b.Read(octet[:]); err != nil {
				return
			}
			if _, err := b.Write(octet[:]); err != nil {
				return
			}
		}
	}()
	raw, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	attempts := 0
	for range rounds {
		if _, err := a.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		err := raw.Read(func(fd uintptr) bool {
			attempts++
			var octet [1]byte
			n, err := syscall.Read(int(fd), octet[:])
			return n == 1 || err != syscall.EAGAIN
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if attempts > 2*rounds+1 { // one that finds nothing, and one for what comes
		t.Errorf("%d messages took %d attempts", rounds, attempts)
	}
}

// TestTells: the systems that the tests run on tell of what comes as streams need it.
func TestTells(t *testing.T) {
	t.Parallel()
	if !tells() {
		t.Error("an epoll in another does not tell as it should: connections are package net's")
	}
}

// TestManyBuffers: more buffers than a system call takes, some of them empty, and more octets than the socket has room for.
func TestManyBuffers(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	want := make([]byte, 3<<20)
	_, _ = rand.Read(want)
	var v net.Buffers
	for rest := want; len(rest) > 0; {
		n := min(len(v)%1000, len(rest))
		v, rest = append(v, rest[:n:n]), rest[n:]
	}
	if len(v) < 3*mostBuffers {
		t.Fatalf("there are %d buffers", len(v))
	}
	sent := make(chan error, 1)
	go func() {
		n, err := a.WriteBuffers(&v)
		if err == nil && (n != int64(len(want)) || len(v) != 0) {
			err = errors.New("something is left")
		}
		sent <- errors.Join(err, a.CloseWrite())
	}()
	got, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d octets, %v", len(got), len(want), err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if n, err := b.Write([]byte("the other direction")); n != 19 || err != nil {
		t.Error(n, err)
	}
}

// TestNoRoom: a write that waits for room is ended by its deadline, which may be set meanwhile, and says what it has written; one that is late is not begun; others follow.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	big := make([]byte, 8<<20)
	read := 0
	for i := range 3 {
		got := make(chan int)
		go func() {
			n, err := a.Write(big)
			if !errors.Is(err, os.ErrDeadlineExceeded) || n == len(big) {
				t.Errorf("%d octets, %v", n, err)
			}
			got <- n
		}()
		for i == 1 && a.writing.TryLock() { // the second has begun already
			a.writing.Unlock()
			time.Sleep(time.Millisecond)
		}
		if err := a.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n := <-got
		if m, err := a.Write([]byte("x")); m != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a write that is late: %d, %v", m, err)
		}
		if err := a.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		m, err := io.ReadFull(b, make([]byte, n))
		if err != nil {
			t.Fatal(err)
		}
		read += m
	}
	if n, err := a.Write([]byte("x")); n != 1 || err != nil {
		t.Error(n, err)
	}
	a.Close()
	if rest, err := io.ReadAll(b); string(rest) != "x" || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	if n, err := b.Write(big); !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		t.Error("a write to nobody:", n, err)
	}
	for _, err := range []error{a.SetDeadline(time.Time{}), a.CloseWrite(), a.Close()} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("behind the end: %v", err)
		}
	}
	if _, err := a.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("behind the end: %v", err)
	}
}
