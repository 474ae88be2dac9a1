package store

import (
	"errors"
	"fmt"
	"strings"
)

// What can go wrong, to be found with errors.Is.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed by somebody else")
	ErrInvalid  = errors.New("not a legal operation")
	ErrTooLarge = errors.New("too large")
	ErrClosed   = errors.New("store is closed")
	ErrLocked   = errors.New("in use by another process")
	ErrCorrupt  = errors.New("damaged")
	ErrVersion  = errors.New("written by another version")
	ErrFull     = errors.New("no space left")
	ErrReadOnly = errors.New("cannot be written")

	// ErrUnreached is of a store elsewhere: nothing has happened, and it may do later.
	ErrUnreached = errors.New("cannot be reached")
	// ErrUnsure is of a store elsewhere: its answer was lost.
	ErrUnsure = errors.New("it is not known whether the commit happened")
)

// An Error says what failed, where, and what to do about it.
type Error struct {
	Kind   error  // one of the Err… values of this package
	Key    string // the key it is about, or ""
	Path   string // the file it is about, or ""
	Detail string // what was found, or ""
	Help   string // what to do, or ""
	Err    error  // what the system said, or nil

	PID     int    // ErrLocked: the process that holds the file, 0 if unknown
	Program string // ErrLocked: its program, "" if unknown
}

// Error tells everything known, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("store")
	if e.Path != "" {
		b.WriteString(" " + e.Path)
	}
	if e.Key != "" {
		fmt.Fprintf(&b, ": key %q", e.Key)
	}
	b.WriteString(": " + e.Kind.Error())
	if e.PID != 0 {
		fmt.Fprintf(&b, ": process %d", e.PID)
		if e.Program != "" {
			b.WriteString(" (" + e.Program + ")")
		}
	}
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Help != "" {
		b.WriteString("; " + e.Help)
	}
	return b.String()
}

// Unwrap returns the kind and what the system said.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// invalid is an error in the arguments.
func invalid(key, detail string) error { return &Error{Kind: ErrInvalid, Key: key, Detail: detail} }
