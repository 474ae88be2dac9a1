package pcap_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/pcap"
)

// frame is an Ethernet frame with a TCP segment.
func frame(from, to uint16, seq uint32, syn bool, data string) []byte {
	b := make([]byte, 14+20+20, 14+20+20+len(data))
	binary.BigEndian.PutUint16(b[12:], 0x0800)
	ip, tcp := b[14:34], b[34:]
	ip[0], ip[9] = 0x45, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(40+len(data)))
	copy(ip[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1})
	binary.BigEndian.PutUint16(tcp, from)
	binary.BigEndian.PutUint16(tcp[2:], to)
	binary.BigEndian.PutUint32(tcp[4:], seq)
	tcp[12] = 5 << 4
	if syn {
		tcp[13] = 2
	}
	return append(append(b, data...), 0, 0) // Ethernet pads
}

func write(t *testing.T, frames ...[]byte) string {
	t.Helper()
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, make([]byte, 16)...)
	b = binary.LittleEndian.AppendUint32(b, 1)
	for _, f := range frames {
		b = append(b, make([]byte, 8)...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f)))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	name := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// Segments out of order, sent twice or overlapping give the stream that was sent; a new
// connection between the same ports is another stream.
func TestStreams(t *testing.T) {
	t.Parallel()
	wrap := uint32(0xfffffffe) // sequence numbers begin again at 0
	file := write(t,
		frame(1, 2, wrap, true, ""),
		frame(1, 2, wrap+1, false, "ab"),
		frame(1, 2, wrap+6, false, "fg"), // early
		frame(2, 1, 100, true, ""),
		frame(2, 1, 101, false, "XY"),
		frame(1, 2, wrap+1, false, "abc"), // overlaps
		make([]byte, 60),                  // no IPv4
		frame(1, 2, wrap+4, false, "de"),
		frame(1, 2, wrap+4, false, "de"), // again
		frame(1, 2, 5, true, ""),
		frame(1, 2, 6, false, "new"),
	)
	streams, err := pcap.Streams(file)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"abcdefg", "XY", "new"}
	if len(streams) != len(want) {
		t.Fatalf("%d streams", len(streams))
	}
	for i, s := range streams {
		if string(s.Data) != want[i] {
			t.Errorf("stream %d is %q, want %q", i, s.Data, want[i])
		}
	}
	for offset, want := range map[int]int{0: 2, 1: 2, 2: 6, 4: 8, 6: 8, 99: 8} {
		if got := streams[0].Frame(offset); got != want {
			t.Errorf("octet %d came with frame %d, want %d", offset, got, want)
		}
	}
	if streams[0].From.Port != 1 || streams[1].From.Port != 2 {
		t.Errorf("ports %v and %v", streams[0].From, streams[1].From)
	}
}

func TestNoCapture(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(write(t, frame(1, 2, 1, true, "abc")))
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if n == 24 {
			continue // a capture of nothing
		}
		name := filepath.Join(t.TempDir(), "cut.pcap")
		if err := os.WriteFile(name, good[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := pcap.Streams(name); err == nil {
			t.Errorf("%d of %d octets are a capture", n, len(good))
		}
	}
}
