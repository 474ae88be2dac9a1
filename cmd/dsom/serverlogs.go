package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
)

type serverLogsCmd struct {
	stateFlag
	Lines   int    `short:"n" default:"50" help:"How many of the last lines to begin with."`
	Follow  bool   `short:"f" help:"Go on with what the server writes, until interrupted."`
	Machine string `placeholder:"NAME" help:"What the server has written on that machine, where several share their state. Default: the one that has it."`
	Name    string `arg:"" name:"server" help:"Name of the server."`
}

func (serverLogsCmd) Help() string {
	return "Example:\n\n    dsom server logs bank\n    dsom server logs --follow -n 0 bank\n    dsom server logs --machine b bank"
}

func (v serverLogsCmd) Run(ctx context.Context, c *console) error {
	if v.Lines < 0 || v.Lines > admin.MaxLogLines {
		return usage("--lines: %d is not between 0 and %d", v.Lines, admin.MaxLogLines)
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	if v.Machine != "" {
		d = d.At(v.Machine)
	}
	r, err := d.Logs(ctx, v.Name, v.Lines, v.Follow)
	if err != nil {
		return noDaemon(err)
	}
	defer r.Close()
	lines, silent := bufio.NewReaderSize(r, admin.MaxMessage), v.Lines > 0
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			silent = false
			if err := c.logLine(line); err != nil {
				return err
			}
		}
		switch {
		case err == nil || errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) || ctx.Err() != nil:
			if silent {
				c.note("%s has written nothing.", safe(v.Name))
			}
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
