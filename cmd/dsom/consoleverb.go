package main

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/daemon/admin"
)

type consoleCmd struct {
	stateFlag
	Token bool `help:"Print the token alone: for curl, or for Prometheus, which reads the metrics with it."`
}

func (consoleCmd) Help() string {
	return `Prints the address of the pages on which the daemon shows its servers, names, classes, calls and connections, with the token
that lets you in behind it: open it in a browser on this machine. Each start of the daemon has another token.

Example:

    dsom console
    curl -H "Authorization: Bearer $(dsom console --token)" http://127.0.0.1:3054/metrics`
}

func (v consoleCmd) Run(ctx context.Context, c *console) error {
	dir, err := v.folder()
	if err != nil {
		return err
	}
	access, err := admin.ReadAccess(dir)
	if err != nil {
		return noDaemon(err)
	}
	if _, err := admin.NewClient(access).Status(ctx); err != nil { // it has ended, and nobody has taken the file away
		return noDaemon(err)
	}
	if v.Token {
		c.printf("%s\n", access.Token)
		return nil
	}
	if access.Console == "" {
		return errors.New("the daemon has no console: start it without --console off")
	}
	url := "http://" + access.Console + "/#token=" + access.Token
	if c.json {
		return c.printJSON(map[string]string{"url": url, "address": access.Console, "token": access.Token})
	}
	c.printf("%s\n", url)
	return nil
}
