package cdr

import (
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// Values travel as graphs (CORBA 3.3 part 2, clause 9.3.4): each once, and wherever it is met
// again as an indirection to its first place, so that what is shared stays shared and what is
// circular stays so. The scope of indirections is one message body or encapsulation.

// A Value is a Go object that is an IDL value. The pointers to generated state structs are
// values; an implementation with operations embeds one.
type Value interface {
	// IDLValue describes the most derived valuetype of the object.
	IDLValue() *ValueType
	// MarshalState writes the members, those of bases first.
	MarshalState(*Encoder)
	// UnmarshalState reads what MarshalState writes.
	UnmarshalState(*Decoder)
}

// A CustomValue is a value of a custom valuetype: its own code writes and reads it, with the
// methods of the encoder and decoder as CORBA::DataOutputStream and DataInputStream. What
// UnmarshalCustom does not read is skipped. An error that is no system exception becomes MARSHAL.
type CustomValue interface {
	Value
	MarshalCustom(*Encoder) error
	UnmarshalCustom(*Decoder) error
}

// A ValueType describes a valuetype at run time. It is not changed once it is in use, and
// may then be used concurrently.
type ValueType struct {
	ID string
	// Bases are the repository ids of the types that a receiver who does not know this one may
	// take a value for, nearest first; a type that is not truncatable has none.
	Bases  []string
	Custom bool
	Box    bool // its values are boxes
	// New makes an empty value to read into. It is nil where only the program can make one:
	// abstract types, and types with operations for which it has not registered a factory.
	New func() Value
	// Known returns types derived from this one that were generated with it, or nil.
	Known func(id string) *ValueType
	// TypeCode is the type's *typecode.TypeCode, of which this package knows nothing.
	TypeCode any
}

// Values finds valuetypes by their repository id: those for which a program has registered a
// factory. Methods must be safe for concurrent use.
type Values interface {
	// ValueType returns nil for a type that is not known.
	ValueType(id string) *ValueType
}

// A ValueRecorder among [Values] is told of each value that is written.
type ValueRecorder interface{ Used(Value) }

// The tags of values and what they are made of (clause 9.3.4.1 to 9.3.4.6).
const (
	tagNull        uint32 = 0
	tagValue       uint32 = 0x7fffff00
	tagIndirection uint32 = 0xffffffff

	flagCodebase uint32 = 1 // a URL follows
	flagsIDs     uint32 = 6 // of which:
	flagOneID    uint32 = 2 // a repository id follows
	flagIDs      uint32 = 6 // a list of them follows
	flagChunked  uint32 = 8 // the state is in chunks

	maxChunk = tagValue - 1
)

// ChunkLevel returns how many values in chunks are around what is written next.
func (e *Encoder) ChunkLevel() int {
	if e.vals == nil {
		return 0
	}
	return e.vals.level
}

// isValueTag reports whether a value starts with tag: neither a reference to one nor null.
func isValueTag(tag uint32) bool { return tag >= tagValue && tag <= 0x7fffffff }

// isChunkSize reports whether tag is the size of a chunk.
func isChunkSize(tag uint32) bool { return tag > 0 && tag <= maxChunk }

// truncations returns the repository ids that are sent before a value of type t where
// declared is wanted (nil: any value): none where it is of that very type, t's own, or t's
// and those of the bases for which it may be taken, up to the one declared.
func (t *ValueType) truncations(declared *ValueType) []string {
	if declared != nil && declared.ID == t.ID {
		return nil
	}
	ids := make([]string, 1, 1+len(t.Bases))
	ids[0] = t.ID
	for _, id := range t.Bases {
		ids = append(ids, id)
		if declared != nil && id == declared.ID {
			break
		}
	}
	return ids
}

// find returns what is known of the type id where declared is wanted: what the program has
// registered, what is declared, or what was generated with that.
func (t *ValueType) find(id string, env *Env) *ValueType {
	if env.Values != nil {
		if r := env.Values.ValueType(id); r != nil && r.New != nil {
			return r
		}
	}
	if t == nil {
		return nil
	}
	if t.ID == id {
		return t
	}
	if t.Known != nil {
		return t.Known(id)
	}
	return nil
}

// exceeded says that limit n was exceeded by got.
func exceeded(env *Env, n limits.Name, got int) error {
	return exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%w", env.Limits.Exceeded(n, int64(got)))
}

// noFactory is why a value that was received cannot be made.
func noFactory(id string) error {
	return exc.New(exc.Marshal, exc.MinorNoValueFactory, exc.No,
		"no factory is known for values of %s: register one with Register of the type's descriptor", id)
}
