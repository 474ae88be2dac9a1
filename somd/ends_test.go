package somd_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
)

// hung listens and reads, and answers nothing; it counts the requests to objects that have a mark in their keys.
func hung(t *testing.T, mark string) (at string, came *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came = new(atomic.Int64)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go func() {
				head := make([]byte, 12) // GIOP, version, flags, kind, size
				for {
					if _, err := io.ReadFull(c, head); err != nil {
						return
					}
					size := int64(head[8])<<24 | int64(head[9])<<16 | int64(head[10])<<8 | int64(head[11])
					if head[6]&1 != 0 {
						size = int64(head[11])<<24 | int64(head[10])<<16 | int64(head[9])<<8 | int64(head[8])
					}
					body := make([]byte, size) // this test's own program sends it
					if _, err := io.ReadFull(c, body); err != nil {
						return
					}
					if head[7] == 0 && bytes.Contains(body, []byte(mark)) {
						came.Add(1)
					}
				}
			}()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return l.Addr().String(), came
}

// TestEndsGoAtOnce has many proxies of a server that hangs end: all references are sent back, and the wait for the answers is one, that for the first.
func TestEndsGoAtOnce(t *testing.T) {
	t.Parallel()
	const many, patience = 200, time.Minute
	d := domain(t, somd.Config{})
	d.Know(cat.Class)
	at, came := hung(t, "pet-")
	proxy := func(key string) som.Ref {
		u, err := ior.ParseURL(fmt.Sprintf("corbaloc:iiop:1.2@%s/%s", at, key))
		if err != nil {
			t.Fatal(err)
		}
		o, err := d.ORB().Resolve(t.Context(), u.String())
		if err != nil {
			t.Fatal(err)
		}
		typed := *o.IOR()
		typed.TypeID = "IDL:" + strings.ReplaceAll(cat.Class.Name(), "::", "/") + ":1.0"
		r, err := d.ImportGiven(t.Context(), d.ORB().NewRef(&typed), cat.Class.Name())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := proxy("first")
	var all []som.Ref
	for i := range many {
		all = append(all, proxy(fmt.Sprint("pet-", i)))
	}
	d.SetEndWait(500 * time.Millisecond)
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	d.SetEndWait(2 * patience) // none of the others ends meanwhile, so that whoever waits for one is seen
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, r := range all {
			if err := r.Release(); err != nil {
				t.Error(err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("another waits for itself")
	}
	for end := time.Now().Add(patience); came.Load() < many && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if n := came.Load(); n != many {
		t.Errorf("%d of %d references were given back", n, many)
	}
}
