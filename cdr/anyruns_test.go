package cdr_test

import (
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
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

// TestRunsInAnys holds where a chunk ends behind a run of an any. The value's tag and the size of its first chunk are 8 octets.
func TestRunsInAnys(t *testing.T) {
	t.Parallel()
	run := func(last int, even bool, write func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			e.BeginAnyRun()
			write(e)
			e.EndAnyRun(last, even)
			e.Octet(9)
		}
	}
	for name, c := range map[string]struct {
		write func(*cdr.Encoder)
		want  []int
	}{
		"a number at a multiple of 8":         {run(8, true, func(e *cdr.Encoder) { e.Double(1) }), []int{8, 1}},
		"an octet there":                      {run(1, true, func(e *cdr.Encoder) { e.Octet(1) }), []int{1, 1}},
		"shorts, of which the last is at 2":   {run(2, true, func(e *cdr.Encoder) { e.Shorts([]int16{1, 2, 3, 4}) }), []int{6, 3}},
		"shorts, of which the last is at 0":   {run(2, true, func(e *cdr.Encoder) { e.Shorts([]int16{1, 2, 3}) }), []int{6, 1}},
		"booleans, which are read at once":    {run(1, true, func(e *cdr.Encoder) { e.Octet(1); e.Octet(1); e.Octet(0) }), []int{3, 1}},
		"a short at 2 behind a number":        {run(2, false, func(e *cdr.Encoder) { e.Long(1); e.Short(2); e.Short(2) }), []int{9}},
		"an octet at 0 behind a number":       {run(1, false, func(e *cdr.Encoder) { e.Double(1); e.Octet(2) }), []int{9, 1}},
		"behind an octet, no multiple of 8":   {func(e *cdr.Encoder) { e.Octet(1); run(4, true, func(e *cdr.Encoder) { e.Long(1) })(e) }, []int{9}},
		"behind five octets, a multiple of 8": {func(e *cdr.Encoder) { e.Long(1); run(8, true, func(e *cdr.Encoder) { e.LongLong(1) })(e) }, []int{16, 1}},
		"runs in a run": {run(4, false, func(e *cdr.Encoder) {
			e.Shorts([]int16{1, 2, 3, 4, 5})
			e.BeginRun(4)
			e.Long(1)
			e.EndRun()
		}), []int{16, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := chunksOf(t, &cdr.Env{Version: cdr.V12, Fragment: 8}, c.write); !reflect.DeepEqual(got, c.want) {
				t.Errorf("chunks of %d octets, want %d", got, c.want)
			}
			if got := chunksOf(t, &cdr.Env{Version: cdr.V12, Fragment: 8, Memory: true}, c.write); len(got) != 1 {
				t.Errorf("in memory: chunks of %d octets, want one", got)
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
		"without padding":      {func(e *cdr.Encoder) { e.RawString("abc"); e.Longs([]int32{1, 2}) }, []int{8, 8}},
		"behind a count":       {func(e *cdr.Encoder) { e.RawString("abcd"); e.Count(1); e.Doubles([]float64{1}) }, []int{9, 16}},
		"a number by itself":   {func(e *cdr.Encoder) { e.RawString("abcd"); e.Long(1) }, []int{9, 4}},
		"twice, where it ends": {func(e *cdr.Encoder) { e.RawString("abcd"); e.Longs([]int32{1}); e.Doubles([]float64{1}) }, []int{16, 12}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := chunksOf(t, &cdr.Env{Version: cdr.V12, Fragment: 8}, c.write); !reflect.DeepEqual(got, c.want) {
				t.Errorf("chunks of %d octets, want %d", got, c.want)
			}
		})
	}
}
