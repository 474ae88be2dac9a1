package meta

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/som"
)

// Cooperative is for metaclasses that put functions in front of a class's methods, each of which calls the next, see [Cooperate] and [CooperateFirst]. It is
// the metaclass of the book's name; what sees all calls of a class's methods alike is [BeforeAfter].
var Cooperative = som.MustClass[cooperative]("SOMMCooperative", som.Parents(som.SOMClass))

type cooperative struct {
	Base
	mu     sync.Mutex
	firsts map[*som.Method]*first
}

// A first function of a method is there once it stands in front.
type first struct {
	behind atomic.Pointer[som.Packed]
	there  atomic.Bool
}

// Cooperate puts a function in front of a method of a class, which must be Cooperative: to makes it of what has stood there so far, in the end what the class
// implements, which it calls or takes the place of. The last that is put there is outermost, but behind the first, see [CooperateFirst]. Subclasses do not inherit it:
// their own metaclass, which descends from the class's, puts it there.
//
// It is for SomClassReady, behind the next one's. It fails with [som.CodeType] for a class that is not Cooperative, with [som.CodeMethod] for a method that
// nothing can stand in front of, as somDispatch and procedures are, with [som.CodeUnknown] for one that the class has not, and with [som.CodeBusy] while
// the class has instances.
func Cooperate(c *som.Class, method string, to func(behind som.Packed) som.Packed) error {
	s, m, err := cooperating(c, method)
	if err != nil {
		return err
	}
	s.mu.Lock()
	f := s.firsts[m]
	s.mu.Unlock()
	if f == nil {
		return inFront(c, m, to)
	}
	if n := c.Instances(); n > 0 {
		return &som.Error{Code: som.CodeBusy, Class: c.Name(), Text: fmt.Sprintf("it has %d instances: put something in front of its methods before the first", n)}
	}
	if f.there.Load() {
		behind := f.behind.Load()
		if p := to(*behind); f.behind.CompareAndSwap(behind, &p) {
			return nil
		}
	}
	return &som.Error{Code: som.CodeBusy, Class: c.Name(), Text: "something else is being put in front of " + m.String()}
}

// CooperateFirst is like Cooperate for a function that is to be the first, whatever is put there later; what stands there already is behind it. A method has one: for another it
// fails with [som.CodeBusy], so that two metaclasses that both need to be first are not joined unseen.
func CooperateFirst(c *som.Class, method string, to func(behind som.Packed) som.Packed) error {
	s, m, err := cooperating(c, method)
	if err != nil {
		return err
	}
	f := new(first)
	if !s.reserve(m, f) {
		return &som.Error{Code: som.CodeBusy, Class: c.Name(), Text: "another function is to be the first of " + m.String()}
	}
	defer func() {
		if !f.there.Load() { // nothing was put, or to panicked
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.firsts, m)
		}
	}()
	err = inFront(c, m, func(behind som.Packed) som.Packed {
		f.behind.Store(&behind)
		return to(func(self som.Self, ctx context.Context, args []any) ([]any, error) {
			return (*f.behind.Load())(self, ctx, args)
		})
	})
	f.there.Store(err == nil)
	return err
}

// reserve makes f the method's first, unless there is one.
func (s *cooperative) reserve(m *som.Method, f *first) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.firsts[m] != nil {
		return false
	}
	if s.firsts == nil {
		s.firsts = map[*som.Method]*first{}
	}
	s.firsts[m] = f
	return true
}

func cooperating(c *som.Class, method string) (*cooperative, *som.Method, error) {
	s, ok := som.State[cooperative](c.SOM(), Cooperative)
	if !ok {
		return nil, nil, &som.Error{Code: som.CodeType, Class: c.Name(), Text: "its metaclass is not SOMMCooperative"}
	}
	m, err := c.Lookup(method)
	return s, m, err
}

// inFront puts what to makes in front of one method.
func inFront(c *som.Class, m *som.Method, to func(behind som.Packed) som.Packed) error {
	there := false
	err := c.Redispatch(func(of *som.Method, behind som.Packed) som.Packed {
		if of != m {
			return nil
		}
		there = true
		return to(behind)
	})
	if err == nil && !there {
		err = &som.Error{Code: som.CodeMethod, Class: c.Name(), Text: "nothing can be put in front of " + m.String() + ": a method with a place in the table is wanted, and neither somDispatch nor somClassDispatch"}
	}
	return err
}
