package interop_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/transport/miop"
)

// TestMIOPDissected: Wireshark's dissector takes the packets of this project for MIOP, whole and in pieces, in both byte orders, and finds nothing malformed in them.
func TestMIOPDissected(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"})
	file := new(bytes.Buffer)
	file.Write([]byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x65\x00\x00\x00")) // raw IP
	n := 0
	add := func(b []byte) error {
		p := make([]byte, 28, 28+len(b))
		p[0], p[8], p[9] = 0x45, 1, 17
		binary.BigEndian.PutUint16(p[2:], uint16(28+len(b)))
		copy(p[12:], []byte{127, 0, 0, 1, 239, 1, 2, 3})
		binary.BigEndian.PutUint16(p[20:], 4000)
		binary.BigEndian.PutUint16(p[22:], 3053)
		binary.BigEndian.PutUint16(p[24:], uint16(8+len(b)))
		p = append(p, b...)
		head := make([]byte, 16)
		binary.LittleEndian.PutUint32(head[8:], uint32(len(p)))
		binary.LittleEndian.PutUint32(head[12:], uint32(len(p)))
		file.Write(append(head, p...))
		n++
		return nil
	}
	p := ior.Group{Domain: "NET", ID: 7}.Reference("", netip.MustParseAddrPort("239.1.2.3:3053")).Profiles[0]
	ids := miop.NewIDs()
	for _, little := range []bool{true, false} {
		for _, size := range []int{100, 2000} {
			e := cdr.NewEncoder(nil, little, nil)
			m := giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: 1, Target: &giop.Target{Kind: giop.ProfileAddr, Tag: p.Tag, Profile: p.Data}, Operation: "hear"})
			e.RawString(strings.Repeat("x", size))
			giop.Finish(e, m)
			if err := miop.Split(e.Bytes(), ids.Next(), little, 0, add); err != nil {
				t.Fatal(err)
			}
		}
	}
	name := filepath.Join(t.TempDir(), "miop.pcap")
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tshark", "-r", name, "-T", "fields", "-e", "frame.protocols", "-e", "miop.packet_length", "-e", "_ws.col.Info", "-e", "_ws.malformed").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(lines) != n || n != 6 {
		t.Fatalf("%d packets, %d lines:\n%s", n, len(lines), out)
	}
	for i, line := range lines {
		of := []string{"GIOP 1.2 Request, s=205 id=1: op=hear", "GIOP 1.2 Request, s=2105 id=1: op=hear", "(2 of 2)"}[i%3]
		if !strings.Contains(line, "miop") || !strings.Contains(line, of) || strings.Contains(strings.ToLower(line), "malformed") {
			t.Errorf("packet %d: %s", i+1, line)
		}
	}
}
