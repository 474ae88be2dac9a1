package spx_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/opendsom/dsom/internal/ipxtest"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/spx"
)

// octets reads what a line of a trace says: digits of base 16, *SIZE for zeros up to a size of the packet, and 00*N for N zeros.
func octets(t *testing.T, s string) []byte {
	t.Helper()
	var b []byte
	for _, word := range strings.Fields(s) {
		if digits, n, ok := strings.Cut(word, "*"); ok {
			size, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			if digits == "" {
				size -= ipx.HeaderSize + len(b)
			}
			b = append(b, make([]byte, size)...)
			continue
		}
		d, err := hex.DecodeString(word)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, d...)
	}
	return b
}

// TestTraces plays one side of recorded connections against the other, to the octet. Numbers of connections that were drawn here stand for those that were recorded.
func TestTraces(t *testing.T) {
	for name, c := range map[string]spx.HostConfig{
		"client-spx": {Window: 8, Only1: true}, "server-spx": {Window: 1, Only1: true}, "client-spx2": {Window: 1}, "server-spx2": {Window: 1},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { play(t, name, c) }) })
	}
}

func play(t *testing.T, name string, config spx.HostConfig) {
	text, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	client := strings.HasPrefix(name, "client")
	w := ipxtest.New(ipxtest.Faults{})
	w.Most = 1444
	var sent [][]byte
	var own uint16 // this side's number
	var socket uint16
	w.Saw = func(_ ipx.Node, b []byte) {
		p, err := ipx.Parse(b)
		if err != nil {
			t.Error(err)
			return
		}
		own, socket = binary.BigEndian.Uint16(p.Data[2:]), p.Src.Socket
		sent = append(sent, bytes.Clone(p.Data))
	}
	ourPort, there := w.Port(ipxtest.Node(2)), ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(1), Socket: 0x4d53}
	s := ipx.NewStation(ourPort)
	defer s.Close()
	h := spx.NewHost(s, config)
	defer h.Close()
	var l *spx.Listener
	socket = 0x3053
	if !client {
		if l, err = h.Listen(socket); err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
	recorded := map[bool]string{true: "1234", false: "5a1f"}[client]
	if strings.HasSuffix(name, "2") {
		recorded = map[bool]string{true: "81c2", false: "2d2c"}[client]
	}
	old := octets(t, recorded)
	var conn *spx.Conn
	dialled := make(chan *spx.Conn, 1)
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("%s:%d: %s: %s", name, i+1, line, fmt.Sprintf(format, args...))
		}
		synctest.Wait()
		switch what, rest, _ := strings.Cut(line[2:], " "); line[0] {
		case '>':
			want := octets(t, line[2:])
			if len(sent) == 0 {
				fail("nothing is sent")
			}
			got := sent[0]
			sent = sent[1:]
			copy(got[2:4], old)
			if !bytes.Equal(got, want) {
				fail("what is sent is\n%x (%d octets), not\n%x (%d)", got[:min(len(got), 60)], len(got), want[:min(len(want), 60)], len(want))
			}
		case '<':
			data := octets(t, line[2:])
			if bytes.Equal(data[4:6], old) {
				binary.BigEndian.PutUint16(data[4:], own)
			}
			p := ipx.Packet{Type: ipx.TypeSPX, Dst: ipx.Addr{Net: ipxtest.Net, Node: ipxtest.Node(2), Socket: socket}, Src: there, Data: data}
			ourPort.Inject(p.Append(nil))
		case '!':
			if conn == nil && what != "dial" && what != "accept" {
				select {
				case conn = <-dialled:
				default:
					fail("there is no connection")
				}
			}
			switch what {
			case "dial":
				go func() {
					c, err := h.Dial(context.Background(), there)
					if err != nil {
						t.Error(err)
					}
					dialled <- c
				}()
			case "accept":
				if conn, err = l.Accept(); err != nil {
					fail("%v", err)
				}
			case "write":
				if _, err := conn.Write(octets(t, rest)); err != nil {
					fail("%v", err)
				}
			case "read":
				got, want := make([]byte, 5000), octets(t, rest)
				if n, err := conn.Read(got); err != nil || !bytes.Equal(got[:n], want) {
					fail("%x, %v", got[:n], err)
				}
			case "release":
				if err := conn.CloseWrite(); err != nil {
					fail("%v", err)
				}
			case "close":
				if err := conn.Close(); err != nil {
					fail("%v", err)
				}
			case "eof":
				if n, err := conn.Read(make([]byte, 1)); err != io.EOF {
					fail("%d, %v", n, err)
				}
			default:
				fail("?")
			}
		}
	}
	synctest.Wait()
	for _, b := range sent {
		t.Errorf("%s: and then %x", name, b[:min(len(b), 30)])
	}
	if n := h.Conns(); n != 0 && strings.HasSuffix(name, "2") {
		t.Errorf("%d connections are left", n)
	}
	if conn != nil {
		_ = conn.Close()
	}
}
