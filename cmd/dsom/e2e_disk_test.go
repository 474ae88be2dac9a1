//go:build linux

package main

import (
	"bytes"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	store "github.com/opendsom/dsom/store/bbolt"
)

// mounted returns a command under which another finds what mount, a shell command, has
// mounted, and nobody else does. The test is skipped where the system does not let this user mount.
func mounted(t *testing.T, mount string) []string {
	t.Helper()
	under := []string{"unshare", "--mount", "sh", "-c", mount + ` && exec "$@"`, "sh"}
	if out, err := exec.Command(under[0], append(under[1:], "true")...).CombinedOutput(); err != nil {
		absent.Skip(t, "file systems cannot be mounted here: %v: %s", err, out)
	}
	return under
}

// TestFullDisk holds what a full disk does to a daemon: who writes is told, who reads is
// not disturbed, and when there is space again all is as before.
func TestFullDisk(t *testing.T) {
	h := newHouse(t)
	if err := os.Mkdir(h.state, 0o700); err != nil {
		t.Fatal(err)
	}
	h.under = mounted(t, "mount -t tmpfs -o size=1m tmpfs "+h.state)
	h.startDaemon("--listen", "127.0.0.1:0")
	// The folder as the daemon sees it.
	h.env = append(h.env, admin.EnvState+"=/proc/"+strconv.Itoa(h.daemon.Process.Pid)+"/root"+h.state)
	state := strings.TrimPrefix(h.env[len(h.env)-1], admin.EnvState+"=")
	h.addBank()
	a := account(t, client(t), h.url("bank"))
	if err := a.Deposit(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	o := client(t)
	names, err := cosnaming.NamingContextExtClass.Bind(t.Context(), o, "corbaloc::"+h.address+"/NameService")
	if err != nil {
		t.Fatal(err)
	}
	name := func(i int) cosnaming.Name { return cosnaming.Name{{Id: "n" + strconv.Itoa(i)}} }
	bind := func(i int) error { return names.Bind(t.Context(), name(i), a.(orb.Object)) }

	fill(t, filepath.Join(state, "fill"))
	var sys *exc.SystemException
	bound := 0
	for ; bound < 10000 && err == nil; bound++ { // what the file has free is used up first
		err = bind(bound)
	}
	bound-- // the last is not
	if !errors.As(err, &sys) || sys.Kind != exc.PersistStore || sys.Minor != exc.MinorStore || !sys.Remote || !strings.Contains(sys.Reason, "no space left") {
		t.Fatalf("a name on a full disk: got %v", err)
	}
	for i := range bound {
		if _, err := names.Resolve(t.Context(), name(i)); err != nil {
			t.Fatalf("name %d of %d, which were acknowledged: %v", i, bound, err)
		}
	}
	notFound := new(cosnaming.NamingContext_NotFound)
	if _, err := names.Resolve(t.Context(), name(bound)); !errors.As(err, &notFound) {
		t.Errorf("the name that was refused: got %v", err)
	}
	// A record is larger than what may be free of a page.
	got := h.run("server", "add", "-e", "X="+strings.Repeat("x", 20000), "other", "--", "/bin/sh")
	if got.status != statusFailed || !strings.Contains(got.err, "no space left") {
		t.Errorf("got %+v", got)
	}
	if _, ok := h.look("other"); ok {
		t.Error("what was refused is there")
	}
	if got := h.run("name", "ls"); got.status != 0 || !strings.Contains(got.out, "n0\n") {
		t.Errorf("got %+v", got)
	}
	wantBalance(t, a, 5)
	if err := a.Deposit(t.Context(), 1); err != nil { // the bank's disk is another
		t.Error(err)
	}

	if err := os.Remove(filepath.Join(state, "fill")); err != nil {
		t.Fatal(err)
	}
	if err := bind(bound); err != nil {
		t.Errorf("with space again: %v", err)
	}
	h.must("server", "add", "-e", "X="+strings.Repeat("x", 20000), "other", "--", "/bin/sh")
	h.must("server", "stop", "bank")
	wantBalance(t, a, 6)
	if _, err := names.Resolve(t.Context(), name(bound)); err != nil {
		t.Error(err)
	}
}

// TestFullDiskRename gives a server another name while there is space for its record alone: what is said of it follows when there is space for that, without anybody's asking, and until then it is under the
// name before, which nobody gets.
func TestFullDiskRename(t *testing.T) {
	h := newHouse(t)
	if err := os.Mkdir(h.state, 0o700); err != nil {
		t.Fatal(err)
	}
	h.under = mounted(t, "mount -t tmpfs -o size=8m tmpfs "+h.state)
	h.startDaemon("--listen", "127.0.0.1:0")
	state := "/proc/" + strconv.Itoa(h.daemon.Process.Pid) + "/root" + h.state
	h.env = append(h.env, admin.EnvState+"="+state)
	var text strings.Builder
	for range 30000 { // what does not pack well, and so takes more than the record
		text.WriteString(crand.Text())
	}
	file := filepath.Join(filepath.Dir(h.state), "noise.idl")
	if err := os.WriteFile(file, []byte("const string Noise = \""+text.String()+"\"; interface Bank { void open(); };"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.must("server", "add", "--idl", file, "bank", "--", "/bin/sh")
	c, err := admin.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	registered := func() string {
		all, err := c.Specifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return strings.Join(names, ", ")
	}
	filled := filepath.Join(state, "fill")
	fill(t, filled)
	shop := "shop"
	for free := 0; ; free += 16 << 10 { // until the record fits
		if _, err = c.Update(t.Context(), "bank", admin.Change{Name: &shop}); err == nil {
			break
		}
		if free == 256<<10 || !strings.Contains(err.Error(), "no space left") {
			t.Fatalf("with %d octets free: %v", free, err)
		}
		st, err := os.Stat(filled)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(filled, st.Size()-16<<10); err != nil {
			t.Fatal(err)
		}
	}
	if got := registered(); got != admin.ServerSpecification("bank") {
		t.Errorf("with a full disk registered are %s", got)
	}
	if _, err := c.Add(t.Context(), admin.Server{Name: "bank", Command: []string{"/bin/sh"}}); !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
		t.Errorf("another server of the name before: %v", err)
	}
	if err := os.Remove(filled); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is under the new name", func() bool { return registered() == admin.ServerSpecification(shop) })
	eventually(t, "the name before is free", func() bool {
		_, err := c.Add(t.Context(), admin.Server{Name: "bank", Command: []string{"/bin/sh"}})
		return err == nil
	})
	if got := h.run("class", "show", "Bank"); got.status != 0 || !strings.Contains(got.out, "open") {
		t.Errorf("what was said of it: %+v", got)
	}
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, n := range []int{4096, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, n))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

// TestFullDiskNoState holds that a daemon with no space for its state says so, and that one which finds
// space begins with what there was.
func TestFullDiskNoState(t *testing.T) {
	h := newHouse(t)
	if err := os.Mkdir(h.state, 0o700); err != nil {
		t.Fatal(err)
	}
	under := mounted(t, "mount -t tmpfs -o size=16k tmpfs "+h.state)
	got := h.runBy(under, "daemon", "--listen", "127.0.0.1:0")
	if got.status != statusFailed || !strings.Contains(got.err, "no space left") || !strings.Contains(got.err, h.state) {
		t.Errorf("got %+v", got)
	}
}

// TestFloodedDisk holds that a server that writes without end leaves space on the disk of the
// state, while it runs and afterwards, and that its earlier output is not given up for that.
func TestFloodedDisk(t *testing.T) {
	h := newHouse(t)
	if err := os.Mkdir(h.state, 0o700); err != nil {
		t.Fatal(err)
	}
	h.under = mounted(t, "mount -t tmpfs -o size=60m tmpfs "+h.state)
	h.startDaemon("--listen", "127.0.0.1:0")
	state := "/proc/" + strconv.Itoa(h.daemon.Process.Pid) + "/root" + h.state
	h.env = append(h.env, admin.EnvState+"="+state)
	line := filepath.Join(filepath.Dir(h.state), "line")
	if err := os.WriteFile(line, []byte(strings.Repeat(strings.Repeat("x", 4095)+"\n", 64)), 0o600); err != nil {
		t.Fatal(err)
	}
	// It fills the disk several times over, though not at any speed: other tests run too.
	h.must("server", "add", "flood", "--", h.script("flood", "(while :; do cat "+line+"; sleep 0.002; done) 2>/dev/null &\n"+
		"exec "+h.program+" __demo-bank-server --data "+h.data))
	h.must("server", "start", "flood")
	log := filepath.Join(state, "logs", h.server("flood").UUID+".log")
	eventually(t, "it is cut", func() bool {
		_, err := os.Stat(log + ".1")
		return err == nil
	})
	names, err := cosnaming.NamingContextExtClass.Bind(t.Context(), client(t), "corbaloc::"+h.address+"/NameService")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		if _, err := names.BindNewContext(t.Context(), cosnaming.Name{{Id: strconv.Itoa(i)}}); err != nil {
			t.Fatalf("name %d: %v", i, err)
		}
	}
	h.must("server", "stop", "flood")
	if sum := octets(filepath.Dir(log)); sum > 33<<20 {
		t.Errorf("when it is stopped its output takes %d octets", sum)
	}
	for _, n := range []string{"", ".1"} {
		if st, err := os.Stat(log + n); err != nil || n != "" && st.Size() < 1<<20 {
			t.Errorf("what is kept: %v, %v", st, err)
		}
	}
	if got := h.must("server", "logs", "-n", "2", "flood"); len(got) < 4000 {
		t.Errorf("its last output: got %q", got)
	}
}

// TestDiskFullOfOutput holds that a daemon comes up on a disk that the output of its servers has filled.
func TestDiskFullOfOutput(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.must("server", "add", "flood", "--", "/bin/sh")
	uuid := h.server("flood").UUID
	h.stopDaemon()
	full := h.state + ".full"
	h.under = mounted(t, "mkdir -p "+full+" && mount -t tmpfs -o size=14m tmpfs "+full+" && cp "+h.state+"/"+daemon.StoreName+" "+full+" && mkdir "+full+"/logs && "+
		"{ cat /dev/zero > "+full+"/logs/"+uuid+".log 2>/dev/null || true; } && mount --bind "+full+" "+h.state)
	h.startDaemon()
	h.env = append(h.env, admin.EnvState+"=/proc/"+strconv.Itoa(h.daemon.Process.Pid)+"/root"+h.state)
	h.must("name", "bind", "x", "corbaloc::localhost:1/x")
	if s := h.server("flood"); s.UUID != uuid {
		t.Errorf("got %+v", s)
	}
}

// TestReadOnlyState holds that a daemon whose state may not be written says so, and changes nothing.
func TestReadOnlyState(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.stopDaemon()
	path := filepath.Join(h.state, daemon.StoreName)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	under := mounted(t, "mount --bind "+h.state+" "+h.state+" && mount -o remount,bind,ro "+h.state)
	got := h.runBy(under, "daemon")
	if got.status != statusFailed || !strings.Contains(got.err, "read-only") || !strings.Contains(got.err, h.state) {
		t.Errorf("got %+v", got)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the state was changed: %v", err)
	}
	if err := os.RemoveAll(h.state); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(h.state, 0o700); err != nil {
		t.Fatal(err)
	}
	got = h.runBy(under, "daemon", "--listen", "127.0.0.1:0")
	if got.status != statusFailed || !strings.Contains(got.err, "read-only") || !strings.Contains(got.err, h.state) {
		t.Errorf("an empty folder: got %+v", got)
	}
}

// TestDamagedState holds that a daemon does not begin with a state that is damaged or of
// another version, says what one can do, and leaves the file as it is.
func TestDamagedState(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	for i := range 20 { // so that the file has something in its middle
		h.must("name", "bind", "name"+strconv.Itoa(i), "corbaloc::localhost:1/x")
	}
	h.stopDaemon()
	path := filepath.Join(h.state, daemon.StoreName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damage := []string{"damaged", "restore", "backup", "move it away"}
	r := rand.New(rand.NewPCG(3, 4))
	random := make([]byte, 30000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	// Pages that are free hold old copies of what is elsewhere: all of them are damaged.
	zeros, flipped, found := bytes.Clone(good), bytes.Clone(good), false
	for at := 0; at < len(good); at += 4096 {
		page := good[at:min(at+4096, len(good))]
		if i := bytes.Index(page, []byte("name7")); i >= 0 {
			found = true
			clear(zeros[at : at+len(page)])
			flipped[at+i] ^= 1
		}
	}
	if !found {
		t.Fatal("the names are not in the file")
	}
	for name, c := range map[string]struct {
		octets []byte
		want   []string
	}{
		"random octets":         {random, damage},
		"empty":                 {nil, damage},
		"cut off":               {good[:len(bytes.TrimRight(good, "\x00"))-4096], damage},
		"cut off in its head":   {good[:100], damage},
		"zeros in the middle":   {zeros, damage},
		"a flipped bit":         {flipped, damage},
		"of a future version":   {future(t, good), []string{"written by another version", "format 2", "run the newer one"}},
		"of another program":    {[]byte("SQLite format 3\x00" + strings.Repeat("x", 9000)), damage},
		"its own access file":   {[]byte(`{"address":"127.0.0.1:1"}`), damage},
		"zeros where it begins": {append(make([]byte, 8192), good[8192:]...), damage},
	} {
		if err := os.WriteFile(path, c.octets, 0o600); err != nil {
			t.Fatal(err)
		}
		got := h.run("daemon")
		for _, want := range append(c.want, path) {
			if got.status != statusFailed || got.out != "" || !strings.Contains(got.err, want) {
				t.Errorf("%s: got %+v, want %q", name, got, want)
			}
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, c.octets) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
	// What was there is there again when the file is.
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	h.startDaemon()
	h.must("name", "resolve", "name7")
}

// future returns the state as a later version of this program may write it.
func future(t *testing.T, good []byte) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("dsom")).Put([]byte("format"), binary.BigEndian.AppendUint32(nil, store.Format+1))
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
