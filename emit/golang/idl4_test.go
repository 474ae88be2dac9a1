package golang_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/emit/golang/testdata/four"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

func holder() four.Holder {
	date := four.Packed{Day: 31, Month: 12, Leap: true, Zone: -8}
	return four.Holder{
		Totals: four.Counts{"b": 2, "a": 1, "": 0}, ByBrief: map[four.Brief]four.Packed{"x": date, "y": {}},
		Deep: map[int64][]map[four.Mode]dyn.Any{-5: {{four.BOTH: dyn.Long.Any(7)}, nil}, 1 << 40: nil},
		Pair: [2]map[byte]four.Counts{nil, {'c': {"d": -1}}}, ModeOf: four.Mode_HIDDEN | four.Mode_READ,
		WideOf: four.Wide_B, WidestOf: four.Widest_LAST, Small: -128, Smaller: 255, Large: -1 << 63,
	}
}

// TestFour sends values of IDL 4's types there and back, alone and as anys.
func TestFour(t *testing.T) {
	t.Parallel()
	third := four.Third{Derived: four.Derived{Base: four.Base{Id: 1, Name: "n"}, Weight: 1.5, Count: 3}}
	third.Kids = []four.Third{third, {}}
	for _, v := range []value{
		of("mode", four.ModeType, four.BOTH), of("widest", four.WidestType, four.Widest_LAST),
		of("packed", four.PackedType, four.Packed{Day: 31, Month: 15, Leap: true, Zone: 7}),
		of("longer", four.LongerType, four.Longer{Day: 1, Month: 2, Zone: -1, Ticks: 1<<33 - 1, Shift: -128}),
		of("tiny", four.TinyType, four.Tiny{On: true}), of("none", four.NoneType, four.None{}),
		of("derived", four.DerivedType, four.Derived{Base: four.Base{Id: 7, Name: "base"}, Weight: -1, Count: 9}),
		of("third", four.ThirdType, third), of("bare", four.BareType, four.Bare{Base: four.Base{Id: 1}}),
		of("counts", four.CountsType, four.Counts{"z": 26, "a": 1}), of("no counts", four.CountsType, nil),
		of("by level", four.ByLevelType, four.ByLevel{four.Level_HIGH: {Count: 1}, four.Level_LOW: {Count: 2}}),
		of("by truth", four.ByTruthType, four.ByTruth{true: []byte("yes"), false: nil}),
		of("nested", four.NestedType, four.Nested{1: {'x': {"a": 1}, '€': nil}, 0: nil}),
		of("by double", four.ByDoubleType, four.ByDouble{1.5: "a", -1: "b", math.Inf(1): "c", 0: ""}),
		of("by long double", four.ByLongDoubleType, four.ByLongDouble{cdr.LongDouble{}: 1}),
		of("by fixed", four.ByFixedType, four.ByFixed{fixed(t, "1.25"): 1, fixed(t, "-3.50"): 2}),
		of("by spot", four.BySpotType, four.BySpot{{X: 1, Y: [2]float32{1, 2}, Tag: "t", Bits: four.Packed{Day: 3}}: {"a": 1}, {X: -1}: nil}),
		of("node", four.NodeType, four.Node{Name: "root", Children: map[string]four.Node{"a": {Name: "leaf"}, "b": {Children: map[string]four.Node{"c": {}}}}}),
		of("int8", four.ByInt8Type, four.NewByInt8_Minus(5)), of("int8 default", four.ByInt8Type, four.NewByInt8_Other(5, "five")),
		of("octet", four.ByOctetType, four.NewByOctet_ALong(-5)),
		of("wchar", four.ByWCharType, four.NewByWChar_Texts(map[int32]string{3: "c", 1: "a"})),
		of("wchar bits", four.ByWCharType, four.NewByWChar_Bits(four.Packed{Day: 3})),
		of("flag", four.ByModeType, four.NewByMode_Read(7)), of("flags", four.ByModeType, four.NewByMode_Other(four.Mode_HIDDEN, "hidden")),
		of("flags default", four.ByModeType, four.NewByMode_Rest(four.BOTH, 5)),
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			v.run(t, true)
			v.run(t, false)
		})
	}
}

// TestFourWire holds what is on the wire: equal maps are equal octets, bits the smallest integer.
func TestFourWire(t *testing.T) {
	t.Parallel()
	octets := func(put func(*cdr.Encoder)) []byte {
		e := cdr.NewEncoder(nil, false, alone)
		put(e)
		if e.Err() != nil {
			t.Fatal(e.Err())
		}
		return e.Bytes()
	}
	for range 8 { // a map has no order of its own
		got := octets(func(e *cdr.Encoder) { four.CountsType.Put(e, four.Counts{"b": 2, "a": 1, "c": 3}) })
		want := "\x00\x00\x00\x03\x00\x00\x00\x02a\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02b\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x02c\x00\x00\x00\x00\x00\x00\x03"
		if string(got) != want {
			t.Fatalf("got % x", got)
		}
	}
	if got := octets(func(e *cdr.Encoder) { four.PackedType.Put(e, four.Packed{Day: 1, Month: 2, Leap: true, Zone: -8}) }); !bytes.Equal(got, []byte{0x82, 0x41}) {
		t.Errorf("a bitset is % x", got)
	}
	if got := octets(func(e *cdr.Encoder) { four.ModeType.Put(e, four.Mode_HIDDEN|four.Mode_WRITE) }); !bytes.Equal(got, []byte{0x82}) {
		t.Errorf("a bitmask is % x", got)
	}
	if got := (four.Mode_HIDDEN | four.Mode_READ | 4).String(); got != "READ|HIDDEN|0x4" {
		t.Errorf("it is called %s", got)
	}
	if got := four.Mode(0).String(); got != "0x0" {
		t.Errorf("no flags are called %s", got)
	}
	e := cdr.NewEncoder(nil, false, alone)
	for _, v := range []four.Packed{{Day: 32}, {Zone: 8}, {Zone: -9}} {
		e.Reset(nil, false, alone)
		if four.PackedType.Put(e, v); !errors.Is(e.Err(), exc.BadParam) || !strings.Contains(e.Err().Error(), "does not fit") {
			t.Errorf("%+v: %v", v, e.Err())
		}
	}
	e.Reset(nil, false, alone)
	if four.ByLevelType.Put(e, four.ByLevel{0: {}, 1: {}, 2: {}}); e.Err() == nil {
		t.Error("a map with more keys than its bound was written")
	}
	d := cdr.NewDecoder([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, false, alone)
	if m := four.CountsType.Get(d); m != nil || !errors.Is(d.Err(), exc.Marshal) {
		t.Errorf("4 Gi keys: %v, %v", m, d.Err())
	}
}

// fixed reads a number.
func fixed(t *testing.T, s string) cdr.Fixed {
	t.Helper()
	f, err := cdr.ParseFixed(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestNaNKey holds that a key which no map finds again is neither written nor read.
func TestNaNKey(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, false, alone)
	if four.ByDoubleType.Put(e, four.ByDouble{math.NaN(): "a"}); !errors.Is(e.Err(), exc.BadParam) || !strings.Contains(e.Err().Error(), "NaN is no key") {
		t.Errorf("written: %v", e.Err())
	}
	e.Reset(nil, false, alone)
	if four.BySpotType.Put(e, four.BySpot{{Y: [2]float32{0, float32(math.NaN())}}: nil}); !errors.Is(e.Err(), exc.BadParam) {
		t.Errorf("written in a structure: %v", e.Err())
	}
	e.Reset(nil, false, alone)
	e.Count(1)
	e.Double(math.NaN())
	e.String("a")
	if m := four.ByDoubleType.Get(cdr.NewDecoder(e.Bytes(), false, alone)); m != nil {
		t.Errorf("read: %v", m)
	}
	e.Reset(nil, false, alone)
	e.Count(2)
	e.Double(1)
	e.String("a")
	e.Double(math.NaN())
	e.String("b")
	d := cdr.NewDecoder(e.Bytes(), false, alone)
	if m := four.ByDoubleType.Get(d); m != nil || !errors.Is(d.Err(), exc.Marshal) {
		t.Errorf("read: %v, %v", m, d.Err())
	}
}

// store keeps nothing: it returns what it gets.
type store struct {
	four.StoreBase
	_ int // an object has a size
}

func (*store) Keep(_ context.Context, h four.Holder, c four.Counts) (four.Holder, four.Counts, four.Nested, error) {
	return h, c, four.Nested{9: {'n': c}}, nil
}

func (*store) SetMode(_ context.Context, m four.Mode, p four.Packed) (four.Mode, four.Longer, error) {
	return ^m, four.Longer{Day: p.Day, Ticks: 1}, nil
}

// TestFourCalls passes them to an object.
func TestFourCalls(t *testing.T) {
	t.Parallel()
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	ref, err := four.StoreClass.Activate(poa.New(server), &store{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := four.StoreClass.Bind(t.Context(), newORB(t, orb.Config{BigEndian: true}), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	h, c, n, err := s.Keep(t.Context(), holder(), four.Counts{"k": 1})
	if err != nil || !dyn.Equal(four.HolderType.Any(h), four.HolderType.Any(holder())) || c["k"] != 1 || n[9]['n']["k"] != 1 {
		t.Errorf("got %+v, %v, %v, %v", h, c, n, err)
	}
	m, l, err := s.SetMode(t.Context(), four.BOTH, four.Packed{Day: 5})
	if err != nil || m != ^four.BOTH || l.Day != 5 || l.Ticks != 1 {
		t.Errorf("got %v, %+v, %v", m, l, err)
	}
	if _, err := s.KeepThird(t.Context(), four.Third{}, four.ByWChar{}); !errors.Is(err, exc.NoImplement) {
		t.Errorf("got %v", err)
	}
}
