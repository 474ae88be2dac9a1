package native

import (
	"fmt"

	"github.com/opendsom/dsom/exc"
)

// An Exception is an exception that a method in another language raised and of which Go has no type: its members stay behind.
// Generated code has types, and tells of them by [som.Raises]. Raised in the call from another language in which Go got it, it is what it
// was, members and all; raised later it is the system exception UNKNOWN if it had members.
type Exception struct {
	ID   string // its repository id
	Text string // more of it, if there is any

	// Members is a structure of them, where the signatures of methods that are known here tell how they lie (som.ExceptionForm), else nil.
	// References in it are whoever's who has the exception, as with types of generated code.
	Members any

	members   bool // there were some
	system    bool // it is no user exception, but one that CORBA does not know
	minor     uint32
	completed exc.Completed
}

func (e *Exception) Error() string {
	if e.Text == "" {
		return e.ID
	}
	return e.ID + ": " + e.Text
}

// Raised returns what the exception is, see [som.Raised].
func (e *Exception) Raised() (id string, members any) { return e.ID, e.Members }

// A Panic is what a method in Go ended with that was called from another language.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }
