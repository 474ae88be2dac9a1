package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// untilHangup returns a context that ends with the terminal, unless this process was started so as
// not to heed that, as by nohup. A terminal that is closed says so several times, by the shell and by the system:
// no further one ends the process before it is done.
func untilHangup() context.Context {
	ctx := context.Background()
	if !signal.Ignored(syscall.SIGHUP) {
		ctx, _ = signal.NotifyContext(ctx, syscall.SIGHUP) // for as long as the process lives
	}
	return ctx
}

// outliveReaders keeps this process alive when nobody reads its output any more: writing fails then,
// and no signal ends it. The signal is caught, not ignored, since programs that are started inherit
// what is ignored. It holds until undo is called.
func outliveReaders() (undo func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGPIPE)
	return func() { signal.Stop(c) }
}
