package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// An octetSize is a number of octets as it is written on the command line: 4096, 64KiB, 8MiB or 2GiB.
type octetSize int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *octetSize) UnmarshalText(b []byte) error {
	digits, shift := string(b), 0
	for unit, s := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
		if d, ok := strings.CutSuffix(digits, unit); ok {
			digits, shift = d, s
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return fmt.Errorf("%q is no number of octets; write it as 4096, 64KiB, 8MiB or 2GiB", b)
	}
	*o = octetSize(n << shift)
	return nil
}

// serverTerms are the flags for how a server is run. What is not given is nil, or empty.
type serverTerms struct {
	StartTimeout *time.Duration `placeholder:"TIME" help:"How long the server may take to come up. Default: 30s."`
	StopTimeout  *time.Duration `placeholder:"TIME" help:"How long the server may take to end, before it is killed. Default: 10s."`
	IdleTimeout  *time.Duration `placeholder:"TIME" help:"Stop the server when nobody has called it for so long; the next call starts it again."`
	After        []string       `placeholder:"SERVER" help:"Server that has to take calls before this one is started; may be repeated."`
	User         *string        `placeholder:"NAME" help:"Account under which the server runs, if the daemon is root's. Default: the daemon's."`

	On *string `placeholder:"MACHINE" help:"Where machines share their state: the machine that runs the server, or any: one of them at a time, another when that is dead. Default: this machine."`

	Apart  []string `placeholder:"PATTERN" sep:"none" help:"With per-object: path of the objects that have processes of their own, as 'objects/account-*'; may be repeated."`
	Most   *int     `placeholder:"N" help:"With unshared, per-object and per-call: processes at once. Default: 64."`
	Copies *int     `placeholder:"N" help:"Run so many processes of the server side by side."`
	Choose *string  `placeholder:"HOW" help:"Which of them a client is sent to: round-robin, random or least-load. Default: round-robin."`
	Alone  *bool    `negatable:"" help:"There must not be two processes of the server at a time, not even during an upgrade."`

	Secure *bool `negatable:"" help:"Callers that are identified, by a client certificate or by a socket of this machine, are served alone; others get NO_PERMISSION. A server that runs heeds it when it is started again."`

	RetryPause    *time.Duration `group:"Restarts:" placeholder:"TIME" help:"How long the server is left alone after it has failed, doubled with each time in a row. Default: 500ms."`
	RetryMaxPause *time.Duration `group:"Restarts:" placeholder:"TIME" help:"At most. Default: 30s."`
	RetryMost     *int           `group:"Restarts:" placeholder:"N" help:"Failures in a row, after which only dsom server start starts it. Default: there is no end."`

	HealthEvery   *time.Duration `group:"Health:" placeholder:"TIME" help:"How often the server is asked whether it works. Default: never."`
	HealthWithin  *time.Duration `group:"Health:" placeholder:"TIME" help:"How long it may take to answer. Default: 5s."`
	HealthBad     *int           `group:"Health:" placeholder:"N" help:"Failures in a row, after which it is ended. Default: 3."`
	HealthObject  *string        `group:"Health:" placeholder:"PATH" help:"Object that has to exist, as objects/main. Default: it is enough that the server answers."`
	HealthCommand *string        `group:"Health:" placeholder:"COMMAND" help:"Command for /bin/sh that succeeds if the server works; it gets DSOM_SERVER_ENDPOINTS and DSOM_SERVER_PID."`

	Files      *int64         `group:"Limits of each process:" placeholder:"N" help:"Open files."`
	Memory     *octetSize     `group:"Limits of each process:" placeholder:"SIZE" help:"Address space, as 512MiB."`
	CPUTime    *time.Duration `group:"Limits of each process:" name:"cpu-time" placeholder:"TIME" help:"Processor time, to its end."`
	FileLength *octetSize     `group:"Limits of each process:" placeholder:"SIZE" help:"Length of a file that it writes, its output among them."`
	Core       *octetSize     `group:"Limits of each process:" placeholder:"SIZE" help:"Size of a core file; 0: none."`

	GroupMemory    *octetSize `group:"Limits of all processes together (Linux, cgroup v2):" placeholder:"SIZE" help:"Memory."`
	GroupCPU       *int       `group:"Limits of all processes together (Linux, cgroup v2):" name:"group-cpu" placeholder:"PERCENT" help:"Processor time, in percent of one processor."`
	GroupProcesses *int64     `group:"Limits of all processes together (Linux, cgroup v2):" placeholder:"N" help:"Processes and threads."`
}

// put sets what a flag says, if it was given.
func put[T, F any](to *T, flag *F, as func(F) T) bool {
	if flag != nil {
		*to = as(*flag)
	}
	return flag != nil
}

func asIs[T any](v T) T { return v }

func asDuration(d time.Duration) admin.Duration { return admin.Duration(d) }

func asInt64(o octetSize) int64 { return int64(o) }

// limits puts the flags into l, and reports whether there were any.
func (t serverTerms) limits(l *admin.Limits) (any bool) {
	for _, set := range []bool{
		put(&l.Files, t.Files, asIs), put(&l.Memory, t.Memory, asInt64), put(&l.CPUTime, t.CPUTime, asDuration),
		put(&l.FileLen, t.FileLength, asInt64), put(&l.Core, t.Core, func(o octetSize) int64 {
			if o == 0 {
				return -1
			}
			return int64(o)
		}),
		put(&l.GroupMemory, t.GroupMemory, asInt64), put(&l.GroupCPU, t.GroupCPU, asIs), put(&l.GroupProcesses, t.GroupProcesses, asIs),
	} {
		any = any || set
	}
	return any
}

// retry is limits for restarts.
func (t serverTerms) retry(r *admin.Retry) bool {
	pause := put(&r.Pause, t.RetryPause, asDuration)
	most := put(&r.MaxPause, t.RetryMaxPause, asDuration)
	return put(&r.Most, t.RetryMost, asIs) || pause || most
}

// health is limits for health checks.
func (t serverTerms) health(h *admin.Health) (any bool) {
	for _, set := range []bool{
		put(&h.Every, t.HealthEvery, asDuration), put(&h.Within, t.HealthWithin, asDuration), put(&h.Bad, t.HealthBad, asIs),
		put(&h.Object, t.HealthObject, asIs), put(&h.Command, t.HealthCommand, shell),
	} {
		any = any || set
	}
	return any
}

// shell is a command line as a command; an empty one is none.
func shell(line string) []string {
	if line == "" {
		return nil
	}
	return []string{"/bin/sh", "-c", line}
}

// server puts the flags into what a server is registered as.
func (t serverTerms) server(s *admin.Server) {
	put(&s.StartTimeout, t.StartTimeout, asDuration)
	put(&s.StopTimeout, t.StopTimeout, asDuration)
	put(&s.IdleTimeout, t.IdleTimeout, asDuration)
	put(&s.User, t.User, asIs)
	put(&s.Most, t.Most, asIs)
	put(&s.Copies, t.Copies, asIs)
	put(&s.Choose, t.Choose, asIs)
	put(&s.Alone, t.Alone, asIs)
	put(&s.Secure, t.Secure, asIs)
	put(&s.On, t.On, asIs)
	s.After, s.Apart = t.After, strings.Join(t.Apart, " ")
	t.limits(&s.Limits)
	t.retry(&s.Retry)
	t.health(&s.Health)
}

// change is what the flags change in a server; what has several parts keeps those that are not given.
func (t serverTerms) change(s admin.Server) admin.Change {
	c := admin.Change{
		StartTimeout: (*admin.Duration)(t.StartTimeout), StopTimeout: (*admin.Duration)(t.StopTimeout), IdleTimeout: (*admin.Duration)(t.IdleTimeout),
		User: t.User, Most: t.Most, Copies: t.Copies, Choose: t.Choose, Alone: t.Alone, Secure: t.Secure, On: t.On,
	}
	if len(t.After) > 0 {
		after := nonEmpty(t.After)
		c.After = &after
	}
	if len(t.Apart) > 0 {
		apart := strings.Join(t.Apart, " ")
		c.Apart = &apart
	}
	if t.limits(&s.Limits) {
		c.Limits = &s.Limits
	}
	if t.retry(&s.Retry) {
		c.Retry = &s.Retry
	}
	if t.health(&s.Health) {
		c.Health = &s.Health
	}
	return c
}

// nonEmpty returns names without those that are empty: one of these alone says that there are none.
func nonEmpty(names []string) []string {
	all := []string{}
	for _, n := range names {
		if n != "" {
			all = append(all, n)
		}
	}
	return all
}

type serverChangeCmd struct {
	stateFlag
	Rename     *string  `placeholder:"NAME" help:"Another name. References stay good."`
	Dir        *string  `placeholder:"DIR" help:"Folder that the server runs in."`
	Env        []string `short:"e" sep:"none" placeholder:"NAME=VALUE" help:"Set a variable in the server's environment, in the place of all that were set; may be repeated, and an empty one says that there is none."`
	Activation *string  `placeholder:"HOW" help:"When the server is started: see dsom server add."`
	serverTerms
	Name string `arg:"" name:"server" help:"Name of the server."`
}

func (serverChangeCmd) Help() string {
	return `What is not given stays as it is; what is 0 or empty goes back to the default. What runs is not changed by it, but when
it is started next. To give a server another program: dsom server upgrade.

Example:

    dsom server change --idle-timeout 10m bank
    dsom server change --after ledger --after vault --health-every 10s bank`
}

func (v serverChangeCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	s, err := d.Server(ctx, v.Name)
	if err != nil {
		return noDaemon(err)
	}
	change := v.change(s)
	change.Name, change.Activation = v.Rename, v.Activation
	if len(v.Env) > 0 {
		env := nonEmpty(v.Env)
		change.Env = &env
	}
	if v.Dir != nil {
		dir, err := filepath.Abs(*v.Dir)
		if err != nil {
			return err
		}
		change.Dir = &dir
	}
	if change == (admin.Change{}) {
		return usage("what is to be changed?")
	}
	was := s.On
	s, err = d.Update(ctx, v.Name, change)
	if errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
		return &usageError{err: err}
	}
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.facts(serverFacts(s))
	if was != s.On && was != "" && was != "any" {
		if m, err := d.Machines(ctx); err == nil && !slices.ContainsFunc(m.Machines, func(x admin.Machine) bool { return x.Name == was }) {
			c.note("The machine %s, which had it, is not up. Should it only be cut off, its process runs on there until the store is reached again: see docs/cluster.md.", was)
		}
	}
	return nil
}
