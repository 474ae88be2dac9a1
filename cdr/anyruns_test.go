package cdr_test

import (
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
)

// chunksOf returns how long the chunks of the value are that write writes the state of, far enough for a peer to have it in pieces.
func chunksOf(t *testing.T, env *cdr.Env, write func(*cdr.Encoder)) (sizes []int) {
	t.Helper()
	e := cdr.NewEncoder(nil, false, env)
	m := e.BeginValue(0, nil, true)
	write(e)
	e.EndValue(m)
	if e.Err() != nil {
		t.Fatal(e.Err())
	}
	d := cdr.NewDecoder(e.Bytes(), false, nil)
	for d.ULong(); ; {
		n := d.Long()
		if n < 0 || d.Err() != nil {
			if d.Err() != nil || d.Remaining() > 0 {
				t.Fatalf("no chunks: %v, %d octets are left; % x", d.Err(), d.Remaining(), e.Bytes())
			}
			return sizes
		}
		sizes = append(sizes, int(n))
		d.OctetsView(int(n))
	}
}

// TestRunsInAnys holds where a chunk ends behind a run of an any, or in it, and that JacORB and omniORB then read what was written. The
// value's tag and the size of its first chunk are 8 octets.
func TestRunsInAnys(t *testing.T) {
	t.Parallel()
	run := func(align int, write func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			e.BeginAnyRun()
			write(e)
			e.EndAnyRun(align, false)
			e.Octet(9)
		}
	}
	shorts := func(n int) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			for range n {
				e.Short(7)
			}
		}
	}
	behind := func(octets int, write func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			for range octets {
				e.Octet(1)
			}
			write(e)
		}
	}
	for name, c := range map[string]struct {
		write           func(*cdr.Encoder)
		both, notJacORB []int
	}{
		"a number at a multiple of 8":         {run(8, func(e *cdr.Encoder) { e.Double(1) }), []int{8, 1}, []int{8, 1}},
		"an octet there":                      {run(1, func(e *cdr.Encoder) { e.Octet(1) }), []int{1, 1}, []int{1, 1}},
		"shorts, of which the last is at 2":   {run(2, shorts(4)), []int{6, 3}, []int{8, 1}},
		"shorts, of which the last is at 0":   {run(2, shorts(3)), []int{6, 1}, []int{6, 1}},
		"booleans":                            {run(1, func(e *cdr.Encoder) { e.Octet(1); e.Octet(1); e.Octet(0) }), []int{3, 1}, []int{3, 1}},
		"shorts behind a number":              {run(4, func(e *cdr.Encoder) { e.Long(1); e.Short(2); e.Short(2) }), []int{6, 3}, []int{8, 1}},
		"octets behind a number":              {run(8, func(e *cdr.Encoder) { e.Double(1); e.Octet(2); e.Octet(3) }), []int{10, 1}, []int{10, 1}},
		"behind an octet, no multiple of 8":   {behind(1, run(4, func(e *cdr.Encoder) { e.Long(1) })), []int{9}, []int{9}},
		"behind five octets, a multiple of 8": {behind(5, run(8, func(e *cdr.Encoder) { e.LongLong(1) })), []int{16, 1}, []int{16, 1}},
		"an array of octets at 1, to 4":       {behind(1, run(1, func(e *cdr.Encoder) { e.Octets([]byte{1, 2, 3}) })), []int{5}, []int{5}},
		"arrays of octets, of which the last is at 1": {run(1, func(e *cdr.Encoder) {
			for range 4 {
				e.Octets([]byte{1, 2, 3})
			}
		}), []int{9, 4}, []int{12, 1}},
		"an array of octets and a short in a word":     {run(2, func(e *cdr.Encoder) { shorts(4)(e); e.Octet(1); e.Octets([]byte{1}); e.Short(2) }), []int{9, 1, 3}, []int{12, 1}},
		"aligned to 8, and the word is the first of 8": {run(8, func(e *cdr.Encoder) { e.Double(1); shorts(2)(e) }), []int{10, 3}, []int{12, 1}},
		"aligned to 8, and the word is the second":     {run(8, func(e *cdr.Encoder) { e.Double(1); shorts(4)(e) }), []int{10, 2, 2, 3}, []int{16, 1}},
		"with padding": {func(e *cdr.Encoder) {
			e.BeginAnyRun()
			behind(1, shorts(1))(e)
			behind(1, shorts(1))(e)
			behind(1, shorts(1))(e)
			e.EndAnyRun(1, true)
			e.Octet(9)
		}, []int{13}, []int{12, 1}},
		"wide characters":                    {func(e *cdr.Encoder) { e.WChars([]rune("abcdef")) }, []int{9, 9}, []int{9, 9}},
		"a wide character at 1":              {behind(1, func(e *cdr.Encoder) { e.WChar('w'); e.Octet(9) }), []int{5}, []int{5}},
		"a short at 2 that ends a state":     {behind(2, shorts(1)), []int{2, 2}, []int{4}},
		"a short at 1 that ends a state":     {behind(1, shorts(1)), []int{1, 2}, []int{4}},
		"octets at 2 that end a state":       {behind(2, func(e *cdr.Encoder) { e.Octets([]byte{1, 2}) }), []int{2, 2}, []int{4}},
		"a wide character at 1 that does so": {behind(1, func(e *cdr.Encoder) { e.WChar('w') }), []int{1, 3}, []int{4}},
		"runs in a run": {run(4, func(e *cdr.Encoder) {
			e.Longs([]int32{1, 2, 3, 4, 5})
			e.BeginRun(4)
			e.Long(1)
			e.EndRun()
		}), []int{24, 1}, []int{24, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := func(env cdr.Env) []int {
				env.Version, env.Wide = cdr.V12, codeset.UTF16
				return chunksOf(t, &env, c.write)
			}
			if got := of(cdr.Env{Fragment: 8}); !reflect.DeepEqual(got, c.both) {
				t.Errorf("for any peer: chunks of %d octets, want %d", got, c.both)
			}
			if got := of(cdr.Env{Fragment: 8, Reader: cdr.NotJacORB}); !reflect.DeepEqual(got, c.notJacORB) {
				t.Errorf("for one that is not JacORB: chunks of %d octets, want %d", got, c.notJacORB)
			}
			if got := of(cdr.Env{Fragment: 8, Memory: true}); len(got) != 1 {
				t.Errorf("in memory: chunks of %d octets, want one", got)
			}
			whole := of(cdr.Env{})
			if got := of(cdr.Env{Fragment: 8, Reader: cdr.JacORB}); !reflect.DeepEqual(got, whole) {
				t.Errorf("for JacORB: chunks of %d octets, want %d", got, whole)
			}
			for _, reader := range []cdr.Reader{cdr.Other, cdr.Combat} {
				if got := of(cdr.Env{Fragment: 8, Reader: reader}); len(got) != 1 {
					t.Errorf("for the reader %d: chunks of %d octets, want one", reader, got)
				}
			}
		})
	}
}

// TestArraysGoOn demands that an array which needs padding is in the chunk of the run before it: at the start of
// another omniORB's process ends.
func TestArraysGoOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		write func(*cdr.Encoder)
		want  []int
	}{
		"longs":                {func(e *cdr.Encoder) { e.RawString("abcd"); e.Longs([]int32{1, 2}); e.Octet(1) }, []int{20, 1}},
		"one by one":           {func(e *cdr.Encoder) { e.RawString("abcd"); e.BeginRun(4); e.Long(1); e.EndRun(); e.Octet(1) }, []int{17}},
		"as they are":          {func(e *cdr.Encoder) { e.RawString("abcd"); e.Words(make([]byte, 8), 8); e.Octet(1) }, []int{24, 1}},
		"long double":          {func(e *cdr.Encoder) { e.RawString("abcd"); e.LongDouble(cdr.LongDouble{}); e.Octet(1) }, []int{32, 1}},
		"without padding":      {func(e *cdr.Encoder) { e.RawString("abcdefg"); e.Longs([]int32{1, 2}) }, []int{12, 8}},
		"behind a count":       {func(e *cdr.Encoder) { e.RawString("abcd"); e.Count(1); e.Doubles([]float64{1}) }, []int{9, 16}},
		"a number by itself":   {func(e *cdr.Encoder) { e.RawString("abcd"); e.Long(1) }, []int{9, 4}},
		"twice, where it ends": {func(e *cdr.Encoder) { e.RawString("abcd"); e.Longs([]int32{1, 2, 3}); e.Doubles([]float64{1}) }, []int{24, 12}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := chunksOf(t, &cdr.Env{Version: cdr.V12, Fragment: 8}, c.write); !reflect.DeepEqual(got, c.want) {
				t.Errorf("chunks of %d octets, want %d", got, c.want)
			}
		})
	}
}
