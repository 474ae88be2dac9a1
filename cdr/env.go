// Package cdr reads and writes CDR, the transfer syntax of CORBA: primitives in either byte
// order at their natural alignment, strings, sequences, encapsulations (CORBA 3.3 part 2, clause 9.3).
//
// There is no reflection and no io here. An [Encoder] appends to a buffer of the caller's,
// a [Decoder] reads from one; both keep the first error and go on harmlessly, so a stub
// checks once, at the end. No length that was received leads to an allocation before it was
// held against the octets that are left.
//
// Encoders and decoders are not safe for concurrent use; an [Env] is, once it is in use.
package cdr

import (
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// A Version is a version of GIOP; the form of wide characters depends on it.
type Version struct{ Major, Minor byte }

// The versions of GIOP.
var (
	V10 = Version{1, 0}
	V11 = Version{1, 1}
	V12 = Version{1, 2}
)

// AtLeast reports whether v is w or later.
func (v Version) AtLeast(w Version) bool {
	return v.Major > w.Major || v.Major == w.Major && v.Minor >= w.Minor
}

// String returns v as URLs spell it, such as 1.2.
func (v Version) String() string {
	return string([]byte{'0' + v.Major%10, '.', '0' + v.Minor%10})
}

// An Env is what a coder must know besides its octets. It belongs to a connection (or to an
// encapsulation that stands alone) and is shared by all its messages. A nil *Env means
// GIOP 1.2, strings as they are in memory (UTF-8), no wide characters, default limits and
// no references.
type Env struct {
	Version Version
	Limits  *limits.Limits
	Narrow  CodeSet     // of char and string; nil: octets as they are
	Wide    WideCodeSet // of wchar and wstring; nil: not negotiated
	Refs    References  // nil: references cannot be carried
	Values  Values      // factories of values that a program has registered; nil: none

	// Fragment is the size in octets from which messages are sent in fragments; 0: they are sent whole. It
	// decides where chunks of values end; see [Encoder.BeginRun].
	Fragment int
	Reader   Reader // of what is written; it decides on that as well
	WithIDs  bool   // it is known not to be omniORB, which up to 4.2 reads no exception in an any with its repository id
	// Memory says that what is written is read in memory, where all of it is: chunks of values end where they must.
	Memory bool
}

// A CodeSet converts narrow strings between UTF-8 in memory and the code set on the wire.
// Methods must be safe for concurrent use. Errors are DATA_CONVERSION.
type CodeSet interface {
	ID() uint32                                        // number in the OSF registry
	AppendString(dst []byte, s string) ([]byte, error) // no terminator
	ParseString(src []byte) (string, error)            // no terminator; does not keep src
	Plain(src []byte) bool                             // whether src is a text as it is in memory
	ASCII() bool                                       // whether ASCII is on the wire as it is in memory
	Char(c byte) (byte, error)                         // memory to wire
	ParseChar(c byte) (byte, error)                    // wire to memory
}

// A WideCodeSet writes and reads wide characters, whose form on the wire depends on the
// GIOP version as well (part 2, clause 9.3.1.6 and 9.3.2.7). Methods must be safe for concurrent use.
type WideCodeSet interface {
	ID() uint32
	PutWChar(e *Encoder, r rune)
	WChar(d *Decoder) rune
	PutWString(e *Encoder, s string)
	WString(d *Decoder) string
}

// References carries object references for generated code, whose types this package cannot
// know. The ORB provides one.
type References interface {
	// PutObject writes the reference of v: nil, a stub, a reference, or an implementation,
	// which is activated if need be. class is what the IDL declares at this place (an
	// interface's class object, or nil for Object). Errors go to e.
	PutObject(e *Encoder, v any, class any)
	// Object reads a reference. It returns nil for a nil reference and after an error.
	Object(d *Decoder) any
}

var std = &Env{Version: V12}

func envOr(env *Env) *Env {
	if env == nil {
		return std
	}
	return env
}

func marshal(minor uint32, format string, args ...any) error {
	return exc.New(exc.Marshal, minor, exc.No, format, args...)
}
