package capture_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// write appends to a server's output as the server does.
func write(t *testing.T, k *capture.Keeper, s string) int64 {
	t.Helper()
	f, size, err := k.Open("bank")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(s); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return size
}

func TestTail(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir()}
	if got := k.Tail("bank", 0, 5); got != nil {
		t.Errorf("no output: got %q", got)
	}
	write(t, k, "old 1\nold 2\n")
	from := write(t, k, "")
	if got := k.Tail("bank", from, 5); got != nil {
		t.Errorf("no output since: got %q", got)
	}
	write(t, k, "a\r\n\x1b[31mred\x07\tx\n"+strings.Repeat("l", 1000)+"\nbad \xff utf\nend without newline")
	want := []string{"a", "[31mred x", strings.Repeat("l", capture.MaxLine) + "…", "bad ? utf", "end without newline"}
	if got := k.Tail("bank", from, 10); !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := k.Tail("bank", from, 2); !cmp.Equal(got, want[3:]) {
		t.Errorf("got %q, want %q", got, want[3:])
	}
	if got := k.Tail("bank", 1<<40, 1); !cmp.Equal(got, want[4:]) {
		t.Errorf("a file that was cut: got %q, want %q", got, want[4:])
	}
	write(t, k, strings.Repeat("\n", 1<<20)+"x")
	if got := k.Tail("bank", 0, 1); !cmp.Equal(got, []string{"x"}) {
		t.Errorf("got %q", got)
	}
}

func TestTrim(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir(), MaxSize: 100, Keep: 2, Flood: time.Nanosecond}
	f, _, err := k.Open("bank") // the server keeps it open all the time
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i := range 4 {
		if _, err := fmt.Fprintf(f, "%d%s", i, strings.Repeat("-", 60)); err != nil {
			t.Fatal(err)
		}
		if cut, err := k.Trim("bank"); err != nil || cut != 0 {
			t.Errorf("round %d: a short file: got %v, %v", i, cut, err)
		}
		if _, err := fmt.Fprintf(f, "%s%d", strings.Repeat("+", 60), i); err != nil {
			t.Fatal(err)
		}
		if cut, err := k.Trim("bank"); err != nil || cut != 122 {
			t.Errorf("round %d: a long file: got %v, %v", i, cut, err)
		}
	}
	for name, end := range map[string]string{".1": "+3", ".2": "+2"} {
		b, err := os.ReadFile(k.Path("bank") + name)
		if err != nil || len(b) != 100 || !bytes.HasSuffix(b, []byte(end)) {
			t.Errorf("%s: got %q, %v, want 100 octets that end with %s", name, b, err, end)
		}
	}
	if _, err := os.Stat(k.Path("bank") + ".3"); !os.IsNotExist(err) {
		t.Errorf("more is kept than asked for: %v", err)
	}
	if _, err := io.WriteString(f, "after"); err != nil {
		t.Fatal(err)
	}
	if got := k.Tail("bank", 0, 9); !cmp.Equal(got, []string{"after"}) {
		t.Errorf("after a cut: got %q", got)
	}
	if err := k.Remove("bank"); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(k.Dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestTrimInPlace holds that in a flood, and where no copy can be made, the end of a file
// stays in it, and what came before in its predecessors.
func TestTrimInPlace(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, k *capture.Keeper){
		"a flood": func(*testing.T, *capture.Keeper) {},
		"no copy can be made": func(t *testing.T, k *capture.Keeper) { // as on a full disk
			k.Flood = time.Nanosecond
			if err := os.MkdirAll(k.Path("bank")+".new/x", 0o700); err != nil {
				t.Fatal(err)
			}
		},
	} {
		k := &capture.Keeper{Dir: t.TempDir(), MaxSize: 100}
		write(t, k, "before the flood\n"+strings.Repeat("-", 100))
		if cut, err := k.Trim("bank"); err != nil || cut != 117 {
			t.Errorf("%s: the first: got %d, %v", name, cut, err)
		}
		first, err := os.ReadFile(k.Path("bank") + ".1")
		if err != nil {
			t.Fatal(err)
		}
		prepare(t, k)
		for range 5 {
			write(t, k, strings.Repeat("=", 500)+"the last words")
			if cut, err := k.Trim("bank"); err != nil || cut < 489 {
				t.Errorf("%s: got %d, %v", name, cut, err)
			}
			if b, err := os.ReadFile(k.Path("bank")); err != nil || string(b) != strings.Repeat("=", 11)+"the last words" {
				t.Errorf("%s: got %q, %v", name, b, err)
			}
		}
		if b, err := os.ReadFile(k.Path("bank") + ".1"); err != nil || !bytes.Equal(b, first) {
			t.Errorf("%s: the predecessor has become %q, %v", name, b, err)
		}
		if _, err := os.Stat(k.Path("bank") + ".2"); !os.IsNotExist(err) {
			t.Errorf("%s: there is another predecessor: %v", name, err)
		}
	}
}

// TestTrimClockSetBack: a predecessor that was made at a time which has not come yet does not make every later end of the file a flood.
func TestTrimClockSetBack(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir(), MaxSize: 100}
	for i := range 2 {
		write(t, k, strings.Repeat("x", 1000))
		if _, err := k.Trim("bank"); err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Hour)
		if err := os.Chtimes(k.Path("bank")+".1", later, later); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(k.Path("bank") + ".2"); i == 1 && err != nil {
			t.Errorf("the second end has become no predecessor: %v", err)
		}
	}
}

func TestTrimAll(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir() + "/logs", MaxSize: 100}
	if err := k.TrimAll(); err != nil {
		t.Errorf("no folder: %v", err)
	}
	write(t, k, strings.Repeat("x", 1000))
	if err := os.WriteFile(k.Path("shop")+".new", []byte("half a copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.TrimAll(); err != nil {
		t.Error(err)
	}
	files, err := os.ReadDir(k.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if i, err := f.Info(); err != nil || i.Size() > 100 || strings.HasSuffix(f.Name(), ".new") {
			t.Errorf("left: %v, %v", i, err)
		}
	}
}

// TestTailBefore holds that the last lines of a life are found that had begun before its file was cut.
func TestTailBefore(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir(), MaxSize: 100}
	write(t, k, "of another life\n")
	from := write(t, k, strings.Repeat("x", 100)+"\nthe vault is locked\n")
	cut, err := k.Trim("bank")
	if err != nil || cut == 0 {
		t.Fatal(cut, err)
	}
	if got, want := k.Tail("bank", from-cut, 1), []string{"the vault is locked"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	write(t, k, "giving up\n")
	if got, want := k.Tail("bank", from-cut, 2), []string{"the vault is locked", "giving up"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := k.Tail("bank", -5, 9), []string{"cked", "giving up"}; !cmp.Equal(got, want) {
		t.Errorf("no more than the life wrote: got %q, want %q", got, want)
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir()}
	var lines []string
	for i := range 20_000 {
		lines = append(lines, fmt.Sprintf("line %d\n", i))
	}
	write(t, k, strings.Join(lines, ""))
	for _, n := range []int{0, 1, 3, 10_000, 20_000, 30_000} {
		var got bytes.Buffer
		if err := k.Copy(t.Context(), &got, "bank", n, false); err != nil {
			t.Fatal(err)
		}
		if want := strings.Join(lines[max(0, len(lines)-n):], ""); got.String() != want {
			t.Errorf("the last %d lines: got %d octets, want %d", n, got.Len(), len(want))
		}
	}
	if err := k.Copy(t.Context(), io.Discard, "nobody", 1, false); err != nil {
		t.Errorf("no file: %v", err)
	}
}

// TestCopyBefore holds that the last lines are found wherever they lie, and that of a line
// without end the end is shown.
func TestCopyBefore(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir(), MaxSize: 10, Flood: time.Nanosecond}
	for _, s := range []string{"a\nb\nc\n", "d\ne\nf-", "-f\ng\n"} {
		write(t, k, "0123456789\n"+s)
		if _, err := k.Trim("bank"); err != nil {
			t.Fatal(err)
		}
	}
	copied := func(n int) string {
		var got bytes.Buffer
		if err := k.Copy(t.Context(), &got, "bank", n, false); err != nil {
			t.Fatal(err)
		}
		return got.String()
	}
	all := "789\na\nb\nc\n789\nd\ne\nf-6789\n-f\ng\n"
	lines := strings.SplitAfter(strings.TrimSuffix(all, "\n"), "\n")
	for n := range len(lines) + 2 {
		if got, want := copied(n), strings.Join(lines[max(0, len(lines)-n):], "")+"\n"; n > 0 && got != want {
			t.Errorf("the last %d lines, which are in the predecessors: got %q, want %q", n, got, want)
		}
	}
	write(t, k, "h\n")
	if got := copied(3); got != "-f\ng\nh\n" {
		t.Errorf("got %q", got)
	}
	k.MaxSize = 1 << 20
	write(t, k, strings.Repeat("x", 300<<10)+"end")
	if got := copied(1); len(got) > 70<<10 || !strings.HasPrefix(got, "…x") || !strings.HasSuffix(got, "xend") {
		t.Errorf("a line without end: got %d octets, %.10q", len(got), got)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	k := &capture.Keeper{Dir: t.TempDir(), MaxSize: 10}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- k.Copy(ctx, w, "bank", 5, true)
		_ = w.Close()
	}()
	expect := func(want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(r, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
	write(t, k, "one two three\n") // the file appears after following began
	expect("one two three\n")
	write(t, k, "four\n")
	expect("four\n")
	if _, err := k.Trim("bank"); err != nil {
		t.Fatal(err)
	}
	write(t, k, "five\n")
	expect("five\n")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
