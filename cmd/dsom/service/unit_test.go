package service_test

import (
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cmd/dsom/service"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/golden"
)

// odd has whatever such files take for something else.
var odd = service.Service{Program: "/opt/my dsom/bin/dsom", State: `/srv/100% "d$som"\x`, Args: []string{"--publish", "10.0.0.0/8=@here", "--allow-write=<&>", "a;b", "tab\there", ""}, User: true}

func TestSystemd(t *testing.T) {
	t.Parallel()
	golden.Check(t, "dsom.service", service.Service{Program: "/usr/bin/dsom", State: "/var/lib/dsom"}.Systemd())
	golden.Check(t, "user.service", odd.Systemd())
}

// TestSystemdReads has systemd read the units.
func TestSystemdReads(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		absent.Skip(t, "no systemd-analyze: interop/install-peers has it")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	odd := odd
	odd.Program = filepath.Join(t.TempDir(), "my dsom")
	if err := os.Symlink(self, odd.Program); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]service.Service{"plain": {Program: self, State: "/var/lib/dsom"}, "odd": odd} {
		file := filepath.Join(t.TempDir(), name+".service")
		if err := os.WriteFile(file, []byte(s.Systemd()), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(program, "verify", "--man=no", file).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, name+".service") {
				t.Errorf("%s", line)
			}
		}
		t.Logf("%s: %v %s", name, err, out)
	}
}

func TestLaunchd(t *testing.T) {
	t.Parallel()
	golden.Check(t, "dsom.plist", service.Service{Program: "/usr/local/bin/dsom", State: "/var/lib/dsom"}.Launchd("/var/log/dsom.log"))

	d := xml.NewDecoder(strings.NewReader(odd.Launchd("/l & g")))
	var texts []string
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := tok.(xml.StartElement); ok && s.Name.Local == "string" {
			var text string
			if err := d.DecodeElement(&text, &s); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
	}
	want := append([]string{service.Label, odd.Program, "daemon", "--state", odd.State}, append(slices.Clone(odd.Args), "/l & g")...)
	if !slices.Equal(texts, want) {
		t.Errorf("got %q\nwant %q", texts, want)
	}
}
