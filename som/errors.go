package som

import "fmt"

// A Code is what kind of error it is; docs/som.md has the list, which libsom shares.
type Code string

// The codes of errors.
const (
	CodeName      Code = "name"      // malformed or taken
	CodeParents   Code = "parents"   // none, one twice, too many, or a number that the class has not
	CodeCycle     Code = "cycle"     // a class among its own ancestors
	CodeOrder     Code = "order"     // a serious order disagreement
	CodeMetaclass Code = "metaclass" // none can be made, or what was named is none
	CodeVersion   Code = "version"   // another major, or a minor that is too low
	CodeMethod    Code = "method"    // introduced, overridden or selected against the rules
	CodeInit      Code = "init"      // an initialised class that is no concrete ancestor
	CodeType      Code = "type"      // an object or class of another kind than is asked for
	CodeSize      Code = "size"      // of an instance, or of its alignment
	CodeMethods   Code = "methods"   // too many
	CodeDepth     Code = "depth"     // of inheritance
	CodeClasses   Code = "classes"   // too many in a manager
	CodeAmbiguous Code = "ambiguous" // a name that two ancestors introduce
	CodeUnknown   Code = "unknown"   // class or method
	CodeAbstract  Code = "abstract"  // an instance of an abstract class, or no implementation
	CodeBusy      Code = "busy"      // something still lives that needs it
	CodeLibrary   Code = "library"   // it does not give the class
	CodeFreed     Code = "freed"     // an object after its end
	CodeRaised    Code = "raised"    // an initializer failed
)

// An Error is what the object model refuses. Errors with the same code are the same to [errors.Is]
// if the target has no text.
type Error struct {
	Code  Code
	Class string // which it is about
	Text  string // what is wrong, and what to do
	Err   error  // the cause, if there is one
}

func (e *Error) Error() string { return "som: " + e.what() + " (" + string(e.Code) + ")" }

// what is the error and its causes: only the first says where they are from, and of what code.
func (e *Error) what() string {
	s := e.Class + ": " + e.Text
	switch cause := e.Err.(type) {
	case nil:
		return s
	case *Error:
		return s + ": " + cause.what()
	default:
		return s + ": " + cause.Error()
	}
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &som.Error{Code: som.CodeBusy}) ask for the code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Text == "" && (t.Class == "" || t.Class == e.Class)
}

// ErrNoNext is what a next call answers behind the last implementation.
var ErrNoNext error = &Error{Code: CodeAbstract, Class: "a next call", Text: "there is no further implementation"}

func fail(code Code, class, format string, args ...any) error {
	return &Error{Code: code, Class: class, Text: fmt.Sprintf(format, args...)}
}
