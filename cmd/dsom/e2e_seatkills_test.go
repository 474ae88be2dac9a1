//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/exc"
)

// seatKillTime is how long TestKillsOfMany kills, unless DSOM_SOAK says otherwise.
const seatKillTime = 6 * time.Second

// A storm is servers of all kinds whose processes, and whose daemon, are killed at random moments under load.
type storm struct {
	h      *house
	names  []string
	calls  atomic.Int64
	failed atomic.Int64
	acked  atomic.Int64 // the newest version of "single" whose upgrade was acknowledged
	counts map[string]int
}

// TestKillsOfMany kills processes of replicated, unshared, per-call and upgraded servers, and the daemon, at random moments: every
// call ends, and fails only with what passes; an acknowledged upgrade is never undone; in the end each server has as many processes as it is
// to have, no zombie is left, and, when the daemon has ended, nothing at all (newHouse looks).
func TestKillsOfMany(t *testing.T) {
	h := newHouse(t)
	length := seatKillTime
	if text := os.Getenv("DSOM_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("DSOM_SOAK: %v", err)
		}
	}
	h.startDaemon("--listen", "127.0.0.1:0")
	s := &storm{h: h, names: []string{"copies", "objects", "single", "calls"}, counts: map[string]int{}}
	quick := []string{"--retry-pause", "10ms", "--retry-max-pause", "50ms"}
	h.addTeller("copies", "1", append(quick, "--copies", "3", "--activation", "always")...)
	h.addTeller("objects", "1", append(quick, "--activation", "unshared", "--idle-timeout", "500ms")...)
	h.addTeller("single", "1", append(quick, "--after", "copies")...)
	h.addTeller("calls", "1", append(quick, "--activation", "per-call", "--most", "3")...)
	s.acked.Store(1)

	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var wg sync.WaitGroup
	for _, name := range s.names {
		for _, id := range []string{"main", "a", "b"} {
			a := h.object(name, id)
			wg.Go(func() { s.call(t, ctx, name, a) })
		}
	}
	for n := 0; n < strikes || ctx.Err() == nil; n++ { // each once at least, however slow the machine
		kind := n
		if n >= strikes {
			kind = rand.IntN(strikes)
		}
		s.strike(ctx, kind)
	}
	wg.Wait()
	s.settle(t)
	t.Logf("%d calls, %d failed; struck: %v; %d versions", s.calls.Load(), s.failed.Load(), s.counts, s.acked.Load())
	if s.counts["daemon"] == 0 || s.counts["process"] == 0 || s.calls.Load() == s.failed.Load() {
		t.Error("nothing was tried")
	}
}

// call calls an object until ctx ends.
func (s *storm) call(t *testing.T, ctx context.Context, name string, a bank.Account) {
	for ctx.Err() == nil {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
		least := s.acked.Load()
		begun := time.Now()
		owner, err := a.Owner(limited)
		cancel()
		s.calls.Add(1)
		if took := time.Since(begun); took > callTime+5*time.Second {
			t.Errorf("a call took %v, its deadline was %v", took, callTime)
		}
		var sys *exc.SystemException
		switch {
		case err == nil:
			text, _, _ := strings.Cut(owner, " ")
			if version, err := strconv.ParseInt(text, 10, 64); err != nil || name == "single" && version < least {
				t.Errorf("%s answers as version %q, when version %d was acknowledged", name, text, least)
			}
		case errors.As(err, &sys) && (sys.Kind == exc.Transient || sys.Kind == exc.CommFailure):
			s.failed.Add(1)
		default:
			t.Errorf("%s: a call failed with what does not pass: %v", name, err)
		}
	}
}

// strikes is how many kinds of them there are.
const strikes = 6

// strike does one thing that servers have to survive, after a while.
func (s *storm) strike(ctx context.Context, kind int) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(20+rand.IntN(300)) * time.Millisecond):
	}
	switch kind {
	case 0:
		s.counts["daemon"]++
		s.h.killDaemon()
		s.h.startDaemon()
	case 1:
		s.counts["upgrade"]++
		version := s.acked.Load() + 1 // which it may be already, without anybody having heard
		done := s.h.start("server", "upgrade", "single", "--", s.h.program, fmt.Sprint(version))
		if rand.IntN(2) == 0 {
			s.h.killDaemon()
			s.h.startDaemon()
			s.counts["daemon"]++
		}
		if r := <-done; r.status == statusGood {
			s.acked.Store(version)
		}
	default:
		s.counts["process"]++
		name := s.names[rand.IntN(len(s.names))]
		if alive := s.h.tellers(name); len(alive) > 0 {
			if p, err := os.FindProcess(alive[rand.IntN(len(alive))]); err == nil {
				_ = p.Kill()
			}
		}
	}
}

// settle holds the end against what there is to be.
func (s *storm) settle(t *testing.T) {
	for _, name := range s.names {
		var err error
		eventually(t, name+" answers", func() bool { _, err = s.h.object(name, "main").Balance(t.Context()); return err == nil })
	}
	for name, want := range map[string]int{"copies": 3, "single": 1, "calls": 0} {
		eventually(t, fmt.Sprintf("%s has %d processes", name, want), func() bool { return len(s.h.tellers(name)) == want })
	}
	eventually(t, "the processes of objects have ended", func() bool { return len(s.h.tellers("objects")) == 0 })
	eventually(t, "no zombie is left", func() bool { return len(zombies(s.h.daemon.Process.Pid)) == 0 })
}

// zombies returns the children of a process that have ended and were not waited for.
func zombies(parent int) (pids []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(fields) > 1 && string(fields[0]) == "Z" && string(fields[1]) == strconv.Itoa(parent) {
			pids = append(pids, filepath.Base(filepath.Dir(name)))
		}
	}
	return pids
}
