package dyn_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	tc "github.com/opendsom/dsom/typecode"
)

// A randomValue makes random values, and what is in them.
type randomValue struct {
	*rand.Rand
	types  int
	leaves []string
	anys   []*tc.TypeCode
	values map[string]*tc.TypeCode // by their ids
	made   []*dyn.Valuetype        // whole ones
	custom bool                    // one marshals itself
	begun  int                     // of values
	number map[*dyn.Valuetype]int
	boxes  bool // there is one
	inside bool // there is a value inside the outermost
}

type making struct {
	of   *tc.TypeCode
	make func() any
}

func (r *randomValue) put(v any) { r.leaves = append(r.leaves, fmt.Sprint(v)) }

func (r *randomValue) name() (id, name string) {
	r.types++
	name = fmt.Sprint("T", r.types)
	return "IDL:R/" + name + ":1.0", name
}

func (r *randomValue) leaf() making {
	number := func(t *tc.TypeCode, make func(uint64) any) making {
		return making{t, func() any {
			v := uint64(1 + r.IntN(100))
			r.put(v)
			return make(v)
		}}
	}
	switch r.IntN(14) {
	case 10:
		return number(tc.UShort, func(v uint64) any { return uint16(v) })
	case 11:
		return number(tc.ULongLong, func(v uint64) any { return v })
	case 12, 13:
		id, name := r.name()
		return making{tc.Enum(id, name, "red", "green", "blue"), func() any {
			v := r.IntN(3)
			r.put(v)
			return v
		}}
	case 0:
		return number(tc.Octet, func(v uint64) any { return byte(v) })
	case 1:
		return making{tc.Boolean, func() any { r.put(1); return true }}
	case 2:
		return making{tc.Char, func() any { r.put(99); return "c" }}
	case 3, 4:
		return number(tc.Short, func(v uint64) any { return int16(v) })
	case 5:
		return number(tc.Long, func(v uint64) any { return int32(v) })
	case 6:
		return number(tc.LongLong, func(v uint64) any { return int64(v) })
	case 7:
		return making{tc.WChar, func() any { r.put(119); return "w" }}
	case 8:
		return making{tc.WString, func() any {
			n := r.IntN(5)
			if n > 0 {
				r.put(2 + 2*n) // with a mark of the byte order
			} else {
				r.put(0)
			}
			return strings.Repeat("w", n)
		}}
	}
	return making{tc.String, func() any {
		s := strings.Repeat("s", r.IntN(14))
		r.put(s)
		return s
	}}
}

func (r *randomValue) part(depth int) making {
	switch k := r.IntN(10); {
	case k == 0:
		return r.rows()
	case depth == 0 || k < 5:
		return r.leaf()
	}
	switch r.IntN(5) {
	case 4:
		return r.union(depth - 1)
	case 0:
		n := 1 + r.IntN(5)
		makers, members := make([]making, n), make([]tc.Member, n)
		for i := range members {
			makers[i] = r.part(depth - 1)
			members[i] = tc.Member{Name: fmt.Sprint("m", i), Type: makers[i].of}
		}
		id, name := r.name()
		return making{tc.Struct(id, name, members...), func() any {
			s := map[string]any{}
			for i, m := range makers {
				s[members[i].Name] = m.make()
			}
			return s
		}}
	case 1:
		m, n := r.part(depth-1), 1+r.IntN(4)
		return making{tc.Array(m.of, uint32(n)), func() any { return r.list(n, m) }}
	case 2:
		m := r.part(depth - 1)
		return making{tc.Sequence(m.of, 0), func() any {
			n := r.IntN(5)
			r.put(n)
			return r.list(n, m)
		}}
	}
	return making{tc.Any, func() any { return r.any(depth - 1) }}
}

// rows makes arrays of what has a length of its own, one in the other and in a sequence.
func (r *randomValue) rows() making {
	m := r.leaf()
	for range 1 + r.IntN(3) {
		of, n := m, 1+r.IntN(4)
		if r.IntN(4) == 0 {
			id, name := r.name()
			of.of = tc.Alias(id, name, of.of)
		}
		m = making{tc.Array(of.of, uint32(n)), func() any { return r.list(n, of) }}
	}
	if r.IntN(2) == 0 {
		return m
	}
	return making{tc.Sequence(m.of, 0), func() any {
		n := r.IntN(8)
		r.put(n)
		return r.list(n, m)
	}}
}

// union makes one of an arm for each of two labels, and none or another for the rest.
func (r *randomValue) union(depth int) making {
	of := []*tc.TypeCode{tc.Short, tc.Long, tc.Boolean, tc.LongLong, tc.Char}[r.IntN(5)]
	arms := []making{r.part(depth), r.part(depth), r.part(depth)}
	id, name := r.name()
	list := []tc.Arm{{Name: "a", Label: 0, Type: arms[0].of}, {Name: "b", Label: 1, Type: arms[1].of}}
	rest := of != tc.Boolean && r.IntN(2) == 0
	if rest {
		list = append(list, tc.Arm{Name: "c", Default: true, Type: arms[2].of})
	}
	t := tc.Union(id, name, of, list...)
	return making{t, func() any {
		label := int64(r.IntN(4))
		if of == tc.Boolean {
			label &= 1
		}
		r.put(label)
		u := dyn.Union{Label: dyn.LabelValue(of, label)}
		if i := min(int(label), 2); i < len(list) {
			u.Name, u.Value = list[i].Name, arms[i].make()
		}
		return u
	}}
}

func (r *randomValue) list(n int, m making) []any {
	l := make([]any, n)
	for i := range l {
		l[i] = m.make()
	}
	return l
}

func (r *randomValue) any(depth int) dyn.Any {
	m := r.part(depth)
	r.anys = append(r.anys, m.of)
	a, err := dyn.Of(m.of, m.make())
	if err != nil {
		panic(err)
	}
	return a
}

var randomBase = tc.Value("IDL:R/Base:1.0", "Base", 0, nil, tc.State{Name: "n", Type: tc.Long, Public: true})

// begins notes that a value begins.
func (r *randomValue) begins(v *dyn.Valuetype) *dyn.Valuetype {
	r.begun++
	r.inside = r.inside || r.begun > 1
	r.number[v] = r.begun
	return v
}

// value makes a value of a new type, of members that may be values.
func (r *randomValue) value(depth int) making {
	if depth < 2 && r.IntN(8) == 0 {
		return making{randomBase, func() any {
			v := r.begins(&dyn.Valuetype{Type: randomBase, Members: dyn.Struct{{Name: "n", Value: int32(7)}}})
			r.put(7)
			r.made = append(r.made, v)
			return v
		}}
	}
	n := 1 + r.IntN(6)
	var states []tc.State
	var makers []making
	for i := range n {
		var m making
		switch k := r.IntN(10); {
		case k == 0 && depth > 0:
			if m = r.value(depth - 1); r.IntN(2) == 0 {
				m.of = randomBase // which is declared
			}
		case k == 1:
			m = making{randomBase, func() any { r.put("none"); return nil }}
		case k == 2: // one that was written before
			m = making{randomBase, func() any {
				if len(r.made) == 0 {
					r.put("none")
					return nil
				}
				v := r.made[r.IntN(len(r.made))]
				r.put(fmt.Sprint("value ", r.number[v]))
				return v
			}}
		case k == 3 && r.IntN(4) == 0:
			m = r.box()
		case k == 3 && r.IntN(3) == 0:
			m = r.customs()
		case k < 5:
			m = making{tc.Any, func() any { return r.any(3) }}
		default:
			m = r.part(2)
		}
		makers = append(makers, m)
		states = append(states, tc.State{Name: fmt.Sprint("m", i), Type: m.of, Public: true})
	}
	id, name := r.name()
	t := tc.Value(id, name, tc.ValueTruncatable, randomBase, states...)
	r.values[id] = t
	return making{t, func() any {
		v := r.begins(&dyn.Valuetype{Type: t, Members: dyn.Struct{{Name: "n", Value: int32(7)}}})
		r.put(7)
		for i, m := range makers {
			v.Members = append(v.Members, dyn.Field{Name: states[i].Name, Value: m.make()})
		}
		r.made = append(r.made, v)
		return v
	}}
}

// box makes a value box.
func (r *randomValue) box() making {
	m := r.part(1)
	id, name := r.name()
	t := tc.ValueBox(id, name, m.of)
	r.values[id] = t
	return making{t, func() any {
		v := r.begins(&dyn.Valuetype{Type: t})
		r.boxes = true
		v.Members = dyn.Struct{{Name: "value", Value: m.make()}}
		return v
	}}
}

// A customValue marshals itself: a number, and what is drawn by that.
type customValue struct{ seed int32 }

const customID = "IDL:R/Custom:1.0"

var customType = &cdr.ValueType{ID: customID, Custom: true, New: func() cdr.Value { return new(customValue) }}

func (*customValue) IDLValue() *cdr.ValueType    { return customType }
func (*customValue) MarshalState(*cdr.Encoder)   {}
func (*customValue) UnmarshalState(*cdr.Decoder) {}

func (v *customValue) MarshalCustom(e *cdr.Encoder) error {
	e.Long(v.seed)
	for _, p := range customParts(v.seed) {
		p.put(e)
	}
	return nil
}

func (v *customValue) UnmarshalCustom(d *cdr.Decoder) error {
	v.seed = d.Long()
	for _, p := range customParts(v.seed) {
		p.get(d)
	}
	return nil
}

// A part of what a customValue writes.
type part struct {
	of     *tc.TypeCode
	leaves []string
	put    func(*cdr.Encoder)
	get    func(*cdr.Decoder)
}

func customParts(seed int32) []part {
	r := rand.New(rand.NewPCG(uint64(seed), 3))
	parts := make([]part, 1+r.IntN(6))
	for i := range parts {
		parts[i] = customPart(r)
	}
	return parts
}

func customPart(r *rand.Rand) part {
	v := 1 + r.IntN(100)
	leaves := []string{fmt.Sprint(v)}
	switch r.IntN(7) {
	case 0:
		return part{tc.Octet, leaves, func(e *cdr.Encoder) { e.Octet(byte(v)) }, func(d *cdr.Decoder) { d.Octet() }}
	case 1:
		return part{tc.Short, leaves, func(e *cdr.Encoder) { e.Short(int16(v)) }, func(d *cdr.Decoder) { d.Short() }}
	case 2:
		return part{tc.Long, leaves, func(e *cdr.Encoder) { e.Long(int32(v)) }, func(d *cdr.Decoder) { d.Long() }}
	case 3:
		return part{tc.LongLong, leaves, func(e *cdr.Encoder) { e.LongLong(int64(v)) }, func(d *cdr.Decoder) { d.LongLong() }}
	case 4:
		s := strings.Repeat("s", r.IntN(14))
		return part{tc.String, []string{s}, func(e *cdr.Encoder) { e.String(s) }, func(d *cdr.Decoder) { _ = d.String() }}
	}
	n := 1 + r.IntN(4)
	longs := make([]int32, n)
	leaves = nil
	for i := range longs {
		longs[i] = int32(i)
		leaves = append(leaves, fmt.Sprint(i))
	}
	if r.IntN(2) == 0 {
		return part{tc.Sequence(tc.Long, 0), append([]string{fmt.Sprint(n)}, leaves...), func(e *cdr.Encoder) {
			e.Count(n)
			e.Longs(longs)
		}, func(d *cdr.Decoder) {
			for range d.Count(4) {
				d.Long()
			}
		}}
	}
	return part{tc.Array(tc.Short, uint32(n)), leaves, func(e *cdr.Encoder) {
		e.BeginRun(2)
		for i := range n {
			e.Short(int16(i))
		}
		e.EndRun()
	}, func(d *cdr.Decoder) {
		for range n {
			d.Short()
		}
	}}
}

var customCode = tc.Value(customID, "Custom", tc.ValueCustom, nil)

// customs makes a value that marshals itself.
func (r *randomValue) customs() making {
	r.values[customID] = customCode
	return making{customCode, func() any {
		v := &customValue{int32(r.IntN(1 << 30))}
		r.begun++
		r.inside, r.custom = true, true
		r.put(v.seed)
		for _, p := range customParts(v.seed) {
			r.leaves = append(r.leaves, p.leaves...)
		}
		return v
	}}
}
