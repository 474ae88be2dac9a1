package tcp_test

import (
	"runtime"
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/internal/transporttest"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Subject{
		Transport: tcp.New(),
		Endpoint:  transport.Endpoint{Network: tcp.Name, Host: "127.0.0.1"},
		Lazy:      runtime.GOOS != "windows" && runtime.GOOS != "plan9" && runtime.GOOS != "js",
	})
}

func TestBothVersionsOfIP(t *testing.T) {
	t.Parallel()
	tr := tcp.New()
	l, err := tr.Listen(t.Context(), transport.Endpoint{Network: tcp.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, host := range []string{"127.0.0.1", "::1", "localhost"} {
		c, err := tr.Dial(t.Context(), transport.Endpoint{Network: tcp.Name, Host: host, Port: l.Endpoint().Port})
		if err != nil {
			if host == "::1" {
				t.Logf("no IPv6 here: %v", err)
				continue
			}
			t.Fatal(err)
		}
		c.Close()
	}
}
