package memory_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/somd/memory"
	"github.com/opendsom/dsom/typecode"
)

// A heap is memory that knows what is allocated in it, and a number of allocations after which there is none.
type heap struct {
	blocks map[unsafe.Pointer][]uint64
	types  map[uintptr]*typecode.TypeCode
	left   int
}

func (h *heap) access() *memory.Access {
	return &memory.Access{
		Allocate: func(n uintptr) unsafe.Pointer {
			if h.left--; h.left < 0 {
				return nil
			}
			block := make([]uint64, n/8+1)
			h.blocks[unsafe.Pointer(&block[0])] = block
			return unsafe.Pointer(&block[0])
		},
		Deallocate: func(p unsafe.Pointer) {
			if p == nil {
				return
			}
			if h.blocks[p] == nil {
				panic("memory that is none ends")
			}
			delete(h.blocks, p)
		},
		Release: func(uintptr) { panic("no test has objects") },
		Displace: func(at uintptr) {
			if h.types[at] == nil {
				panic("a TypeCode that is none ends")
			}
			delete(h.types, at)
		},
		Type: func(at uintptr) (*typecode.TypeCode, error) { return h.types[at], nil },
		Place: func(t *typecode.TypeCode) (uintptr, error) {
			if h.left--; h.left < 0 {
				return 0, errors.New("no objects any more")
			}
			at := uintptr(1)
			for h.types[at] != nil {
				at++
			}
			h.types[at] = t
			return at, nil
		},
	}
}

func newHeap(most int) *heap {
	return &heap{blocks: map[unsafe.Pointer][]uint64{}, types: map[uintptr]*typecode.TypeCode{}, left: most}
}

func parse(t testing.TB, text string) *typecode.TypeCode {
	t.Helper()
	tc, err := typecode.Parse(text, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return tc
}

// TestLayout holds sizes and alignments against what a compiler gives such types on machines of 64 bits.
func TestLayout(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the table is of machines of 64 bits")
	}
	for text, want := range map[string][2]uintptr{
		"octet": {1, 1}, "boolean": {1, 1}, "wchar": {2, 2}, "long": {4, 4}, "enum E {a}": {4, 4}, "double": {8, 8}, "string": {8, 8}, "wstring": {8, 8}, "any": {16, 8},
		"sequence<octet>": {16, 8}, "short[3][2]": {12, 2}, "struct S {octet a; short b; octet c;}": {6, 2}, "struct S {octet a; double b;}": {16, 8}, "struct S {octet a; struct T {octet a; long b;} t; octet c;}": {16, 4},
		"union U switch (octet) {case 1: double d; default: octet o;}": {16, 8}, "union U switch (long long) {case 1: octet d;}": {16, 8}, "union U switch (boolean) {case TRUE: octet[3] d;}": {4, 1},
		"struct N {long v; sequence<N> kids;}": {24, 8},
	} {
		size, align, err := memory.Layout(parse(t, text))
		if got := [2]uintptr{size, align}; err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
	for text, kind := range map[string]exc.Kind{"long double": exc.NoImplement, "fixed<4,2>": exc.NoImplement, "struct S {}": exc.NoImplement, "long[70000][70000]": exc.ImpLimit, "null": exc.NoImplement} {
		if _, _, err := memory.Layout(parse(t, text)); !errors.Is(err, kind) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// doubled returns a structure of two of another, so many times in one another.
func doubled(levels int, of *typecode.TypeCode) *typecode.TypeCode {
	for n := range levels {
		name := fmt.Sprintf("S%d", n)
		of = typecode.Struct("IDL:"+name+":1.0", name, typecode.Member{Name: "a", Type: of}, typecode.Member{Name: "b", Type: of})
	}
	return of
}

// TestLayoutIsLinear has layouts of types that are many times in one another, so often that to look through each of them would take as long as the universe does, and holds the limits there.
func TestLayoutIsLinear(t *testing.T) {
	t.Parallel()
	u := doubled(28, typecode.Octet)
	if size, align, err := memory.Layout(u); err != nil || size != 1<<28 || align != 1 {
		t.Errorf("28 levels: %d, %d, %v", size, align, err)
	}
	deep := typecode.Union("IDL:U:1.0", "U", typecode.Octet, typecode.Arm{Label: 1, Name: "a", Type: typecode.Octet})
	for n := range 100 { // arms lie over one another, so that the size is small
		name := fmt.Sprintf("U%d", n)
		deep = typecode.Union("IDL:"+name+":1.0", name, typecode.Octet, typecode.Arm{Label: 1, Name: "a", Type: deep}, typecode.Arm{Label: 2, Name: "b", Type: deep})
	}
	if size, _, err := memory.Layout(deep); err != nil || size != 102 {
		t.Errorf("100 levels of unions: %d, %v", size, err)
	}
	if _, _, err := memory.Layout(doubled(64, typecode.Octet)); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "a structure of more than 1073741824 octets (MaxOctets)") {
		t.Errorf("64 levels: %v", err)
	}
	single := func(levels int) *typecode.TypeCode {
		of := typecode.Octet
		for n := range levels {
			name := fmt.Sprintf("S%d", n)
			of = typecode.Struct("IDL:"+name+":1.0", name, typecode.Member{Name: "a", Type: of})
		}
		return of
	}
	if size, _, err := memory.Layout(single(memory.MaxNesting)); err != nil || size != 1 {
		t.Errorf("as deep as may be: %d, %v", size, err)
	}
	if _, _, err := memory.Layout(single(memory.MaxNesting + 1)); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxNesting") {
		t.Errorf("too deep: %v", err)
	}
	shallow := single(10) // known before it is met at the bottom of another
	around := shallow
	for n := range memory.MaxNesting - 5 {
		name := fmt.Sprintf("A%d", n)
		around = typecode.Struct("IDL:"+name+":1.0", name, typecode.Member{Name: "a", Type: around})
	}
	both := typecode.Struct("IDL:Both:1.0", "Both", typecode.Member{Name: "a", Type: shallow}, typecode.Member{Name: "b", Type: around})
	if _, _, err := memory.Layout(both); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxNesting") {
		t.Errorf("too deep behind what is known: %v", err)
	}
}

// someType returns a type of parts in one another.
func someType(r *rand.Rand, depth int) string {
	plain := []string{"boolean", "octet", "char", "short", "unsigned short", "long", "unsigned long", "long long", "unsigned long long", "float", "double", "string", "wstring", "wchar", "any", "enum E {a, b, c}"}
	if depth == 0 || r.IntN(3) == 0 {
		return plain[r.IntN(len(plain))]
	}
	switch r.IntN(4) {
	case 0:
		return "sequence<" + someType(r, depth-1) + ">"
	case 1:
		return fmt.Sprintf("union U%d switch (short) {case 1: %s a; case 2: %s b; default: %s c;}", depth, someType(r, depth-1), someType(r, depth-1), someType(r, depth-1))
	case 2:
		var b strings.Builder
		fmt.Fprintf(&b, "struct S%d {", depth)
		for i := range 1 + r.IntN(4) {
			fmt.Fprintf(&b, "%s m%d;", someType(r, depth-1), i)
		}
		return b.String() + "}"
	}
	return fmt.Sprintf("%s[%d]", plain[r.IntN(len(plain))], 1+r.IntN(3))
}

// someValue returns a value of a type, as dyn has it.
func someValue(t testing.TB, r *rand.Rand, tc *typecode.TypeCode, depth int) any {
	switch tc = tc.Unalias(); tc.Kind() {
	case typecode.TkBoolean:
		return r.IntN(2) == 1
	case typecode.TkFloat:
		return float32(r.NormFloat64())
	case typecode.TkDouble:
		return r.NormFloat64()
	case typecode.TkString, typecode.TkWString:
		return strings.Repeat("ä€x", r.IntN(4))
	case typecode.TkWChar:
		return rune('a' + r.IntN(1000))
	case typecode.TkEnum:
		return tc.MemberName(r.IntN(tc.Len()))
	case typecode.TkAny:
		if depth > 4 {
			return dyn.Any{}
		}
		inner := parse(t, someType(r, 1))
		a, err := dyn.Of(inner, someValue(t, r, inner, depth+1))
		if err != nil {
			t.Fatal(err)
		}
		return a
	case typecode.TkSequence, typecode.TkArray:
		n := int(tc.Length())
		if tc.Kind() == typecode.TkSequence {
			n = r.IntN(4)
		}
		all := make([]any, n)
		for i := range all {
			all[i] = someValue(t, r, tc.Content(), depth+1)
		}
		return all
	case typecode.TkStruct:
		all := dyn.Struct{}
		for i := range tc.Len() {
			all = append(all, dyn.Field{Name: tc.MemberName(i), Value: someValue(t, r, tc.MemberType(i), depth+1)})
		}
		return all
	case typecode.TkUnion:
		label := int16(r.IntN(4))
		n := tc.Arm(int64(label))
		return dyn.Union{Label: label, Name: tc.MemberName(n), Value: someValue(t, r, tc.MemberType(n), depth+1)}
	}
	return dyn.LabelValue(tc, int64(r.Uint64())>>r.IntN(64))
}

// TestRandom writes values of random types, reads them as they were, writes others over them, and ends them: nothing is left, also where memory is at its end at any place.
func TestRandom(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("DSOM_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	for range 2000 {
		tc := parse(t, someType(r, 3))
		v, err := dyn.Of(tc, someValue(t, r, tc, 0))
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, tc, err)
		}
		h := newHeap(1 << 20)
		a := h.access()
		p, err := a.New(v)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, tc, err)
		}
		used := 1<<20 - h.left
		got, err := a.Read(p, tc)
		if err != nil || !dyn.Equal(got, v) {
			t.Fatalf("seed %d: %s: %v is read as %v, %v", seed, tc, v.Value(), got.Value(), err)
		}
		w, err := dyn.Of(tc, someValue(t, r, tc, 0))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Write(p, w, true); err != nil {
			t.Fatalf("seed %d: %s: %v", seed, tc, err)
		}
		if got, err := a.Read(p, tc); err != nil || !dyn.Equal(got, w) {
			t.Fatalf("seed %d: %s: %v over it is read as %v, %v", seed, tc, w.Value(), got.Value(), err)
		}
		a.End(p, tc)
		a.Deallocate(p)
		if len(h.blocks) > 0 || len(h.types) > 0 {
			t.Fatalf("seed %d: %s: %d blocks and %d objects are left of %v", seed, tc, len(h.blocks), len(h.types), v.Value())
		}
		h.left = r.IntN(used)
		if _, err := a.New(v); err == nil {
			t.Fatalf("seed %d: %s: %v is written without memory", seed, tc, v.Value())
		}
		if len(h.blocks) > 0 || len(h.types) > 0 {
			t.Fatalf("seed %d: %s: %d blocks and %d objects are left of what could not be written, %v", seed, tc, len(h.blocks), len(h.types), v.Value())
		}
	}
}

// TestWrong reads what is no value of its type, and writes what has no form in C.
func TestWrong(t *testing.T) {
	t.Parallel()
	a := newHeap(1 << 20).access()
	seq := struct {
		max, n uint32
		buffer unsafe.Pointer
	}{n: 7}
	place := uint32(3)
	for what, c := range map[string]struct {
		p    unsafe.Pointer
		text string
		says string
	}{
		"elements that are nowhere": {unsafe.Pointer(&seq), "sequence<long>", "7 elements that are nowhere"},
		"an enumerator":             {unsafe.Pointer(&place), "enum E {a, b}", "3 is no place of an enumerator"},
		"no place":                  {nil, "long", "NULL is where"},
	} {
		if _, err := a.Read(c.p, parse(t, c.text)); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	seq.n, seq.buffer = 1<<31, unsafe.Pointer(&place)
	if _, err := a.Read(unsafe.Pointer(&seq), parse(t, "sequence<double>")); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxOctets") {
		t.Errorf("a sequence that is too long: %v", err)
	}
	var none struct {
		tc    uintptr
		value unsafe.Pointer
	}
	h := newHeap(1 << 20)
	h.types[7], none.tc = typecode.Long, 7
	if _, err := h.access().Read(unsafe.Pointer(&none), typecode.Any); !errors.Is(err, exc.BadParam) || !strings.Contains(err.Error(), "an any has no value, and its type is long") {
		t.Errorf("an any without a value: %v", err)
	}
	h.types[7] = typecode.Void
	if _, err := h.access().Read(unsafe.Pointer(&none), typecode.Any); err != nil {
		t.Errorf("an any of void: %v", err)
	}
	for text, v := range map[string]any{"string": "a\x00b", "wstring": "a\x00b", "wchar": '😀', "typedef wchar Rune": '😀', "typedef typedef wchar Rune Letter": '😀', "struct S {typedef wchar Rune r;}": dyn.Struct{{Name: "r", Value: '😀'}},
		"union U switch (typedef wchar Rune) {case 'a': octet l; default: octet m;}": dyn.Union{Label: '😀', Name: "m", Value: byte(1)}} {
		x, err := dyn.Of(parse(t, text), v)
		if err != nil {
			continue // which is no value of CORBA's either
		}
		if _, err := a.New(x); !errors.Is(err, exc.DataConversion) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
