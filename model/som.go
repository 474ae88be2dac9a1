package model

import "github.com/opendsom/dsom/diag"

// An Implementation is what SOM IDL says of an interface as a class: its implementation
// section. Modifiers of the class itself are in Modifiers, those of operations, attributes,
// variables and types in the Modifiers of their own declarations.
type Implementation struct {
	// Modifiers are those of the class, in source order, repeated ones included.
	Modifiers []Modifier `json:"modifiers,omitempty"`
	// Data are the instance variables and static data, in source order; static data have the
	// modifier staticdata.
	Data []*Member `json:"data,omitempty"`
	// Overrides are the inherited methods that the class implements anew, by name, with their modifiers.
	Overrides []*Override `json:"overrides,omitempty"`
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

// An Override names an inherited method in an implementation section.
type Override struct {
	Node
	Modifiers []Modifier `json:"modifiers,omitempty"`
}

// A Passthru is text for one target of one emitter, such as C_h or C_ih.
type Passthru struct {
	Target string    `json:"target"`
	Before bool      `json:"before,omitempty"` // C_h_before: in front of what the emitter writes
	Text   string    `json:"text"`
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
