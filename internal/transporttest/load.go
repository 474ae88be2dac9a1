package transporttest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/transport"
)

// messages: of 1 octet to 16 MiB, there and back, one after the other in order, written whole and in buffers.
func messages(t *testing.T, s Subject) {
	a, b := pair(t, s)
	a.SetDeadline(time.Now().Add(6 * patience))
	b.SetDeadline(time.Now().Add(6 * patience))
	sizes := []int{1, 2, 3, 12, 511, 512, 1 << 10, 1<<14 - 1, 1 << 14, 1<<14 + 1, 1 << 16, 100_000, 1 << 20, 1<<20 + 1, 16 << 20, 1}
	served := make(chan error, 1)
	go func() {
		for {
			var head [4]byte
			if _, err := io.ReadFull(b, head[:]); err != nil {
				if err == io.EOF {
					err = nil
				}
				served <- err
				return
			}
			body := make([]byte, binary.BigEndian.Uint32(head[:]))
			if _, err := io.ReadFull(b, body); err != nil {
				served <- err
				return
			}
			v := net.Buffers{head[:], body}
			if _, err := b.WriteBuffers(&v); err != nil {
				served <- err
				return
			}
		}
	}()
	for i, size := range sizes {
		want := random(size)
		message := append(binary.BigEndian.AppendUint32(nil, uint32(size)), want...)
		wrote := make(chan error, 1)
		go func() { // what comes back is read meanwhile: neither side holds all of it
			_, err := a.Write(message)
			wrote <- err
		}()
		got := make([]byte, 4+size)
		if _, err := io.ReadFull(a, got); err != nil {
			t.Fatalf("message %d, of %d octets: %v", i, size, err)
		}
		if err := <-wrote; err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, message) {
			t.Fatalf("message %d, of %d octets, comes back as another", i, size)
		}
	}
	a.CloseWrite()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// backPressure: who writes to one who does not read comes to wait, with bounded octets on the way, and goes on when that one reads.
func backPressure(t *testing.T, s Subject) {
	const most = 64 << 20 // more than any system holds
	a, b := pair(t, s)
	piece := random(64 << 10)
	a.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
	sent := 0
	var err error
	for err == nil && sent < most {
		var n int
		n, err = a.Write(piece[sent%len(piece):])
		sent += n
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("after %d octets that nobody reads: %v; want os.ErrDeadlineExceeded", sent, err)
	}
	a.SetWriteDeadline(time.Time{})
	done := make(chan error, 1)
	go func() {
		_, err := a.Write(piece[sent%len(piece):]) // one who waits until there is room
		a.CloseWrite()
		done <- err
	}()
	h, total := 0, 0
	b.SetReadDeadline(time.Now().Add(3 * patience))
	buf := make([]byte, 1<<20)
	for {
		n, err := b.Read(buf)
		for got := buf[:n]; len(got) > 0; {
			k := min(len(got), len(piece)-h)
			if !bytes.Equal(got[:k], piece[h:h+k]) {
				t.Fatalf("something of the %d octets behind %d is another", k, total)
			}
			got, h, total = got[k:], (h+k)%len(piece), total+k
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil || h != 0 || total < sent {
		t.Errorf("%d octets of %d and a piece arrived, %v", total, sent, err)
	}
}

// peerDeath: the peer ends in the middle of a message, with octets that it has not read. Who reads is told, after what came, and who writes too.
func peerDeath(t *testing.T, s Subject) {
	a, b := pair(t, s)
	if _, err := a.Write(random(500)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write([]byte("half a mess")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(b, make([]byte, 10)); err != nil { // it has begun
		t.Fatal(err)
	}
	b.Close()
	got, err := io.ReadAll(a)
	if err == nil && string(got) != "half a mess" || len(got) > len("half a mess") {
		t.Errorf("read %q, %v", got, err)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("who reads is not told: %v", err)
	}
	for end := time.Now().Add(patience); ; {
		if _, err := a.Write([]byte("x")); err != nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("who writes is not told")
		}
	}
}

// closeWakesWriter: Close wakes who waits for room.
func closeWakesWriter(t *testing.T, s Subject) {
	a, _ := pair(t, s)
	done := make(chan error, 1)
	go func() {
		var err error
		for p := random(1 << 20); err == nil; {
			_, err = a.Write(p)
		}
		done <- err
	}()
	time.Sleep(20 * time.Millisecond) // so that it waits, as a rule
	began := time.Now()
	a.Close()
	if err := <-done; errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a write on a connection that is closed: %v", err)
	}
	if took := time.Since(began); took > patience/2 {
		t.Errorf("Close of a connection whose peer does not read took %v", took)
	}
}

// manyConnections: all open at a time, each with octets of its own.
func manyConnections(t *testing.T, s Subject) {
	many := s.Many
	if many == 0 {
		many = 100
	}
	l := listen(t, s)
	var served sync.WaitGroup
	served.Go(func() {
		for range many {
			c, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			served.Go(func() {
				defer c.Close()
				if _, err := io.Copy(c, c); err != nil {
					t.Error(err)
				}
			})
		}
	})
	all := make([]transport.Conn, many)
	var dialled sync.WaitGroup
	room := make(chan struct{}, 16)
	for i := range all {
		dialled.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
			defer cancel()
			c, err := s.Transport.Dial(ctx, l.Endpoint())
			if err != nil {
				t.Error(err)
				return
			}
			c.SetDeadline(time.Now().Add(3 * patience))
			all[i] = c
		})
	}
	dialled.Wait()
	if t.Failed() {
		l.Close()
	}
	for i, c := range all {
		if c == nil {
			continue
		}
		want := binary.BigEndian.AppendUint64(nil, uint64(i)*0x9e3779b97f4a7c15)
		got := make([]byte, len(want))
		if _, err := c.Write(want); err != nil {
			t.Errorf("connection %d: %v", i, err)
		} else if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("connection %d: %x, %v; want %x", i, got, err, want)
		}
	}
	for _, c := range all {
		if c != nil {
			c.CloseWrite()
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}
	}
	served.Wait()
}

// leaks: of connections that were made and closed, in each order and in the middle of things, no goroutine is left.
func leaks(t *testing.T, s Subject) {
	before := runtime.NumGoroutine()
	for i := range 20 {
		l, err := s.Transport.Listen(t.Context(), s.Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		a, b, err := connect(t.Context(), s, l)
		if err != nil {
			t.Fatal(err)
		}
		first, second := a, b
		if i%2 == 1 {
			first, second = b, a
		}
		if i%4 >= 2 { // one that is in the middle of a long write
			first.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
			for p := random(1 << 20); err == nil; {
				_, err = first.Write(p)
			}
		}
		first.Close()
		second.Close()
		l.Close()
	}
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines became %d:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
	}
}
