package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/opendsom/dsom/diag"
)

// Version is the version of the JSON form. A reader refuses a newer one.
const Version = 1

// maxNesting bounds how deep a serialised model may nest, counted in JSON objects and
// arrays. The checker's own limits keep what it makes far below.
const maxNesting = 2000

type specJSON struct {
	Model int     `json:"model"`
	Files []*File `json:"files"`
	Decls Decls   `json:"decls"`
}

// MarshalJSON writes the specification. References between declarations are fully scoped names.
func (s *Spec) MarshalJSON() ([]byte, error) {
	return json.Marshal(specJSON{Version, s.Files, s.Decls})
}

// UnmarshalJSON reads what MarshalJSON writes, and links it.
func (s *Spec) UnmarshalJSON(b []byte) error {
	if err := checkNesting(b); err != nil {
		return err
	}
	var j specJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if j.Model != Version {
		return fmt.Errorf("model: version %d of the serialised form, this program reads version %d", j.Model, Version)
	}
	*s = Spec{Files: j.Files, Decls: j.Decls}
	return s.Link()
}

// Read reads a serialised specification.
func Read(r io.Reader) (*Spec, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	s := new(Spec)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, err
	}
	return s, nil
}

// checkNesting holds the depth against maxNesting before the decoder descends.
func checkNesting(b []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return fmt.Errorf("model: nested deeper than %d", maxNesting)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// Decls is a list of declarations of any kind; in JSON each has a field "kind".
type Decls []Decl

// MarshalJSON writes each declaration with its kind.
func (ds Decls) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, d := range ds {
		if i > 0 {
			b.WriteByte(',')
		}
		j, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `{"kind":%q,`, d.Kind())
		b.Write(j[1:]) // a declaration has a name, so it is never {}
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

// UnmarshalJSON reads declarations by their kind.
func (ds *Decls) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*ds = nil
	if len(raw) > 0 {
		*ds = make(Decls, 0, len(raw))
	}
	for _, r := range raw {
		kind, err := kindOf(r)
		if err != nil {
			return err
		}
		d := newDecl(kind)
		if d == nil {
			return fmt.Errorf("model: unknown kind of declaration %q", kind)
		}
		if err := json.Unmarshal(r, d); err != nil {
			return err
		}
		*ds = append(*ds, d)
	}
	return nil
}

// kindOf returns the kind of a declaration. It stands first in what MarshalJSON writes, and then the rest, which may be a module of any size, is not
// gone through for it.
func kindOf(r json.RawMessage) (string, error) {
	if rest, ok := bytes.CutPrefix(r, []byte(`{"kind":"`)); ok {
		if i := bytes.IndexByte(rest, '"'); i >= 0 && bytes.IndexByte(rest[:i], '\\') < 0 {
			return string(rest[:i]), nil
		}
	}
	var head struct {
		Kind string `json:"kind"`
	}
	err := json.Unmarshal(r, &head)
	return head.Kind, err
}

func newDecl(kind string) Decl {
	for _, d := range []Decl{
		new(Module), new(Interface), new(Operation), new(Attribute), new(Struct), new(Union), new(Enum),
		new(Exception), new(Typedef), new(Const), new(Native), new(Forward), new(ValueType), new(StateMember),
		new(Factory), new(ValueBox), new(Component), new(Port), new(PortType), new(Home), new(Bitset), new(Bitmask),
		new(AnnotationDecl),
	} {
		if d.Kind() == kind {
			return d
		}
	}
	return nil
}

type typeJSON struct {
	Kind   Kind      `json:"kind"`
	Decl   string    `json:"decl,omitempty"`
	Name   string    `json:"name,omitempty"`
	Elem   *Type     `json:"elem,omitempty"`
	Key    *Type     `json:"key,omitempty"`
	Bound  uint64    `json:"bound,omitempty"`
	Dims   []uint64  `json:"dims,omitempty"`
	Digits int       `json:"digits,omitempty"`
	Scale  int       `json:"scale,omitempty"`
	Span   diag.Span `json:"span,omitzero"`

	Annotations []Annotation `json:"annotations,omitempty"`
}

// MarshalJSON writes the type; a declaration by its fully scoped name.
func (t *Type) MarshalJSON() ([]byte, error) {
	return json.Marshal(typeJSON{t.Kind, nameOf(t.Decl), t.Name, t.Elem, t.Key, t.Bound, t.Dims, t.Digits, t.Scale, t.Span, t.Annotations})
}

// UnmarshalJSON reads what MarshalJSON writes. The declaration is found by Link.
func (t *Type) UnmarshalJSON(b []byte) error {
	var j typeJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*t = Type{Kind: j.Kind, Name: j.Name, Elem: j.Elem, Key: j.Key, Bound: j.Bound, Dims: j.Dims, Digits: j.Digits, Scale: j.Scale, Span: j.Span, Annotations: j.Annotations, ref: j.Decl}
	switch t.Kind {
	case Sequence, Array, Map, Pointer:
		if t.Elem == nil || t.Kind == Map && t.Key == nil {
			return fmt.Errorf("model: %s without elements", t.Kind)
		}
	}
	return nil
}

func nameOf(d Decl) string {
	if d == nil {
		return ""
	}
	return d.About().QualifiedName()
}

func namesOf(es []*Exception) []string {
	var names []string
	for _, e := range es {
		names = append(names, e.QualifiedName())
	}
	return names
}

type plainOperation Operation

type operationJSON struct {
	*plainOperation
	Raises []string `json:"raises,omitempty"`
}

// MarshalJSON writes the operation; exceptions by their fully scoped names.
func (o *Operation) MarshalJSON() ([]byte, error) {
	return json.Marshal(operationJSON{(*plainOperation)(o), namesOf(o.Raises)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Operation) UnmarshalJSON(b []byte) error {
	j := operationJSON{plainOperation: (*plainOperation)(o)}
	err := json.Unmarshal(b, &j)
	o.raises = j.Raises
	return err
}

type plainAttribute Attribute

type attributeJSON struct {
	*plainAttribute
	GetRaises []string `json:"getRaises,omitempty"`
	SetRaises []string `json:"setRaises,omitempty"`
}

// MarshalJSON writes the attribute; exceptions by their fully scoped names.
func (a *Attribute) MarshalJSON() ([]byte, error) {
	return json.Marshal(attributeJSON{(*plainAttribute)(a), namesOf(a.GetRaises), namesOf(a.SetRaises)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Attribute) UnmarshalJSON(b []byte) error {
	j := attributeJSON{plainAttribute: (*plainAttribute)(a)}
	err := json.Unmarshal(b, &j)
	a.getRaises, a.setRaises = j.GetRaises, j.SetRaises
	return err
}

type plainFactory Factory

type factoryJSON struct {
	*plainFactory
	Raises []string `json:"raises,omitempty"`
}

// MarshalJSON writes the factory; exceptions by their fully scoped names.
func (f *Factory) MarshalJSON() ([]byte, error) {
	return json.Marshal(factoryJSON{(*plainFactory)(f), namesOf(f.Raises)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Factory) UnmarshalJSON(b []byte) error {
	j := factoryJSON{plainFactory: (*plainFactory)(f)}
	err := json.Unmarshal(b, &j)
	f.raises = j.Raises
	return err
}
