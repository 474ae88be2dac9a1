package model

import "math/big"

// DefaultCase returns the case with the label default, or nil.
func (u *Union) DefaultCase() *Case {
	for _, c := range u.Cases {
		if c.IsDefault() {
			return c
		}
	}
	return nil
}

// IsDefault reports whether default is among the labels of the case.
func (c *Case) IsDefault() bool {
	for _, l := range c.Labels {
		if l.Default {
			return true
		}
	}
	return false
}

// UnusedLabel returns the least value of the discriminator's type that is no label: the value
// that stands for default, or for no member at all. It is nil if the labels cover all values.
func (u *Union) UnusedLabel() *Value {
	t := u.Discriminator.Resolve()
	if e, ok := t.Decl.(*Enum); ok {
		used := make(map[*Enumerator]bool)
		for _, v := range u.labels() {
			used[v.Enumerator] = true
		}
		for _, v := range e.Enumerators {
			if !used[v] {
				return &Value{Kind: EnumValue, Enumerator: v}
			}
		}
		return nil
	}
	// Counting up from zero finds one after as many steps as there are labels; only small
	// types can be used up on that side, and of these the negative half is tried as well.
	least, most := int64(0), int64(1<<32)
	if m, ok := t.Decl.(*Bitmask); ok {
		most = int64(1)<<min(m.Bound, 32) - 1
	}
	switch t.Kind {
	case Boolean:
		most = 1
	case Char, Octet, UInt8:
		most = 255
	case Int8:
		least, most = -128, 127
	case Short:
		least, most = -1<<15, 1<<15-1
	case UShort, WChar:
		most = 1<<16 - 1
	}
	used := make(map[int64]bool)
	for _, v := range u.labels() {
		used[v.ordinal()] = true
	}
	for n := int64(0); n <= most; n++ {
		if !used[n] {
			return ordinalValue(t.Kind, n)
		}
	}
	for n := int64(-1); n >= least; n-- {
		if !used[n] {
			return ordinalValue(t.Kind, n)
		}
	}
	return nil
}

// labels returns the values of all labels.
func (u *Union) labels() []*Value {
	var vs []*Value
	for _, c := range u.Cases {
		for _, l := range c.Labels {
			if l.Value != nil {
				vs = append(vs, l.Value)
			}
		}
	}
	return vs
}

// ordinal returns a label of a type that counts as a number; -1<<63 for an integer beyond int64.
func (v *Value) ordinal() int64 {
	switch v.Kind {
	case BoolValue:
		if v.Bool {
			return 1
		}
		return 0
	case CharValue, WCharValue:
		return int64(v.Char)
	case IntValue:
		if v.Int.IsInt64() {
			return v.Int.Int64()
		}
	}
	return -1 << 63
}

func ordinalValue(k Kind, n int64) *Value {
	switch k {
	case Boolean:
		return &Value{Kind: BoolValue, Bool: n == 1}
	case Char:
		return &Value{Kind: CharValue, Char: rune(n)}
	case WChar:
		return &Value{Kind: WCharValue, Char: rune(n)}
	}
	return &Value{Kind: IntValue, Int: big.NewInt(n)}
}
