package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
)

type topCmd struct {
	stateFlag
	Every time.Duration `default:"2s" placeholder:"TIME" help:"How often to look."`
	Once  bool          `help:"Look twice, print that once, and end."`
}

func (topCmd) Help() string {
	return `Shows the daemon's servers and, the busiest first, the operations that are called: how often a second, how many failed, and how
long they take; where several machines share their state, those, and the servers of all. On a terminal it fills the screen until Ctrl-C; elsewhere it prints what it would show, each time that it looks.

Example:

    dsom top
    dsom top --every 10s
    dsom top --once --json`
}

// leastEvery keeps looking from being work.
const leastEvery = 100 * time.Millisecond

func (v topCmd) Run(ctx context.Context, c *console) error {
	if v.Every < leastEvery {
		return usage("--every: %v is less than %v", v.Every, leastEvery)
	}
	screen := isTerminal(c.out) && !v.Once && !c.json
	if screen {
		defer c.fullScreen()()
	}
	stopped, end := suspensions(screen)
	defer end()
	var broken error
	c.broken = func(err error) { broken = err } // nobody reads any more
	var before *topView
	tick := time.NewTicker(v.Every)
	defer tick.Stop()
	for {
		now, failed := v.look(ctx, before)
		switch {
		case ctx.Err() != nil:
			return nil
		case failed != nil && (!screen || before == nil):
			return noDaemon(failed)
		case failed != nil: // it may come back
			c.frame([]string{"The daemon does not answer; it is asked again.", failed.Error()})
		case v.Once && before == nil:
		case c.json:
			_ = c.printJSON(now) // wrote notes what comes of it
		case screen:
			c.frame(now.lines())
		default:
			for _, line := range append(now.lines(), "") {
				c.printf("%s\n", strings.TrimRight(safe(line), " "))
			}
		}
		if broken != nil || v.Once && before != nil {
			return broken
		}
		if failed == nil {
			before = now
		}
		select {
		case <-tick.C:
		case <-stopped:
			c.leaveScreen()
			stopSelf()
			c.enterScreen()
		case <-ctx.Done():
			return nil
		}
	}
}

// A topView is what dsom top shows; its JSON is stable.
type topView struct {
	At         time.Time       `json:"at"`
	Status     admin.Status    `json:"status"`
	Machines   *admin.Machines `json:"machines,omitempty"` // where several share their state
	Servers    []admin.Server  `json:"servers"`
	Operations []topOperation  `json:"operations"` // the busiest first
	Silent     []string        `json:"silent,omitempty"`
}

type topOperation struct {
	admin.OperationCalls
	Rate float64 `json:"rate"` // calls a second since the look before; 0 in the first
}

// look asks the daemon that is there now.
func (t topCmd) look(ctx context.Context, before *topView) (*topView, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	d, err := t.daemon()
	if err != nil {
		return nil, err
	}
	v := new(topView)
	if v.Status, err = d.Status(ctx); err != nil {
		return nil, err
	}
	if v.Servers, err = d.Servers(ctx); err != nil {
		return nil, err
	}
	if v.Status.Machine != "" {
		m, err := d.Machines(ctx)
		if err != nil {
			return nil, err
		}
		v.Machines = &m
	}
	calls, err := d.Calls(ctx)
	if err != nil {
		return nil, err
	}
	v.At, v.Silent, v.Operations = calls.At, calls.Silent, []topOperation{}
	was := map[[4]string]uint64{}
	seconds := 0.0
	if before != nil {
		seconds = v.At.Sub(before.At).Seconds()
		for _, o := range before.Operations {
			was[o.key()] = o.Calls
		}
	}
	for _, o := range calls.Operations {
		t := topOperation{OperationCalls: o}
		if n := was[t.key()]; seconds > 0 && o.Calls > n {
			t.Rate = math.Round(float64(o.Calls-n)/seconds*10) / 10
		}
		v.Operations = append(v.Operations, t)
	}
	slices.SortStableFunc(v.Operations, func(a, b topOperation) int {
		return cmp.Or(cmp.Compare(b.Rate, a.Rate), cmp.Compare(b.Calls, a.Calls))
	})
	return v, nil
}

func (o topOperation) key() [4]string {
	return [4]string{o.Machine, o.Server, o.Interface, o.Operation}
}

// lines are what people are shown.
func (v *topView) lines() []string {
	live := v.Status.Live
	if v.Machines != nil {
		live = v.takeCalls("")
	}
	head := fmt.Sprintf("dsom %s, process %d, up %v: %d of %d servers take calls", v.Status.Version, v.Status.PID, time.Duration(v.Status.Uptime).Round(time.Second), live, v.Status.Servers)
	lines := append([]string{head, ""}, v.machineLines()...)
	lines = append(lines, v.column("MACHINE", 12)+fmt.Sprintf("%-24s %-9s %8s %8s %7s  %s", "SERVER", "STATE", "FOR", "PROCESS", "STARTS", "LAST ERROR"))
	for _, s := range v.Servers {
		since := ""
		if !s.Run.Since.IsZero() {
			since = v.At.Sub(s.Run.Since).Round(time.Second).String()
		}
		lines = append(lines, v.column(s.Machine, 12)+fmt.Sprintf("%-24s %-9s %8s %8s %7d  %s", s.Name, s.Run.State, since, count(s.Run.PID), s.Run.Starts, s.Run.LastError))
	}
	lines = append(lines, "", v.column("MACHINE", 12)+fmt.Sprintf("%-16s %-44s %9s %10s %8s %9s %9s", "SERVER", "OPERATION", "CALLS/S", "CALLS", "FAILED", "HALF <", "99% <"))
	for _, o := range v.Operations {
		name := o.Operation
		if _, scoped, _, ok := ior.ScopedName(o.Interface); ok {
			name = scoped + " " + name
		}
		lines = append(lines, v.column(o.Machine, 12)+fmt.Sprintf("%-16s %-44s %9.1f %10d %8d %9s %9s", o.Server, name, o.Rate, o.Calls, o.Failed, below(o.Took, 0.5), below(o.Took, 0.99)))
	}
	if len(v.Silent) > 0 {
		lines = append(lines, "", "Not told by: "+strings.Join(v.Silent, ", "))
	}
	return lines
}

// column is a column that is there where there are machines.
func (v *topView) column(text string, width int) string {
	if v.Machines == nil {
		return ""
	}
	return fmt.Sprintf("%-*s ", width, text)
}

// takeCalls counts the servers that take calls on a machine, or on all: "".
func (v *topView) takeCalls(machine string) (n int) {
	for _, s := range v.Servers {
		if s.Run.State == admin.StateReady && (machine == "" || s.Machine == machine) {
			n++
		}
	}
	return n
}

// machineLines are what is said of the machines, and an empty line behind it.
func (v *topView) machineLines() []string {
	if v.Machines == nil {
		return nil
	}
	lines := []string{fmt.Sprintf("%-24s %-16s %8s  %s", "MACHINE", "STATE", "SERVERS", "ADDRESS")}
	for _, m := range v.Machines.Machines {
		lines = append(lines, fmt.Sprintf("%-24s %-16s %8d  %s", m.Name, machineText(*v.Machines, m), v.takeCalls(m.Name), strings.Join(m.Addresses, " ")))
	}
	return append(lines, "")
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// below returns the time that a share of calls took less than, of a histogram as the API has it.
func below(took []uint64, share float64) string {
	all, sum := uint64(0), uint64(0)
	for _, n := range took {
		all += n
	}
	for i, n := range took {
		if sum += n; all > 0 && float64(sum) >= share*float64(all) {
			d := time.Microsecond << i
			if d > time.Millisecond {
				d = d.Round(100 * time.Microsecond)
			}
			return d.String()
		}
	}
	return ""
}

// What a terminal is told.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l" // another screen, without a cursor
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	endOfLine   = "\x1b[K"
	endOfScreen = "\x1b[J"
)

func (c *console) enterScreen() { c.printf("%s", enterScreen) }
func (c *console) leaveScreen() { c.printf("%s", leaveScreen) }

// fullScreen takes the whole screen, until the function that it returns gives it back.
func (c *console) fullScreen() (leave func()) {
	c.enterScreen()
	return c.leaveScreen
}

// frame fills the screen with lines, as far as they fit.
func (c *console) frame(lines []string) {
	width, height := screenSize(c.out)
	var b strings.Builder
	b.WriteString(home)
	for i, line := range lines[:min(len(lines), height)] {
		if i > 0 {
			b.WriteString("\r\n")
		}
		line := []rune(safe(line))
		b.WriteString(string(line[:min(len(line), width)]) + endOfLine)
	}
	b.WriteString(endOfScreen)
	c.printf("%s", b.String())
}
