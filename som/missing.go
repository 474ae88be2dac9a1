package som

// Missing makes what stands for a class that there is not, because of why: whoever makes an instance of it, looks for a method
// in it or defines a class on it gets that for an error, and nothing is an object of it. By it a variable of a package can name a class of another
// kernel, whose library may lack when the program starts. The host, which may be nil, is the kernel that should have had the class.
func Missing(name string, h Host, why error) *Class {
	if why == nil {
		why = fail(CodeUnknown, name, "there is no such class")
	}
	c := &Class{spec: Spec{Name: name}, metaclass: SOMClass, missing: why, host: h, table: &table{make([]slot, 1)}}
	c.order = []*Class{c}
	c.front.Store(c.table)
	c.own.Store(&map[*Method]*impl{})
	c.gone.Store(true)
	c.ended = true
	c.object = form(SOMClass)
	c.object.meta = c
	if h != nil {
		h.Missed(c)
	}
	return c
}

// Err returns why the class is [Missing], or nil: then it is there.
func (c *Class) Err() error { return c.missing }

// lacks is an error if what a spec names for a parent or metaclass is missing.
func (s *Spec) lacks() error {
	for _, p := range s.Parents {
		if p != nil && p.missing != nil {
			return &Error{Code: CodeUnknown, Class: s.Name, Text: "its parent " + p.Name() + " is missing", Err: p.missing}
		}
	}
	if m := s.Metaclass; m != nil && m.missing != nil {
		return &Error{Code: CodeMetaclass, Class: s.Name, Text: "its metaclass " + m.Name() + " is missing", Err: m.missing}
	}
	return nil
}

// elsewhere returns the kernel on which it depends whether there can be a class of the spec, and whether it depends on more than
// this program: on a class that is missing, or on another kernel's.
func (s *Spec) elsewhere() (h Host, depends bool) {
	for _, c := range append([]*Class{s.Metaclass}, s.Parents...) {
		if c != nil && (c.missing != nil || c.host != nil) {
			depends = true
			if h == nil {
				h = c.host
			}
		}
	}
	return h, depends
}
