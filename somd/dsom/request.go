package dsom

import (
	"context"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/typecode"
)

// Limits of lists and contexts.
const (
	MaxItems   = 65536 // items of an NVList, properties of a context
	MaxContext = 64    // contexts in one another
)

func tooMany(n int) error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d items of a list, and there are at most %d (MaxItems)", n, MaxItems)
}

// Flags of items, requests and contexts, as SOM's C has them.
const (
	ArgIn              = 1
	ArgOut             = 2
	ArgInout           = 3
	InvNoResponse      = 16 // no response is waited for: oneway
	RespNoWait         = 32 // get_response returns at once
	CtxRestrictScope   = 1  // get_values looks at no parents
	CtxDeleteDescended = 2  // destroy ends children, too
)

// An Item is an argument, or a property.
type Item struct {
	Name  string
	Value dyn.Any
	Flags uint32
}

// NVListClass is the arguments of a request, or properties. Values are of CORBA types (dyn.Any); it is for Go alone, since in C they are places in
// memory that TypeCodes describe.
var NVListClass = classOf[nvList]("NVList", ``, som.WithVersion(2, 2))

type nvList struct {
	som.Base
	items []Item
}

// AddItem adds an item.
func (l *nvList) AddItem(name string, value dyn.Any, flags uint32) error {
	if len(l.items) >= MaxItems {
		return tooMany(len(l.items) + 1)
	}
	l.items = append(l.items, Item{name, value, flags})
	return nil
}

func (l *nvList) at(n int32) (*Item, error) {
	if n < 0 || int(n) >= len(l.items) {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no item %d of %d", n, len(l.items))
	}
	return &l.items[n], nil
}

func (l *nvList) GetCount() (int32, error) { return int32(len(l.items)), nil }

func (l *nvList) GetItem(n int32) (Item, error) {
	i, err := l.at(n)
	if err != nil {
		return Item{}, err
	}
	return *i, nil
}

func (l *nvList) GetItemByName(name string) (Item, error) {
	for _, i := range l.items {
		if i.Name == name {
			return i, nil
		}
	}
	return Item{}, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the list has no item %.100q", name)
}

func (l *nvList) SetItem(n int32, name string, value dyn.Any, flags uint32) error {
	i, err := l.at(n)
	if err == nil {
		*i = Item{name, value, flags}
	}
	return err
}

func (l *nvList) RemoveItem(n int32) error {
	if _, err := l.at(n); err != nil {
		return err
	}
	l.items = append(l.items[:n], l.items[n+1:]...)
	return nil
}

// RequestClass is a call that is made at run time. It belongs to one goroutine, and is for one call.
var RequestClass = classOf[request]("Request", ``, som.WithVersion(2, 2))

type request struct {
	som.Base
	of     *dii.Request
	list   *nvList
	kept   som.Ref
	result dyn.Any
}

// CreateRequest begins a call of an object elsewhere (SOMDObject's create_request), with the arguments of an NVList, which has the values of
// inout and out parameters after it. Result is the type of the result, nil for none. The request is the caller's.
func CreateRequest(of som.Object, operation string, args som.Ref, result *typecode.TypeCode) (som.Ref, error) {
	ref, ok := somd.Reference(of)
	if !ok {
		return som.Ref{}, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "%s is no proxy: a method of an object of this process is called by som.Ref.Invoke", of.SOM())
	}
	l, ok := som.FindState[nvList](args)
	if !ok {
		return som.Ref{}, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "the arguments are no NVList")
	}
	r, err := RequestClass.New()
	if err != nil {
		return som.Ref{}, err
	}
	if err := args.Retain(); err != nil {
		_ = r.Release()
		return som.Ref{}, err
	}
	q, _ := som.FindState[request](r)
	q.of, q.list, q.kept = dii.NewRequest(ref, operation), l, args
	if result != nil {
		q.of.SetReturn(result)
	}
	return r, nil
}

func (q *request) SomDestruct() {
	if !q.kept.IsNil() {
		_ = q.kept.Release()
	}
}

// fill adds the arguments, once.
func (q *request) fill() error {
	if q.of == nil {
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "a request is made by CreateRequest")
	}
	for _, i := range q.list.items {
		switch i.Flags & ArgInout {
		case ArgIn:
			q.of.AddIn(i.Name, i.Value)
		case ArgInout:
			q.of.AddInOut(i.Name, i.Value)
		case ArgOut:
			q.of.AddOut(i.Name, i.Value.Type())
		default:
			return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "item %.100q is neither in, out nor inout", i.Name)
		}
	}
	return nil
}

// took puts what has come into the list.
func (q *request) took() {
	for i, a := range q.of.Arguments() {
		if q.list.items[i].Flags&ArgOut != 0 {
			q.list.items[i].Value = a.Value
		}
	}
	q.result = q.of.Result()
}

// AddArg adds an argument behind those of the list.
func (q *request) AddArg(name string, value dyn.Any, flags uint32) error {
	if q.list == nil {
		return q.fill()
	}
	return q.list.AddItem(name, value, flags)
}

// Invoke makes the call, and waits for its end unless the flags say InvNoResponse.
func (q *request) Invoke(ctx context.Context, flags uint32) error {
	if err := q.fill(); err != nil {
		return err
	}
	if flags&InvNoResponse != 0 {
		return q.of.SendOneway(ctx)
	}
	err := q.of.Invoke(ctx)
	if err == nil {
		q.took()
	}
	return err
}

// Send makes the call and waits for nothing: GetResponse does.
func (q *request) Send(ctx context.Context, flags uint32) error {
	if err := q.fill(); err != nil {
		return err
	}
	if flags&InvNoResponse != 0 {
		return q.of.SendOneway(ctx)
	}
	return q.of.Send(ctx)
}

// GetResponse waits for the end of what Send began. With RespNoWait it answers false where that is not there yet.
func (q *request) GetResponse(ctx context.Context, flags uint32) (bool, error) {
	if q.of == nil {
		return false, q.fill()
	}
	if flags&RespNoWait != 0 {
		if there, err := q.of.PollResponse(); err != nil || !there {
			return false, err
		}
	}
	err := q.of.GetResponse(ctx)
	if err == nil {
		q.took()
	}
	return true, err
}

// Result is what the call has returned.
func (q *request) Result() (dyn.Any, error) { return q.result, nil }

// ContextClass is properties, which are texts, that go with calls of methods with a context clause.
var ContextClass = classOf[contextObject]("Context", ``, som.WithVersion(2, 2))

type contextObject struct {
	som.Base
	name     string
	values   map[string]string
	parent   *contextObject
	children []som.Ref
	depth    int
}

func (c *contextObject) ContextName() (string, error) { return c.name, nil }

// SetOneValue sets a property.
func (c *contextObject) SetOneValue(name, value string) error {
	if name == "" || strings.HasSuffix(name, "*") {
		return exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "%.100q is no name of a property", name)
	}
	if _, there := c.values[name]; !there && len(c.values) >= MaxItems {
		return tooMany(len(c.values) + 1)
	}
	if c.values == nil {
		c.values = map[string]string{}
	}
	c.values[name] = value
	return nil
}

// GetValues returns the properties of a name, or whose names begin with what is in front of an asterisk: those of the nearest context, from the one
// of the name scope outwards, that has one.
func (c *contextObject) GetValues(scope string, flags uint32, name string) (map[string]string, error) {
	at := c
	for scope != "" && at != nil && at.name != scope {
		at = at.parent
	}
	if at == nil {
		return nil, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "no context around is named %.100q", scope)
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
			return found, nil
		}
		if flags&CtxRestrictScope != 0 {
			break
		}
	}
	return nil, exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "no property is named %.100q", name)
}

// DeleteValues deletes properties likewise, of this context alone; at least one.
func (c *contextObject) DeleteValues(name string) error {
	prefix, wild := strings.CutSuffix(name, "*")
	n := len(c.values)
	for k := range c.values {
		if k == name || wild && strings.HasPrefix(k, prefix) {
			delete(c.values, k)
		}
	}
	if len(c.values) == n {
		return exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "no property is named %.100q", name)
	}
	return nil
}

// CreateChild makes a context within this one, which it keeps until it ends; the caller has a reference of its own.
func (c *contextObject) CreateChild(name string) (som.Object, error) {
	if c.depth+1 >= MaxContext {
		return nil, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "more than %d contexts in one another (MaxContext)", MaxContext)
	}
	r, err := ContextClass.New()
	if err != nil {
		return nil, err
	}
	x, _ := som.FindState[contextObject](r)
	x.name, x.parent, x.depth = name, c, c.depth+1
	if err := r.Retain(); err != nil {
		return nil, err
	}
	c.children = append(c.children, r)
	return r, nil
}

// Destroy gives the contexts within it up, and with them the caller's reference to it. With contexts within, the flags have to say
// CtxDeleteDescended.
func (c *contextObject) Destroy(flags uint32) error {
	if len(c.children) > 0 && flags&CtxDeleteDescended == 0 {
		return exc.New(exc.BadContext, exc.MinorBadValue, exc.No, "there are %d contexts within it: delete them, or say so by the flag CTX_DELETE_DESCENDENTS", len(c.children))
	}
	return c.SOM().Release()
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
