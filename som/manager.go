package som

import (
	"errors"
	"slices"
	"sync"
)

// A Manager is where classes are found by name, IBM's SOMClassMgr. Its zero value is ready to use.
// A program has as many as it likes, each a space of names of its own.
type Manager struct {
	// Load is asked for a class that is not there. It makes the class and what goes with it, and
	// tells the Loading of them; all of these are unloaded together or not at all. It must
	// find other classes by the Loading, and is called by one goroutine at a time.
	Load func(l *Loading, name string) error

	// MaxClasses is how many classes may be registered; 0 means the constant of that name.
	MaxClasses int

	loading sync.Mutex
	mu      sync.RWMutex
	classes map[string]*Class
	groups  map[*Class]*group
}

// A group is what one load brought.
type group struct {
	classes []*Class
	loading bool // it is not all there; under the manager's mu
}

// A Loading is one load of classes, by which they find each other.
type Loading struct {
	m     *Manager
	group *group
	chain []string // what is being loaded, each for the one before
	held  []*Class // that were found, and are not to be unloaded before this ends
}

// NewClass makes a class and registers it.
func (m *Manager) NewClass(s Spec) (*Class, error) { return m.newClass(s, nil) }

func (m *Manager) newClass(s Spec, g *group) (*Class, error) {
	if m.registered(s.Name) != nil {
		return nil, fail(CodeName, s.Name, "there is a class of this name already")
	}
	c, err := NewClass(s)
	if err != nil {
		return nil, err
	}
	if err := m.register(c, g); err != nil {
		family.Lock()
		defer family.Unlock()
		unload([]*Class{c})
		return nil, err
	}
	return c, nil
}

// Register makes a class known by its name, with metaclasses that were made for it.
func (m *Manager) Register(c *Class) error { return m.register(c, nil) }

func (m *Manager) register(c *Class, g *group) error {
	if c.missing != nil {
		return c.missing
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.get(c.Name()); old == c {
		return nil
	} else if old != nil {
		return fail(CodeName, c.Name(), "there is another class of this name already")
	}
	limit := m.MaxClasses
	if limit == 0 {
		limit = MaxClasses
	}
	if len(m.classes) >= limit {
		return fail(CodeClasses, c.Name(), "there are %d classes already (MaxClasses)", len(m.classes))
	}
	if m.classes == nil {
		m.classes, m.groups = map[string]*Class{}, map[*Class]*group{}
	}
	m.classes[c.Name()] = c
	for d := c.metaclass; d.derived; d = d.metaclass {
		m.classes[d.Name()] = d
	}
	if g != nil {
		g.classes = append(g.classes, c)
		m.groups[c] = g
	}
	return nil
}

// get returns a class that is registered and was not unloaded. mu is held.
func (m *Manager) get(name string) *Class {
	for _, root := range []*Class{SOMObject, SOMClass, SOMClassMgr} {
		if root.Name() == name {
			return root
		}
	}
	if c := m.classes[name]; c != nil && !c.unloaded() {
		return c
	}
	return nil
}

// unloaded reports whether the class was unloaded. While somebody tries to, it waits for how that ends.
func (c *Class) unloaded() bool {
	if !c.gone.Load() {
		return false
	}
	family.Lock()
	defer family.Unlock()
	return c.ended
}

func (m *Manager) registered(name string) *Class {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.get(name)
}

// Registered returns the class that was registered by a name, whether or not another substitutes it, and
// loads nothing.
func (m *Manager) Registered(name string) (*Class, error) {
	if c := m.registered(name); c != nil {
		return c, nil
	}
	return nil, fail(CodeUnknown, name, "there is no class of this name")
}

// Find returns the class of a name, or its substitute, if it does for a client of the version. A
// class that is not there is loaded.
func (m *Manager) Find(name string, v Version) (*Class, error) {
	c := m.registered(name)
	if c == nil {
		var err error
		if c, err = m.load(name); err != nil {
			return nil, err
		}
	}
	c = c.Current()
	return c, c.CheckVersion(v)
}

func (m *Manager) load(name string) (*Class, error) {
	if m.Load == nil {
		return nil, fail(CodeUnknown, name, "there is no class of this name, and nothing that loads one")
	}
	m.loading.Lock()
	defer m.loading.Unlock()
	l := &Loading{m: m, group: &group{loading: true}}
	defer l.end()
	return l.find(name)
}

// end lets go what was loaded and what it was loaded with.
func (l *Loading) end() {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.group.loading = false
	family.Lock()
	defer family.Unlock()
	for _, c := range l.held {
		c.held--
	}
}

// hold keeps a class that was found until the load ends.
func (l *Loading) hold(name string) *Class {
	l.m.mu.RLock()
	defer l.m.mu.RUnlock()
	c := l.m.get(name)
	if c != nil && l.m.groups[c] != l.group { // what this load has brought stays anyway
		family.Lock()
		defer family.Unlock()
		c.held++
		l.held = append(l.held, c)
	}
	return c
}

// Find is Manager.Find for classes that others need which are being loaded. It gives the class
// itself, not a substitute: it is for parents and metaclasses. The class is not unloaded before the load ends.
func (l *Loading) Find(name string) (*Class, error) { return l.find(name) }

func (l *Loading) find(name string) (*Class, error) {
	if c := l.hold(name); c != nil {
		return c, nil
	}
	if slices.Contains(l.chain, name) {
		return nil, fail(CodeCycle, name, "it is being loaded, and needs itself")
	}
	l.chain = append(l.chain, name)
	defer func() { l.chain = l.chain[:len(l.chain)-1] }()
	loaded, had := false, len(l.group.classes)
	defer func() {
		if !loaded {
			l.takeBack(had)
		}
	}()
	if err := l.m.Load(l, name); err != nil {
		var known *Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, &Error{Code: CodeLibrary, Class: name, Text: "it could not be loaded", Err: err}
	}
	if c := l.hold(name); c != nil {
		loaded = true
		return c, nil
	}
	return nil, fail(CodeLibrary, name, "what should have defined the class has not")
}

// takeBack unloads what a load that failed has brought, but the first of the group, unless something of it is in use already.
func (l *Loading) takeBack(had int) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if set := slices.Clone(l.group.classes[had:]); len(set) > 0 && l.m.end(set) == nil {
		l.group.classes = l.group.classes[:had]
	}
}

// NewClass makes a class and registers it as part of the load.
func (l *Loading) NewClass(s Spec) (*Class, error) { return l.m.newClass(s, l.group) }

// Register makes a class that exists known as part of the load.
func (l *Loading) Register(c *Class) error { return l.m.register(c, l.group) }

// Classes returns all that are registered, by name.
func (m *Manager) Classes() []*Class {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []*Class
	for _, c := range m.classes {
		if !c.unloaded() {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *Class) int { return compare(a.Name(), b.Name()) })
	return all
}

// Unload ends a class, and with it all that was loaded together with it, unless an instance, a
// subclass, a substitution or a reference to the class lives, or the load that brought it goes on.
// Nobody notices an Unload that is refused.
func (m *Manager) Unload(c *Class) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.get(c.Name()) != c {
		return fail(CodeUnknown, c.Name(), "it is not registered here")
	}
	if c.isRoot() {
		return fail(CodeBusy, c.Name(), "all classes need it")
	}
	set := []*Class{c}
	if g := m.groups[c]; g != nil {
		if g.loading {
			return fail(CodeBusy, c.Name(), "it is part of what is being loaded")
		}
		set = slices.Clone(g.classes)
	}
	return m.end(set)
}

// end unloads all classes of a set, or none. mu is held.
func (m *Manager) end(set []*Class) error {
	family.Lock()
	defer family.Unlock()
	ended, err := unload(set)
	for _, e := range ended {
		delete(m.classes, e.Name())
		delete(m.groups, e)
	}
	return err
}

// unload ends all classes of a set, those that others of it need last, or none. It returns them
// and the derived metaclasses that nobody needs any more. family is held.
func unload(set []*Class) (ended []*Class, err error) {
	for _, c := range set { // from here on who makes instances waits for family, and then for what has come of this
		c.gone.Store(true)
	}
	left := slices.Clone(set)
	for progress := true; progress && len(left) > 0; {
		progress = false
		for i, c := range left {
			if c.needed() == "" {
				ended = c.depart(ended)
				left = slices.Delete(left, i, i+1)
				progress = true
				break
			}
		}
	}
	if len(left) > 0 {
		err = fail(CodeBusy, set[0].Name(), "%s %s", left[0], left[0].needed())
		for _, c := range slices.Backward(ended) {
			c.enroll()
			c.gone.Store(false)
		}
		for _, c := range left {
			c.gone.Store(false)
		}
		return nil, err
	}
	for _, c := range ended {
		c.ended = true
		c.takeOff()
	}
	return ended, nil
}

// depart takes the class, and derived metaclasses that were there for it, out of what others are
// needed for, and adds them to ended.
func (c *Class) depart(ended []*Class) []*Class {
	c.leave()
	ended = append(ended, c)
	for _, m := range append(slices.Clone(c.parents), c.metaclass) {
		if m.derived && !m.gone.Load() && m.needed() == "" {
			m.gone.Store(true)
			ended = m.depart(ended)
		}
	}
	return ended
}

// needed says what keeps a class, or "".
func (c *Class) needed() string {
	switch {
	case c.instances.Load() > 0:
		return "has instances"
	case c.subclasses > 0:
		return "has subclasses"
	case slices.ContainsFunc(c.standsFor, func(of *Class) bool { return !of.gone.Load() }):
		return "takes another's place"
	case c.object.refs.Load() > 1:
		return "is referred to as an object"
	case c.held > 0:
		return "is what others are made of that are being loaded"
	}
	return ""
}
