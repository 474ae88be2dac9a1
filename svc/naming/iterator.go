package naming

import (
	"container/list"
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// MaxIterators is how many iterators there may be. One more ends the one that has not been
// used for longest: clients forget to destroy them. Calls of it are OBJECT_NOT_EXIST then,
// for which the specification has clients prepared.
const MaxIterators = 1024

// An iterators is the live iterators of a service.
type iterators struct {
	tree    *tree.Tree
	objects *poa.POA

	mu   sync.Mutex
	byID map[string]*list.Element
	used *list.List // of *iterator, the latest used in front
}

func newIterators(root *poa.Root, t *tree.Tree) (_ *iterators, err error) {
	x := &iterators{tree: t, byID: map[string]*list.Element{}, used: list.New()}
	x.objects, err = root.Create(iteratorsAdapter, poa.Options{
		IDAssignment: poa.UserID, ServantRetention: poa.NonRetain,
		RequestProcessing: poa.UseServantManager, ServantLocator: poa.LocatorFunc(x.servant),
	})
	return x, err
}

// add makes it an object.
func (x *iterators) add(it *iterator) (cosnaming.BindingIterator, error) {
	it.id = rand.Text() // not to be guessed: whoever knows it may go on with it
	ref, err := x.objects.Reference(it.id, cosnaming.BindingIteratorClass.Interface())
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.used.Len() >= MaxIterators {
		x.remove(x.used.Back())
	}
	x.byID[it.id] = x.used.PushFront(it)
	return cosnaming.BindingIteratorClass.Unchecked(ref), nil
}

// remove ends an iterator. The caller holds mu.
func (x *iterators) remove(e *list.Element) {
	x.used.Remove(e)
	delete(x.byID, e.Value.(*iterator).id)
}

// servant returns the servant of an iterator that is being called.
func (x *iterators) servant(_ context.Context, id string) (orb.Servant, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.byID[id]
	if e == nil {
		return nil, nil
	}
	x.used.MoveToFront(e)
	return cosnaming.BindingIteratorClass.Servant(e.Value.(*iterator)), nil
}

// An iterator goes over the bindings of a context in the order of their names. It holds no
// copy of them, just where it is.
type iterator struct {
	cosnaming.BindingIteratorBase
	all *iterators
	id  string
	in  tree.ID

	mu    sync.Mutex
	after *ior.NameComponent // the last that was returned; nil: none
	done  bool
}

// next returns up to n bindings, at least one unless there are no more.
func (it *iterator) next(n int) ([]tree.Binding, error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.done {
		return nil, nil
	}
	page, _, err := it.all.tree.List(it.in, it.after, n)
	if errors.Is(err, tree.ErrNoContext) { // destroyed, so it was empty
		err = nil
	}
	if it.passed(page); len(page) == 0 {
		it.done = true
	}
	return page, err
}

// passed notes which bindings the client has been told.
func (it *iterator) passed(page []tree.Binding) {
	if len(page) > 0 {
		last := page[len(page)-1].Name // a copy, lest the whole page be kept
		it.after = &last
	}
}

func (it *iterator) NextOne(context.Context) (bool, cosnaming.Binding, error) {
	page, err := it.next(1)
	if err != nil || len(page) == 0 {
		return false, cosnaming.Binding{}, err
	}
	return true, bindings(page)[0], nil
}

func (it *iterator) NextN(_ context.Context, howMany uint32) (bool, cosnaming.BindingList, error) {
	if howMany == 0 {
		return false, nil, public(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "next_n for no bindings: how_many must be 1 at least"))
	}
	page, err := it.next(int(min(howMany, tree.MaxPage)))
	return len(page) > 0, bindings(page), err
}

func (it *iterator) Destroy(context.Context) error {
	it.all.mu.Lock()
	defer it.all.mu.Unlock()
	if e := it.all.byID[it.id]; e != nil {
		it.all.remove(e)
	}
	return nil
}

// bindings returns a page as the IDL has it.
func bindings(page []tree.Binding) cosnaming.BindingList {
	out := make(cosnaming.BindingList, len(page))
	for i, b := range page {
		out[i] = cosnaming.Binding{BindingName: toName(ior.Name{b.Name}), BindingType: cosnaming.BindingType(b.Target.Kind)}
	}
	return out
}
