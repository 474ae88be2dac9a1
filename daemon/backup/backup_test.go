package backup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

var head = backup.Head{Version: "1.2", Host: "atlas", Made: time.Date(2026, 11, 29, 1, 2, 3, 0, time.UTC)}

// aState makes a state folder with drawn entries and files.
func aState(t *testing.T, entries int) (string, store.Store, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	has := map[string]string{}
	for i := range entries {
		v := make([]byte, rand.IntN(300))
		if i == 0 {
			v = make([]byte, store.MaxValue)
		}
		for j := range v {
			v[j] = byte(rand.Uint32())
		}
		k := fmt.Sprintf("%s/%d_%x", []string{"names", "servers", "interfaces"}[rand.IntN(3)], i, rand.Uint32())
		if _, err := s.Commit(t.Context(), store.Create(k, v)); err != nil {
			t.Fatal(err)
		}
		has[k] = string(v)
	}
	for name, text := range map[string]string{"dsom.toml": "verbose = true\n", "idl/bank.idl": "module Bank {};\n", "idl/deep/er/x.idl": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		has["file "+name] = text
	}
	for _, name := range []string{"admin.json", "logs/bank/out"} { // and these are not kept
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, s, has
}

// held returns what a state folder has.
func held(t *testing.T, dir string) map[string]string {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	has := map[string]string{}
	for e, err := range store.All(t.Context(), s, "") {
		if err != nil {
			t.Fatal(err)
		}
		has[e.Key] = string(e.Value)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err != nil || d.IsDir() || name == "dsom.db" || name == "dsom.db.owner" || strings.Contains(name, ".before-") {
			return err
		}
		b, err := os.ReadFile(path)
		has["file "+filepath.ToSlash(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return has
}

func write(t *testing.T, s store.Store, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := backup.Write(t.Context(), &b, s, dir, head); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRoundTrip holds that a state is the same after it was restored, and that it is put over another only where that was asked for.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dir, s, want := aState(t, 700)
	b := write(t, s, dir)
	for _, secret := range []string{"admin.json", "c2VjcmV0"} {
		if strings.Contains(plain(t, b), secret) {
			t.Errorf("%s is in the backup", secret)
		}
	}
	to := filepath.Join(t.TempDir(), "new", "state")
	sum, moved, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{MayGo: anyState})
	if err != nil || len(moved) != 0 {
		t.Fatal(err, moved)
	}
	head := head
	head.Format = backup.Format
	if diff := cmp.Diff(backup.Summary{Head: head, Entries: 700, Files: 3}, sum); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, held(t, to)); diff != "" {
		t.Errorf("%.2000s", diff)
	}
	if runtime.GOOS != "windows" {
		if st, err := os.Stat(filepath.Join(to, "dsom.toml")); err != nil || st.Mode().Perm() != 0o600 {
			t.Error(st.Mode(), err)
		}
	}
	if _, _, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{MayGo: anyState}); !errors.Is(err, backup.ErrThere) {
		t.Errorf("got %v", err)
	}
	other, so, want := aState(t, 3)
	_, moved, err = backup.Restore(t.Context(), bytes.NewReader(write(t, so, other)), to, backup.Options{Replace: true, MayGo: anyState})
	if err != nil || len(moved) != 3 {
		t.Fatal(err, moved)
	}
	if diff := cmp.Diff(want, held(t, to)); diff != "" {
		t.Error(diff)
	}
}

// TestWhichRun holds that no backup tells which servers run, that none is asked, and that the state which is replaced is.
func TestWhichRun(t *testing.T) {
	t.Parallel()
	put := func(s store.Store, all map[string]string) {
		t.Helper()
		for k, v := range all {
			if _, err := s.Commit(t.Context(), store.Create(k, []byte(v))); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir, s, want := aState(t, 30)
	put(s, map[string]string{"run/x": "theirs", "run/x.second": "theirs", "dsom/life/y/z": "theirs", "runs": "no server", "dsom/lives": "no server"})
	want["runs"], want["dsom/lives"] = "no server", "no server"
	b := write(t, s, dir)
	if text := plain(t, b); strings.Contains(text, `"run/`) || strings.Contains(text, `"dsom/life/`) {
		t.Error("the backup tells which servers run")
	}
	older := strings.Replace(plain(t, b), `{"key":"runs"`, `{"key":"run/x","value":"dGhlaXJz"}`+"\n"+`{"key":"runs"`, 1)
	older = strings.Replace(older, `{"end":{"entries":32,`, `{"end":{"entries":33,`, 1)
	for name, b := range map[string][]byte{"of now": b, "of an earlier release": packed(older)} {
		to := t.TempDir()
		if _, _, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{MayGo: anyState}); err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(want, held(t, to)); diff != "" {
			t.Errorf("%s: %.2000s", name, diff)
		}
		mine, err := bbolt.Open(filepath.Join(to, "dsom.db"), bbolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		own := map[string]string{"run/x": "its own", "dsom/life/q/1": "its own"}
		put(mine, own)
		if err := mine.Close(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{Replace: true, MayGo: anyState}); err != nil {
			t.Fatal(name, err)
		}
		maps.Copy(own, want)
		got := held(t, to)
		maps.DeleteFunc(got, func(k, _ string) bool { return strings.HasPrefix(k, "file ") })
		maps.DeleteFunc(own, func(k, _ string) bool { return strings.HasPrefix(k, "file ") })
		if diff := cmp.Diff(own, got); diff != "" {
			t.Errorf("%s, over another: %.2000s", name, diff)
		}
	}
}

// TestInterrupted holds that a state is not begun anew beside one that a restore has moved away, and that root restores what is another user's to him.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	dir, s, _ := aState(t, 2)
	b := write(t, s, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := backup.Interrupted(dir); err != nil {
		t.Error(err)
	}
	if err := os.Rename(filepath.Join(dir, "dsom.db"), filepath.Join(dir, "dsom.db.before-x")); err != nil {
		t.Fatal(err)
	}
	if err := backup.Interrupted(dir); err == nil || !strings.Contains(err.Error(), "dsom.db.before-x") {
		t.Errorf("got %v", err)
	}
	if os.Geteuid() == 0 && runtime.GOOS == "linux" {
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := backup.Restore(t.Context(), bytes.NewReader(b), dir, backup.Options{Replace: true, MayGo: anyState}); err != nil {
		t.Fatal(err)
	}
	if err := backup.Interrupted(dir); err != nil {
		t.Error(err)
	}
	whose(t, dir, "dsom.db", "dsom.toml", "idl", "idl/deep/er/x.idl")
}

// TestDaemonHasIt holds that the state of a daemon that runs is left alone.
func TestDaemonHasIt(t *testing.T) {
	t.Parallel()
	dir, s, _ := aState(t, 2)
	if _, _, err := backup.Restore(t.Context(), bytes.NewReader(write(t, s, dir)), dir, backup.Options{Replace: true, MayGo: anyState}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got %v", err)
	}
}

// A comer is a backup that is read while somebody does something in the folder.
type comer struct {
	io.Reader
	once func()
}

func (c *comer) Read(b []byte) (int, error) {
	if f := c.once; f != nil {
		c.once = nil
		f()
	}
	return c.Reader.Read(b)
}

// TestAskedAgain has a state come into the folder while the backup is read: whether it may go is asked of that, too.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	dir, s, _ := aState(t, 2)
	b := write(t, s, dir)
	to, asked := t.TempDir(), 0
	came := func() {
		s, err := bbolt.Open(filepath.Join(to, "dsom.db"), bbolt.Options{})
		if err == nil {
			_, err = s.Commit(t.Context(), store.Create("machine", []byte("others'")))
		}
		if err := errors.Join(err, s.Close()); err != nil {
			t.Error(err)
		}
	}
	no := errors.New("it is others' too")
	_, _, err := backup.Restore(t.Context(), &comer{bytes.NewReader(b), came}, to, backup.Options{Replace: true, MayGo: func(context.Context, store.Store) error { asked++; return no }})
	if !errors.Is(err, no) || asked != 1 {
		t.Errorf("got %v, asked %d times", err, asked)
	}
	if has := held(t, to); has["machine"] != "others'" {
		t.Errorf("the state that came is %v", has)
	}
}

// TestSnapshot holds that a backup is of one moment: what is written meanwhile is not in it, in no part.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	dir, s, _ := aState(t, 0)
	put := func(n int) {
		ops := make([]store.Op, 0, 40)
		for i := range 40 {
			key, v := fmt.Sprintf("k%02d", i), fmt.Appendf(nil, "%d %0500d", n, 0)
			if n == 0 {
				ops = append(ops, store.Create(key, v))
				continue
			}
			e, err := s.Get(context.Background(), key)
			if err != nil {
				t.Error(err)
				return
			}
			ops = append(ops, store.Update(key, v, e.Revision))
		}
		if _, err := s.Commit(context.Background(), ops...); err != nil {
			t.Error(err)
		}
	}
	put(0)
	r, w := io.Pipe()
	go func() {
		_, err := backup.Write(context.Background(), w, s, dir, head)
		w.CloseWithError(err)
	}()
	n := 1
	got := map[string]int{}
	_, err := backup.Read(slow{r, func() { put(n); n++ }}, func(e store.Entry) error {
		got[strings.Fields(string(e.Value))[0]]++
		return nil
	}, func(string, []byte) error { return nil })
	if err != nil || len(got) != 1 || got[slices.Collect(maps.Keys(got))[0]] != 40 || n < 3 {
		t.Errorf("got %v, %v, while %d were written", got, err, n)
	}
}

// slow does something before it reads a little.
type slow struct {
	r      io.Reader
	before func()
}

func (s slow) Read(b []byte) (int, error) {
	s.before()
	return s.r.Read(b[:min(len(b), 256)])
}

func plain(t *testing.T, b []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.Bytes()
}

// TestRefuses holds that of what is no whole backup nothing is restored, whatever it is, and that no way leads out of the folder.
func TestRefuses(t *testing.T) {
	t.Parallel()
	dir, s, _ := aState(t, 20)
	whole := write(t, s, dir)
	text := plain(t, whole)
	lines := strings.SplitAfter(text, "\n")
	first := lines[0]
	cases := map[string][]byte{
		"nothing":           {},
		"text":              []byte("names\n"),
		"an empty one":      packed(""),
		"of something else": packed("{}\n"),
		"a newer one":       packed(strings.Replace(text, `"dsom_backup":1`, `"dsom_backup":2`, 1)),
		"no line":           packed(first + "x\n"),
		"an empty line":     packed(first + "\n"),
		"no key":            packed(first + "{}\n" + `{"end":{"entries":1,"files":0}}` + "\n"),
		"a line missing":    packed(first + strings.Join(lines[2:], "")),
		"no end":            packed(strings.Join(lines[:len(lines)-2], "")),
		"more behind":       packed(text + "x"),
		"out of order":      packed(first + lines[2] + lines[1] + strings.Join(lines[3:], "")),
		"twice":             packed(first + lines[1] + lines[1] + strings.Join(lines[2:], "")),
		"a value too long":  packed(first + `{"key":"k","value":"` + strings.Repeat("AAAA", store.MaxValue/3+1) + `"}` + "\n" + `{"end":{"entries":1,"files":0}}` + "\n"),
		"a line too long":   packed(first + `{"key":"` + strings.Repeat("a", 24<<20) + `"}` + "\n"),
		"no base64":         packed(first + `{"key":"k","value":"!"}` + "\n"),
		"a file twice":      packed(first + strings.Repeat(`{"file":"idl/x"}`+"\n", 2)),
		"more compressed":   append(slices.Clone(whole), packed("more\n")...),
		"garbage behind":    append(slices.Clone(whole), "garbage"...),
		"too many files":    packed(first + manyFiles()),
	}
	for _, name := range []string{"../x", "/etc/x", "idl/../../x", "idl/", "idl", `idl/..\x`, "admin.json", "logs/x", "idl/./x", "idl//x", "C:x", "idl/a\x00b", "dsom.toml/x"} {
		cases["the file "+name] = packed(first + fmt.Sprintf(`{"file":%q,"value":"eA=="}`, strings.ReplaceAll(name, "\x00", "\\u0000")) + "\n" + `{"end":{"entries":0,"files":1}}` + "\n")
	}
	for _, at := range []int{1, 9, 20, len(whole) / 2, len(whole) - 9, len(whole) - 1} {
		cases[fmt.Sprint("cut at ", at)] = whole[:at]
		flipped := slices.Clone(whole)
		flipped[max(at, 11)-1] ^= 0x55
		cases[fmt.Sprint("flipped at ", at)] = flipped
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			to := filepath.Join(top, "state")
			if sum, _, err := backup.Restore(t.Context(), bytes.NewReader(b), to, backup.Options{MayGo: anyState}); err == nil {
				t.Errorf("it was restored: %+v", sum)
			} else if len(err.Error()) > 5000 {
				t.Errorf("an error of %d octets", len(err.Error()))
			}
			for _, d := range []string{top, to} {
				all, _ := os.ReadDir(d)
				for _, e := range all {
					if e.Name() != "state" {
						t.Errorf("%s is left", e.Name())
					}
				}
			}
		})
	}
}

func manyFiles() string {
	var b strings.Builder
	for i := range 10001 {
		fmt.Fprintf(&b, "{\"file\":\"idl/%d\"}\n", i)
	}
	return b.String()
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"dsom_backup":1}` + "\n" + `{"key":"a","value":"eA=="}` + "\n" + `{"file":"idl/x"}` + "\n" + `{"end":{"entries":1,"files":1}}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = backup.Read(bytes.NewReader(packed(string(b))), func(e store.Entry) error { return store.CheckKey(e.Key) }, func(name string, _ []byte) error {
			if strings.Contains(name, "..") && !strings.HasPrefix(name, "idl/") || filepath.IsAbs(name) {
				t.Errorf("file %q", name)
			}
			return nil
		})
	})
}

// anyState lets every state be replaced.
func anyState(context.Context, store.Store) error { return nil }
