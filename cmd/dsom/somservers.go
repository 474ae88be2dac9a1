package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/exc"
	somclient "github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// The verbs of DSOM's dsom: they ask a daemon of DSOM, this one or a somdd, to do something to servers.
type (
	startCmd   struct{ somServers }
	stopCmd    struct{ somServers }
	restartCmd struct{ somServers }
	listCmd    struct{ somServers }
	enableCmd  struct{ somServers }
	disableCmd struct{ somServers }
)

// somServers are the servers that a verb is for.
type somServers struct {
	somdFlags
	All   bool     `short:"a" help:"All that are registered."`
	Alias []string `arg:"" optional:"" help:"Aliases of servers."`
}

const somServersHelp = `Asks any daemon of DSOM, this one or a somdd, as the program dsom of SOM did. It asks in the protocol of DSOM, and so needs no token of the daemon's,
but to be of its user.

Example:

    dsom %s bank
    dsom %[1]s -a
    dsom %[1]s --at 127.0.0.1:3003 bank`

func (startCmd) Help() string   { return fmt.Sprintf(somServersHelp, "start") }
func (stopCmd) Help() string    { return fmt.Sprintf(somServersHelp, "stop") }
func (restartCmd) Help() string { return fmt.Sprintf(somServersHelp, "restart") }
func (listCmd) Help() string    { return fmt.Sprintf(somServersHelp, "list") }
func (enableCmd) Help() string  { return fmt.Sprintf(somServersHelp, "enable") }
func (disableCmd) Help() string { return fmt.Sprintf(somServersHelp, "disable") }

func (v startCmd) Run(ctx context.Context, c *console) error {
	return v.each(ctx, c, (*somclient.Manager).Start, "started")
}

func (v stopCmd) Run(ctx context.Context, c *console) error {
	return v.each(ctx, c, (*somclient.Manager).Stop, "stopped")
}

func (v restartCmd) Run(ctx context.Context, c *console) error {
	return v.each(ctx, c, (*somclient.Manager).Restart, "restarted")
}

func (v listCmd) Run(ctx context.Context, c *console) error {
	return v.each(ctx, c, (*somclient.Manager).List, "running")
}

func (v enableCmd) Run(ctx context.Context, c *console) error {
	return v.each(ctx, c, (*somclient.Manager).Enable, "enabled")
}

func (v disableCmd) Run(ctx context.Context, c *console) error {
	return v.each(ctx, c, (*somclient.Manager).Disable, "disabled")
}

// A somResult is what came of it for one server.
type somResult struct {
	Alias  string `json:"alias"`
	State  string `json:"state,omitempty"`
	Status string `json:"status,omitempty"` // of DSOM, where it is not success
	Error  string `json:"error,omitempty"`
}

// each does something to each server and says how it is then. One that cannot does not keep the others from it.
func (v somServers) each(ctx context.Context, c *console, do func(*somclient.Manager, context.Context, string) error, state string) error {
	if v.All == (len(v.Alias) > 0) {
		return usage("either aliases of servers are wanted, or -a for all")
	}
	d, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer d.close()
	if v.All {
		if v.Alias, err = allAliases(ctx, d); err != nil {
			return d.told("the implementation repository", err)
		}
	}
	m, err := d.Manager(ctx)
	if err != nil {
		return d.told("the server manager", err)
	}
	results := []somResult{}
	failed := false
	for _, alias := range v.Alias {
		r := somResult{Alias: alias, State: state}
		if err := do(m, ctx, alias); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failed = true
			r = resultOf(alias, d.told("", err))
		}
		results = append(results, r)
		if !c.json {
			c.printf("%s: %s\n", safe(alias), safe(r.State+r.Error))
		}
	}
	if c.json {
		if err := c.printJSON(results); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// resultOf puts an error into the result for a server.
func resultOf(alias string, err error) somResult {
	r := somResult{Alias: alias, Error: err.Error()}
	var status *somclient.StatusError
	if errors.As(err, &status) {
		r.Status, r.Error = status.Code.String(), status.Code.Meaning()
		if r.Error == "" {
			r.Error = err.Error()
		}
		if status.Code == wire.ServerNotFound {
			r.State, r.Error = "not running", ""
		}
	}
	return r
}

// allAliases returns the aliases of all servers.
func allAliases(ctx context.Context, d *somdClient) ([]string, error) {
	repo, err := d.Repository(ctx)
	if err != nil {
		return nil, err
	}
	all, err := repo.All(ctx)
	names := make([]string, len(all))
	for i, def := range all {
		names[i] = def.Alias
	}
	return names, err
}

// notThere reports whether an error says that the daemon has no such operation.
func notThere(err error) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys) && sys.Remote && (sys.Kind == exc.NoImplement || sys.Kind == exc.BadOperation)
}
