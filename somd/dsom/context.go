package dsom

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/typecode"
)

// ContextClass is properties, which are texts, that go with calls of operations with a context clause (CORBA 1.1, clause 6.5). It belongs to one goroutine or thread, with those around and within it.
var ContextClass = classOf[contextObject]("Context", `
	set_one_value I:ss/unsigned long(string,string)
	set_values I:o/unsigned long(NVList)
	get_values I:sIsp/unsigned long(string,unsigned long,string,out NVList) | riiio
	delete_values I:s/unsigned long(string)
	create_child I:sp/unsigned long(string,out Context) | rio
	destroy I:I/unsigned long(unsigned long)
	_get_context_name s:/string()
	_set_context_name v:s/void(string)
	_get_context_parent o:/Context()
	_set_context_parent v:o/void(Context)
	_get_properties o:/NVList()
	_set_properties v:o/void(NVList)
`, som.WithVersion(2, 2))

type contextObject struct {
	som.Base
	name     string
	values   map[string]string
	parent   *contextObject
	children []som.Ref
	depth    int
}

// ContextName returns the context's name.
func (c *contextObject) ContextName(context.Context) (string, error) { return c.name, nil }

// SetContextName gives it another.
func (c *contextObject) SetContextName(_ context.Context, name string) error {
	c.name = name
	return nil
}

// ContextParent returns the context around it, nil for the outermost.
func (c *contextObject) ContextParent(context.Context) (som.Object, error) {
	if c.parent == nil {
		return nil, nil
	}
	return c.parent.SOM(), c.parent.SOM().Retain()
}

// SetContextParent refuses: a context is made within another (create_child).
func (c *contextObject) SetContextParent(context.Context, som.Object) error {
	return notHere("_set_context_parent", "a context is made within another by create_child, and stays there")
}

// Properties returns the context's own, in a list of the caller's.
func (c *contextObject) Properties(context.Context) (som.Object, error) { return listOf(c.values) }

// SetProperties replaces the context's own.
func (c *contextObject) SetProperties(ctx context.Context, values som.Object) error {
	before := c.values
	c.values = nil
	if _, err := c.SetValues(ctx, values); err != nil {
		c.values = before
		return err
	}
	return nil
}

// listOf is properties as a list.
func listOf(values map[string]string) (som.Ref, error) {
	items := make([]entry, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		items = append(items, entry{Item: Item{name, dyn.String.Any(values[name]), ArgIn}})
	}
	return newList(items...)
}

// SetOneValue sets a property.
func (c *contextObject) SetOneValue(_ context.Context, name, value string) (uint32, error) {
	if name == "" || strings.HasSuffix(name, "*") {
		return 0, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "%.100q is no name of a property", name)
	}
	if _, there := c.values[name]; !there && len(c.values) >= MaxItems {
		return 0, tooMany(len(c.values) + 1)
	}
	if c.values == nil {
		c.values = map[string]string{}
	}
	c.values[name] = value
	return 0, nil
}

// SetValues sets the properties of a list, all of which have to be texts, or none.
func (c *contextObject) SetValues(ctx context.Context, values som.Object) (uint32, error) {
	if values == nil {
		return 0, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no list")
	}
	l, ok := som.FindState[nvList](values.SOM())
	if !ok {
		return 0, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "the properties are no NVList")
	}
	before := maps.Clone(c.values)
	for n := range l.items {
		i, err := l.items[n].read()
		if err == nil && i.Value.Type().Unalias().Kind() != typecode.TkString {
			err = exc.New(exc.BadTypecode, exc.MinorBadValue, exc.No, "the property %.100q is a %.100s: properties are strings", i.Name, i.Value.Type())
		}
		if err == nil {
			text, _ := i.Value.Value().(string)
			_, err = c.SetOneValue(ctx, i.Name, text)
		}
		if err != nil {
			c.values = before
			return 0, err
		}
	}
	return 0, nil
}

// GetValues returns a list, the caller's, of the properties of a name, or whose names begin with what is in front of an asterisk: those of the nearest context, from the one
// of the name scope outwards, that has one.
func (c *contextObject) GetValues(_ context.Context, scope string, flags uint32, name string) (uint32, som.Object, error) {
	at := c
	for scope != "" && at != nil && at.name != scope {
		at = at.parent
	}
	if at == nil {
		return 0, nil, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "no context around is named %.100q", scope)
	}
	prefix, wild := strings.CutSuffix(name, "*")
	for ; at != nil; at = at.parent {
		found := map[string]string{}
		for k, v := range at.values {
			if k == name || wild && strings.HasPrefix(k, prefix) {
				found[k] = v
			}
		}
		if len(found) > 0 {
			r, err := given(listOf(found))
			return 0, r, err
		}
		if flags&CtxRestrictScope != 0 {
			break
		}
	}
	return 0, nil, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "no property is named %.100q", name)
}

// all returns the properties that a call with the context can send: its own, and those of contexts around it that it does not have itself.
func (c *contextObject) all() map[string]string {
	all := map[string]string{}
	for at := c; at != nil; at = at.parent {
		for k, v := range at.values {
			if _, nearer := all[k]; !nearer {
				all[k] = v
			}
		}
	}
	return all
}

// DeleteValues deletes properties likewise, of this context alone; at least one.
func (c *contextObject) DeleteValues(_ context.Context, name string) (uint32, error) {
	prefix, wild := strings.CutSuffix(name, "*")
	n := len(c.values)
	for k := range c.values {
		if k == name || wild && strings.HasPrefix(k, prefix) {
			delete(c.values, k)
		}
	}
	if len(c.values) == n {
		return 0, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "no property is named %.100q", name)
	}
	return 0, nil
}

// CreateChild makes a context within this one, which it keeps until it ends; the caller has a reference of its own.
func (c *contextObject) CreateChild(_ context.Context, name string) (uint32, som.Object, error) {
	if c.depth+1 >= MaxContext {
		return 0, nil, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "more than %d contexts in one another (MaxContext)", MaxContext)
	}
	c.forget()
	if len(c.children) >= MaxItems {
		return 0, nil, tooMany(len(c.children) + 1)
	}
	r, err := ContextClass.New()
	if err != nil {
		return 0, nil, err
	}
	x, _ := som.FindState[contextObject](r)
	x.name, x.parent, x.depth = name, c, c.depth+1
	if err := r.Retain(); err != nil {
		return 0, nil, err
	}
	c.children = append(c.children, r)
	return 0, r, nil
}

// forget gives up the contexts within it that nobody else has a reference to.
func (c *contextObject) forget() {
	c.children = slices.DeleteFunc(c.children, func(r som.Ref) bool {
		x, ok := som.FindState[contextObject](r)
		if ok {
			x.forget()
		}
		if r.Refs() > 1 || ok && len(x.children) > 0 {
			return false
		}
		_ = r.Release()
		return true
	})
}

// Destroy gives the contexts within it up, and with them the caller's reference to it. With contexts within that others have, the flags have to say
// CtxDeleteDescended.
func (c *contextObject) Destroy(_ context.Context, flags uint32) (uint32, error) {
	if c.forget(); len(c.children) > 0 && flags&CtxDeleteDescended == 0 {
		return 0, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "there are %d contexts within it: delete them, or say so by the flag CTX_DELETE_DESCENDENTS", len(c.children))
	}
	return 0, c.SOM().Release()
}

func (c *contextObject) SomDestruct() {
	for _, r := range c.children {
		if x, ok := som.FindState[contextObject](r); ok {
			x.parent = nil
		}
		_ = r.Release()
	}
	c.children = nil
}
