//go:build unix

package main

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// suspensions tells when the user wants the program to stop for a while (Ctrl-Z), if it is to be told, until end is called.
func suspensions(wanted bool) (told <-chan os.Signal, end func()) {
	c := make(chan os.Signal, 1)
	if !wanted {
		return c, func() {}
	}
	signal.Notify(c, syscall.SIGTSTP)
	return c, func() { signal.Stop(c) }
}

// stopSelf stops this process, and returns when it goes on: it runs on for a moment after the signal, and must not write then.
func stopSelf() {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err == nil {
		<-goesOn
	}
}

// screenSize returns how many columns and lines a terminal has.
func screenSize(w io.Writer) (width, height int) {
	if f, ok := w.(*os.File); ok {
		if s, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil && s.Col > 0 && s.Row > 0 {
			return int(s.Col), int(s.Row)
		}
	}
	return 80, 24
}
