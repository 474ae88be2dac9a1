package cdr_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
)

type benchItem struct {
	id   int32
	x, y float64
	name string
}

func (v *benchItem) marshal(e *cdr.Encoder) {
	e.Long(v.id)
	e.Double(v.x)
	e.Double(v.y)
	e.String(v.name)
}

func (v *benchItem) unmarshal(d *cdr.Decoder) {
	v.id = d.Long()
	v.x = d.Double()
	v.y = d.Double()
	v.name = d.String()
}

// BenchmarkStructs writes and reads 100 structures, as generated code does.
func BenchmarkStructs(b *testing.B) {
	items := make([]benchItem, 100)
	for i := range items {
		items[i] = benchItem{int32(i), float64(i), float64(i) / 3, "a-name-of-16-oct"}
	}
	env := &cdr.Env{Version: cdr.V12, Narrow: codeset.Latin1} // as for a reference that names no code set
	e := cdr.NewEncoder(nil, true, env)
	b.Run("put", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Reset(e.Bytes()[:0], true, env)
			e.Count(len(items))
			for i := range items {
				items[i].marshal(e)
			}
		}
	})
	in := e.Bytes()
	got := make([]benchItem, 100)
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d := cdr.NewDecoder(in, true, env)
			for i := range got[:d.Count(24)] {
				got[i].unmarshal(d)
				if d.Err() != nil {
					b.Fatal(d.Err())
				}
			}
		}
	})
}
