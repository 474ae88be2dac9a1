package tree

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/opendsom/dsom/ior"
)

// What can be wrong with an operation, to be found with errors.Is. See also
// [NotFoundError], [PropertyError], [CannotProceedError], [ForeignError] and [LimitError].
var (
	ErrInvalidName  = errors.New("the name is not valid")
	ErrAlreadyBound = errors.New("the name is bound already")
	ErrNotEmpty     = errors.New("the context still has bindings")
	ErrNoContext    = errors.New("there is no such naming context")
	ErrRoot         = errors.New("the root context cannot be destroyed")
)

// A Reason says what was found where a name does not lead on.
type Reason uint8

// The reasons, with the values of CosNaming::NamingContext::NotFoundReason.
const (
	MissingNode Reason = iota // nothing has the name
	NotContext                // an object, where a context is needed
	NotObject                 // a context, where an object is needed
)

func (r Reason) String() string {
	switch r {
	case MissingNode:
		return "nothing has this name"
	case NotContext:
		return "this is an object, not a context"
	case NotObject:
		return "this is a context, not an object"
	}
	return "Reason(" + strconv.Itoa(int(r)) + ")"
}

// A NotFoundError says that a name does not lead to what the operation needs.
type NotFoundError struct {
	Why  Reason
	Rest ior.Name // of the name, from the component that Why is about
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("name not found at %q: %v", e.Rest.String(), e.Why)
}

// A PropertyError says that properties are not there, or may not be.
type PropertyError struct {
	Why   PropertyReason
	Names []string
}

func (e *PropertyError) Error() string {
	return fmt.Sprintf("%v: %q", e.Why, e.Names)
}

// A PropertyReason says what is wrong with properties.
type PropertyReason uint8

// The reasons.
const (
	NoProperty          PropertyReason = iota // the binding has none of these names
	InvalidProperty                           // the names are not valid
	ConflictingProperty                       // two are given of one name
)

func (r PropertyReason) String() string {
	switch r {
	case NoProperty:
		return "the binding has no properties of these names"
	case InvalidProperty:
		return "these are no names for properties: they begin with a letter or _, and go on with these, digits and ."
	case ConflictingProperty:
		return "two properties of one name are given"
	}
	return "PropertyReason(" + strconv.Itoa(int(r)) + ")"
}

// A CannotProceedError says that the name leads through a context of the tree that has been
// destroyed while it was bound.
type CannotProceedError struct {
	Context ID
	Rest    ior.Name // what would have to be resolved in it
}

func (e *CannotProceedError) Error() string {
	return fmt.Sprintf("the context in which to go on with %q has been destroyed", e.Rest.String())
}

// A ForeignError says that the name leads into a context of another naming service: there
// the operation can be done with the rest of the name.
type ForeignError struct {
	Ref  []byte // the context's reference as it was bound; it must not be changed
	Rest ior.Name
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("the name goes on in another naming service with %q", e.Rest.String())
}

// A LimitError says which limit was exceeded, its value, and the value that exceeded it.
type LimitError struct {
	Name       string
	Limit, Got int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("limit %s of %d exceeded: got %d", e.Name, e.Limit, e.Got)
}

// within returns a LimitError unless got is within the limit.
func within(name string, limit, got int) error {
	if got > limit {
		return &LimitError{name, limit, got}
	}
	return nil
}
