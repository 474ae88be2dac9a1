package supervise_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// TestStartedButNotNoted holds that a process which an earlier daemon had started, without having come to note which, does not outlive
// its time; and that another process of the same program does.
func TestStartedButNotNoted(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	rec, err := implrepo.New(s).Add(t.Context(), implrepo.Record{Name: "bank", Command: []string{os.Args[0]}})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("the token"))
	run := fmt.Sprintf(`{"name":"bank","started":true,"token":%q,"born":"2026-01-02T03:04:05Z"}`, hex.EncodeToString(sum[:]))
	if _, err := s.Commit(t.Context(), store.Create("run/"+rec.UUID.String(), []byte(run))); err != nil {
		t.Fatal(err)
	}
	ended := map[string]<-chan error{}
	for _, token := range []string{"the token", "another token"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "DSOM_TEST_SERVER=1", admin.EnvServerToken+"="+token, "GORACE=atexit_sleep_ms=0")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		ended[token] = done
		t.Cleanup(func() { _ = cmd.Process.Kill() })
	}
	sup, err := supervise.New(t.Context(), supervise.Options{Store: s, Logs: &capture.Keeper{Dir: t.TempDir()}, Grace: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer sup.Close()
	select {
	case <-ended["the token"]:
	case <-time.After(20 * time.Second):
		t.Fatal("it has outlived its time")
	}
	eventually(t, "its life is over", func() bool { return sup.Run(rec.UUID).State == admin.StateStopped })
	select {
	case err := <-ended["another token"]:
		t.Errorf("another process was ended: %v", err)
	default:
	}
}

// TestChecksLeftBehind holds that a command by which an earlier daemon has asked whether a server works does not outlive that daemon for long, if it was killed; and that one of another daemon's server does,
// as does one of another daemon of this host that shares the store or has a copy of it, and what a check has started to stay.
func TestChecksLeftBehind(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	rec, err := implrepo.New(s).Add(t.Context(), implrepo.Record{Name: "bank", Command: []string{os.Args[0]}})
	if err != nil {
		t.Fatal(err)
	}
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	session, ok := self.Session()
	if !ok {
		t.Fatal("this process is in no session")
	}
	other := rec.UUID
	other[15]++
	start := func(mark string, apart bool) <-chan error {
		cmd := exec.Command("sleep", "600")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s/%d", admin.EnvServerCheck, mark, session))
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: apart}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return done
	}
	check := start(rec.UUID.String()+"@a", false)
	stay := map[string]<-chan error{
		"of another server":         start(other.String()+"@a", false),
		"of another daemon":         start(rec.UUID.String()+"@b", false),
		"of a daemon without state": start(rec.UUID.String()+"@", false),
		"a check has started":       start(rec.UUID.String()+"@a", true),
	}
	sup, err := supervise.New(t.Context(), supervise.Options{Store: s, Mark: "a", Logs: &capture.Keeper{Dir: t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	defer sup.Close()
	select {
	case <-check:
	case <-time.After(20 * time.Second):
		t.Fatal("it has outlived its daemon")
	}
	for what, stays := range stay {
		select {
		case err := <-stays:
			t.Errorf("the process %s was ended: %v", what, err)
		default:
		}
	}
}

// TestCheckIsMarked holds that a command that asks whether a server works has the mark by which it is found.
func TestCheckIsMarked(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "said")
	f := start(t, supervise.Options{Mark: "here"})
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	session, _ := self.Session()
	_, err = f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error {
		r.Health = implrepo.Health{Every: 10 * time.Millisecond, Command: []string{"/bin/sh", "-c", "echo $" + admin.EnvServerCheck + " > " + file + ".new && mv " + file + ".new " + file}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l := f.byHand(t)
	defer l.Release()
	eventually(t, "it says whose check it is", func() bool {
		text, err := os.ReadFile(file)
		return err == nil && string(text) == fmt.Sprintf("%s@here/%d\n", f.u, session)
	})
}
