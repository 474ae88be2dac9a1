package somd_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// A disk loses what was not synchronised when the power goes, and fails when it is told to.
type disk struct {
	safe   map[string]int64 // octets of files that are on it, by name
	faults int              // operations until one fails; negative: none does
	failed string           // which
}

func newDisk() *disk { return &disk{safe: map[string]int64{}, faults: -1} }

func (d *disk) fault(what string) error {
	if d.faults--; d.faults != -1 {
		d.faults = max(d.faults, -2)
		return nil
	}
	d.failed = what
	return fmt.Errorf("%s: %w", what, fs.ErrInvalid)
}

func (d *disk) open(name string, anew bool) (somd.File, error) {
	if err := d.fault("open"); err != nil {
		return nil, err
	}
	flags := os.O_RDWR | os.O_CREATE
	if anew {
		flags |= os.O_TRUNC
		d.safe[name] = 0
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(name + ".new"); errors.Is(err, fs.ErrNotExist) { // it was renamed
		if n, was := d.safe[name+".new"]; was {
			d.safe[name] = n
			delete(d.safe, name+".new")
		}
	}
	return &diskFile{d, f}, nil
}

// cut has the power go: files have what is safe of them.
func (d *disk) cut(t *testing.T) {
	t.Helper()
	for name, n := range d.safe {
		if s, err := os.Stat(name); err == nil && s.Size() > n {
			if err := os.Truncate(name, n); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type diskFile struct {
	d *disk
	*os.File
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
	s, err := f.Stat()
	if err == nil {
		f.d.safe[f.Name()] = s.Size()
	}
	return err
}

func (f *diskFile) Truncate(n int64) error {
	if err := f.d.fault("truncate"); err != nil {
		return err
	}
	f.d.safe[f.Name()] = min(f.d.safe[f.Name()], n)
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
	name := filepath.Join(t.TempDir(), "data")
	p, d := changing(t), newDisk()
	p.OpenChanges(d.open)
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
		if n := sizeOf(t, name); n > 64<<10+4096 || n != d.safe[name] {
			t.Fatalf("the file has %d octets, of which %d are safe", n, d.safe[name])
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

// TestChangesAreSafe has the disk fail at each of its operations in turn, and the power go then: what was acknowledged is there afterwards, and what was not either is or is not. After a change whose fate nobody knows no
// other is taken, whether or not the disk works again.
func TestChangesAreSafe(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", somd.MaxReferenceData-8)
	failures := map[string]int{}
	for n := 0; ; n++ {
		name := filepath.Join(t.TempDir(), "data")
		p, d := changing(t), newDisk()
		p.OpenChanges(d.open)
		d.faults = n
		acknowledged, doubtful, lost := map[string]string{}, map[string]string{}, false
		if err := p.Keep(name); err == nil {
			for i := range 80 { // more than 64 KiB
				ref, to := fmt.Sprintf("ref%d", i%3), fmt.Sprint(long, i)
				err := changeTo(t, p, ref, to)
				switch {
				case err == nil && lost:
					t.Fatalf("fault %d, %s: change %d is taken behind one whose fate nobody knows", n, d.failed, i)
				case err == nil:
					acknowledged[ref] = to
					delete(doubtful, ref)
				case !errors.Is(err, exc.PersistStore):
					t.Fatalf("fault %d, %s: %v", n, d.failed, err)
				default:
					if !lost {
						doubtful[ref] = to
					}
					lost = true
				}
			}
			holdChanges(t, p, acknowledged)
		}
		d.cut(t)
		q := changing(t)
		if err := q.Keep(name); err != nil {
			t.Fatalf("fault %d, %s: the next process: %v", n, d.failed, err)
		}
		for ref, to := range acknowledged {
			if got, _ := q.Data(reference(t, q, ref)); string(got) != to && string(got) != doubtful[ref] {
				t.Fatalf("fault %d, %s: the data of %s end with %s, want %s", n, d.failed, ref, got[max(0, len(got)-3):], to[len(to)-3:])
			}
		}
		failures[d.failed]++
		if d.failed == "" {
			break
		}
	}
	for _, what := range []string{"open", "write", "sync", "truncate", ""} {
		if failures[what] == 0 {
			t.Errorf("no %q has failed: %v", what, failures)
		}
	}
}

// TestHalfALine has a long change that was not written to its end before a shorter one: nothing of it is left behind that.
func TestHalfALine(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "data")
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
