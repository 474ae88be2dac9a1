package mem_test

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{Transport: mem.New(), Endpoint: transport.Endpoint{Network: mem.Name, Host: "here"}, Lazy: true})
}

func TestSuiteInPieces(t *testing.T) {
	n := mem.New()
	n.Buffer = 1000
	transporttest.Run(t, transporttest.Subject{Transport: n, Endpoint: transport.Endpoint{Network: mem.Name, Host: "here"}, Lazy: true})
}

func TestVirtualTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := mem.New()
		n.Buffer = 10
		a, b := n.Pipe()
		began := time.Now()
		a.SetReadDeadline(began.Add(time.Hour))
		if _, err := a.Read(make([]byte, 1)); err != os.ErrDeadlineExceeded || time.Since(began) != time.Hour {
			t.Errorf("%v after %v; want the deadline after an hour", err, time.Since(began))
		}
		// A writer waits for room: back-pressure.
		go func() {
			time.Sleep(time.Minute)
			b.Read(make([]byte, 4))
		}()
		began = time.Now()
		if n, err := a.Write(make([]byte, 12)); n != 12 || err != nil || time.Since(began) != time.Minute {
			t.Errorf("Write = %d, %v after %v; want all after a minute", n, err, time.Since(began))
		}
	})
}
