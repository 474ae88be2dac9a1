//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/demo/bank/gen/bank"
	"github.com/opendsom/dsom/server"
)

// envTeller makes the test binary a teller, and envTellerPIDs is the file in which its processes write their numbers; envTellerName is
// the name that they bind the account main to.
const (
	envTeller     = "DSOM_TEST_TELLER"
	envTellerPIDs = "DSOM_TEST_TELLER_PIDS"
	envTellerName = "DSOM_TEST_TELLER_NAME"
)

// A teller is a server of which any number of processes may run side by side, since it keeps nothing. Its
// accounts hold the number of the process that answers; who deposits waits for so many milliseconds, or, if below zero, for
// the test (house.open), and is counted.
type teller struct {
	bank.AccountBase
	version string
}

func (t *teller) Balance(context.Context) (float64, error) {
	return float64(os.Getpid()), nil
}

func (t *teller) Deposit(ctx context.Context, amount float64) error {
	if err := note(os.Getenv(envTellerPIDs)+".begun", "1"); err != nil {
		return err
	}
	pause := time.Duration(amount) * time.Millisecond
	if amount < 0 {
		pause = 5 * time.Millisecond
	}
	for {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		if _, shut := os.Stat(os.Getenv(envTellerPIDs) + ".open"); amount >= 0 || shut == nil {
			return note(os.Getenv(envTellerPIDs)+".done", "1")
		}
	}
}

// Owner tells the version, and for which object the process is.
func (t *teller) Owner(context.Context) (string, error) {
	return t.version + " " + os.Getenv("DSOM_SERVER_OBJECT"), nil
}

// runTeller is the program; its argument is its version. It returns the exit status.
func runTeller(version string) int {
	if err := note(os.Getenv(envTellerPIDs), fmt.Sprintln(os.Getpid())); err != nil {
		fmt.Println(err)
		return 90
	}
	switch version {
	case "broken":
		fmt.Println("version broken: cannot find the counter")
		return 3
	case "slow":
		time.Sleep(time.Hour)
	}
	err := server.Run(context.Background(), server.Options{Logger: slog.New(slog.DiscardHandler)}, func(ctx context.Context, s *server.Server) error {
		t := &teller{version: version}
		for _, id := range []string{"main", "a", "b", "c"} {
			a, err := bank.AccountClass.ActivateWithID(s.Objects, id, t)
			if name := os.Getenv(envTellerName); err == nil && name != "" && id == "main" {
				err = s.Bind(ctx, name, a)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// note appends to a file.
func note(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// addTeller registers a teller; flags are for dsom server add.
func (h *house) addTeller(name, version string, flags ...string) {
	h.t.Helper()
	flags = append([]string{"server", "add", "-e", envTeller + "=1", "-e", envTellerPIDs + "=" + h.tellerPIDs(name)}, flags...)
	h.must(append(flags, name, "--", h.program, version)...)
}

func (h *house) tellerPIDs(name string) string {
	return filepath.Join(filepath.Dir(h.state), "pids-"+name)
}

// pid asks an account which process answers for it.
func pid(t testing.TB, a bank.Account) int {
	t.Helper()
	got, err := a.Balance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int(got)
}

// runAsTeller runs the teller and ends the process, if that is what the process is for.
func runAsTeller() bool {
	if os.Getenv(envTeller) == "" {
		return false
	}
	os.Exit(runTeller(os.Args[1]))
	return true
}

// open lets those go on who have deposited less than nothing with a teller.
func (h *house) open(name string) {
	h.t.Helper()
	if err := os.WriteFile(h.tellerPIDs(name+".open"), nil, 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// begun and done return how many deposits the processes of a teller have begun, and ended.
func (h *house) begun(name string) int { return h.count(name + ".begun") }
func (h *house) done(name string) int  { return h.count(name + ".done") }

func (h *house) count(file string) int {
	b, err := os.ReadFile(h.tellerPIDs(file))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.t.Error(err)
	}
	return len(b)
}

// numbers returns the numbers that a file holds, one a line.
func (h *house) numbers(path string) (all []int) {
	h.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.t.Fatal(err)
	}
	for word := range strings.FieldsSeq(string(b)) {
		n, err := strconv.Atoi(word)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}
