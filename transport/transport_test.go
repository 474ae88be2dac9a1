package transport_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
	"github.com/opendsom/dsom/transport/tcp"
)

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]transport.Endpoint{
		"tcp:host:2809":         {Network: "tcp", Host: "host", Port: 2809},
		"tcp::0":                {Network: "tcp"},
		"tcp:[::1]:65535":       {Network: "tcp", Host: "::1", Port: 65535},
		"tcp:[fe80::1%eth0]:80": {Network: "tcp", Host: "fe80::1%eth0", Port: 80},
		"unix:/run/dsom.sock":   {Network: "unix", Host: "/run/dsom.sock"},
		"pipe:bank":             {Network: "pipe", Host: "bank"},
		"unix:@abstract:1":      {Network: "unix", Host: "@abstract:1"},
	} {
		got, err := transport.ParseEndpoint(in)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", in, got, err, want)
		}
		if got.String() != in {
			t.Errorf("%s is written as %s", in, got)
		}
	}
	for _, in := range []string{"", "tcp", ":host:1", "tcp:host", "tcp:host:65536", "tcp:host:-1", "tcp:::1:80", "tcp:host:http", "tcp:[[::1]]:1"} {
		if got, err := transport.ParseEndpoint(in); err == nil {
			t.Errorf("%q: got %+v; want an error", in, got)
		}
	}
}

func FuzzParseEndpoint(f *testing.F) {
	for _, s := range []string{"tcp:host:1", "tcp:[::1]:0", "unix:/x", "a:b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := transport.ParseEndpoint(s)
		if err != nil {
			return
		}
		if again, err := transport.ParseEndpoint(e.String()); err != nil || again != e {
			t.Errorf("%q is %+v, written as %q, which is %+v, %v", s, e, e.String(), again, err)
		}
	})
}

func TestSetNamesWhatItHas(t *testing.T) {
	t.Parallel()
	s := transport.Set{tcp.New(), mem.New()}
	if tr, err := s.Find("mem"); err != nil || tr.Name() != "mem" {
		t.Errorf("got %v, %v", tr, err)
	}
	_, err := s.Dial(t.Context(), transport.Endpoint{Network: "ipx"})
	if err == nil || !strings.Contains(err.Error(), `"ipx"`) || !strings.Contains(err.Error(), "tcp mem") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Listen(t.Context(), transport.Endpoint{Network: "ipx"}); err == nil {
		t.Error("listens on a network that is not there")
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	x, y := net.Pipe()
	a, b := transport.Wrap(x), transport.Wrap(y)
	go func() {
		v := net.Buffers{[]byte("one"), []byte("two")}
		a.WriteBuffers(&v)
		a.Close()
	}()
	got := ""
	for {
		c, n, err := b.ReadChunk()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got += string(c[:n])
		c.Free()
	}
	if got != "onetwo" || b.State() != transport.Quiet || b.CloseWrite() != nil {
		t.Errorf("read %q", got)
	}
}
