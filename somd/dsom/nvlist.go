package dsom

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/memory"
	"github.com/opendsom/dsom/typecode"
)

// Limits of lists and contexts.
const (
	MaxItems   = 65536 // items of an NVList, properties of a context, parts of a TypeCode
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

// An entry is an item of a list, which a program in Go has added with a value, or one in C with a place in its memory.
type entry struct {
	Item
	typ    *typecode.TypeCode // where there is no value yet
	place  uintptr            // 0: none
	own    bool               // the list has made the place, and ends what is there
	length int32              // as the program has said it
}

func (e *entry) typeCode() *typecode.TypeCode {
	if e.typ != nil {
		return e.typ
	}
	return e.Value.Type()
}

// NVListClass is the arguments of a request, or properties. In Go items are added by the method add, with values of CORBA types (dyn.Any), and read by item and itemByName; in C, by DSOM's methods, they are places in memory
// that TypeCodes describe: of in and inout arguments values, which stay the program's and are read when the request is made, of out arguments where they will be written. It belongs to one goroutine or thread.
var NVListClass = classOf[nvList]("NVList", `
	add_item I:sopiI/unsigned long(string,SOMDTypeCode,void*,long,unsigned long)
	remove_item I:i/unsigned long(long)
	free I:/unsigned long()
	free_memory I:/unsigned long()
	get_count I:p/unsigned long(out long) | ro
	set_item I:isopiI/unsigned long(long,string,SOMDTypeCode,void*,long,unsigned long)
	get_item I:ippppp/unsigned long(long,out string,out SOMDTypeCode,out void*,out long,out unsigned long) | riooooo
	get_item_by_name I:spppp/unsigned long(string,out SOMDTypeCode,out void*,out long,out unsigned long) | rioooo
`, som.WithVersion(2, 2))

type nvList struct {
	som.Base
	items []entry
}

func newList(items ...entry) (som.Ref, error) {
	r, err := NVListClass.New()
	if err != nil {
		return r, err
	}
	l, _ := som.FindState[nvList](r)
	l.items = items
	return r, nil
}

// Add adds an item with a value.
func (l *nvList) Add(name string, value dyn.Any, flags uint32) error {
	return l.add(entry{Item: Item{name, value, flags}})
}

func (l *nvList) add(e entry) error {
	if len(l.items) >= MaxItems {
		return tooMany(len(l.items) + 1)
	}
	l.items = append(l.items, e)
	return nil
}

func (l *nvList) at(n int32) (*entry, error) {
	if n < 0 || int(n) >= len(l.items) {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "there is no item %d of %d", n, len(l.items))
	}
	return &l.items[n], nil
}

func (l *nvList) named(name string) (*entry, error) {
	for n := range l.items {
		if l.items[n].Name == name {
			return &l.items[n], nil
		}
	}
	return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the list has no item %.100q", name)
}

// Item returns an item with its value.
func (l *nvList) Item(n int32) (Item, error) {
	e, err := l.at(n)
	if err != nil {
		return Item{}, err
	}
	return e.read()
}

// ItemByName is Item, of the first of a name.
func (l *nvList) ItemByName(name string) (Item, error) {
	e, err := l.named(name)
	if err != nil {
		return Item{}, err
	}
	return e.read()
}

// read returns the item with the value at its place, if it has one.
func (e *entry) read() (Item, error) {
	if e.place == 0 {
		return e.Item, nil
	}
	a, err := foreignMemory()
	if err != nil {
		return Item{}, err
	}
	i := e.Item
	i.Value, err = a.Read(place(e.place), e.typ)
	return i, err
}

// placed is an item as a program in C says it.
func placed(name string, typ som.Object, at uintptr, length int32, flags uint32) (entry, error) {
	if _, err := foreignMemory(); err != nil {
		return entry{}, err
	}
	if flags&^ArgInout != 0 {
		return entry{}, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "item %.100q has the flags %#x: lists keep no copies of arguments, nor memory for those that come (IN_COPY_VALUE, OUT_LIST_MEMORY, DEPENDENT_LIST)", name, flags)
	}
	t, err := typeOf(typ)
	if err != nil {
		return entry{}, err
	}
	if _, _, err := layoutOf(t); err != nil {
		return entry{}, err
	}
	return entry{Item: Item{Name: name, Flags: flags}, typ: t, place: at, length: length}, nil
}

// AddItem adds an item whose value is, or will be, at a place.
func (l *nvList) AddItem(_ context.Context, name string, typ som.Object, at uintptr, length int32, flags uint32) (uint32, error) {
	e, err := placed(name, typ, at, length, flags)
	if err == nil {
		err = l.add(e)
	}
	return 0, err
}

// SetItem puts another item in an item's place.
func (l *nvList) SetItem(_ context.Context, n int32, name string, typ som.Object, at uintptr, length int32, flags uint32) (uint32, error) {
	i, err := l.at(n)
	if err != nil {
		return 0, err
	}
	e, err := placed(name, typ, at, length, flags)
	if err == nil {
		i.end()
		*i = e
	}
	return 0, err
}

// RemoveItem removes an item.
func (l *nvList) RemoveItem(_ context.Context, n int32) (uint32, error) {
	i, err := l.at(n)
	if err == nil {
		i.end()
		l.items = append(l.items[:n], l.items[n+1:]...)
	}
	return 0, err
}

// GetCount returns how many items there are.
func (l *nvList) GetCount(context.Context) (uint32, int32, error) {
	return 0, int32(len(l.items)), nil
}

// GetItem returns an item as a program in C has it: the value's place is the program's own, or else the list's, and lasts as long as the item.
func (l *nvList) GetItem(_ context.Context, n int32) (status uint32, name string, typ som.Object, at uintptr, length int32, flags uint32, err error) {
	e, err := l.at(n)
	if err != nil {
		return 0, "", nil, 0, 0, 0, err
	}
	typ, err = e.give()
	return 0, e.Name, typ, e.place, e.length, e.Flags, err
}

// GetItemByName is GetItem, of the first of a name.
func (l *nvList) GetItemByName(_ context.Context, name string) (status uint32, typ som.Object, at uintptr, length int32, flags uint32, err error) {
	e, err := l.named(name)
	if err != nil {
		return 0, nil, 0, 0, 0, err
	}
	typ, err = e.give()
	return 0, typ, e.place, e.length, e.Flags, err
}

// give makes an item's place, where it has a value and none, and returns its type, which is the caller's.
func (e *entry) give() (som.Object, error) {
	a, err := foreignMemory()
	if err != nil {
		return nil, err
	}
	if e.place == 0 && !e.Value.IsNull() {
		if err := e.make(a); err != nil {
			return nil, err
		}
	}
	return given(NewTypeCode(e.typeCode()))
}

func (e *entry) make(a *memory.Access) error {
	p, err := a.New(e.Value)
	if err != nil {
		return err
	}
	e.typ, e.place, e.own = e.Value.Type(), uintptr(p), true
	if size, _, err := layoutOf(e.typ); err == nil {
		e.length = int32(size)
	}
	return nil
}

// put writes the value that an argument has after a call.
func (e *entry) put(v dyn.Any) error {
	e.Value = v
	if e.typ == nil || v.IsNull() { // a program in Go reads the value
		return nil
	}
	a, err := foreignMemory()
	if err != nil {
		return err
	}
	if e.place == 0 {
		return e.make(a)
	}
	return a.Write(place(e.place), v, e.own || e.Flags&ArgInout == ArgInout)
}

// end ends what the list itself has made for an item.
func (e *entry) end() {
	if a, err := foreignMemory(); err == nil && e.own {
		a.End(place(e.place), e.typ)
		a.Deallocate(place(e.place))
		e.place, e.own, e.Value = 0, false, dyn.Any{}
	}
}

// FreeMemory ends the values that the list has made, so that their items have none; places of the program's stay.
func (l *nvList) FreeMemory(context.Context) (uint32, error) {
	for n := range l.items {
		l.items[n].end()
	}
	return 0, nil
}

// Free gives the caller's reference to the list back: with the last it ends, and with it the values that it has made.
func (l *nvList) Free(context.Context) (uint32, error) { return 0, l.SOM().Release() }

func (l *nvList) SomDestruct() {
	for n := range l.items {
		l.items[n].end()
	}
}

// SomDefaultCopyInit copies items, but not what the list has made for a program in C.
func (l *nvList) SomDefaultCopyInit(from *nvList) error {
	l.items = append([]entry{}, from.items...)
	for n := range l.items {
		if e := &l.items[n]; e.own {
			e.place, e.own = 0, false
		}
	}
	return nil
}

// SomDefaultAssign is that, in place of what is there.
func (l *nvList) SomDefaultAssign(from *nvList) error {
	if l == from {
		return nil
	}
	l.SomDestruct()
	return l.SomDefaultCopyInit(from)
}
