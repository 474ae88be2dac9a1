package main

import (
	"context"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

type machineCmd struct {
	List machineListCmd `cmd:"" help:"List the machines whose daemons share their state with this one's."`
}

func (machineCmd) Help() string {
	return "Machines whose daemons have one --store act as one: see docs/cluster.md.\n\nExample:\n\n    dsom machine list"
}

type machineListCmd struct {
	stateFlag
}

func (machineListCmd) Help() string {
	return `A machine of which nothing is heard for so long as the store's dead-after says is found dead, and leaves the list. What may run on any machine
runs elsewhere then.

Example:

    dsom machine list
    dsom machine list --json | jq -r '.machines[].name'`
}

func (v machineListCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	m, err := d.Machines(ctx)
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(m)
	}
	var rows [][]string
	for _, x := range m.Machines {
		rows = append(rows, []string{x.Name, machineText(m, x), strings.Join(x.Addresses, " "), x.Version})
	}
	c.table([]string{"MACHINE", "STATE", "ADDRESS", "VERSION"}, rows)
	if !m.Sure {
		c.note("This machine does not reach the store: nothing can be changed, and no server runs here that may run on any machine.")
	}
	return nil
}

// machineText says how a machine is.
func machineText(m admin.Machines, x admin.Machine) string {
	switch silent := time.Duration(x.Silent); {
	case silent > time.Duration(m.DeadAfter)/2:
		return "silent for " + silent.Round(time.Second).String()
	case x.Here:
		return "up, this one"
	}
	return "up"
}
