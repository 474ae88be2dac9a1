package c89_test

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// replyTo returns a reply of GIOP 1.0 to the request that has id, which forwards it or answers with a reference.
func replyTo(id uint32, little bool, status uint32, host string, port uint16) []byte {
	var order binary.AppendByteOrder = binary.BigEndian
	flag := byte(0)
	if little {
		order, flag = binary.LittleEndian, 1
	}
	text := func(b []byte, s string) []byte {
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		b = order.AppendUint32(b, uint32(len(s)+1))
		return append(append(b, s...), 0)
	}
	profile := text([]byte{flag, 1, 0}, host)
	for len(profile)%2 != 0 {
		profile = append(profile, 0)
	}
	profile = order.AppendUint16(profile, port)
	profile = text(profile, "key")
	b := order.AppendUint32(nil, 0)
	b = order.AppendUint32(b, id)
	b = order.AppendUint32(b, status)
	b = text(b, "IDL:X:1.0")
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	b = order.AppendUint32(b, 1)
	b = order.AppendUint32(b, 0)
	b = order.AppendUint32(b, uint32(len(profile)))
	b = append(b, profile...)
	head := order.AppendUint32([]byte{'G', 'I', 'O', 'P', 1, 0, flag, 1}, uint32(len(b)))
	return append(head, b...)
}

// TestHostile: whatever a server answers, and wherever it forwards to, the client ends by itself, with a word, and touches no memory that is
// not its own. It is built with the checkers of addresses and of undefined behaviour.
func TestHostile(t *testing.T) {
	t.Parallel()
	program := native.build(t, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	seed := time.Now().UnixNano()
	if s := os.Getenv("DSOM_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseInt(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(uint64(seed), 89))
	runs := 100
	if d, err := time.ParseDuration(os.Getenv("DSOM_SOAK")); err == nil {
		runs = max(runs, int(d/(50*time.Millisecond)))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	answers := make(chan func(id uint32) []byte, 1)
	go func() {
		answer := func(uint32) []byte { return nil }
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			select {
			case answer = <-answers:
			default: // a forward to here: the same again
			}
			for {
				var head [12]byte
				if _, err := io.ReadFull(c, head[:]); err != nil {
					break
				}
				order := binary.ByteOrder(binary.BigEndian)
				if head[6] == 1 {
					order = binary.LittleEndian
				}
				body := make([]byte, min(order.Uint32(head[8:]), 1<<16))
				if _, err := io.ReadFull(c, body); err != nil || len(body) < 8 {
					break
				}
				b := answer(order.Uint32(body[4:]))
				if _, err := c.Write(b); err != nil || len(b) == 0 {
					break
				}
			}
			c.Close()
		}
	}()
	url := "corbaloc::127.0.0.1:" + strconv.Itoa(int(port)) + "/NameService"
	said := map[string]int{}
	for i := range runs {
		little, status := r.IntN(2) == 1, uint32(r.IntN(5))
		cut, at, with := -1, -1, byte(0)
		reply, elsewhere := replyTo(0, little, status, "127.0.0.1", port), replyTo(0, little, status, "127.0.0.1", ^port)
		whole := len(reply)
		switch r.IntN(4) {
		case 0:
			cut = r.IntN(whole)
		case 1, 2:
			at, with = r.IntN(whole), byte(r.IntN(256))
			for reply[at] != elsewhere[at] { // the port, at which another program may listen
				at = r.IntN(whole)
			}
			if r.IntN(2) == 0 {
				with = 0xff
			}
		}
		answers <- func(id uint32) []byte {
			b := replyTo(id, little, status, "127.0.0.1", port)
			if at >= 0 {
				b[at] = with
			}
			if cut >= 0 {
				b = b[:cut]
			}
			return b
		}
		cmd := exec.CommandContext(t.Context(), program, "-little", "-wait", "1", url)
		out, err := cmd.CombinedOutput()
		word, _, _ := strings.Cut(string(out), "\n")
		said[word]++
		if code := cmd.ProcessState.ExitCode(); code != 1 || strings.Contains(string(out), "Sanitizer") || strings.Contains(string(out), "runtime error") {
			t.Fatalf("seed %d, run %d (little %t, status %d, cut %d, octet %d is %#x): %v\n%s", seed, i, little, status, cut, at, with, err, out)
		}
	}
	for word, n := range said {
		t.Logf("%4d %s", n, word)
	}
	if len(said) < 3 {
		t.Errorf("all answers come to the same: %v", said)
	}
}
