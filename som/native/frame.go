//go:build cgo && unix

package native

// #include "calls.h"
// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"reflect"
	"unsafe"

	"github.com/opendsom/dsom/som"
)

// A cell is where a value lies in C while a call lasts that is told of its place.
type cell struct {
	p    unsafe.Pointer
	at   *layout
	ends bool // what it owns ends with the call
}

func newCell(l *layout) cell {
	return cell{p: C.calloc(1, C.size_t(max(l.size, 1))), at: l}
}

func (c *cell) end() {
	if c.ends {
		c.at.end(c.p)
	}
	C.free(c.p)
}

// A frame has what lives for one call from Go.
type frame struct {
	texts []unsafe.Pointer
	wides []unsafe.Pointer // of libsom's memory
	cells []cell           // one for each slot that is told of a place, in order, but of those that are given
	given []cell           // one for each that is given
	both  []cell           // what went in for inout parameters of which the caller ends that, and the object what comes out
}

func (f *frame) end() {
	for _, t := range f.texts {
		C.free(t)
	}
	for _, t := range f.wides {
		C.call_deallocate(t)
	}
	for i := range f.cells {
		f.cells[i].end()
	}
	for _, c := range f.given {
		c.end()
	}
	for _, c := range f.both {
		c.end()
	}
}

// pass puts arguments where C finds them.
func (f *frame) pass(s *signature, values *[maxArgs]C.som_value, args []any) error {
	for i := range s.args {
		a, p := &s.args[i], unsafe.Pointer(&values[i])
		if a.given && a.how == 'i' {
			if err := f.hand(p, a, args[a.in]); err != nil {
				return err
			}
			continue
		}
		if a.by != nil {
			if err := f.putWide(p, a, args[a.in]); err != nil {
				return err
			}
			continue
		}
		if a.at == nil {
			if err := f.put(p, a.typ, reflect.ValueOf(args[a.in])); err != nil {
				return err
			}
			continue
		}
		c := newCell(a.at)
		c.ends = a.goesIn()
		f.cells = append(f.cells, c)
		if a.goesIn() {
			if err := a.at.put(c.p, args[a.in]); err != nil {
				return err
			}
		}
		if a.how == 'x' && a.lent && !a.given {
			in := newCell(a.at)
			in.ends = true
			C.memcpy(in.p, c.p, C.size_t(a.at.size))
			f.both = append(f.both, in)
			f.cells[len(f.cells)-1].ends = false
		}
		*(*unsafe.Pointer)(p) = c.p
	}
	return nil
}

// results returns what a call that raised nothing has left.
func (f *frame) results(s *signature, value unsafe.Pointer) ([]any, error) {
	if s.outs == 0 {
		return nil, nil
	}
	outs := make([]any, s.outs)
	var failed error
	if s.out != nil {
		v, err := s.out.take(value, !s.borrowed)
		if err != nil {
			failed = err
		} else {
			outs[0] = v.Interface()
		}
	}
	n := 0
	for i := range s.args {
		a := &s.args[i]
		if a.at == nil || a.given && a.how == 'i' {
			continue
		}
		c := &f.cells[n]
		n++
		if !a.goesOut() {
			continue
		}
		c.ends = !s.lends(a.res)
		v, err := a.at.value(c.p)
		if err != nil {
			failed = err
			continue
		}
		outs[a.res] = v
	}
	if failed != nil {
		for _, o := range outs {
			letGo(o)
		}
		return nil, failed
	}
	return outs, nil
}

// letGo ends the references of a value that nobody gets.
func letGo(v any) {
	if v == nil {
		return
	}
	if l, err := layoutOf(reflect.TypeOf(v), false); err == nil {
		l.release(reflect.ValueOf(v))
	} else if o, ok := v.(som.Object); ok && !o.SOM().IsNil() { // a reference of generated code
		_ = o.SOM().Release()
	}
}

// staged are results for C that have been made and not yet given: all are, or none.
type staged struct {
	cells []cell
	to    []unsafe.Pointer
	from  []*slot
}

// stage makes the results of places that C told.
func (s *staged) stage(e *entry, values []C.som_value, outs []any) error {
	for i := range e.sig.args {
		a := &e.sig.args[i]
		if a.at == nil || !a.goesOut() {
			continue
		}
		to := *(*unsafe.Pointer)(unsafe.Pointer(&values[i]))
		if to == nil {
			return &som.Error{Code: som.CodeType, Class: e.class.Name(), Text: "NULL is where " + e.method.Name() + " should put a result"}
		}
		c := newCell(a.at)
		c.ends = true
		s.cells, s.to, s.from = append(s.cells, c), append(s.to, to), append(s.from, a)
		if err := a.at.put(c.p, outs[a.res]); err != nil {
			return err
		}
	}
	return nil
}

// give gives what was made to C, and to the object what an attribute returns.
func (s *staged) give(e *entry, r som.Ref) {
	for i := range s.cells {
		c, a := &s.cells[i], s.from[i]
		if a.how == 'x' && (a.given || !a.lent) { // of what both have the caller ends what came in
			a.at.end(s.to[i])
		}
		if a.at.owns && e.sig.lends(a.res) && the.lend(r, lending{e, i}, *c, s.to[i]) {
			*c = cell{}
			continue
		}
		C.memcpy(s.to[i], c.p, C.size_t(a.at.size))
		c.ends = false
	}
}

func (s *staged) end() {
	for i := range s.cells {
		s.cells[i].end()
	}
}
