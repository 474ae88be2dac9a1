// Package captures gives tests the recorded GIOP traffic that lies beside the repository.
package captures

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/pcap"
)

// Dir returns the folder of the shared data of that name. Where it is not there the test is
// skipped, and fails when CI=true.
func Dir(t testing.TB, name string) string {
	t.Helper()
	for up, i := "..", 0; i < 4; up, i = filepath.Join("..", up), i+1 {
		dir := filepath.Join(up, "shared", "data", name)
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("the recorded traffic shared/data/%s is missing beside the repository", name)
	}
	t.Skipf("the recorded traffic shared/data/%s is not beside the repository", name)
	return ""
}

// A Message is a GIOP message as it was sent, a fragment by itself.
type Message struct {
	Frame  int // in which its last octet came, as tshark counts
	Stream int // direction of a connection: messages of one number follow each other
	Header giop.Header
	Octets []byte // header included
}

// Messages returns the messages of a capture, in the order in which they were complete.
func Messages(t testing.TB, file string) []Message {
	t.Helper()
	streams, err := pcap.Streams(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []Message
	for i, s := range streams {
		for at := 0; at < len(s.Data); {
			h, err := giop.ParseHeader(s.Data[at:])
			if err != nil {
				t.Fatalf("%s: stream %d at %d: %v", file, i, at, err)
			}
			end := at + giop.HeaderSize + int(h.Size)
			if end > len(s.Data) {
				t.Fatalf("%s: stream %d ends inside a %v", file, i, h.Type)
			}
			all = append(all, Message{s.Frame(end - 1), i, h, s.Data[at:end]})
			at = end
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Frame < all[j].Frame })
	return all
}

// Whole returns the messages put together from their fragments.
func Whole(t testing.TB, file string) []Message {
	t.Helper()
	assemblers := map[int]*giop.Assembler{}
	var all []Message
	for _, m := range Messages(t, file) {
		a := assemblers[m.Stream]
		if a == nil {
			a = &giop.Assembler{}
			assemblers[m.Stream] = a
		}
		h, msg, err := a.Add(m.Header, m.Octets)
		if err != nil {
			t.Fatalf("%s: frame %d: %v", file, m.Frame, err)
		}
		if msg != nil {
			all = append(all, Message{m.Frame, m.Stream, h, msg})
		}
	}
	for _, a := range assemblers {
		if a.Held() > 0 {
			t.Fatalf("%s: %d octets of messages without an end", file, a.Held())
		}
	}
	return all
}

// Files returns the captures in a folder.
func Files(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s: %v", dir, err)
	}
	return files
}

// Name returns the name of a capture for a subtest.
func Name(file string) string { return strings.TrimSuffix(filepath.Base(file), ".pcap") }
