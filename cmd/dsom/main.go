// Command dsom is the one binary of the system: the daemon, the IDL compiler, and the tools
// with which people find, call, register and watch objects. A verb is a file.
//
// Exit statuses are the same for all verbs: 0 good, 1 failed, 2 wrong usage, 3 the object
// raised an exception.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/opendsom/dsom/cmd/dsom/service"
)

func main() {
	ctx, stop := signal.NotifyContext(untilHangup(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second one ends the process at once
	args := asNamed(os.Args[0], os.Args[1:])
	status, is := service.Serve(ctx, func(ctx context.Context, out io.Writer) int { return run(ctx, args, strings.NewReader(""), out, out) })
	if !is {
		status = run(ctx, args, os.Stdin, os.Stdout, os.Stderr)
	}
	stop()
	os.Exit(status)
}

// run runs the program and returns its exit status. It ends early, in order, with ctx.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newConsole(stdin, stdout, stderr)
	err := dispatch(ctx, c, args)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted // what was being done then is no news
	}
	return c.finish(err)
}
