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
}{
	"Align": {}, "BeginAnyRun": {}, "BeginRun": {}, "Borrow": {}, "Bytes": {}, "Enter": {}, "Env": {}, "Err": {}, "Fail": {}, "Forget": {}, "InChunk": {}, "Leave": {}, "Len": {}, "Little": {},
	"Parts": {}, "ChunkLevel": {}, "PlaceValue": {}, "PutULong": {}, "Reset": {}, "SameValue": {}, "Truncate": {},

	"Begin":      {}, // its end is End's
	"BeginValue": {between, func(e *cdr.Encoder) { e.EndValue(e.BeginValue(1, nil, true)) }},
	"EndValue":   {between, func(e *cdr.Encoder) { e.EndValue(e.BeginValue(1, nil, true)) }},
	"Value":      {between, func(e *cdr.Encoder) { e.Value(&base{1, "b"}, baseType) }},

	"Boolean":     {number, func(e *cdr.Encoder) { e.Boolean(true) }},
	"Char":        {number, func(e *cdr.Encoder) { e.Char('c') }},
	"Count":       {number, func(e *cdr.Encoder) { e.Count(7) }},
	"CountMax":    {number, func(e *cdr.Encoder) { e.CountMax(7, 9) }},
	"Double":      {number, func(e *cdr.Encoder) { e.Double(1) }},
	"Enum":        {number, func(e *cdr.Encoder) { e.Enum(7, 9) }},
	"Float":       {number, func(e *cdr.Encoder) { e.Float(1) }},
	"Int8":        {number, func(e *cdr.Encoder) { e.Int8(7) }},
	"Long":        {number, func(e *cdr.Encoder) { e.Long(7) }},
	"LongLong":    {number, func(e *cdr.Encoder) { e.LongLong(7) }},
	"NullValue":   {number, func(e *cdr.Encoder) { e.NullValue() }},
	"Octet":       {number, func(e *cdr.Encoder) { e.Octet(7) }},
	"SharedValue": {number, func(e *cdr.Encoder) { e.SharedValue(0) }},
	"Short":       {number, func(e *cdr.Encoder) { e.Short(7) }},
	"UInt8":       {number, func(e *cdr.Encoder) { e.UInt8(7) }},
	"ULong":       {number, func(e *cdr.Encoder) { e.ULong(7) }},
	"ULongLong":   {number, func(e *cdr.Encoder) { e.ULongLong(7) }},
	"UShort":      {number, func(e *cdr.Encoder) { e.UShort(7) }},

	"Booleans":    {run, func(e *cdr.Encoder) { e.Booleans([]bool{true}) }},
	"Chars":       {run, func(e *cdr.Encoder) { e.Chars([]byte("c")) }},
	"Doubles":     {run, func(e *cdr.Encoder) { e.Doubles([]float64{1}) }},
	"End":         {run, func(e *cdr.Encoder) { e.End(e.Begin()) }},
	"EndAnyRun":   {run, func(e *cdr.Encoder) { e.BeginAnyRun(); e.Long(1); e.Long(1); e.EndAnyRun(4, true) }},
	"EndRun":      {run, func(e *cdr.Encoder) { e.BeginRun(1); e.ULongLong(1); e.EndRun() }},
	"Fixed":       {run, func(e *cdr.Encoder) { e.Fixed(cdr.NewFixed(1, 0), 1, 0) }},
	"Floats":      {run, func(e *cdr.Encoder) { e.Floats([]float32{1}) }},
	"LongDouble":  {run, func(e *cdr.Encoder) { e.LongDouble(cdr.LongDouble{}) }},
	"LongDoubles": {run, func(e *cdr.Encoder) { e.LongDoubles(make([]cdr.LongDouble, 1)) }},
	"LongLongs":   {run, func(e *cdr.Encoder) { e.LongLongs([]int64{1}) }},
	"Longs":       {run, func(e *cdr.Encoder) { e.Longs([]int32{1}) }},
	"Object":      {run, func(e *cdr.Encoder) { e.Object(nil, nil) }},
	"OctetSeq":    {run, func(e *cdr.Encoder) { e.OctetSeq([]byte{1}) }},
	"Octets":      {run, func(e *cdr.Encoder) { e.Octets([]byte{1}) }},
	"RawString":   {run, func(e *cdr.Encoder) { e.RawString("s") }},
	"Shorts":      {run, func(e *cdr.Encoder) { e.Shorts([]int16{1}) }},
	"String":      {run, func(e *cdr.Encoder) { e.String("s") }},
	"StringMax":   {run, func(e *cdr.Encoder) { e.StringMax("s", 1) }},
	"ULongLongs":  {run, func(e *cdr.Encoder) { e.ULongLongs([]uint64{1}) }},
	"ULongs":      {run, func(e *cdr.Encoder) { e.ULongs([]uint32{1}) }},
	"UShorts":     {run, func(e *cdr.Encoder) { e.UShorts([]uint16{1}) }},
	"WChar":       {run, func(e *cdr.Encoder) { e.WChar('c') }},
	"WChars":      {run, func(e *cdr.Encoder) { e.WChars([]rune("c")) }},
	"WString":     {run, func(e *cdr.Encoder) { e.WString("s") }},
	"WStringMax":  {run, func(e *cdr.Encoder) { e.WStringMax("s", 1) }},
	"Words":       {run, func(e *cdr.Encoder) { e.Words([]byte{1, 2}, 2) }},
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
			e.Octet(1)
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
