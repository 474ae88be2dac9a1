package som

import "strings"

// SameSignature reports whether a program that calls a method by the signature caller calls one that has the signature its
// rightly, as far as both say: the letters are the same, so are the types where both tell them, and of each exception that both
// name the caller knows no members that the method's does not begin with.
func SameSignature(caller, its string) bool { return agree(caller, its, false) }

// agree is SameSignature, and for overrides, whose exceptions may have fewer members than the method's as well.
func agree(caller, its string, overrides bool) bool {
	letters, told, tells := strings.Cut(caller, "/")
	others, types, say := strings.Cut(its, "/")
	if letters != others || !tells || !say {
		return letters == others
	}
	told, raised, _ := strings.Cut(told, "!")
	types, known, _ := strings.Cut(types, "!")
	if told != types {
		return false
	}
	for _, e := range strings.Split(raised, "!") {
		id, _, _ := strings.Cut(e, "{")
		for _, x := range strings.Split(known, "!") {
			if strings.HasPrefix(x, id+"{") && !strings.HasPrefix(x, e) && !(overrides && strings.HasPrefix(e, x)) {
				return false
			}
		}
	}
	return true
}

// Signature returns what the method is to other languages, or "" where nobody has said.
func (m *Method) Signature() string { return m.spec.Signature }

// Copies returns how objects go to another process; see [MethodSpec].
func (m *Method) Copies() string { return m.spec.Copies }

// Oneway reports whether nobody waits for the method in another process.
func (m *Method) Oneway() bool { return m.spec.Oneway }

// Whole returns the signature with as little told by a hash as is known; see [MethodSpec].
func (m *Method) Whole() string {
	if m.spec.Whole != "" {
		return m.spec.Whole
	}
	return m.spec.Signature
}

// LookupAs is Lookup for who calls the method as a signature says: an error if it has another one.
func (c *Class) LookupAs(name, signature string) (*Method, error) {
	m, err := c.Lookup(name)
	if err == nil {
		err = c.checkSignature(m, signature, false)
	}
	if err == nil && m.spec.Signature == "" && strings.HasPrefix(signature, "/") && m.kind != Procedure { // a place that is kept for one
		err = fail(CodeMethod, c.Name(), "%s has the signature (none), and a client calls it as %s, of another release", m, signature)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

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
	return c.checkSignature(m, signature, false)
}

// checkSignature compares what is known of a method's signature with that of a client or of an override.
func (c *Class) checkSignature(m *Method, signature string, overrides bool) error {
	own, who := m.spec.Signature, "a client calls it as"
	caller, its := signature, own
	if overrides {
		who = "its override has"
		caller, its = own, signature
	}
	if own == "" || signature == "" || agree(caller, its, overrides) {
		return nil
	}
	return fail(CodeMethod, c.Name(), "%s has the signature %s, and %s %s, of another release", m, own, who, signature)
}
