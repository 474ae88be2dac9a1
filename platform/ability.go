package platform

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
)

// An Ability is something that the program can do on some of the systems that it is released for, and not on all. The methods of an
// Ability may be called by many at once.
type Ability struct {
	// Key names it in what programs read. It does not change.
	Key string

	// What it is, as the subject of a sentence.
	What string

	// Instead says what is so where the system lacks it.
	Instead string

	// Lacking are the systems that lack it, as Go names them.
	Lacking []string

	// Files are those of the module that are compiled where a system lacks it, and nowhere else. None: it is decided otherwise,
	// by the name of the system or by a module.
	Files []string
}

// On reports whether a system has the ability.
func (a *Ability) On(os string) bool { return !slices.Contains(a.Lacking, os) }

// Missing returns the error for who asks for the ability on this system, which lacks it: an *Error.
func (a *Ability) Missing() error { return &Error{a, runtime.GOOS} }

// Lacks returns what a system lacks, in the order of Abilities. Of one that nothing is released for it is what is known, and may be less
// than it lacks.
func Lacks(os string) []*Ability {
	var all []*Ability
	for _, a := range Abilities() {
		if !a.On(os) {
			all = append(all, a)
		}
	}
	return all
}

// An Error says that a system lacks an ability. It is errors.ErrUnsupported.
type Error struct {
	Ability *Ability
	OS      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: not on %s (%s); %s", e.Ability.What, e.OS, e.Ability.Key, e.Ability.Instead)
}

// Is reports whether target is errors.ErrUnsupported.
func (e *Error) Is(target error) bool { return target == errors.ErrUnsupported }
