package cdr_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
)

// TestLastWords holds where chunks end in runs of anys whose last word JacORB could not read on from, if peers have them in pieces of 8 octets. The state begins at
// octet 8, and an octet is behind each run.
func TestLastWords(t *testing.T) {
	t.Parallel()
	run := func(align int, row bool, write func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			e.BeginAnyRun()
			write(e)
			e.EndAnyRun(align, row)
		}
	}
	wide := run(8, false, func(e *cdr.Encoder) {
		e.ULongLong(1)
		e.Long(2)
		e.Short(3)
		e.Short(4)
	})
	for name, c := range map[string]struct {
		reader cdr.Reader
		write  func(*cdr.Encoder)
		want   []int
	}{
		"an array behind padding in a row: omniORB would take that for octets": {cdr.AnyReader, run(2, true, func(e *cdr.Encoder) { e.Octet(1); e.Words([]byte{1, 2}, 2) }), []int{5}},
		"a number behind padding in a row":                                     {cdr.AnyReader, run(2, true, func(e *cdr.Encoder) { e.Octet(1); e.Short(2) }), []int{5}},
		"a number in a row without padding":                                    {cdr.AnyReader, run(2, true, func(e *cdr.Encoder) { e.Short(1); e.Short(2) }), []int{2, 3}},
		"the three last of many":                                               {cdr.AnyReader, run(2, false, func(e *cdr.Encoder) { e.Words(make([]byte, 14), 2) }), []int{14, 1}},
		"an array of them, in both words":                                      {cdr.AnyReader, run(8, false, func(e *cdr.Encoder) { e.ULongLong(1); e.Words(make([]byte, 8), 2) }), []int{10, 2, 2, 3}},
		"what omniORB aligns to 8":                                             {cdr.AnyReader, wide, []int{12, 2, 3}},
		"the same, by who is of another order":                                 {cdr.OtherOrder, wide, []int{14, 3}},
	} {
		e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Fragment: 8, Reader: c.reader})
		m := e.BeginValue(0, nil, true)
		c.write(e)
		e.Octet(2)
		e.EndValue(m)
		var sizes []int
		d := cdr.NewDecoder(e.Bytes(), false, nil)
		d.ULong()
		for n := d.Long(); n > 0 && d.Err() == nil; n = d.Long() {
			sizes = append(sizes, int(n))
			d.OctetsView(int(n))
		}
		if e.Err() != nil || !slices.Equal(sizes, c.want) {
			t.Errorf("%s: chunks of %d octets, want %d (%v)", name, sizes, c.want, e.Err())
		}
	}
}

// TestArrayBeginsAValue writes for omniORB an array as the first member of a value behind one whose data end at no multiple of it: the array follows the new value's
// id, and not what ended.
func TestArrayBeginsAValue(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Reader: cdr.OmniORB})
	around := e.BeginValue(0, nil, true)
	first := e.BeginValue(1, nil, true)
	e.Octet(1)
	e.EndValue(first)
	second := e.BeginValue(2, nil, true)
	e.Longs([]int32{1})
	e.EndValue(second)
	e.EndValue(around)
	if e.Err() != nil {
		t.Error(e.Err())
	}
}
