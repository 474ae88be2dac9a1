package som

import (
	"context"
	"math"
	"reflect"
	"runtime"
	"unsafe"
)

// MaxFrame is how many parameters a method has at most that crosses between kernels by a [Frame].
const MaxFrame = 8

// A Frame is a call between kernels of a method of numbers and objects: its parameters in the order of IDL, and its result at MaxFrame. Numbers are
// as Go converts them to uint64, fractions their bits. Objects that go in are borrowed; those that come out are the receiver's.
type Frame struct {
	Words [MaxFrame + 1]uint64
	Refs  [MaxFrame + 1]Ref

	odd error // what Set was given that is no object of the object model
}

// hidden is a pointer of which the compiler does not see that it is passed on, so that what it points to may lie on the stack. Who gets it keeps nothing of it.
func (f *Frame) hidden() *Frame {
	at := uintptr(unsafe.Pointer(f))
	return *(**Frame)(unsafe.Pointer(&at))
}

// A FrameCrossing is a [Crossing] of a method that crosses by a Frame.
type FrameCrossing struct {
	Call func(at unsafe.Pointer, self Self, f *Frame) error // keeps nothing of f
	At   unsafe.Pointer
}

// Run makes a call.
func (x FrameCrossing) Run(self Self, f *Frame) error {
	if f.odd != nil {
		return f.odd
	}
	err := x.Call(x.At, self, f.hidden())
	runtime.KeepAlive(f)
	return err
}

// A framesFunc is the frames of PacksFrames for any F.
type framesFunc = func(fn unsafe.Pointer, self Self, ctx context.Context, f *Frame) error

// PacksFrames is [PacksWords] for a method of up to MaxFrame parameters, in, out, or both, that are numbers or objects.
func PacksFrames[F any](
	apply func(fn F, self Self, ctx context.Context, args []any) ([]any, error), dispatch func(Packed) F,
	frames func(fn F, self Self, ctx context.Context, f *Frame) error, cross func(FrameCrossing) F,
) Packing {
	p := Packs(apply, dispatch)
	p.frames = *(*framesFunc)(unsafe.Pointer(&frames)) // as words of PacksWords
	p.crossFrames = func(x FrameCrossing) any { return cross(x) }
	return p
}

// HasFrames reports whether the Packing was made by PacksFrames.
func (p Packing) HasFrames() bool { return p.frames != nil }

// CrossFrames makes an implementation of a FrameCrossing. The Packing must have frames.
func (p Packing) CrossFrames(x FrameCrossing) any { return p.crossFrames(x) }

// Frame calls an implementation of a method whose Packing has frames.
func (l *Line) Frame(fn unsafe.Pointer, self Self, ctx context.Context, f *Frame) error {
	err := l.frames(fn, self, ctx, f.hidden())
	runtime.KeepAlive(f)
	return err
}

// DoubleOf and SingleOf are words of a Frame as fractions, DoubleWord and SingleWord the reverse.
func DoubleOf(word uint64) float64 { return math.Float64frombits(word) }
func SingleOf(word uint64) float32 { return math.Float32frombits(uint32(word)) }
func DoubleWord(v float64) uint64  { return math.Float64bits(v) }
func SingleWord(v float32) uint64  { return uint64(math.Float32bits(v)) }

// Object is an object of whatever class, or nil.
func (f *Frame) Object(n int) Object {
	if f.Refs[n].IsNil() {
		return nil
	}
	return f.Refs[n]
}

// Set puts an object there, or none of nil.
func (f *Frame) Set(n int, o any) {
	if o == nil {
		return
	}
	if o, ok := o.(Object); ok {
		f.Refs[n] = o.SOM()
		return
	}
	f.odd = fail(CodeType, reflect.TypeOf(o).String(), "it is no object of this process")
}

// Odd is an error if Set was given what is no object of the object model.
func (f *Frame) Odd() error { return f.odd }

// FrameObject is parameter n as an object of a class that narrow knows.
func FrameObject[T, R any](f *Frame, n int, narrow func(Object) (R, bool)) (T, error) {
	if t, ok := asObject[T](f.Refs[n], narrow); ok {
		return t, nil
	}
	return Arg[T]([]any{f.Refs[n]}, 0) // says what it is
}

// FrameResult is what comes out, likewise, or nil where it is of another class.
func FrameResult[T, R any](f *Frame, n int, narrow func(Object) (R, bool)) (t T) {
	t, _ = asObject[T](f.Refs[n], narrow)
	return t
}
