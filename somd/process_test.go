//go:build unix

package somd_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/server"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/internal/pets/cat"
	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// The variables that make the test binary a server of cats, and name the folder where each leaves its process's number.
const (
	envKennel = "DSOM_TEST_KENNEL"
	envLives  = "DSOM_TEST_LIVES"
)

func TestMain(m *testing.M) {
	if how := os.Getenv(envKennel); how != "" {
		os.Exit(kennel(how))
	}
	leaktest.Main(m)
}

// kennel is a server of cats, as any program is that serves classes; how says what it does instead.
func kennel(how string) int {
	switch how {
	case "exit":
		return 4
	case "mute": // it is there, and says nothing
		if err := os.WriteFile(filepath.Join(os.Getenv(envLives), strconv.Itoa(os.Getpid())), nil, 0o600); err != nil {
			return status(err)
		}
		time.Sleep(time.Hour)
	case "other":
		return status(server.Run(context.Background(), server.Options{Name: "other"}, func(context.Context, *server.Server) error { return nil }))
	}
	return status(server.Run(context.Background(), server.Options{Name: "kennel"}, func(ctx context.Context, s *server.Server) error {
		if dir := os.Getenv(envLives); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(os.Getpid())), nil, 0o600); err != nil {
				return err
			}
		}
		d := somd.New(s.Root.POA, somd.Config{})
		_, err := somd.Serve(ctx, s, d, somd.Among(cat.Class, pet.Class), "Pets::Cat", "Pets::Pet")
		return err
	}))
}

func status(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// withProcesses is domain with an ORB that listens nowhere, and has processes of its own.
func withProcesses(t *testing.T, how string, listen ...string) (d *somd.Domain, p *somd.Processes, lives string) {
	t.Helper()
	p, lives = somd.NewProcesses(), t.TempDir()
	p.Env = []string{envKennel + "=" + how, envLives + "=" + lives, "GORACE=atexit_sleep_ms=0"}
	o, err := orb.New(orb.Config{Transports: p.Transports(), Listen: listen, BiDir: orb.BiDir{Offer: true}, RequireTLS: len(listen) == 0}) // what is private is as good as sealed
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := poa.New(o).Create("objects", poa.Options{Bidirectional: poa.Both})
	if err != nil {
		t.Fatal(err)
	}
	d = somd.New(adapter, somd.Config{Processes: p})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := errors.Join(d.Close(), o.Shutdown(ctx), p.Close(ctx)); err != nil {
			t.Error(err)
		}
		for _, pid := range processes(t, lives) {
			if syscall.Kill(pid, 0) == nil {
				t.Errorf("process %d lives", pid)
			}
		}
	})
	return d, p, lives
}

// processes returns those that have been servers of cats.
func processes(t *testing.T, lives string) (all []int) {
	t.Helper()
	files, err := os.ReadDir(lives)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		pid, err := strconv.Atoi(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pid)
	}
	return all
}

// aProgram is the URL of a process that is the test binary.
func aProgram(t *testing.T) string {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return "program:" + me
}

// TestOwnProcess has the class Cat in a process of this one's own: objects are made there and called, call back objects of this process, come back as what they are, and end there.
func TestOwnProcess(t *testing.T) {
	t.Parallel()
	d, _, lives := withProcesses(t, "serve")
	d.Know(pet.Class)
	var made [2]*som.Class
	var wg sync.WaitGroup
	for i, name := range []string{"Pets::Cat", "Pets::Cat"} { // at the same moment: one process
		wg.Go(func() {
			c, err := d.Place(t.Context(), somd.Place{Class: name, URL: aProgram(t)})
			if err != nil {
				t.Error(err)
			}
			made[i] = c
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	if all := processes(t, lives); len(all) != 1 || all[0] == os.Getpid() {
		t.Fatalf("there were %v", all)
	}
	r, err := made[0].New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	ref, ok := somd.Reference(r)
	if !ok || !strings.Contains(string(ref.IOR().Profiles[0].Data), ".dsom.alt") {
		t.Errorf("its reference leads to %v", ref)
	}
	if said, err := r.Invoke(t.Context(), "speak", "you"); err != nil || !strings.HasSuffix(said.(string), "says hello to you, meow") {
		t.Errorf("got %v, %v", said, err)
	}
	mine, err := pet.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mine.Release() }()
	if err := mine.SetName(t.Context(), "Mine"); err != nil {
		t.Fatal(err)
	}
	got, err := r.Invoke(t.Context(), "friend", mine) // which is called there
	if err != nil {
		t.Fatal(err)
	}
	if o := got.(som.Object).SOM(); o != mine.SOM() {
		t.Errorf("an object of this process comes back as %v", o)
	}
	_ = got.(som.Object).SOM().Release()
	back, err := r.Invoke(t.Context(), "thing", r)
	if err != nil {
		t.Fatal(err)
	}
	if own, ok := somd.Reference(back.(som.Object)); !ok || own.ObjectKey() != ref.ObjectKey() {
		t.Errorf("it comes back as %v", own)
	}
	_ = back.(som.Object).SOM().Release()
}

// TestOwnProcessKilled kills the process of an object again and again: the call after that fails and says so, the next is served by another process.
func TestOwnProcessKilled(t *testing.T) {
	t.Parallel()
	d, _, lives := withProcesses(t, "serve")
	c, err := d.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: aProgram(t)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	killed := map[int]bool{}
	for round := range 6 {
		if _, err := r.Invoke(t.Context(), "speak", "you"); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		all := processes(t, lives)
		if len(all) != round+1 {
			t.Fatalf("round %d: there were the processes %v", round, all)
		}
		for _, pid := range all {
			if !killed[pid] {
				killed[pid] = true
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, err := r.Invoke(t.Context(), "speak", "you")
		if !errors.Is(err, exc.CommFailure) && !errors.Is(err, exc.Transient) && !errors.Is(err, exc.ObjectNotExist) || !strings.Contains(fmt.Sprint(err), "the next call makes another") {
			t.Errorf("round %d: after the kill: %v", round, err)
		}
	}
}

// TestOwnProcessPassedOn has an object of a process of one's own go to others: they reach it by way of this process, as what it is, and it comes back as itself.
func TestOwnProcessPassedOn(t *testing.T) {
	t.Parallel()
	d, _, _ := withProcesses(t, "serve", "tcp:127.0.0.1:0")
	d.Know(cat.Class)
	other := domain(t, somd.Config{})
	other.Know(cat.Class)
	c, err := d.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: aProgram(t)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Release() }()
	far := remote(t, d, other, r)
	ref, _ := somd.Reference(far)
	if strings.Contains(string(ref.IOR().Profiles[0].Data), ".dsom.alt") || ref.TypeID() != "IDL:Pets/Cat:1.0" {
		t.Errorf("others get a reference to %s, %s", ref.TypeID(), ref.IOR().Profiles[0].Data)
	}
	if said, err := far.Invoke(t.Context(), "speak", "them"); err != nil || !strings.HasSuffix(said.(string), "says hello to them, meow") {
		t.Errorf("got %v, %v", said, err)
	}
	back, err := d.Import(t.Context(), d.ORB().NewRef(ref.IOR()))
	if err != nil || back != r.SOM() {
		t.Errorf("it comes back as %v, %v, and is %v", back, err, r)
	}
	_ = back.Release()
}

// TestOwnProcessBad places classes in processes that do not come up, or cannot be had.
func TestOwnProcessBad(t *testing.T) {
	t.Parallel()
	for how, c := range map[string]struct{ url, says string }{
		"exit":    {aProgram(t), "exit status 4"},
		"other":   {aProgram(t), "it serves no classes"},
		"none":    {"program:/nowhere/at/all", "no such file"},
		"empty":   {"program:", "a program is wanted"},
		"library": {"process:/nowhere/libdog.so", "no such file"},
		"unfound": {"process:", "SOM_PATH"},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			d, _, _ := withProcesses(t, how)
			if _, err := d.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: c.url}); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "Pets::Cat") {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := domain(t, somd.Config{}).Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: aProgram(t)}); err == nil || !strings.Contains(err.Error(), "NewProcesses") {
		t.Errorf("a domain without any: %v", err)
	}
	mute, starting, lives := withProcesses(t, "mute")
	placed := make(chan error, 1)
	go func() {
		_, err := mute.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: aProgram(t)})
		placed <- err
	}()
	for len(processes(t, lives)) == 0 { // it has been started
		select {
		case err := <-placed:
			t.Fatal(err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	closed := make(chan error, 1)
	go func() { closed <- starting.Close(over) }()
	select {
	case err := <-closed:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("one that has not come up: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("a process that does not come up holds up Close")
	}
	if err := <-placed; err == nil {
		t.Error("it was placed in a process that was ended")
	}
	d, p, _ := withProcesses(t, "serve")
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := d.Place(t.Context(), somd.Place{Class: "Pets::Cat", URL: aProgram(t)}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("closed ones: %v", err)
	}
}
