//go:build unix

package nonblock_test

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/nonblock"
)

// TestSocket: octets, none yet, the end, and a peer that is gone, each as read(2) and write(2) say it.
func TestSocket(t *testing.T) {
	t.Parallel()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := uintptr(fds[0]), uintptr(fds[1])
	defer syscall.Close(fds[0])
	for _, fd := range fds {
		if err := syscall.SetNonblock(fd, true); err != nil {
			t.Fatal(err)
		}
	}
	var got [8]byte
	want := func(what string, n int, err error, m int, e error) {
		t.Helper()
		if n != m || !errors.Is(err, e) {
			t.Errorf("%s: %d, %v; want %d, %v", what, n, err, m, e)
		}
	}
	n, err := nonblock.Read(a, got[:])
	want("read of nothing", max(n, 0), err, 0, syscall.EAGAIN)
	n, err = nonblock.Write(b, []byte("octets"))
	want("write", n, err, 6, nil)
	n, err = nonblock.Read(a, got[:])
	want("read", n, err, 6, nil)
	if !bytes.Equal(got[:6], []byte("octets")) {
		t.Errorf("read %q", got[:6])
	}
	room := bytes.Repeat([]byte("room"), nonblock.ShortWrite/4)
	for err = nil; err == nil; {
		_, err = nonblock.Write(b, room)
	}
	want("write where there is no room", 0, err, 0, syscall.EAGAIN)
	syscall.Close(fds[1])
	for n, err = 1, nil; n > 0 && err == nil; {
		n, err = nonblock.Read(a, room)
	}
	want("read at the end", n, err, 0, nil)
	n, err = nonblock.Write(a, room)
	want("write to one who is gone", max(n, 0), err, 0, syscall.EPIPE)
}
