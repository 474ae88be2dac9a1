package somenv_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/svc/somdd/somenv"
)

// sample is as a machine with SOM 3.0 has it.
const sample = `; the system's
[somd]
SOMDDIR=C:\som\etc\
HOSTNAME=atlas.example
SOMDPROTOCOLS=SOMD_TCPIP \
   SOMD_IPC
somdrecvwait = 600
SOMDDEBUG=0

[SOMD_TCPIP]
SOMDPORT=3002
HOSTNAME=10.0.0.5
SOMDPORT=3003
[somir]
SOMIR=/var/som/som.ir;./som.ir
[colours]
Sky=blue
`

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := somenv.Parse("a.ini", []byte(strings.ReplaceAll(sample, "\n", "\r\n")+"\x1a"))
	if err != nil {
		t.Fatal(err)
	}
	want := []somenv.Setting{
		{"somd", "SOMDDIR", `C:\som\etc\`, "a.ini:3"},
		{"somd", "HOSTNAME", "atlas.example", "a.ini:4"},
		{"somd", "SOMDPROTOCOLS", "SOMD_TCPIP SOMD_IPC", "a.ini:5"},
		{"somd", "somdrecvwait", "600", "a.ini:7"},
		{"somd", "SOMDDEBUG", "0", "a.ini:8"},
		{"SOMD_TCPIP", "SOMDPORT", "3002", "a.ini:11"},
		{"SOMD_TCPIP", "HOSTNAME", "10.0.0.5", "a.ini:12"},
		{"SOMD_TCPIP", "SOMDPORT", "3003", "a.ini:13"},
		{"somir", "SOMIR", "/var/som/som.ir;./som.ir", "a.ini:15"},
		{"colours", "Sky", "blue", "a.ini:17"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestContinued holds where a line goes on: a backslash behind a space, and one without before what means nothing by itself; a folder that ends so is whole.
func TestContinued(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"[somir]\nSOMIR=a;\\\nb;\\\n c\n":             {"SOMIR a;b;c"},
		"[somir]\r\nSOMIR=a; \\\r\nb\r\n":             {"SOMIR a; b"},
		"[somd]\nSOMDDIR=C:\\SOM\\\nSOMDPORT=1\n":     {`SOMDDIR C:\SOM\`, "SOMDPORT 1"},
		"[somd]\nSOMDDIR=C:\\SOM\\\n[somir]\nSOMIR=x": {`SOMDDIR C:\SOM\`, "SOMIR x"},
		"[somd]\nSOMDDIR=C:\\SOM\\\n; more\n":         {`SOMDDIR C:\SOM\`},
		"[somd]\nSOMDDIR=C:\\SOM\\\n\x1a":             {`SOMDDIR C:\SOM\`},
		"[somd]\nSOMDDIR=C:\\SOM\\":                   {`SOMDDIR C:\SOM\`},
	} {
		all, err := somenv.Parse("x", []byte(text))
		var got []string
		for _, s := range all {
			got = append(got, s.Name+" "+s.Value)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestErrorLog: the file of errors belongs in [somras], as what is told of it does.
func TestErrorLog(t *testing.T) {
	t.Parallel()
	for stanza, want := range map[string]string{"somras": "the daemon logs to standard error", "somd": "of no effect in this stanza: it belongs in [somras]"} {
		if f, err := (somenv.Setting{Stanza: stanza, Name: "SOMErrorLogFile", Value: "x"}).Became(); err != nil || !strings.HasPrefix(f.Note, want) {
			t.Errorf("in [%s]: got %+v, %v", stanza, f, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"SOMDPORT=1", "x:1: SOMDPORT stands in no stanza"},
		{"[somd]\n[]", "x:2: a stanza is written [name]"},
		{"[somd", "x:1: a stanza is written [name]"},
		{"[somd]\nport 3", "x:2: a setting is written name=value"},
		{"[somd]\n=3", "x:2: a setting is written name=value"},
		{"[somd]\na=\xff\xfe", "x:2: it is no text"},
		{"[somd]\na=b\x00c", "x:2: it is no text"},
		{"[somd]\n;\na= \\\n" + strings.Repeat("x \\\n", 3000), "x:3: a setting is longer than 4096 octets"},
	} {
		if _, err := somenv.Parse("x", []byte(c.text)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.40q: got %v, want %s", c.text, err, c.want)
		}
	}
}

// TestRead holds the order: variables, files as they are listed, the first in a file.
func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left, right := filepath.Join(dir, "left.ini"), filepath.Join(dir, "more")
	write(t, left, sample)
	write(t, filepath.Join(right, somenv.FileName), "[somd]\nHOSTNAME=other\nUSER=ada\n[somnm]\nHOSTKIND=x\n")
	vars := map[string]string{"SOMDPORT": "3053", "HOSTNAME": "c0ffee", "SOMENV": left + string(os.PathListSeparator) + right, "USER": "ada", "SOMDTIMEOUT": ""}
	all, err := somenv.Read(func(n string) (string, bool) { v, ok := vars[n]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	fates, err := somenv.Fates(all)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fates {
		got = append(got, strings.TrimPrefix(f.From, dir+"/")+" "+f.Name+" -> "+f.Key+" "+f.Text)
	}
	want := []string{
		"$SOMDPORT SOMDPORT -> listen :3053",
		"$SOMDTIMEOUT SOMDTIMEOUT ->  ",
		"left.ini:3 SOMDDIR ->  ",
		"left.ini:4 HOSTNAME ->  ",
		"left.ini:5 SOMDPROTOCOLS ->  ",
		"left.ini:7 somdrecvwait -> call-timeout 600s",
		"left.ini:8 SOMDDEBUG -> verbose false",
		"left.ini:12 HOSTNAME -> publish 10.0.0.5",
		"left.ini:15 SOMIR ->  ",
		"left.ini:17 Sky ->  ",
		"more/somenv.ini:3 USER ->  ",
		"more/somenv.ini:5 HOSTKIND ->  ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, f := range fates {
		if f.Note == "" {
			t.Errorf("%s: nothing is said of it", f.Name)
		}
	}
}

// TestStanzas holds that a setting is that of its stanza: of another protocol than TCP/IP, or where it does not belong, it is of no effect, and says so.
func TestStanzas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, listen, publish, note string }{
		{"[SOMD_IPC]\nHOSTNAME=ipchost\nSOMDPORT=9999\n[SOMD_TCPIP]\nHOSTNAME=tcphost\nSOMDPORT=14682\n", ":14682", "tcphost", "not spoken"},
		{"[SOMD_NetBIOS]\nSOMDPORT=9999\n", "", "", "if the key netbios names"},
		{"[SOMD_IPX]\nHOSTNAME=ada\n", "", "", "if the key ipx says"},
		{"[somnm]\nSOMDPORT=9999\n", "", "", "belongs in [SOMD_TCPIP] or [somd]"},
		{"[somd]\nHOSTNAME=all\nSOMDPORT=1\n[somd_tcpip]\nHOSTNAME=tcphost\n", ":1", "tcphost", "[somd_tcpip] HOSTNAME says it already"},
		{"[SOMD_TCPIP]\nHOSTNAME=tcphost\n[somd]\nHOSTNAME=all\n", "", "tcphost", "[SOMD_TCPIP] HOSTNAME says it already"},
		{"[SOMD_IPC]\nSOMDDEBUG=1\nSOMDPORT=none of TCP's\n", "", "", "not spoken"},
	} {
		all, err := somenv.Parse("x", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		fates, err := somenv.Fates(all)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		got, notes := map[string]string{}, ""
		for _, f := range fates {
			if f.Key != "" {
				got[f.Key] = f.Text
			}
			notes += f.Note + "\n"
		}
		if got["listen"] != c.listen || got["publish"] != c.publish || got["verbose"] != "" || !strings.Contains(notes, c.note) {
			t.Errorf("%q: got %v, %s", c.text, got, notes)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	long := filepath.Join(dir, "long")
	write(t, long, strings.Repeat(";\n", 1<<20))
	for _, c := range []struct{ list, want string }{
		{filepath.Join(dir, "none"), "$SOMENV: open "},
		{dir, "$SOMENV: open " + filepath.Join(dir, "somenv.ini")},
		{long, "$SOMENV: " + long + " is longer than 1048576 octets"},
		{strings.Repeat("a"+string(os.PathListSeparator), 17), "$SOMENV lists 18 files, more than 16"},
	} {
		_, err := somenv.Read(func(n string) (string, bool) { return c.list, n == somenv.EnvFiles })
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.60s: got %v, want %s", c.list, err, c.want)
		}
	}
	for _, s := range []somenv.Setting{{Name: "SOMDPORT", Value: "0"}, {Name: "SOMDPORT", Value: "70000"}, {Name: "HOSTNAME", Value: "a b"}, {Name: "HOSTNAME", Value: "10.0.0.0/8=x"}, {Name: "SOMDTIMEOUT", Value: "-1"}, {Name: "SOMDDEBUG", Value: "yes"}} {
		if f, err := s.Became(); err == nil {
			t.Errorf("%s=%s has become %s=%s", s.Name, s.Value, f.Key, f.Text)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("[a]\nb=\\\n\\\n;c\\"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := somenv.Parse("x", data)
		if err != nil {
			return
		}
		for _, s := range all {
			_, _ = s.Became()
		}
	})
}

// TestRoads holds what is said of each way of calling that a configuration names.
func TestRoads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"SOMSOCKETS", "TCPIPSockets", "TCPIPSockets is TCP/IP, which calls go over"},
		{"somsockets", "tcpipsockets32", "tcpipsockets32 is TCP/IP, which calls go over"},
		{"SOMSOCKETS", "NBSockets", "NBSockets is NetBIOS, by which calls go over TCP/IP if"},
		{"SOMSOCKETS", "IPXSockets", "IPXSockets is IPX/SPX, by which calls go if the key ipx"},
		{"SOMSOCKETS", "MySockets", "MySockets is no way of calling that is known"},
		{"SOMDPROTOCOLS", "SOMD_TCPIP SOMD_IPC", "SOMD_TCPIP is TCP/IP, which calls go over; SOMD_IPC is shared memory of a machine, for which there are sockets"},
		{"SOMDPROTOCOLS", strings.Repeat("x ", 20), "x is no way of calling"},
		{"SOMDPROTOCOLS", "", "calls go over TCP/IP"},
	} {
		f, err := somenv.Setting{Name: c.name, Value: c.value}.Became()
		if err != nil || !strings.HasPrefix(f.Note, c.want) || len(f.Note) > 900 {
			t.Errorf("%s=%s: %q, %v", c.name, c.value, f.Note, err)
		}
	}
}
