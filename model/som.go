package model

import (
	"strings"

	"github.com/opendsom/dsom/diag"
)

// An Implementation is what SOM IDL says of an interface as a class: its implementation
// section. What follows from it is told by methods of Interface: ReleaseOrder, Overridden and so on.
type Implementation struct {
	// Modifiers are those of the class, in source order, repeated ones included. A statement
	// "m: a, b" whose m names nothing is among them as m = "a,b", so that releaseorder and
	// user-defined modifiers keep their lists; a and b have m in their own Modifiers as well.
	Modifiers []Modifier `json:"modifiers,omitempty"`
	// Metaclass is the class that the modifier metaclass names; nil if none is named, or one
	// that the text does not declare.
	Metaclass *Type `json:"metaclass,omitempty"`
	// Data are the instance variables and static data, in source order; static data have the
	// modifier staticdata.
	Data []*Member `json:"data,omitempty"`
	// Overrides are the inherited methods that the section names, in the order in which it
	// first does, with their modifiers: those the class implements anew have override.
	Overrides []*Override `json:"overrides,omitempty"`
	// Accessors are the get and set methods of the class's own attributes to which modifiers
	// are given by name: "_get_x: nocall".
	Accessors []*Accessor `json:"accessors,omitempty"`
	// Passthru are the lines handed to emitters as they are.
	Passthru []Passthru `json:"passthru,omitempty"`
	Span     diag.Span  `json:"span,omitzero"`
}

// A Modifier is a modifier of SOM IDL, its own or a user's: name, name = value, name = "a,b".
type Modifier struct {
	Name  string    `json:"name"`
	Value string    `json:"value,omitempty"` // without quotes
	Span  diag.Span `json:"span,omitzero"`
}

// List returns the names in the value, which commas or blanks tell apart.
func (m Modifier) List() []string {
	return strings.FieldsFunc(m.Value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
}

// An Override names an inherited method in an implementation section: an operation, or
// "_get_x" and "_set_x" of an attribute x.
type Override struct {
	Node
	// Of is the fully scoped name of the operation or attribute; empty where no parent is
	// known to have the method, as in a metaclass whose parent is only derived at run time.
	Of string `json:"of,omitempty"`
}

// An Accessor is the method that gets or sets an attribute, by the name that SOM gives it.
type Accessor struct {
	Node
}

// A Passthru is text for one target of one emitter, such as C_h or C_ih.
type Passthru struct {
	Target string `json:"target"` // without _before or _after
	// Before says that the text stands in front of what the emitter includes: that is so
	// unless the target was written with _after.
	Before bool      `json:"before,omitempty"`
	Text   string    `json:"text"` // the strings, a line each
	Span   diag.Span `json:"span,omitzero"`
}

// ModifierOf returns the value of the last modifier of that name, and whether there is one.
func ModifierOf(ms []Modifier, name string) (string, bool) {
	for i := len(ms) - 1; i >= 0; i-- {
		if ms[i].Name == name {
			return ms[i].Value, true
		}
	}
	return "", false
}

// HasModifier reports whether the node has the modifier, with or without a value.
func (n *Node) HasModifier(name string) bool {
	_, ok := ModifierOf(n.Modifiers, name)
	return ok
}

// EmitsTypes reports whether a type or constant outside of all modules and interfaces stands
// between #pragma somemittypes on and off, so that emitters are to write it.
func EmitsTypes(d Decl) bool {
	i := d.About()
	if i.scope != nil || i.file == nil {
		return false
	}
	on := false
	for _, p := range i.file.Pragmas {
		if p.Name == "somemittypes" && p.Span.Start.Offset < i.Span.Start.Offset {
			on = len(p.Args) == 1 && p.Args[0] == "on"
		}
	}
	return on
}
