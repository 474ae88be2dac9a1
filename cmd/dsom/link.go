package main

import (
	"context"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

type linkCmd struct {
	List linkListCmd `cmd:"" help:"List the daemons on the link."`
	Find linkFindCmd `cmd:"" help:"Ask which daemons on the link have a name."`
}

func (linkCmd) Help() string {
	return `Daemons that are started with --link find each other by datagrams: see docs/udp.md. What they say is checked by a call before it is shown.

Example:

    dsom link list
    dsom link find bank/main`
}

type linkListCmd struct {
	stateFlag
}

func (linkListCmd) Help() string {
	return `All daemons are asked to say that they are there, and those that were heard within some minutes are called. The status is 1 if one does not answer.

Example:

    dsom link list
    dsom link list --json | jq -r '.daemons[] | select(.answers) | .at'`
}

func (v linkListCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	return c.neighbours(ctx, d, "")
}

type linkFindCmd struct {
	stateFlag
	Name string `arg:"" help:"A name of the naming service, as bank/main, of a server, or of a class."`
}

func (linkFindCmd) Help() string {
	return `Those that say that they have it are called and asked again, by which it is known. What this machine's daemon has is not told: dsom name, dsom server and dsom class do that. The status is 1 if nobody has it.

Example:

    dsom link find bank/main
    dsom call corbaname::$(dsom link find --json bank/main | jq -r '.daemons[0].at')#bank/main balance`
}

func (v linkFindCmd) Run(ctx context.Context, c *console) error {
	if v.Name == "" {
		return usage("the name is empty")
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	return c.neighbours(ctx, d, v.Name)
}

// neighbours prints the daemons on the link, or those that have a name.
func (c *console) neighbours(ctx context.Context, d *admin.Client, name string) error {
	n, err := d.Neighbours(ctx, name)
	if err != nil {
		return noDaemon(err)
	}
	good := name == ""
	for _, x := range n.Daemons {
		if name == "" {
			good = good && x.Answers
		} else {
			good = good || x.Has != ""
		}
	}
	if c.json {
		if err := c.printJSON(n); err != nil {
			return err
		}
	} else {
		c.neighbourTable(n)
	}
	if !good {
		return errReported
	}
	return nil
}

func (c *console) neighbourTable(n admin.Neighbours) {
	if len(n.Daemons) == 0 {
		if n.Name == "" {
			c.note("No other daemon is heard on the link of %s.", n.Interface)
		} else {
			c.note("No other daemon on the link of %s says that it has %s.", n.Interface, safe(n.Name))
		}
		return
	}
	var rows [][]string
	for _, x := range n.Daemons {
		at, answers := x.At, "yes"
		if !x.Answers {
			at, answers = "said by "+x.From, "no: "+x.Why
		} else if x.Why != "" {
			answers = "yes: " + x.Why
		}
		row := []string{x.Name, at, x.Started.Local().Format(time.DateTime), time.Since(x.Heard).Round(time.Second).String() + " ago", answers}
		if n.Name != "" {
			row = append(row, x.Has)
		}
		rows = append(rows, row)
	}
	head := []string{"DAEMON", "ADDRESS", "STARTED", "HEARD", "ANSWERS"}
	if n.Name != "" {
		head = append(head, "HAS")
	}
	c.table(head, rows)
}
