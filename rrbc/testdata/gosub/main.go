// Gosub is a class library in Go: the subclasses of all rows, of which a process has the one that the file named by the
// variable SUBCLASS describes. Built once, it is the same binary for all rows and for both releases.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// A subclass is what its author wrote when release 1 was there.
type subclass struct {
	Name         string
	Major, Minor int
	Parents      []string
	Ancestors    []ancestor // those of the library, the farthest first
	Introduces   []method
	Overrides    []method
	Begins       int32  // how often the data count as changed when the initializer has run
	Raises       string // the id of the exception that it knows
}

// An ancestor is a class as the subclass was compiled with it.
type ancestor struct {
	Name         string
	Major, Minor int
	Parents      []string // all that it descends from
	Methods      []string // qualified names of those that take a number
}

// A method answers A*n + B, what those that it calls answer, and C times how often the data were changed.
type method struct {
	Name    string
	A, B, C int32
	Calls   string // "parent", "next" or ""
	Parent  int
}

// signature is that of all methods, as other languages know it.
const signature = "i:i/long(long)"

type number = func(som.Self, context.Context, int32) (int32, error)

// hungry is the exception, as generated code has it.
type hungry struct{ Since int32 }

func (h *hungry) Error() string { return fmt.Sprint("hungry since ", h.Since) }

// state is what each instance has.
type state struct{ changed int32 }

var (
	class  *som.Class
	states sync.Map // som.Ref to *state
)

func init() {
	if err := define(); err != nil {
		fmt.Printf("# %v\n", err) // the library is there and has no class: whoever asks is told so
	}
}

func define() error {
	text, err := os.ReadFile(os.Getenv("SUBCLASS"))
	if err != nil {
		return err
	}
	var s subclass
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	_ = som.Raises[hungry](s.Raises)
	for _, a := range s.Ancestors {
		if err := bind(a); err != nil {
			return err
		}
	}
	spec := som.Spec{Name: s.Name, Version: som.Version{Major: s.Major, Minor: s.Minor},
		Init: func(o som.Ref) error {
			fmt.Printf("init %s\n", s.Name)
			states.Store(o, &state{s.Begins})
			return nil
		},
		Fini: func(o som.Ref) {
			fmt.Printf("fini %s\n", s.Name)
			states.Delete(o)
		},
	}
	for _, p := range s.Parents {
		c, err := native.Import(p, som.Version{}, nil)
		if err != nil {
			return err
		}
		spec.Parents = append(spec.Parents, c)
	}
	for _, m := range s.Introduces {
		spec.Introduces = append(spec.Introduces, som.MethodSpec{Name: m.Name, Impl: m.body(), Signature: signature})
	}
	for _, m := range s.Overrides {
		spec.Overrides = append(spec.Overrides, som.Override{Method: m.Name, Impl: m.body(), Signature: signature})
	}
	class, err = som.NewClass(spec)
	return err
}

// bind holds that an ancestor is what the subclass knows.
func bind(a ancestor) error {
	var known []som.MethodSpec // as generated code has them
	for _, name := range a.Methods {
		bare := strings.TrimPrefix(name, a.Name+"::")
		known = append(known, som.MethodSpec{Name: bare, Type: reflect.TypeFor[number](), Signature: signature})
	}
	c, err := native.Import(a.Name, som.Version{Major: a.Major, Minor: a.Minor}, known)
	if err != nil {
		return err
	}
	for _, name := range a.Parents {
		p, err := native.Import(name, som.Version{}, nil)
		if err != nil {
			return err
		}
		if !c.DescendsFrom(p) {
			return fmt.Errorf("class %s does not descend from %s", a.Name, name)
		}
	}
	for _, m := range a.Methods {
		if _, err := som.Bind[number](c, m); err != nil {
			return err
		}
	}
	return nil
}

// body is the implementation of a method.
func (m method) body() number {
	return func(self som.Self, ctx context.Context, n int32) (int32, error) {
		o := self.Ref()
		v := m.A*n + m.B
		fn, err := m.called(o)
		if err != nil {
			return 0, err
		}
		if fn != nil {
			got, err := fn(self, ctx, n)
			if err != nil {
				return 0, err
			}
			v += got
		}
		if m.C > 0 {
			s, _ := states.Load(o)
			s.(*state).changed++
			v += m.C * s.(*state).changed
		}
		return v, nil
	}
}

// called is what the implementation calls: nil if there is nothing.
func (m method) called(o som.Ref) (number, error) {
	switch m.Calls {
	case "parent":
		of, err := class.Lookup(m.Name)
		if err != nil {
			return nil, err
		}
		fn, _, err := class.ParentEntry(of, m.Parent)
		if err != nil {
			return nil, err
		}
		return fn.(number), nil
	case "next":
		token, err := som.Bind[number](class, m.Name)
		if err != nil {
			return nil, err
		}
		fn, _, _ := token.Next(class, o)
		return fn, nil
	}
	return nil, nil
}

func main() {}
