package c89_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/golden"
)

// recorded are the requests by which the client asks a naming service for bank/main, octet by octet, in both orders.
var recorded = []string{"resolve-little.txt", "resolve-big.txt"}

// TestRecorded: the client's request is what it was, in either order.
func TestRecorded(t *testing.T) {
	t.Parallel()
	program := native.build(t)
	for _, name := range recorded {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		came := make(chan []byte, 1)
		go func() {
			c, err := l.Accept()
			if err != nil {
				came <- nil
				return
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(patience))
			b, _ := message(c)
			came <- b
		}()
		order := "-" + strings.TrimSuffix(strings.TrimPrefix(name, "resolve-"), ".txt")
		out, err := exec.CommandContext(t.Context(), program, order, "corbaloc::"+l.Addr().String()+"/NameService").CombinedOutput()
		if err == nil || string(out) != "resolve: no connection, or it has failed\n" {
			t.Errorf("%v: %s", err, out)
		}
		golden.Check(t, name, hex.Dump(<-came))
	}
}

// octets returns what a dump says.
func octets(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "|")
		_, digits, _ := strings.Cut(line, " ")
		piece, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, piece...)
	}
	return b
}

// message reads a message of GIOP 1.0.
func message(r io.Reader) ([]byte, error) {
	b := make([]byte, 12)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	n := orderOf(b).Uint32(b[8:])
	if n > 1<<16 {
		return nil, io.ErrShortBuffer
	}
	b = append(b, make([]byte, n)...)
	_, err := io.ReadFull(r, b[12:])
	return b, err
}

func orderOf(b []byte) binary.ByteOrder {
	if b[6] == 1 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// locate is a LocateRequest of GIOP 1.0 for NameService, number 7, big-endian.
const locate = "47494f5001000003" + "00000013" + "00000007" + "0000000b" + "4e616d6553657276696365"

// replay sends what was recorded to a daemon. It answers in GIOP 1.0, and knows the bank.
func replay(t *testing.T, address string) {
	t.Helper()
	ask := func(b []byte) []byte {
		t.Helper()
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(patience))
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
		got, err := message(c)
		if err != nil || !bytes.HasPrefix(got, []byte("GIOP\x01\x00")) {
			t.Fatalf("the answer to\n%sis %v\n%s", hex.Dump(b), err, hex.Dump(got))
		}
		return got
	}
	for _, name := range recorded {
		b := octets(t, name)
		got := ask(b)
		o := orderOf(got)
		// no service contexts, the request's number, no exception
		if got[7] != 1 || o.Uint32(got[12:]) != 0 || o.Uint32(got[16:]) != orderOf(b).Uint32(b[16:]) || o.Uint32(got[20:]) != 0 || !bytes.Contains(got, []byte("IDL:Bank/Account:1.0\x00")) {
			t.Errorf("the answer to %s is\n%s", name, hex.Dump(got))
		}
	}
	b, err := hex.DecodeString(locate)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(b); len(got) < 20 || got[7] != 4 || orderOf(got).Uint32(got[12:]) != 7 || orderOf(got).Uint32(got[16:]) != 1 {
		t.Errorf("the object is not here:\n%s", hex.Dump(got))
	}
}
