package som

import "slices"

// What a subclass in Go overrides by declaring a method is decided when its parent's generated code is compiled, and not by the
// release of a library that runs: a method that a release adds under a name which the subclass has introduced is another method.

// A knownMethod is a method as generated code knows it, by the Go method that overrides it.
type knownMethod struct {
	method *Method
	goName string
}

// Compiled is for hosts: it says which methods of an image, that the class introduces or did when the code was generated, and of which
// bases, generated code was compiled for. What other methods this release has, of the class and its ancestors, no Go type overrides
// by declaring one of their name. Several such codes in one program add up.
func (c *Class) Compiled(methods []MethodSpec, bases []*Class) error {
	all := make([]knownMethod, 0, len(methods))
	for i := range methods {
		m, err := c.Lookup(c.Name() + "::" + methods[i].Name)
		if err != nil {
			return err
		}
		all = append(all, knownMethod{m, methods[i].goName()})
	}
	family.Lock()
	defer family.Unlock()
	all = append(all, c.compiled...)
	for _, b := range bases {
		all = append(all, b.knownMethods()...)
	}
	for _, a := range c.order {
		if runtimes[a.Name()] {
			all = append(all, a.introducedNames()...)
		}
	}
	c.compiled = once(all) // else there are twice as many with each class that has two ways up
	return nil
}

// runtimes are the classes that come with the runtime rather than with a library that has releases of its own. Code that is generated for others does
// not name them as bases.
var runtimes = map[string]bool{
	"SOMObject": true, "SOMClass": true, "SOMClassMgr": true,
	"SOMMBeforeAfter": true, "SOMMSingleInstance": true, "SOMMTraced": true, "SOMMProxyFor": true, "SOMMProxyForObject": true,
}

// OfRuntime reports whether a class is one of the object model's own, whichever kernel has it; a user's class may have a name that begins like theirs.
func OfRuntime(c *Class) bool { return runtimes[c.Name()] }

// knownMethods returns the methods of the table that subclasses in Go override by declaring a method: those that generated code knows, and all that a
// class found by its name has; some perhaps twice. family is held.
func (c *Class) knownMethods() []knownMethod {
	var all []knownMethod
	asked := map[*Class]bool{}
	var ask func(c *Class)
	ask = func(c *Class) {
		switch {
		case asked[c]:
			return
		case c.compiled != nil:
			all = append(all, c.compiled...)
		case c.IsMirror():
			for _, a := range c.order {
				all = append(all, a.introducedNames()...)
			}
		default:
			all = append(all, c.introducedNames()...)
			for _, p := range c.parents {
				ask(p)
			}
		}
		asked[c] = true
	}
	ask(c)
	return all
}

func (c *Class) introducedNames() []knownMethod {
	all := make([]knownMethod, 0, len(c.methods))
	for _, m := range c.methods {
		all = append(all, knownMethod{m, m.goName()})
	}
	return all
}

// once removes what is there twice.
func once(all []knownMethod) []knownMethod {
	seen := make(map[knownMethod]bool, len(all))
	return slices.DeleteFunc(all, func(k knownMethod) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
}
