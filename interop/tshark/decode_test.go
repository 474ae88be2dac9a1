package tshark_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
)

const captures = "../../../shared/data/giop-captures"

// TestDecode decodes the shared recordings and compares with the tables that were made when they were recorded.
func TestDecode(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"}, peer.Tool{Name: captures + "/README.md", Package: "(shared recordings)"})
	for _, name := range []string{"omni-omni-giop1.0", "omni-omni-giop1.2", "types-omni-omni-giop1.0-port14003",
		"types-omni-omni-giop1.1-port14003", "types-omni-omni-giop1.2-port14003"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			messages, err := tshark.Decode(t.Context(), filepath.Join(captures, name+".pcap"), 14001, 14003)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, m := range messages {
				if m.Type == tshark.Fragment {
					continue // the tables have them put together
				}
				id, status := fmt.Sprint(m.ID), ""
				if m.Type == tshark.CloseConnection {
					id = ""
				}
				if m.Status != tshark.NoStatus {
					status = fmt.Sprint(m.Status)
				}
				fmt.Fprintf(&got, "%d\t%d\t%s\t%s\t%s\n", m.Frame, m.Type, id, m.Operation, status)
			}
			if want := table(t, name); got.String() != want {
				t.Errorf("got\n%swant\n%s", got.String(), want)
			}
			for _, m := range tshark.Troubled(messages) {
				t.Errorf("trouble: %v", m)
			}
		})
	}
}

// table is the recorded table without its last column and without Fragments.
func table(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(captures, name+".tshark.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		columns := strings.Split(line, "\t")
		if columns[1] != "7" {
			fmt.Fprintln(&b, strings.Join(columns[:5], "\t"))
		}
	}
	return b.String()
}

// TestDecodeMalformed shows that a message that is not what its header says is reported, and that nothing else is.
func TestDecodeMalformed(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"}, peer.Tool{Name: captures + "/README.md", Package: "(shared recordings)"})
	pcap, err := os.ReadFile(filepath.Join(captures, "types-omni-omni-giop1.2-port14003.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	// The length of an operation's name, in front of the name, becomes 2 GiB.
	at := strings.Index(string(pcap), "\x0b\x00\x00\x00_get_ident\x00")
	if at < 0 {
		t.Fatal("the recording has no request for _get_ident")
	}
	pcap[at+3] = 0x7f
	file := filepath.Join(t.TempDir(), "bad.pcap")
	if err := os.WriteFile(file, pcap, 0o600); err != nil {
		t.Fatal(err)
	}
	messages, err := tshark.Decode(t.Context(), file, 14003)
	if err != nil {
		t.Fatal(err)
	}
	troubled := tshark.Troubled(messages)
	if len(troubled) != 1 || troubled[0].Type != tshark.Request || troubled[0].ID != 8 {
		t.Errorf("got trouble with %v, want it with request 8 alone", troubled)
	}
}
