package main

import (
	"context"
	"fmt"
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
