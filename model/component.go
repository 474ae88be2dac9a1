package model

// A Component is the definition of a component (CORBA 3.3 part 3, 6.4) or of a connector (IDL
// 4.2, 7.4.9).
type Component struct {
	Info
	Connector bool    `json:"connector,omitempty"`
	Base      *Type   `json:"base,omitempty"`
	Supports  []*Type `json:"supports,omitempty"`
	// Decls are ports and attributes in source order.
	Decls Decls `json:"decls,omitempty"`
}

// A Port is a port of a component, connector or port type.
type Port struct {
	Info
	// Role is "provides", "uses", "emits", "publishes", "consumes", "port" or "mirrorport".
	Role     string `json:"role"`
	Multiple bool   `json:"multiple,omitempty"` // of uses
	Type     *Type  `json:"type"`               // an interface, Object, an event type or a port type
}

// A PortType is a group of ports (IDL 4.2, 7.4.9).
type PortType struct {
	Info
	Decls Decls `json:"decls,omitempty"`
}

// A Home is what makes and finds components of a type (CORBA 3.3 part 3, 6.8).
type Home struct {
	Info
	Base       *Type   `json:"base,omitempty"`
	Supports   []*Type `json:"supports,omitempty"`
	Manages    *Type   `json:"manages"`
	PrimaryKey *Type   `json:"primaryKey,omitempty"`
	// Decls are factories, finders, operations, attributes, types, constants and exceptions.
	Decls Decls `json:"decls,omitempty"`
}

// Kind returns "component", for a connector too.
func (*Component) Kind() string { return "component" }
func (*Port) Kind() string      { return "port" }
func (*PortType) Kind() string  { return "porttype" }
func (*Home) Kind() string      { return "home" }

// Children returns the ports and attributes.
func (c *Component) Children() Decls { return c.Decls }

// Children returns the ports and attributes.
func (p *PortType) Children() Decls { return p.Decls }

// Children returns what the home declares itself.
func (h *Home) Children() Decls { return h.Decls }

var (
	_ Container = (*Component)(nil)
	_ Container = (*PortType)(nil)
	_ Container = (*Home)(nil)
	_ Decl      = (*Port)(nil)
)
