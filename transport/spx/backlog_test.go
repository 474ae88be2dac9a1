package spx_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/spx"
)

// TestBacklogOfOne: a node whose connections nobody has taken yet leaves room for those of others, and is heard again when some are taken.
func TestBacklogOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, l, r, heard := hostile(t, spx.HostConfig{})
		asks := func(r raw) bool {
			heard.clear()
			r.say(spx.Header{Control: spx.System | spx.SendAck, Src: 7, Dst: 0xffff, Alloc: 7}, "")
			if len(heard.list()) == 0 {
				return false
			}
			r.say(spx.Header{Control: spx.System, Src: 7, Dst: heard.last().Src, Alloc: 7}, "")
			return true
		}
		had := 0
		for range 300 {
			if asks(r) {
				had++
			}
			r.own.Socket++
		}
		if had != 32 || h.Counts().Full != 300-32 {
			t.Errorf("one node has %d connections that nobody has taken, %+v", had, h.Counts())
		}
		other := r
		other.own.Node = ipxtest.Node(3)
		if !asks(other) {
			t.Error("another node is not heard")
		}
		for range 10 {
			if _, err := l.Accept(); err != nil {
				t.Fatal(err)
			}
		}
		had = 0
		for range 20 {
			if asks(r) {
				had++
			}
			r.own.Socket++
		}
		if had != 10 {
			t.Errorf("when 10 were taken, %d are heard", had)
		}
	})
}

// TestOpening: while a station is being opened nothing else waits for that which has its own time, and it is opened once.
func TestOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open, opened := make(chan struct{}), 0
		x := spx.New(spx.Config{Open: func(context.Context) (*ipx.Station, error) {
			opened++
			<-open
			return ipx.NewStation(ipxtest.New(ipxtest.Faults{}).Port(ipxtest.Node(1))), nil
		}})
		hosts := make(chan *spx.Host, 2)
		for range 2 {
			go func() {
				h, err := x.Host(t.Context())
				if err != nil {
					t.Error(err)
				}
				hosts <- h
			}()
		}
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := x.Flush(short); err != nil || time.Since(began) != 0 {
			t.Errorf("Flush: %v after %v", err, time.Since(began))
		}
		if _, _, ok := x.Counts(); ok {
			t.Error("there are counts of what is not open")
		}
		if _, err := x.Host(short); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("Host: %v after %v", err, time.Since(began))
		}
		close(open)
		if a, b := <-hosts, <-hosts; a == nil || a != b || opened != 1 {
			t.Errorf("opened %d times", opened)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
}
