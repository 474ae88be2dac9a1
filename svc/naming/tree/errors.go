package tree

import (
	"errors"
	"fmt"
	"strings"
)

// Why says what kind of node was not found (CosNaming::NamingContext::NotFoundReason).
type Why uint8

// The reasons.
const (
	MissingNode Why = iota // the first component of Rest is not bound
	NotContext             // it is bound to an object, and should be to a context
	NotObject              // it is bound to a context, and should be to an object
)

// String names the reason as the IDL does.
func (w Why) String() string { return [...]string{"missing_node", "not_context", "not_object"}[w] }

// A NotFoundError says how far a name was followed.
type NotFoundError struct {
	Why  Why
	Rest Name // from the component on that was not found
}

// Error shows the reason and the rest.
func (e *NotFoundError) Error() string { return fmt.Sprintf("name not found: %v at %v", e.Why, e.Rest) }

// A CannotProceedError says that the name leads on in a context that is not of this tree.
type CannotProceedError struct {
	Context []byte // its reference
	Rest    Name   // to be followed there
}

// Error shows the rest.
func (e *CannotProceedError) Error() string {
	return fmt.Sprintf("name leads on in a foreign context: %v", e.Rest)
}

// An InvalidNameError says what is wrong with a name.
type InvalidNameError struct{ Reason string }

// Error shows the reason.
func (e *InvalidNameError) Error() string { return "invalid name: " + e.Reason }

// What else can be wrong, to be found with errors.Is.
var (
	ErrAlreadyBound = errors.New("name is bound already")
	ErrNotEmpty     = errors.New("naming context is not empty")
	ErrNoContext    = errors.New("naming context does not exist (any more)")
	ErrRoot         = errors.New("the root naming context cannot be destroyed")
	ErrTooLarge     = fmt.Errorf("reference is longer than %d octets", MaxReference)
)

// String writes the name as a person reads it: components with "/" between, "." before a
// kind; it does not escape.
func (n Name) String() string {
	var b strings.Builder
	for i, c := range n {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(c.ID)
		if c.Kind != "" || c.ID == "" {
			b.WriteString("." + c.Kind)
		}
	}
	return b.String()
}
