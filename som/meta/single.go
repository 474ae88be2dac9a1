package meta

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/som"
)

// SingleInstance is IBM's SOMMSingleInstance: New answers one instance, with a reference of the
// caller's own. When the last reference is given back the instance ends, and the next New makes
// another. Each subclass has its own. A Copy of the instance is another object.
//
// The initializer runs while others wait for the instance, so that it must not ask for it itself, nor load a class whose
// load asks for it in another goroutine. An initializer with arguments
// (NewBy) makes the instance if there is none; a second one is refused ([som.CodeBusy]) rather than left out, and so is New while the first runs.
var SingleInstance = som.MustClass[single]("SOMMSingleInstance", som.WithVersion(2, 2), som.Parents(som.SOMClass), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "sommGetSingleInstance", Impl: func(self som.Self) (som.Ref, error) { return classOf(self).New() }},
		{Name: "sommFreeSingleInstance", Impl: freeSingle},
	}
}))

type single struct {
	Base
	mu     sync.Mutex
	one    som.Weak
	begins atomic.Bool // the one is made by an initializer with arguments, which has not ended
}

// SomClassReady puts the end of the beginning in front of the initializer.
func (s *single) SomClassReady() error {
	if err := s.Next().SomClassReady(); err != nil {
		return err
	}
	return s.Made().Redispatch(func(m *som.Method, behind som.Packed) som.Packed {
		if m != initMethod {
			return nil
		}
		return func(self som.Self, ctx context.Context, args []any) ([]any, error) {
			results, err := behind(self, ctx, args)
			if err == nil {
				s.begins.Store(false)
			}
			return results, err
		}
	})
}

func (s *single) SomNew() (som.Ref, error) {
	r, lives, err := s.get(false, s.Next().SomNew)
	if lives && s.begins.Load() {
		return som.Ref{}, s.busy(r, "which is being initialised")
	}
	return r, err
}

func (s *single) SomNewNoInit() (som.Ref, error) {
	r, lives, err := s.get(true, s.Next().SomNewNoInit)
	if lives {
		return som.Ref{}, s.busy(r, "so that an initializer with arguments cannot make another")
	}
	return r, err
}

// get returns the one with a reference, and whether it has lived before; or else what next makes.
func (s *single) get(begins bool, next func() (som.Ref, error)) (som.Ref, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.one.Get(); ok {
		return r, true, nil
	}
	s.begins.Store(begins)
	r, err := next()
	if err == nil {
		s.one = r.Weak()
	}
	return r, false, err
}

func (s *single) busy(r som.Ref, why string) error {
	err := r.Release()
	return errors.Join(&som.Error{Code: som.CodeBusy, Class: s.Made().Name(), Text: "there is its one instance already, " + why}, err)
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
