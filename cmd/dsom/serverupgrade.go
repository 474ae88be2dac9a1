package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

type serverUpgradeCmd struct {
	stateFlag
	Rollback bool     `help:"Go back to the program before the last upgrade."`
	Name     string   `arg:"" name:"server" help:"Name of the server."`
	Command  []string `arg:"" optional:"" passthrough:"" help:"The new program and its arguments, after --. Without one the present program is started anew."`
}

func (serverUpgradeCmd) Help() string {
	return `The new program is started beside the old one. When it takes calls, calls go to it, and the old one ends when it has
finished those that it has. No call fails. If the new one does not come up, all stays as it was.

Of a server that was added or changed with --alone, which there must not be two of at a time, the old program ends first; calls
wait until the new one takes them, and the old one is started again if that does not come up.

The longest pause is said afterwards: how long a call waited in the daemon at most, which is where those come that do not know yet
where the new program is.

Example:

    dsom server upgrade bank -- ./bank-server-2 --data /srv/bank
    dsom server upgrade --rollback bank`
}

func (v serverUpgradeCmd) Run(ctx context.Context, c *console) error {
	command := v.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	up := admin.Upgrade{Back: v.Rollback}
	if len(command) > 0 {
		if v.Rollback {
			return usage("--rollback goes back to the program before: it takes no other")
		}
		var err error
		if up.Command, err = absolute(command); err != nil {
			return err
		}
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	done, err := d.Upgrade(ctx, v.Name, up)
	if err != nil {
		return noDaemon(err)
	}
	if c.json {
		return c.printJSON(done)
	}
	round := func(d admin.Duration) time.Duration { return time.Duration(d).Round(time.Millisecond) }
	c.printf("%s runs %s\n", done.Server.Name, strings.Join(done.Server.Command, " "))
	c.printf("The new program came up in %v; ", round(done.Started))
	if len(done.Ended) == 0 {
		c.printf("the old one did not run.\n")
	} else {
		c.printf("the old one (process %s) ended in %v.\n", strings.Trim(fmt.Sprint(done.Ended), "[]"), round(done.Drained))
	}
	if done.Paused == 0 {
		c.printf("No call came to the daemon for it meanwhile.\n")
	} else {
		c.printf("The longest pause of a call that came to the daemon for it meanwhile: %v.\n", time.Duration(done.Paused).Round(time.Microsecond))
	}
	if done.Early {
		c.printf("The new program knows nothing of trials (it was built with an older release, or with SOM): names that it binds were bound before it had taken over.\n")
	}
	return nil
}
