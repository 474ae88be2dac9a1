package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

type serverCmd struct {
	Add    serverAddCmd    `cmd:"" help:"Register a program as a server, to be started by the first call of one of its objects."`
	List   serverListCmd   `cmd:"" help:"List the registered servers and how they are."`
	Start  serverStartCmd  `cmd:"" help:"Start a server, and wait until it takes calls."`
	Stop   serverStopCmd   `cmd:"" help:"Stop a server, and wait until it has ended."`
	Remove serverRemoveCmd `cmd:"" help:"Forget a server. References to its objects become void."`
	Logs   serverLogsCmd   `cmd:"" help:"Print what a server has written."`
}

// stateFlag says where the daemon's state is, by which its API is found.
type stateFlag struct {
	State string `placeholder:"DIR" help:"State folder of the daemon: $$DSOM_STATE, else /var/lib/dsom for root, else the user's own."`
}

// folder returns the state folder.
func (f stateFlag) folder() (string, error) {
	if f.State != "" {
		return filepath.Abs(f.State)
	}
	return admin.DefaultState()
}

// daemon returns a client of the local daemon.
func (f stateFlag) daemon() (*admin.Client, error) {
	dir, err := f.folder()
	if err != nil {
		return nil, err
	}
	client, err := admin.Open(dir)
	return client, noDaemon(err)
}

// noDaemon adds to the error that says that there is no daemon what to do about it.
func noDaemon(err error) error {
	if errors.Is(err, admin.ErrNoDaemon) {
		return fmt.Errorf("%w\nStart one with: dsom daemon", err)
	}
	return err
}

type serverAddCmd struct {
	stateFlag
	Dir          string        `placeholder:"DIR" help:"Folder that the server runs in. Default: the current one."`
	Env          []string      `short:"e" sep:"none" placeholder:"NAME=VALUE" help:"Set a variable in the server's environment; may be repeated."`
	Activation   string        `enum:"on-demand,manual,always" default:"on-demand" help:"When the server is started: on-demand (by a call), manual (by dsom server start), always (with the daemon, and again whenever it ends)."`
	StartTimeout time.Duration `placeholder:"TIME" help:"How long the server may take to come up. Default: the daemon's."`
	StopTimeout  time.Duration `placeholder:"TIME" help:"How long the server may take to end, before it is killed. Default: the daemon's."`
	UUID         string        `name:"uuid" placeholder:"UUID" help:"Identity in the keys of the server's objects, for one that was registered before elsewhere."`
	Name         string        `arg:"" help:"Name of the server: letters, digits, . _ and -."`
	Command      []string      `arg:"" optional:"" passthrough:"" help:"The program and its arguments, after --. Without one the server is only started by hand."`
}

func (serverAddCmd) Help() string {
	return "Example:\n\n    dsom server add bank -- ./bank-server --data /srv/bank"
}

func (v serverAddCmd) Run(ctx context.Context, c *console) error {
	command := v.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	s := admin.Server{
		Name: v.Name, UUID: v.UUID, Env: v.Env, Activation: v.Activation,
		StartTimeout: admin.Duration(v.StartTimeout), StopTimeout: admin.Duration(v.StopTimeout),
	}
	var err error
	if len(command) > 0 {
		if s.Command, err = absolute(command); err != nil {
			return err
		}
	} else {
		s.Activation = "manual"
	}
	if s.Dir, err = filepath.Abs(v.Dir); err != nil {
		return err
	}
	if i, err := os.Stat(s.Dir); err != nil || !i.IsDir() {
		return fmt.Errorf("--dir: %s is no folder", s.Dir)
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	if s, err = d.Add(ctx, s); err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.printf("%s %s\n", s.Name, s.UUID)
	if len(s.Command) == 0 {
		c.note("It has no program: start it by hand, with the name %s.", s.Name)
	}
	return nil
}

// absolute makes the program of a command independent of the current folder, and sees that it is there.
func absolute(command []string) ([]string, error) {
	program, err := exec.LookPath(command[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return nil, fmt.Errorf("the program cannot be run: %w", err)
	}
	if program, err = filepath.Abs(program); err != nil {
		return nil, err
	}
	return append([]string{program}, command[1:]...), nil
}

type serverListCmd struct {
	stateFlag
	Name []string `arg:"" optional:"" name:"server" help:"List these only, with all that is known of them."`
}

func (serverListCmd) Help() string {
	return "Example:\n\n    dsom server list\n    dsom server list bank"
}

func (v serverListCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	all := []admin.Server{} // JSON: an empty list is []
	if len(v.Name) == 0 {
		list, err := d.Servers(ctx)
		if err != nil {
			return noDaemon(err)
		}
		all = append(all, list...)
	}
	for _, name := range v.Name {
		s, err := d.Server(ctx, name)
		if err != nil {
			return noDaemon(err)
		}
		all = append(all, s)
	}
	switch {
	case c.json:
		return c.printJSON(all)
	case len(v.Name) > 0:
		for i, s := range all {
			if i > 0 {
				c.printf("\n")
			}
			c.facts(serverFacts(s))
		}
		return nil
	case len(all) == 0:
		c.note("No server is registered. Register one with: dsom server add NAME -- PROGRAM ARGUMENT...")
		return nil
	}
	var rows [][]string
	for _, s := range all {
		pid := ""
		if s.Run.PID != 0 {
			pid = fmt.Sprint(s.Run.PID)
		}
		rows = append(rows, []string{s.Name, stateText(s), pid, s.Activation, strings.Join(s.Run.Endpoints, " "), strings.Join(s.Command, " ")})
	}
	c.table([]string{"NAME", "STATE", "PID", "ACTIVATION", "ADDRESS", "COMMAND"}, rows)
	return nil
}

func stateText(s admin.Server) string {
	text := s.Run.State
	if s.Disabled {
		text += ", disabled"
	}
	return text
}

func serverFacts(s admin.Server) [][2]string {
	rows := [][2]string{{"name", s.Name}, {"uuid", s.UUID}, {"state", stateText(s)}}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, [2]string{name, value})
		}
	}
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Local().Format(time.DateTime)
	}
	add("since", moment(s.Run.Since))
	if s.Run.PID != 0 {
		add("pid", fmt.Sprint(s.Run.PID))
	}
	for i, e := range s.Run.Endpoints {
		rows = append(rows, [2]string{once("address", i), e})
	}
	add("activation", s.Activation)
	add("command", strings.Join(s.Command, " "))
	add("folder", s.Dir)
	for i, e := range s.Env {
		rows = append(rows, [2]string{once("environment", i), e})
	}
	add("starts", fmt.Sprint(s.Run.Starts))
	if s.Run.Failures > 0 {
		add("failures", fmt.Sprint(s.Run.Failures))
		add("last error", s.Run.LastError)
		add("not before", moment(s.Run.RetryAt))
	}
	add("registered", moment(s.Created))
	return rows
}

type serverStartCmd struct {
	stateFlag
	Name string `arg:"" name:"server" help:"Name of the server."`
}

func (serverStartCmd) Help() string {
	return "A server that was stopped with --disable is enabled again.\n\nExample:\n\n    dsom server start bank"
}

func (v serverStartCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	s, err := d.Server(ctx, v.Name)
	if err != nil {
		return noDaemon(err)
	}
	if s.Disabled {
		if _, err := d.Update(ctx, v.Name, admin.Change{Disabled: new(bool)}); err != nil {
			return noDaemon(err)
		}
	}
	if s, err = d.Start(ctx, v.Name); err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.printf("%s is %s, process %d, at %s\n", s.Name, s.Run.State, s.Run.PID, strings.Join(s.Run.Endpoints, " "))
	return nil
}

type serverStopCmd struct {
	stateFlag
	Disable bool   `help:"Keep it stopped: calls of its objects do not start it again."`
	Name    string `arg:"" name:"server" help:"Name of the server."`
}

func (serverStopCmd) Help() string {
	return "Example:\n\n    dsom server stop bank\n    dsom server stop --disable bank"
}

func (v serverStopCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	if v.Disable {
		yes := true
		if _, err := d.Update(ctx, v.Name, admin.Change{Disabled: &yes}); err != nil {
			return noDaemon(err)
		}
	}
	s, err := d.Stop(ctx, v.Name)
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(s)
	}
	c.printf("%s is %s\n", s.Name, stateText(s))
	if s.Activation == "on-demand" && !s.Disabled {
		c.note("The next call of one of its objects starts it again; --disable prevents that.")
	}
	return nil
}

type serverRemoveCmd struct {
	stateFlag
	Stop bool   `help:"Stop the server first, if it runs."`
	Name string `arg:"" name:"server" help:"Name of the server."`
}

func (serverRemoveCmd) Help() string { return "Example:\n\n    dsom server remove --stop bank" }

func (v serverRemoveCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	err = d.Remove(ctx, v.Name, v.Stop)
	if errors.Is(err, &admin.Error{Code: admin.CodeBusy}) && !v.Stop {
		return fmt.Errorf("%w\nStop it first, or use --stop", err)
	}
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(map[string]string{"removed": v.Name})
	}
	c.printf("%s is removed\n", v.Name)
	return nil
}

type serverLogsCmd struct {
	stateFlag
	Lines  int    `short:"n" default:"50" help:"How many of the last lines to begin with."`
	Follow bool   `short:"f" help:"Go on with what the server writes, until interrupted."`
	Name   string `arg:"" name:"server" help:"Name of the server."`
}

func (serverLogsCmd) Help() string {
	return "Example:\n\n    dsom server logs bank\n    dsom server logs --follow -n 0 bank"
}

func (v serverLogsCmd) Run(ctx context.Context, c *console) error {
	if v.Lines < 0 || v.Lines > admin.MaxLogLines {
		return usage("--lines: %d is not between 0 and %d", v.Lines, admin.MaxLogLines)
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	r, err := d.Logs(ctx, v.Name, v.Lines, v.Follow)
	if err != nil {
		return noDaemon(err)
	}
	defer r.Close()
	lines := bufio.NewReaderSize(r, admin.MaxMessage)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			if err := c.logLine(line); err != nil {
				return err
			}
		}
		switch {
		case err == nil || errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) || ctx.Err() != nil:
			return nil
		default:
			return fmt.Errorf("the daemon's answer broke off: %w", err)
		}
	}
}

// logLine prints a line that a server wrote: as it is where nobody looks, safe for a terminal otherwise.
func (c *console) logLine(line []byte) error {
	if c.json {
		return c.printJSON(map[string]string{"line": strings.TrimRight(string(line), "\n")})
	}
	if isTerminal(c.out) {
		c.printf("%s\n", safe(strings.TrimRight(strings.ReplaceAll(string(line), "\t", "    "), "\n")))
		return nil
	}
	_, err := c.out.Write(line)
	return err
}
