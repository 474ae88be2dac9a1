package somd_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// A disk loses what was not synchronised when the power goes, a new name of a file among that, and fails when it is told to. As on Windows, a file that is open keeps its name, and is not replaced.
type disk struct {
	opened  map[string]int    // how often each file is open
	safe    map[string][]byte // what of files is on it, by name
	renamed map[string][]byte // what is found by a name whose folder was not synchronised since
	faults  int               // operations until one fails; negative: none does
	failed  string            // which
}

func newDisk() *disk {
	return &disk{opened: map[string]int{}, safe: map[string][]byte{}, renamed: map[string][]byte{}, faults: -1}
}

func (d *disk) fault(what string) error {
	if d.faults--; d.faults != -1 {
		d.faults = max(d.faults, -2)
		return nil
	}
	d.failed = what
	return fmt.Errorf("%s: %w", what, fs.ErrInvalid)
}

// given returns the disk as a program has it.
func (d *disk) given() somd.Disk {
	return somd.Disk{Open: d.open, Remove: os.Remove, Rename: func(from, to string) error {
		if err := d.fault("rename"); err != nil {
			return err
		}
		if n, m := d.opened[from], d.opened[to]; n > 0 || m > 0 {
			return fmt.Errorf("rename %s, which is open %d times, to %s, which is open %d times: %w", from, n, to, m, fs.ErrPermission)
		}
		if _, is := d.renamed[to]; !is {
			d.renamed[to] = d.safe[to]
		}
		d.safe[to] = d.safe[from]
		delete(d.safe, from)
		return os.Rename(from, to)
	}, SyncFolder: func(string) error {
		if err := d.fault("folder"); err != nil {
			return err
		}
		clear(d.renamed)
		return nil
	}}
}

func (d *disk) open(name string, anew bool) (somd.File, error) {
	if err := d.fault("open"); err != nil {
		return nil, err
	}
	flags := os.O_RDWR | os.O_CREATE
	if anew {
		flags |= os.O_TRUNC
		delete(d.safe, name)
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	d.opened[name]++
	return &diskFile{d, name, f}, nil
}

// cut has the power go: files have what is safe of them.
func (d *disk) cut(t *testing.T) {
	t.Helper()
	for name, safe := range d.safe {
		if old, is := d.renamed[name]; is {
			safe = old
		}
		if err := os.WriteFile(name, safe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

type diskFile struct {
	d    *disk
	name string
	*os.File
}

func (f *diskFile) Close() error {
	err := f.File.Close()
	if !errors.Is(err, os.ErrClosed) {
		f.d.opened[f.name]--
	}
	if err == nil {
		err = f.d.fault("close")
	}
	return err
}

func (f *diskFile) Read(b []byte) (int, error) {
	if err := f.d.fault("read"); err != nil {
		return 0, err
	}
	return f.File.Read(b)
}

func (f *diskFile) Write(b []byte) (int, error) {
	if err := f.d.fault("write"); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f *diskFile) Sync() error {
	if err := f.d.fault("sync"); err != nil {
		return err
	}
	safe, err := os.ReadFile(f.Name())
	f.d.safe[f.Name()] = safe
	return err
}

func (f *diskFile) Truncate(n int64) error {
	if err := f.d.fault("truncate"); err != nil {
		return err
	}
	safe := f.d.safe[f.Name()]
	f.d.safe[f.Name()] = safe[:min(int64(len(safe)), n)]
	return f.File.Truncate(n)
}

// changing returns what has references whose data are changed.
func changing(t *testing.T) *somd.Persistent {
	t.Helper()
	d := domain(t, somd.Config{})
	p, err := d.Persistent(poa.New(d.ORB()).POA, "changing", houndClass, func(context.Context, []byte) (som.Object, error) { return houndClass.New() })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// changesFile returns the name of a file in a folder of the test's own. It may stay: wine's Windows takes away no file, and who looks for changes may be at one when the test ends.
func changesFile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "changes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

func changeTo(t *testing.T, p *somd.Persistent, name, to string) error {
	t.Helper()
	return p.Change(reference(t, p, name), []byte(to))
}

func reference(t *testing.T, p *somd.Persistent, name string) *orb.Ref {
	t.Helper()
	ref, err := p.Reference([]byte(name))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// holdChanges holds what data references have.
func holdChanges(t *testing.T, p *somd.Persistent, want map[string]string) {
	t.Helper()
	for name, to := range want {
		if got, _ := p.Data(reference(t, p, name)); string(got) != to {
			t.Fatalf("the data of %s are %.40q, want %.40q", name, got, to)
		}
	}
}

func sizeOf(t *testing.T, name string) int64 {
	t.Helper()
	s, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return s.Size()
}

// TestChangesStayShort changes the data of a few references very often, at random: the file does not grow with that, and has what counts; one of an earlier release that has grown is shortened when it is opened.
func TestChangesStayShort(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	name := changesFile(t)
	p, d := changing(t), newDisk()
	p.SetDisk(d.given())
	if err := p.Keep(name); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for range 2000 {
		ref := fmt.Sprintf("ref%d", r.IntN(20))
		to := strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(500))
		if r.IntN(20) == 0 {
			to = ref // back
		}
		if err := changeTo(t, p, ref, to); err != nil {
			t.Fatal(err)
		}
		want[ref] = to
		if n := sizeOf(t, name); n > 64<<10+4096 || n != int64(len(d.safe[name])) {
			t.Fatalf("the file has %d octets, of which %d are safe", n, len(d.safe[name]))
		}
	}
	holdChanges(t, p, want)
	if _, err := os.Stat(name + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("beside it is left: %v", err)
	}
	q := changing(t)
	if err := q.Keep(name); err != nil {
		t.Fatal(err)
	}
	holdChanges(t, q, want)

	var old strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&old, "%x %x\n%x %x\n", "one", fmt.Sprintf("%0500d", i), "two", "two")
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.WriteFile(name, []byte(old.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(name, link); err != nil {
		absent.Skip(t, "no links to files are made here: %v", err)
	}
	q = changing(t)
	if err := q.Keep(link); err != nil {
		t.Fatal(err)
	}
	holdChanges(t, q, map[string]string{"one": fmt.Sprintf("%0500d", 2999), "two": "two", "three": "three"})
	if n := sizeOf(t, name); n > 1100 {
		t.Errorf("a file that had grown has %d octets when it was opened", n)
	}
	if s, err := os.Lstat(link); err != nil || s.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", s, err)
	}
}

// TestChangesAreSafe has the disk fail at each of its operations in turn, once, and the power go at some time after that: what was acknowledged is there afterwards, and what was not either is or is not. Changes are taken
// again once the disk works.
func TestChangesAreSafe(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", somd.MaxReferenceData-8)
	failures := map[string]int{}
	for n := 0; ; n++ {
		for _, after := range []int{0, 1, 20} { // changes that are taken after the failure
			name := changesFile(t)
			p, d := changing(t), newDisk()
			p.SetDisk(d.given())
			d.faults = n
			err := p.Keep(name)
			acknowledged, doubtful, since := map[string]string{}, map[string][]string{}, 0
			for i := 0; err == nil && i < 36 && since < after+1; i++ { // more than 64 KiB
				ref, to := fmt.Sprintf("ref%d", i%3), fmt.Sprint(long, i)
				failed := d.failed
				switch err := changeTo(t, p, ref, to); {
				case err == nil:
					acknowledged[ref], doubtful[ref] = to, nil
				case !errors.Is(err, exc.PersistStore):
					t.Fatalf("fault %d, %s: %v", n, d.failed, err)
				case failed != "":
					t.Fatalf("fault %d, %s: change %d is not taken when the disk works again: %v", n, d.failed, i, err)
				default:
					doubtful[ref] = append(doubtful[ref], to)
				}
				if d.failed != "" {
					since++
				}
			}
			if _, err := os.Stat(name + ".new"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("fault %d, %s: beside the file is left: %v", n, d.failed, err)
			}
			is := func(p *somd.Persistent, when string) {
				t.Helper()
				for ref, to := range acknowledged {
					if got, _ := p.Data(reference(t, p, ref)); string(got) != to && !slices.Contains(doubtful[ref], string(got)) {
						t.Fatalf("fault %d, %s, %s: the data of %s end with %s, want %s", n, d.failed, when, ref, got[max(0, len(got)-3):], to[len(to)-3:])
					}
				}
			}
			is(p, "this process")
			d.cut(t)
			q := changing(t)
			if err := q.Keep(name); err != nil {
				t.Fatalf("fault %d, %s: the next process: %v", n, d.failed, err)
			}
			is(q, "the next process")
			failures[d.failed]++
		}
		if failures[""] > 0 {
			break
		}
	}
	for _, what := range []string{"open", "read", "write", "sync", "rename", "folder", ""} {
		if failures[what] == 0 {
			t.Errorf("no %q has failed: %v", what, failures)
		}
	}
}

// TestHalfALine has a long change that was not written to its end before a shorter one: nothing of it is left behind that.
func TestHalfALine(t *testing.T) {
	t.Parallel()
	name := changesFile(t)
	if err := os.WriteFile(name, fmt.Appendf(nil, "%x %x\n%x %x", "a", "b", "long", strings.Repeat("y", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := changing(t)
	if err := p.Keep(name); err != nil {
		t.Fatal(err)
	}
	if err := changeTo(t, p, "c", "d"); err != nil {
		t.Fatal(err)
	}
	q := changing(t)
	if err := q.Keep(name); err != nil {
		t.Fatal(err)
	}
	holdChanges(t, q, map[string]string{"a": "b", "c": "d", "long": "long"})
}

// TestChangesAreShared has processes change data at the same time, in files that each writes anew: none loses another's, all serve what any has changed, and the file has it.
func TestChangesAreShared(t *testing.T) {
	t.Parallel()
	name := changesFile(t)
	const processes, rounds = 3, 60
	var all [processes]*somd.Persistent
	for i := range all {
		all[i] = changing(t)
		if err := all[i].Keep(name); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("x", somd.MaxReferenceData-8)
	want := map[string]string{}
	var wg sync.WaitGroup
	for i, p := range all {
		for j := range 3 {
			want[fmt.Sprintf("ref%d.%d", i, j)] = fmt.Sprint(long, rounds-3+j)
		}
		wg.Go(func() {
			for n := range rounds {
				if err := p.Change(reference(t, p, fmt.Sprintf("ref%d.%d", i, n%3)), []byte(fmt.Sprint(long, n))); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	for _, p := range all {
		holdChanges(t, p, want)
	}
	if n := sizeOf(t, name); n > processes*rounds*4096/2 {
		t.Errorf("the file has %d octets: nobody has written it anew", n)
	}
	if err := changeTo(t, all[0], "ref0.0", "ref0.0"); err != nil { // back
		t.Fatal(err)
	}
	want["ref0.0"] = "ref0.0"
	next := changing(t)
	if err := next.Keep(name); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(all[:], next) {
		holdChanges(t, p, want)
	}

	if err := os.WriteFile(name, nil, 0o600); err != nil { // by hand
		t.Fatal(err)
	}
	holdChanges(t, all[1], map[string]string{"ref0.1": "ref0.1"})
}

// TestChangesOfOthers has another process change data of an object that is loaded here: it is let go.
func TestChangesOfOthers(t *testing.T) {
	t.Parallel()
	name := changesFile(t)
	d, client, other := domain(t, somd.Config{}), domain(t, somd.Config{}), changing(t)
	client.Know(cat.Class)
	loads := make(chan string, 8)
	var p *somd.Persistent
	p, err := d.Persistent(d.Adapter(), "changing", pet.Class, func(ctx context.Context, data []byte) (som.Object, error) {
		loads <- string(data)
		return cat.New()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*somd.Persistent{p, other} {
		if err := x.Keep(name); err != nil {
			t.Fatal(err)
		}
	}
	p.LookAt(time.Millisecond)
	r, err := client.Import(t.Context(), client.ORB().NewRef(reference(t, p, "Ada").IOR()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	call := func() {
		t.Helper()
		if _, err := r.Invoke(t.Context(), "speak", "x"); err != nil {
			t.Fatal(err)
		}
	}
	call()
	if got := <-loads; got != "Ada" {
		t.Fatalf("%s is loaded", got)
	}
	if err := changeTo(t, other, "Ada", "Grace"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); len(loads) == 0 && time.Now().Before(end); { // no other sign comes than that it is loaded again
		call()
	}
	if len(loads) == 0 {
		t.Fatal("it is not let go")
	}
	if got := <-loads; got != "Grace" {
		t.Errorf("%s is loaded then", got)
	}
}

// TestChangesLocked has another process keep the lock: a change is an error once it was waited for, what is known is served, and all is well when the lock comes.
func TestChangesLocked(t *testing.T) {
	t.Parallel()
	name := changesFile(t)
	p := changing(t)
	if err := p.Keep(name); err != nil {
		t.Fatal(err)
	}
	if err := changeTo(t, p, "a", "b"); err != nil {
		t.Fatal(err)
	}
	f, err := lockedfile.Edit(name + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	p.SetChangesWait(10 * time.Millisecond)
	for range 3 {
		if err := changeTo(t, p, "a", "c"); !errors.Is(err, exc.PersistStore) || !strings.Contains(err.Error(), "lock") {
			t.Errorf("while it is locked: %v", err)
		}
	}
	holdChanges(t, p, map[string]string{"a": "b"})
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	p.SetChangesWait(time.Minute)
	if err := changeTo(t, p, "a", "d"); err != nil {
		t.Error(err)
	}
	holdChanges(t, p, map[string]string{"a": "d"})
}

// TestMaxChanged has as many references be changed as can be, in memory and by a file: one more is an error that names the limit, and one of those can be changed again, and back.
func TestMaxChanged(t *testing.T) {
	t.Parallel()
	p := changing(t)
	name := func(i int) string { return strconv.Itoa(i) }
	lines := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%x %x\n", name(i), "x")
		}
		return b.String()
	}
	full := func(p *somd.Persistent, what string) {
		t.Helper()
		if err := changeTo(t, p, "more", "x"); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxChanged") {
			t.Errorf("%s: one more: %v", what, err)
		}
		for _, c := range [][2]string{{name(7), "y"}, {name(8), name(8)}, {"more", "x"}} {
			if err := changeTo(t, p, c[0], c[1]); err != nil {
				t.Errorf("%s: %s to %s: %v", what, c[0], c[1], err)
			}
		}
		if err := changeTo(t, p, name(8), "x"); !errors.Is(err, exc.ImpLimit) {
			t.Errorf("%s: one more again: %v", what, err)
		}
	}
	for i := range somd.MaxChanged {
		if err := changeTo(t, p, name(i), "x"); err != nil {
			t.Fatal(i, err)
		}
	}
	full(p, "in memory")

	file := changesFile(t)
	if err := os.WriteFile(file, []byte(lines(somd.MaxChanged)), 0o600); err != nil {
		t.Fatal(err)
	}
	p = changing(t)
	if err := p.Keep(file); err != nil {
		t.Fatal(err)
	}
	full(p, "by a file")

	if err := os.WriteFile(file, []byte(lines(somd.MaxChanged+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := changing(t).Keep(file); err == nil || !strings.Contains(err.Error(), "MaxChanged") {
		t.Errorf("a file with one more: %v", err)
	}
}

// TestLookEnds holds that nobody looks for the changes of others any more once the domain is closed.
func TestLookEnds(t *testing.T) {
	t.Parallel()
	p, end := called(t)
	over := make(chan struct{})
	go func() { defer close(over); p.Look(time.Millisecond) }()
	end()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Error("it is looked for after the end")
	}
}

// TestUnreadIsReadAgain has the file not be readable for a moment after another process has changed it: the change is known the next time, though the file is as it was seen.
func TestUnreadIsReadAgain(t *testing.T) {
	t.Parallel()
	name := changesFile(t)
	p, other, d := changing(t), changing(t), newDisk()
	p.SetDisk(d.given())
	if err := errors.Join(p.Keep(name), other.Keep(name)); err != nil {
		t.Fatal(err)
	}
	end := p.TakeTurn() // it looks by itself as well
	if err := changeTo(t, other, "a", "b"); err != nil {
		t.Fatal(err)
	}
	d.faults = 1 // once it is open
	end()
	p.Refresh()
	end = p.TakeTurn()
	if d.failed != "read" {
		t.Errorf("failed has %q", d.failed)
	}
	end()
	holdChanges(t, p, map[string]string{"a": "b"})
}

// TestCloseFails has the file not be closed in order once a change is in it: that is an error, and what is known here is all the same what the file, and so every other process, says.
func TestCloseFails(t *testing.T) {
	t.Parallel()
	name := changesFile(t)
	p, d := changing(t), newDisk()
	p.SetDisk(d.given())
	if err := p.Keep(name); err != nil {
		t.Fatal(err)
	}
	for n, failed := 0, ""; failed != "close"; n++ {
		if err := changeTo(t, p, "b", fmt.Sprint(n)); err != nil { // after which nothing is doubtful
			t.Fatal(err)
		}
		end := p.TakeTurn() // it looks by itself as well
		d.faults, d.failed = n, ""
		end()
		to := fmt.Sprint(n)
		err := changeTo(t, p, "a", to)
		end = p.TakeTurn()
		failed, d.faults = d.failed, -1
		end()
		switch {
		case failed == "":
			t.Fatal("it is never closed")
		case !errors.Is(err, exc.PersistStore):
			t.Errorf("%s fails, and the change: %v", failed, err)
		case failed == "close":
			holdChanges(t, p, map[string]string{"a": to})
			q := changing(t)
			if err := q.Keep(name); err != nil {
				t.Fatal(err)
			}
			holdChanges(t, q, map[string]string{"a": to})
		}
	}
}

// TestTurnSince has somebody get the turn who has not yet said since when, after one who had it long ago: who waits for it waits as for one who has just got it.
func TestTurnSince(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := somd.NewChanges()
		c.Take()()
		time.Sleep(time.Hour)
		end := c.Grab()
		time.AfterFunc(time.Second/2, end)
		if end, ok := c.TakeSoon(); !ok {
			t.Error("it is not waited for")
		} else {
			end()
		}
	})
}
