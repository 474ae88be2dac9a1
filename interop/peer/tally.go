package peer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/leaktest"
)

// CallsFile is the environment variable that names the file to which each test binary appends its count: one line,
// "made M answered N binary". The lines of several binaries and runs add up. Tests without peers add why, see Lacking.
const CallsFile = "DSOM_PEER_CALLS"

// leakPatience is how long goroutines may take to end after the last test.
const leakPatience = time.Minute

// A Tally counts the calls that real peers made and answered. The zero Tally is ready; it is safe for concurrent use.
type Tally struct {
	mu             sync.Mutex
	made, answered int
}

// Add counts calls that a peer made and calls that a peer answered.
func (y *Tally) Add(made, answered int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.made += made
	y.answered += answered
}

// Calls returns the counts.
func (y *Tally) Calls() (made, answered int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.made, y.answered
}

// Main runs the tests of m, then what is to be done after them, fails if they leave goroutines behind, prints how many calls
// peers made and answered, appends that to the file that DSOM_PEER_CALLS names, and exits.
func (y *Tally) Main(m *testing.M, after ...func() error) {
	code := m.Run()
	for _, do := range after {
		if err := do(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if code == 0 {
		if stray := leaktest.Stray(leakPatience); stray != "" {
			fmt.Fprintf(os.Stderr, "goroutines left after the tests:\n\n%s\n", stray)
			code = 1
		}
	}
	made, answered := y.Calls()
	fmt.Printf("real peers: %d calls made by peers, %d answered by peers\n", made, answered)
	if name := os.Getenv(CallsFile); name != "" {
		line := fmt.Sprintf("made %d answered %d %s", made, answered, filepath.Base(os.Args[0]))
		if err := appendLine(name, line); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", CallsFile, err)
			code = 1
		}
	}
	os.Exit(code)
}

// appendLine adds a line with one write, which several processes may do to one file at once.
func appendLine(name, line string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}
