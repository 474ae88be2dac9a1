package main

import (
	"os"
	"os/signal"
	"syscall"
)

// endings are the signals that end a verb in order. The terminal's going away is one, unless this
// process was started so as not to heed it, as by nohup.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// outliveReaders keeps this process alive when nobody reads its output any more: writing fails then,
// and no signal ends it. The signal is caught, not ignored, since programs that are started inherit
// what is ignored. It holds until undo is called.
func outliveReaders() (undo func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGPIPE)
	return func() { signal.Stop(c) }
}
