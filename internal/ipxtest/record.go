package ipxtest

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/transport/ipx"
)

// A Recording collects packets for tshark. It is safe for concurrent use.
type Recording struct {
	mu   sync.Mutex
	file []byte
	n    uint32
}

// Links of recordings.
const linkEthernet = 1

// Saw adds a packet in a frame of a framing.
func (r *Recording) Saw(f ipx.Framing, to ipx.Node, packet []byte) {
	p, err := ipx.Parse(packet)
	if err != nil {
		return
	}
	r.Frame(ipx.AppendFrame(nil, f, to, p.Src.Node, packet))
}

// Frame adds a frame.
func (r *Recording) Frame(frame []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	le := binary.LittleEndian
	if r.file == nil {
		r.file = le.AppendUint32(nil, 0xa1b2c3d4)
		for _, v := range []uint32{2 | 4<<16, 0, 0, 1 << 16, linkEthernet} {
			r.file = le.AppendUint32(r.file, v)
		}
	}
	r.n++
	for _, v := range []uint32{r.n / 1000, r.n % 1000 * 1000, uint32(len(frame)), uint32(len(frame))} {
		r.file = le.AppendUint32(r.file, v)
	}
	r.file = append(r.file, frame...)
}

// Len returns how many frames there are.
func (r *Recording) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int(r.n)
}

// Decode returns what tshark says of the fields of frames that pass a filter, a line a frame. Without tshark the test is skipped.
func (r *Recording) Decode(t testing.TB, options []string, filter string, fields ...string) []string {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		absent.Skip(t, "missing packages: tshark")
	}
	r.mu.Lock()
	name := filepath.Join(t.TempDir(), "wire.pcap")
	err := os.WriteFile(name, r.file, 0o600)
	r.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-n", "-r", name, "-T", "fields"}, options...)
	if filter != "" {
		args = append(args, "-Y", filter)
	}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, errs.String())
	}
	var lines []string
	for l := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSuffix(l, "\n"))
	}
	return lines
}
