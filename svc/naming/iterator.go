package naming

import (
	"context"
	"errors"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// An iterator goes over the bindings of a context in the order of their names. It holds no
// copy of them, just where it is.
type iterator struct {
	place
	in tree.ID

	mu    sync.Mutex
	after *ior.NameComponent // the last that was returned; nil: none
	done  bool
}

var _ cosnaming.BindingIterator = (*iterator)(nil)

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
	if err := checkHowMany(howMany); err != nil {
		return false, nil, err
	}
	page, err := it.next(int(min(howMany, tree.MaxPage)))
	return len(page) > 0, bindings(page), err
}

func checkHowMany(howMany uint32) error {
	if howMany == 0 {
		return public(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "next_n for none: how_many must be 1 at least"))
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

// A rest is what an operation did not return of a list that it has made.
type rest[T any] struct {
	place
	mu   sync.Mutex
	left []T
}

func (r *rest[T]) NextOne(context.Context) (more bool, one T, err error) {
	page := r.take(1)
	if len(page) == 0 {
		return false, one, nil
	}
	return true, page[0], nil
}

// next is NextN, but for the type of the list.
func (r *rest[T]) next(howMany uint32) (bool, []T, error) {
	if err := checkHowMany(howMany); err != nil {
		return false, nil, err
	}
	page := r.take(int(min(howMany, tree.MaxPage)))
	return len(page) > 0, page, nil
}

func (r *rest[T]) take(n int) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	n = min(n, len(r.left))
	page := r.left[:n:n]
	r.left = r.left[n:]
	return page
}

// The iterators over such lists.
type (
	foundRest    struct{ rest[cosnaming.Binding] }
	propertyRest struct {
		rest[extendednaming.PropertyStruct]
	}
	propertyBindingRest struct {
		rest[extendednaming.PropertyBindingStruct]
	}
)

var (
	_ cosnaming.BindingIterator              = (*foundRest)(nil)
	_ extendednaming.PropertyIterator        = (*propertyRest)(nil)
	_ extendednaming.PropertyBindingIterator = (*propertyBindingRest)(nil)
)

func (r *foundRest) NextN(_ context.Context, howMany uint32) (bool, cosnaming.BindingList, error) {
	return r.next(howMany)
}

func (r *propertyRest) NextN(_ context.Context, howMany uint32) (bool, extendednaming.PropertyList, error) {
	return r.next(howMany)
}

func (r *propertyBindingRest) NextN(_ context.Context, howMany uint32) (bool, extendednaming.PropertyBindingList, error) {
	return r.next(howMany)
}
