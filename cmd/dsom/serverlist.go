package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

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
	shared := slices.ContainsFunc(all, func(s admin.Server) bool { return s.On != "" })
	head := []string{"NAME", "STATE", "PID", "ACTIVATION", "ADDRESS", "COMMAND"}
	if shared {
		head = slices.Insert(head, 2, "MACHINE")
	}
	var rows [][]string
	for _, s := range all {
		pid := ""
		if s.Run.PID != 0 {
			pid = fmt.Sprint(s.Run.PID)
		}
		row := []string{s.Name, stateText(s), pid, s.Activation, strings.Join(s.Run.Endpoints, " "), strings.Join(s.Command, " ")}
		if shared {
			row = slices.Insert(row, 2, machineOf(s))
		}
		rows = append(rows, row)
	}
	c.table(head, rows)
	return nil
}

// machineOf says where a server is, or may be.
func machineOf(s admin.Server) string {
	if s.On == "any" && s.Machine != "" {
		return s.Machine + " (any)"
	}
	return s.On
}

func stateText(s admin.Server) string {
	text := s.Run.State
	if n := len(s.Run.Processes); n > 1 {
		text += fmt.Sprintf(", %d processes", n)
	}
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
	list := func(name string, values []string) {
		for i, v := range values {
			rows = append(rows, [2]string{once(name, i), v})
		}
	}
	add("since", moment(s.Run.Since))
	add("pid", positive(s.Run.PID))
	list("address", s.Run.Endpoints)
	for i, p := range s.Run.Processes {
		rows = append(rows, [2]string{once("process", i), processText(p)})
	}
	add("machine", machineOf(s))
	add("activation", s.Activation)
	add("command", strings.Join(s.Command, " "))
	add("command before", strings.Join(s.Previous, " "))
	add("folder", s.Dir)
	list("environment", s.Env)
	rows = append(rows, termFacts(s)...)
	list("not enforced", s.Run.Unenforced)
	add("starts", fmt.Sprint(s.Run.Starts))
	if s.Run.Failures > 0 {
		add("failures", fmt.Sprint(s.Run.Failures))
		add("last error", s.Run.LastError)
		add("not before", moment(s.Run.RetryAt))
	}
	add("ended", s.Run.Ended)
	add("registered", moment(s.Created))
	return rows
}

// termFacts are the facts on how a server is run, but for what is the default.
func termFacts(s admin.Server) (rows [][2]string) {
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, [2]string{name, value})
		}
	}
	add("account", s.User)
	for i, name := range s.After {
		add(once("after", i), name)
	}
	add("own processes", s.Apart)
	add("processes at most", positive(s.Most))
	if s.Copies > 1 {
		add("copies", fmt.Sprintf("%d, %s", s.Copies, s.Choose))
	}
	if s.Alone {
		add("alone", "yes")
	}
	if s.Secure {
		add("callers", "identified ones alone")
	}
	add("start time", period(s.StartTimeout))
	add("stop time", period(s.StopTimeout))
	add("idle time", period(s.IdleTimeout))
	add("retry pause", period(s.Retry.Pause))
	add("retry max pause", period(s.Retry.MaxPause))
	add("retries at most", positive(s.Retry.Most))
	add("health every", period(s.Health.Every))
	add("health within", period(s.Health.Within))
	add("health bad", positive(s.Health.Bad))
	add("health object", s.Health.Object)
	add("health command", strings.Join(s.Health.Command, " "))
	l := s.Limits
	add("files", positive(l.Files))
	add("memory", positive(l.Memory))
	add("processor time", period(l.CPUTime))
	add("file length", positive(l.FileLen))
	add("core", positive(l.Core))
	if l.Core < 0 {
		add("core", "none")
	}
	add("memory of all", positive(l.GroupMemory))
	if l.GroupCPU > 0 {
		add("processor of all", fmt.Sprintf("%d%%", l.GroupCPU))
	}
	add("processes of all", positive(l.GroupProcesses))
	return rows
}

func processText(p admin.Process) string {
	text := fmt.Sprintf("%d, %s", p.PID, p.State)
	if p.Seat != "" {
		text = p.Seat + ": " + text
	}
	if p.Calls > 0 {
		text += fmt.Sprintf(", %d calls", p.Calls)
	}
	return text + " " + strings.Join(p.Endpoints, " ")
}

// moment, period and positive are values as they are shown; what is zero is not.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateTime)
}

func period(d admin.Duration) string {
	if d == 0 {
		return ""
	}
	return time.Duration(d).String()
}

func positive[N int | int64](n N) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprint(n)
}
