package messaging

import (
	"context"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/orb"
)

// Held is the [ExceptionHolder] of this ORB: of an exception in this process, or of one that has been received. Reply handlers
// get it, and ask RaiseException for the exception. It must not be copied or changed while it is used.
type Held struct {
	ExceptionHolderState // of one that has been received; else made when it is sent

	err    error // the exception itself; nil of one that has been received
	raises []orb.Exception
	env    *cdr.Env
}

// Hold returns a holder of the exception err, of an operation that declares raises. What is neither one of these nor a
// system exception becomes one where the holder is sent.
func Hold(err error, raises ...orb.Exception) ExceptionHolder { return &Held{err: err, raises: raises} }

// Expect tells a holder that has been received what its operation declares, without which its user exceptions cannot be read.
// The skeletons of generated reply handlers do so before their implementations are called.
func Expect(h ExceptionHolder, raises ...orb.Exception) {
	if h, ok := h.(*Held); ok && h != nil && h.err == nil {
		h.raises = raises
	}
}

// RaiseException returns the exception: a user exception that [Expect] was told of, or a system exception, as a call
// would have returned it. Another user exception is UNKNOWN, by a [*orb.ForeignException].
func (h *Held) RaiseException(context.Context) error {
	if h.err != nil {
		return h.err
	}
	var d cdr.Decoder
	d.Reset(h.MarshaledException, 0, h.ByteOrder, h.env)
	return orb.GetException(&d, h.IsSystemException, h.raises...)
}

// MarshalState writes the members.
func (h *Held) MarshalState(e *cdr.Encoder) {
	s := h.ExceptionHolderState
	if h.err != nil {
		inner := cdr.NewEncoder(nil, e.Little(), alone(e.Env()))
		s.IsSystemException, s.ByteOrder = orb.PutException(inner, h.err, h.raises...), e.Little()
		if err := inner.Err(); err != nil {
			e.Fail(err)
			return
		}
		s.MarshaledException = inner.Bytes()
	}
	s.MarshalState(e)
}

// UnmarshalState reads the members.
func (h *Held) UnmarshalState(d *cdr.Decoder) {
	h.ExceptionHolderState.UnmarshalState(d)
	h.env = alone(d.Env())
}

// alone returns the environment of octets that are read elsewhere than where their message is: like that of the
// ORB's values that stand alone.
func alone(env *cdr.Env) *cdr.Env {
	own := cdr.Env{}
	if env != nil {
		own = *env
	}
	own.Version, own.Narrow, own.Wide = cdr.V12, codeset.UTF8, codeset.UTF16
	return &own
}
