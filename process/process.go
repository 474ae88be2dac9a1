// Package process knows a process of this machine by what tells it from a later one with the
// same number: its process id together with the moment it was started.
//
// A process id alone is never enough to wait for, adopt or kill a process: it is used again
// after the process has ended, sooner than one thinks.
package process

import (
	"errors"
	"fmt"
	"os"
)

// An ID identifies a process of this machine and this boot. The zero ID identifies none.
type ID struct {
	PID int `json:"pid"`

	// Start is the moment of its start as this system tells it, in a form that only this package
	// reads; clocks that are set do not change it. It is empty where the system does not tell.
	Start string `json:"start,omitempty"`
}

// State is what is known about the process of an ID.
type State uint8

// The states.
const (
	Unknown State = iota // a process with the number exists, but whether it is this one cannot be told
	Running
	Ending // it is being ended: none of its code runs any more, its connections are closing
	Gone   // it does not exist; what has ended and was not yet waited for counts as gone
)

// String names the state.
func (s State) String() string {
	return [...]string{"unknown", "running", "ending", "gone"}[s]
}

// ErrGone is returned for a process that does not exist any more.
var ErrGone = errors.New("process has ended")

// ErrUnidentified is returned instead of doing something to a process that may be another one.
var ErrUnidentified = errors.New("process cannot be identified")

// String shows the process id.
func (id ID) String() string { return fmt.Sprint("process ", id.PID) }

// Known reports whether the ID tells its process from any other.
func (id ID) Known() bool { return id.PID > 0 && id.Start != "" }

// Self returns the ID of this process.
func Self() (ID, error) { return Of(os.Getpid()) }

// Of returns the ID of the process that has the number now; its error is ErrGone if none has.
func Of(pid int) (ID, error) {
	if pid <= 0 {
		return ID{}, ErrGone
	}
	start, state, err := look(pid)
	if err != nil {
		return ID{}, err
	}
	if state == Gone {
		return ID{}, ErrGone
	}
	return ID{PID: pid, Start: start}, nil
}

// State asks the system how the process is.
func (id ID) State() State {
	if id.PID <= 0 {
		return Gone
	}
	start, state, err := look(id.PID)
	switch {
	case errors.Is(err, ErrGone) || state == Gone:
		return Gone
	case err != nil || id.Start == "" || start == "":
		return Unknown
	case start != id.Start:
		return Gone // the number belongs to another process now
	}
	return state
}

// Signal sends sig to the process if it is certain to be the one. Its error is ErrGone when
// the process has ended and ErrUnidentified when it may be another.
func (id ID) Signal(sig os.Signal) error {
	p, err := os.FindProcess(id.PID) // where the system has handles, this is one: what is checked below stays true
	if err != nil {
		return ErrGone
	}
	defer func() { _ = p.Release() }()
	if err := id.certain(); err != nil {
		return err
	}
	if err := p.Signal(sig); errors.Is(err, os.ErrProcessDone) {
		return ErrGone
	} else if err != nil {
		return fmt.Errorf("%v: %w", id, err)
	}
	return nil
}

// SignalGroup sends sig to the process and to all others of the group that it leads, if it
// is certain to be the one; where there are no groups, or it leads none, to the process alone.
func (id ID) SignalGroup(sig os.Signal) error {
	if err := id.certain(); err != nil {
		return err
	}
	if id.PID <= 1 || !leads(id.PID) { // the "group" of process 1 would be everybody
		return id.Signal(sig)
	}
	return signalGroup(id.PID, sig)
}

// certain fails unless the process is certain to be the one and lives.
func (id ID) certain() error {
	switch id.State() {
	case Gone:
		return ErrGone
	case Unknown:
		return fmt.Errorf("%v: %w", id, ErrUnidentified)
	}
	return nil
}
