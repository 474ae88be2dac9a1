package cdr_test

import (
	"reflect"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
)

// What a method of the encoder leaves behind in the chunk of a value.
type leaves uint8

const (
	number  leaves = iota // at most 8 octets, which peers read in one piece: the chunk goes on
	run                   // what a peer may read in two pieces: the chunk has ended
	between               // what stands between chunks: another chunk begins
)

// writers are all methods of the encoder, with what they leave behind. Those that have no function write nothing.
var writers = map[string]struct {
	leaves leaves
	write  func(*cdr.Encoder)
	before int // octets, so that what is written goes over a multiple of 8
}{
	"Align": {}, "BeginAnyRun": {}, "BeginRun": {}, "Borrow": {}, "Box": {}, "Bytes": {}, "Enter": {}, "Env": {}, "Err": {}, "Fail": {}, "Forget": {}, "InChunk": {}, "Leave": {}, "Len": {}, "Little": {},
	"Parts": {}, "ChunkLevel": {}, "PlaceValue": {}, "PutULong": {}, "Reset": {}, "SameValue": {}, "Truncate": {},

	"Begin":      {}, // its end is End's
	"BeginValue": {between, func(e *cdr.Encoder) { e.EndValue(e.BeginValue(1, nil, true)) }, 7},
	"EndValue":   {between, func(e *cdr.Encoder) { e.EndValue(e.BeginValue(1, nil, true)) }, 7},
	"Value":      {between, func(e *cdr.Encoder) { e.Value(&base{1, "b"}, baseType) }, 7},

	"Boolean":     {number, func(e *cdr.Encoder) { e.Boolean(true) }, 7},
	"Char":        {number, func(e *cdr.Encoder) { e.Char('c') }, 7},
	"Count":       {number, func(e *cdr.Encoder) { e.Count(7) }, 7},
	"CountMax":    {number, func(e *cdr.Encoder) { e.CountMax(7, 9) }, 7},
	"Double":      {number, func(e *cdr.Encoder) { e.Double(1) }, 7},
	"Enum":        {number, func(e *cdr.Encoder) { e.Enum(7, 9) }, 7},
	"Float":       {number, func(e *cdr.Encoder) { e.Float(1) }, 7},
	"Int8":        {number, func(e *cdr.Encoder) { e.Int8(7) }, 7},
	"Long":        {number, func(e *cdr.Encoder) { e.Long(7) }, 7},
	"LongLong":    {number, func(e *cdr.Encoder) { e.LongLong(7) }, 7},
	"NullValue":   {number, func(e *cdr.Encoder) { e.NullValue() }, 7},
	"Octet":       {number, func(e *cdr.Encoder) { e.Octet(7) }, 7},
	"SharedValue": {number, func(e *cdr.Encoder) { e.SharedValue(0) }, 7},
	"Short":       {number, func(e *cdr.Encoder) { e.Short(7) }, 7},
	"UInt8":       {number, func(e *cdr.Encoder) { e.UInt8(7) }, 7},
	"ULong":       {number, func(e *cdr.Encoder) { e.ULong(7) }, 7},
	"ULongLong":   {number, func(e *cdr.Encoder) { e.ULongLong(7) }, 7},
	"UShort":      {number, func(e *cdr.Encoder) { e.UShort(7) }, 7},

	"Booleans":    {run, func(e *cdr.Encoder) { e.Booleans([]bool{true, true}) }, 7},
	"Chars":       {run, func(e *cdr.Encoder) { e.Chars([]byte("cc")) }, 7},
	"Doubles":     {run, func(e *cdr.Encoder) { e.Doubles([]float64{1}) }, 7},
	"End":         {run, func(e *cdr.Encoder) { e.End(e.Begin()) }, 4},
	"EndAnyRun":   {run, func(e *cdr.Encoder) { e.BeginAnyRun(); e.Long(1); e.Long(1); e.EndAnyRun(4, false) }, 7},
	"EndRun":      {run, func(e *cdr.Encoder) { e.BeginRun(1); e.ULongLong(1); e.EndRun() }, 7},
	"Fixed":       {run, func(e *cdr.Encoder) { e.Fixed(cdr.NewFixed(1, 0), 2, 0) }, 7},
	"Floats":      {run, func(e *cdr.Encoder) { e.Floats([]float32{1}) }, 7},
	"LongDouble":  {run, func(e *cdr.Encoder) { e.LongDouble(cdr.LongDouble{}) }, 7},
	"LongDoubles": {run, func(e *cdr.Encoder) { e.LongDoubles(make([]cdr.LongDouble, 1)) }, 7},
	"LongLongs":   {run, func(e *cdr.Encoder) { e.LongLongs([]int64{1}) }, 7},
	"Longs":       {run, func(e *cdr.Encoder) { e.Longs([]int32{1}) }, 7},
	"Object":      {run, func(e *cdr.Encoder) { e.Object(nil, nil) }, 7},
	"OctetSeq":    {run, func(e *cdr.Encoder) { e.OctetSeq([]byte{1}) }, 4},
	"Octets":      {run, func(e *cdr.Encoder) { e.Octets([]byte{1, 2}) }, 7},
	"RawString":   {run, func(e *cdr.Encoder) { e.RawString("s") }, 4},
	"Shorts":      {run, func(e *cdr.Encoder) { e.Shorts([]int16{1}) }, 7},
	"String":      {run, func(e *cdr.Encoder) { e.String("s") }, 4},
	"StringMax":   {run, func(e *cdr.Encoder) { e.StringMax("s", 1) }, 4},
	"ULongLongs":  {run, func(e *cdr.Encoder) { e.ULongLongs([]uint64{1}) }, 7},
	"ULongs":      {run, func(e *cdr.Encoder) { e.ULongs([]uint32{1}) }, 7},
	"UShorts":     {run, func(e *cdr.Encoder) { e.UShorts([]uint16{1}) }, 7},
	"WChar":       {run, func(e *cdr.Encoder) { e.WChar('c') }, 7},
	"WChars":      {run, func(e *cdr.Encoder) { e.WChars([]rune("cc")) }, 3},
	"WString":     {run, func(e *cdr.Encoder) { e.WString("s") }, 1},
	"WStringMax":  {run, func(e *cdr.Encoder) { e.WStringMax("s", 1) }, 1},
	"Words":       {run, func(e *cdr.Encoder) { e.Words([]byte{1, 2}, 2) }, 7},
}

// TestRunsEndTheirChunks writes in a value in chunks, far enough for a peer to have read in part, what each method writes, and an octet
// behind it. No method is left out.
func TestRunsEndTheirChunks(t *testing.T) {
	t.Parallel()
	methods := reflect.TypeFor[*cdr.Encoder]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		w, ok := writers[name]
		if !ok {
			t.Errorf("nothing is known of %s: what does it leave behind in a chunk?", name)
		}
		if w.write == nil {
			continue
		}
		for _, narrow := range []cdr.CodeSet{nil, codeset.Latin1} {
			e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Fragment: 8, Narrow: narrow, Wide: codeset.UTF16, Refs: nameReferences{}})
			m := e.BeginValue(0, nil, true)
			for range w.before {
				e.Octet(1)
			}
			w.write(e)
			at := e.Len()
			e.Octet(2)
			e.EndValue(m)
			if e.Err() != nil {
				t.Errorf("%s: %v", name, e.Err())
			}
			alone := at%4 == 0 && be(e.Bytes()[at-4:]) == 1 // behind the size of its chunk
			if alone != (w.leaves != number) {
				t.Errorf("%s: the octet behind it is alone in a chunk: %v; % x", name, alone, e.Bytes())
			}
		}
	}
}

// nameReferences writes the type of a reference alone.
type nameReferences struct{}

func (nameReferences) PutObject(e *cdr.Encoder, _, _ any) { e.RawString("IDL:X:1.0") }
func (nameReferences) Object(*cdr.Decoder) any            { return nil }
