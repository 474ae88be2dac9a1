package som

// A Base ties a Go value that is the State of a class's instances to its object. Generated bases
// hold one and add the parent's methods; a class without a generated parent embeds it itself.
type Base struct {
	i     *instance
	class *Class
}

// SOM returns the object. It is no reference of the caller's own: Retain one that outlives the call.
func (b Base) SOM() Ref { return Ref{b.i} }

// Class returns the class whose State holds b, which is not the object's where that is of a
// subclass.
func (b Base) Class() *Class { return b.class }
