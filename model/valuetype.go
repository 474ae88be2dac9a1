package model

// A ValueType is the definition of a valuetype, or of an eventtype, which is one with another
// base (CORBA 3.3 part 1, 7.9; part 3, 6.12).
type ValueType struct {
	Info
	Abstract bool `json:"abstract,omitempty"` // no state
	Custom   bool `json:"custom,omitempty"`   // marshalled by its own code
	Event    bool `json:"event,omitempty"`    // an eventtype
	// Truncatable says that a receiver that does not know the type may take it as its first base.
	Truncatable bool `json:"truncatable,omitempty"`
	// Bases are the values it inherits from as written, perhaps through a typedef; only the
	// first can be concrete. Supports are the interfaces, of which one at most is not abstract.
	Bases    []*Type `json:"bases,omitempty"`
	Supports []*Type `json:"supports,omitempty"`
	// Decls are state members, factories, operations, attributes, types, constants and
	// exceptions in source order.
	Decls Decls `json:"decls,omitempty"`
}

// A StateMember is a member of the state of a valuetype; each declarator is one.
type StateMember struct {
	Info
	Public bool  `json:"public,omitempty"`
	Type   *Type `json:"type"`
}

// A Factory is an initializer of a valuetype (factory), or a factory or finder of a home.
type Factory struct {
	Info
	Finder bool         `json:"finder,omitempty"`
	Params []*Param     `json:"params,omitempty"` // all in
	Raises []*Exception `json:"-"`

	raises []string
}

// A ValueBox is a boxed value: a valuetype with one state member and no name for it.
type ValueBox struct {
	Info
	Type *Type `json:"type"`
}

// Kind returns "valuetype", for an event type too.
func (*ValueType) Kind() string   { return "valuetype" }
func (*StateMember) Kind() string { return "state" }
func (*Factory) Kind() string     { return "factory" }
func (*ValueBox) Kind() string    { return "valuebox" }

// Children returns what the value declares itself.
func (v *ValueType) Children() Decls { return v.Decls }

// Parents returns the values that v inherits from directly, behind typedefs.
func (v *ValueType) Parents() []*ValueType { return behind[*ValueType](v.Bases) }

// Supported returns the interfaces that v supports itself, behind typedefs.
func (v *ValueType) Supported() []*Interface { return behind[*Interface](v.Supports) }

// Concrete returns the value whose state v's begins with; nil if there is none.
func (v *ValueType) Concrete() *ValueType {
	for _, p := range v.Parents() {
		if !p.Abstract {
			return p
		}
	}
	return nil
}

// State returns the members of the state that v declares itself.
func (v *ValueType) State() []*StateMember { return pick[*StateMember](v.Decls) }

// AllState returns the members of the whole state, those of the concrete base first.
func (v *ValueType) AllState() []*StateMember {
	var ms []*StateMember
	if c := v.Concrete(); c != nil {
		ms = c.AllState()
	}
	return append(ms, v.State()...)
}

// Factories returns the initializers that v declares itself; none are inherited.
func (v *ValueType) Factories() []*Factory { return pick[*Factory](v.Decls) }

// behind returns the declarations of kind D behind types.
func behind[D Decl](ts []*Type) []D {
	var out []D
	for _, t := range ts {
		if d, ok := As[D](t); ok {
			out = append(out, d)
		}
	}
	return out
}

var (
	_ Container = (*ValueType)(nil)
	_ Decl      = (*StateMember)(nil)
	_ Decl      = (*Factory)(nil)
	_ Decl      = (*ValueBox)(nil)
)
