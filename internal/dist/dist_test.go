package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/platform"
)

const root = "../.."

var someTime = time.Date(2026, 5, 6, 7, 8, 10, 0, time.UTC)

// TestReleaseAgain builds a release twice: here, and from a copy of the sources in a folder of another name, which is no clone; in long
// runs with nothing compiled before. The archives are the same octets, and hold what they should.
func TestReleaseAgain(t *testing.T) {
	host := platform.Target{OS: runtime.GOOS, Arch: runtime.GOARCH}
	if !slices.Contains(platform.Targets(), host) {
		absent.Skip(t, "releases are not built for %v", host)
	}
	first := release{gocmd: "go", root: root, version: "1.2.3-rc.1", time: someTime, out: t.TempDir()}
	if err := first.make([]platform.Target{host}); err != nil {
		t.Fatal(err)
	}
	name := archiveOf(t, first.out)
	one := read(t, filepath.Join(first.out, name))

	again := first
	again.root, again.out = filepath.Join(t.TempDir(), "elsewhere"), t.TempDir()
	copySources(t, again.root)
	if os.Getenv("DSOM_SOAK") != "" { // it takes minutes
		t.Setenv("GOCACHE", t.TempDir())
	}
	if err := again.make([]platform.Target{host}); err != nil {
		t.Fatal(err)
	}
	if other := archiveOf(t, again.out); other != name {
		t.Fatalf("made %s, then %s", name, other)
	}
	if two := read(t, filepath.Join(again.out, name)); !bytes.Equal(one, two) {
		t.Errorf("two builds of %v are not the same: %d octets (%x), and %d (%x)", host, len(one), sha256.Sum256(one), len(two), sha256.Sum256(two))
	}
	if got, want := string(read(t, filepath.Join(first.out, checksums))), fmt.Sprintf("%x  %s\n", sha256.Sum256(one), name); got != want {
		t.Errorf("%s says %q, want %q", checksums, got, want)
	}

	stem := "dsom-1.2.3-rc.1-" + host.OS + "-" + host.Arch
	files := unpack(t, name, one)
	for _, want := range []string{program(host), "LICENSE", "README.md", "LICENSES-OF-MODULES", "docs/operations.md"} {
		if len(files[path.Join(stem, want)].body) == 0 {
			t.Errorf("%s has no %s", name, want)
		}
	}
	bin := files[path.Join(stem, program(host))]
	file := filepath.Join(t.TempDir(), program(host))
	if err := os.WriteFile(file, bin.body, bin.mode.Perm()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), file, "version").CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "dsom 1.2.3-rc.1, ") {
		t.Errorf("dsom version: %v, %q", err, out)
	}
	if notices := string(files[path.Join(stem, "LICENSES-OF-MODULES")].body); !strings.Contains(notices, "==== Go go") || !strings.Contains(notices, "==== go.etcd.io/bbolt ") {
		t.Errorf("the licences lack Go's or bbolt's:\n%.300s", notices)
	}
}

// copySources copies what the program is built from.
func copySources(t *testing.T, to string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch rel {
			case ".git", "build", "bin", "dist", "bench", "interop", "libsom", "editors":
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// archiveOf returns the name of the one archive in a folder.
func archiveOf(t *testing.T, folder string) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(folder, "dsom-*"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%v in %s: %v", list, folder, err)
	}
	return filepath.Base(list[0])
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unpack returns an archive's files by their names, and holds their times.
func unpack(t *testing.T, name string, b []byte) map[string]entry {
	t.Helper()
	files := map[string]entry{}
	add := func(name string, mode fs.FileMode, at time.Time, r io.Reader) {
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !at.Equal(someTime) {
			t.Errorf("%s is of %v, not %v", name, at, someTime)
		}
		files[name] = entry{name, mode, body}
	}
	if strings.HasSuffix(name, ".zip") {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			add(f.Name, f.Mode(), f.Modified, r)
		}
		return files
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		add(h.Name, h.FileInfo().Mode(), h.ModTime, r)
	}
}

// TestArchives: both kinds of archive keep names, rights, times and octets.
func TestArchives(t *testing.T) {
	t.Parallel()
	want := []entry{{"d/dsom", 0o755, []byte("program")}, {"d/docs/a.md", 0o644, bytes.Repeat([]byte("text\n"), 1000)}}
	for name, pack := range map[string]func([]entry, time.Time) ([]byte, error){"x.zip": zipped, "x.tar.gz": tarred} {
		b, err := pack(want, someTime)
		if err != nil {
			t.Fatal(err)
		}
		got := unpack(t, name, b)
		if len(got) != len(want) {
			t.Errorf("%s has %d files, want %d", name, len(got), len(want))
		}
		for _, e := range want {
			if g := got[e.name]; g.mode.Perm() != e.mode || !bytes.Equal(g.body, e.body) {
				t.Errorf("%s: %s is %v, %d octets; want %v, %d", name, e.name, g.mode, len(g.body), e.mode, len(e.body))
			}
		}
	}
}

// TestRefused: what cannot be a release is said before anything is built.
func TestRefused(t *testing.T) {
	t.Parallel()
	good := release{gocmd: "no-such-command", root: root, version: "1", time: someTime, out: t.TempDir()}
	for _, c := range []struct {
		change func(*release)
		want   string
	}{
		{func(r *release) { r.version = "" }, "a version is of letters"},
		{func(r *release) { r.version = "1 -X main.evil=1" }, "a version is of letters"},
		{func(r *release) { r.version = "../1" }, "a version is of letters"},
		{func(r *release) { r.version = strings.Repeat("1", 65) }, "64 at most"},
		{func(r *release) { r.time = time.Unix(0, 0) }, "from 1980 to 2107"},
		{func(*release) {}, "no-such-command"},
	} {
		r := good
		c.change(&r)
		if err := r.make(platform.Targets()[:1]); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want one of %q", err, c.want)
		}
	}
	if _, err := chosen([]string{"plan9/mips"}); err == nil || !strings.Contains(err.Error(), "releases are not built for plan9/mips, but for [linux/amd64 ") {
		t.Error(err)
	}
	if some, err := chosen([]string{"aix/ppc64"}); err != nil || len(some) != 1 {
		t.Error(some, err)
	}
	if all, err := chosen(nil); err != nil || len(all) != len(platform.Targets()) {
		t.Error(all, err)
	}
}

// TestNotStatic: a program that needs a loader is told from one that does not.
func TestNotStatic(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("programs of Linux are looked at")
	}
	if err := static("/bin/sh"); err == nil || !strings.Contains(err.Error(), "libc.so") {
		t.Errorf("/bin/sh: %v", err)
	}
}

// TestNoLicence: a module that says not how it may be handed on is not handed on.
func TestNoLicence(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "licensing_test.go"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := notice(&b, "m v1", folder); err == nil {
		t.Error("no error")
	}
	for _, name := range []string{"LICENSE", "NOTICE.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("text of "+name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := notice(&b, "m v1", folder); err != nil || strings.Count(b.String(), "==== m v1, ") != 2 || !strings.Contains(b.String(), "text of NOTICE.txt") {
		t.Errorf("%v: %s", err, b.String())
	}
}
