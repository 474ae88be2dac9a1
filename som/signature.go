package som

import "strings"

// SameSignature reports whether two signatures are of methods that can take each other's place: the letters are the same,
// and so are the types where both tell them.
func SameSignature(a, b string) bool {
	letters, types, _ := strings.Cut(a, "/")
	others, told, _ := strings.Cut(b, "/")
	return letters == others && (types == "" || told == "" || types == told)
}

// Signature returns what the method is to other languages, or "" where nobody has said.
func (m *Method) Signature() string { return m.spec.Signature }

// CheckSignature is an error unless the class has a method of that name in its table which can be called by the signature. A
// method of which nobody has said its signature can.
func (c *Class) CheckSignature(method, signature string) error {
	m, err := c.Lookup(method)
	if err != nil {
		return err
	}
	if err := c.takes(m); err != nil {
		return err
	}
	return c.checkSignature(m, signature, "a client calls it as")
}

// checkSignature compares what is known of a method's signature.
func (c *Class) checkSignature(m *Method, signature, who string) error {
	own := m.spec.Signature
	if own == "" || signature == "" || SameSignature(own, signature) {
		return nil
	}
	return fail(CodeMethod, c.Name(), "%s has the signature %s, and %s %s, of another release", m, own, who, signature)
}
