package meta

import (
	"context"
	"sync"
	"time"

	"github.com/opendsom/dsom/som"
)

// ExtentManaged knows the instances of a class that live, see [Extent].
var ExtentManaged = som.MustClass[extent]("SOMMExtentManaged", som.Parents(BeforeAfter))

type extent struct {
	Base
	mu   sync.Mutex
	live []som.Weak
	at   map[som.Weak]int
}

// Extent returns the living instances of exactly class c, which must be ExtentManaged, each with a
// reference of the caller's own.
func Extent(c *som.Class) ([]som.Ref, error) {
	e, ok := som.State[extent](c.SOM(), ExtentManaged)
	if !ok {
		return nil, &som.Error{Code: som.CodeType, Class: c.Name(), Text: "its metaclass is not SOMMExtentManaged"}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []som.Ref
	for _, w := range e.live {
		if r, ok := w.Get(); ok {
			all = append(all, r)
		}
	}
	return all, nil
}

func (e *extent) SommBeforeMethod(_ context.Context, c *Call) (bool, error) {
	if c.Ends() {
		e.remove(c.Object.Weak())
	}
	return true, nil
}

func (e *extent) SommAfterMethod(_ context.Context, c *Call) {
	if c.Begins() && c.Err == nil {
		e.add(c.Object.Weak())
	}
}

func (e *extent) add(w som.Weak) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.at == nil {
		e.at = map[som.Weak]int{}
	}
	e.at[w] = len(e.live)
	e.live = append(e.live, w)
}

// remove fills the place with the last.
func (e *extent) remove(w som.Weak) {
	e.mu.Lock()
	defer e.mu.Unlock()
	i, ok := e.at[w]
	if !ok {
		return
	}
	last := len(e.live) - 1
	e.live[i] = e.live[last]
	e.at[e.live[i]] = i
	e.live = e.live[:last]
	delete(e.at, w)
}

// TimeStamped knows when a method of an object was last called, see [Stamp].
var TimeStamped = som.MustClass[stamps]("SOMMTimeStamped", som.Parents(BeforeAfter))

type stamps struct {
	Base
	mu sync.Mutex
	at map[som.Weak]time.Time
}

// Stamp returns when the last call of a method of r ended, its initialisation if there was none
// since. The object's class must be TimeStamped.
func Stamp(r som.Ref) (time.Time, error) {
	s, ok := som.State[stamps](r.Class().SOM(), TimeStamped)
	if !ok {
		return time.Time{}, &som.Error{Code: som.CodeType, Class: r.Class().Name(), Text: "its metaclass is not SOMMTimeStamped"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[r.Weak()], nil
}

func (s *stamps) SommAfterMethod(_ context.Context, c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = map[som.Weak]time.Time{}
	}
	if c.Ends() {
		delete(s.at, c.Object.Weak())
		return
	}
	if c.Begins() && c.Err != nil {
		return
	}
	s.at[c.Object.Weak()] = time.Now()
}
