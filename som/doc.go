// Package som is the object model in Go: classes as objects at run time, multiple inheritance,
// metaclasses, and methods that are found by offset, by name or at run time. docs/som.md says
// what holds; libsom is the same for other languages, and conformance/ holds both to it.
//
// A class is a value, made of a [Spec] by [NewClass], or of a Go type by [ClassOf] and [MustClass]:
//
//	type Puppy struct {
//		dog.Base // the parent's implementations
//		barks int
//	}
//
//	func (p *Puppy) Speak(ctx context.Context, n int64) (int64, error) {
//		p.barks++
//		return p.Base.Speak(ctx, n) // a parent call
//	}
//
//	var PuppyClass = som.MustClass[Puppy]("Puppy", som.Parents(dog.Class))
//
// There is no registry: a [Manager] is where classes are found by name, and a program makes one
// where it needs it.
//
// Objects are held by a [Ref]. A call by offset takes the implementation from the table of the
// object's class, without a lock, a map or an allocation:
//
//	fn, self := speak.Of(ref) // speak is a Token
//	n, err := fn(self, ctx, 1)
//
// What goes into a method is borrowed for the call. What it returns is the caller's, references of attributes too: who implements one returns a
// reference that it gives away, and who calls releases what it got. A field of a State that keeps references is a [Held], as in generated code.
//
// Everything here may be used by many goroutines at once. Implementations, initializers and hooks
// are never called under a lock of this package.
package som
