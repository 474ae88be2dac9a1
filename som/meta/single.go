package meta

import (
	"sync"

	"github.com/opendsom/dsom/som"
)

// SingleInstance is IBM's SOMMSingleInstance: New answers one instance, with a reference of the
// caller's own. When the last reference is given back the instance ends, and the next New makes
// another. Each subclass has its own. A Copy of the instance is another object.
//
// The initializer runs while others wait for the instance, so that it must not ask for it itself.
var SingleInstance = som.MustClass[single]("SOMMSingleInstance", som.WithVersion(2, 2), som.Parents(som.SOMClass), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "sommGetSingleInstance", Impl: func(self som.Self) (som.Ref, error) { return classOf(self).New() }},
		{Name: "sommFreeSingleInstance", Impl: freeSingle},
	}
}))

type single struct {
	Base
	mu  sync.Mutex
	one som.Weak
}

func (s *single) SomNew() (som.Ref, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.one.Get(); ok {
		return r, nil
	}
	r, err := s.Next().SomNew()
	if err == nil {
		s.one = r.Weak()
	}
	return r, err
}

// freeSingle gives back the reference of whoever calls it.
func freeSingle(self som.Self) error {
	s, _ := som.FindState[single](self.Ref())
	s.mu.Lock()
	r, ok := s.one.Get()
	s.mu.Unlock()
	if !ok {
		return &som.Error{Code: som.CodeFreed, Class: classOf(self).Name(), Text: "there is no instance"}
	}
	if err := r.Release(); err != nil { // Get's own
		return err
	}
	return r.Release()
}
