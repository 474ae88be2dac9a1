package smalltalk_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/bind/smalltalk"
	emitsmalltalk "github.com/opendsom/dsom/emit/smalltalk"
	"github.com/opendsom/dsom/idl"
)

// TestNamingTypes: what the image knows of CosNaming is what the compiler makes of its IDL.
func TestNamingTypes(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{}, "../../idl/standard/cos/CosNaming.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, err := emitsmalltalk.Emit(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := files.Get("CosNaming.st")
	if got, err := os.ReadFile("st/cosnaming.st"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: st/cosnaming.st is not what dsom idl build --smalltalk makes", err)
	}
}

// request is a request of GIOP 1.0 for the operation say of the object "o", little-endian, with a string.
func request(text string) []byte {
	var b []byte
	long := func(n int) {
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	str := func(s string) { long(len(s) + 1); b = append(append(b, s...), 0) }
	long(0)
	long(7)
	b = append(b, 1)
	long(1)
	b = append(b, 'o')
	str("say")
	long(0)
	str(text)
	return append(binary.LittleEndian.AppendUint32([]byte{'G', 'I', 'O', 'P', 1, 0, 1, 0}, uint32(len(b))), b...)
}

// TestHostile: messages that end early, and lengths that lie, end with their connection, or in an exception; what comes next is served.
func TestHostile(t *testing.T) {
	t.Parallel()
	squeak(t)
	in, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := smalltalk.Program{Time: 2 * time.Minute, Stdout: out, Stderr: io.Discard, File: program(t, `
DsomTypes read: #((interface 'IDL:Echo:1.0' 'Echo' () (operation 'say' (string 0) ((in 's' (string 0))) ()) (oneway 'end' void () ())))!
Object subclass: #Echo instanceVariableNames: '' classVariableNames: '' poolDictionaries: '' category: 'T'!
!Echo methodsFor: 'x'!
say: s
	s = 'end' ifTrue: [DsomConsole exit: 0].
	^s! !
DsomORB current activate: Echo new as: 'Echo' key: 'o'.
DsomConsole say: DsomORB current port printString; wait!
`)}.Run(t.Context())
		out.Close()
		done <- err
	}()
	port, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-done)
	}
	address := "127.0.0.1:" + port[:len(port)-1]
	send := func(b []byte, answered bool) []byte {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		if _, err := c.Write(b); err != nil {
			return nil
		}
		if !answered {
			return nil
		}
		got := make([]byte, 12)
		if _, err := io.ReadFull(c, got); err != nil {
			return nil
		}
		body := make([]byte, min(binary.LittleEndian.Uint32(got[8:]), 1000))
		_, _ = io.ReadFull(c, body)
		got = append(got, body...)
		return got
	}
	good := request("hello")
	check := func(after string) {
		t.Helper()
		if got := send(good, true); !bytes.Contains(got, []byte("hello\x00")) {
			t.Fatalf("after %s it answers % x", after, got)
		}
	}
	check("nothing")
	for n := 0; n < len(good); n += 3 {
		send(good[:n], false)
	}
	check("all that ends early")
	for at := 4; at+4 <= len(good); at++ {
		for _, lie := range []uint32{0xffffffff, 0x7fffffff, 0x01000000, 3} {
			b := bytes.Clone(good)
			binary.LittleEndian.PutUint32(b[at:], lie)
			if at >= 8 && at < 12 || lie == 3 && at%4 == 0 || at%7 == 0 { // some of them
				send(b, false)
			}
		}
	}
	check("lengths that lie")
	send(request("end"), false)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
