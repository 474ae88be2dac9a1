//go:build !cgo || !unix

package main

// minds reports whether the program does something of its own when it is to end by a signal: it is not known here.
func minds() bool { return true }
