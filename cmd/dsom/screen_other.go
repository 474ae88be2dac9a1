//go:build !unix

package main

import (
	"io"
	"os"
)

// suspensions tells nothing: there is no Ctrl-Z here.
func suspensions(bool) (told <-chan os.Signal, end func()) { return nil, func() {} }

func stopSelf() {}

// screenSize returns how many columns and lines are used of a terminal.
func screenSize(io.Writer) (width, height int) { return 80, 24 }
