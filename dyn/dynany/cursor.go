package dynany

// Len returns the number of components (component_count): members of a struct, exception or valuetype,
// elements, the discriminator of a union and its arm if there is one, 0 for what is null or has none.
func (v *Value) Len() (int, error) {
	parts, err := v.components()
	return len(parts), err
}

// Seek makes component i the current one and reports whether there is one; if not none is current.
func (v *Value) Seek(i int) bool {
	parts, err := v.components()
	if v.at = -1; err == nil && i >= 0 && i < len(parts) {
		v.at = i
	}
	return v.at >= 0
}

// Rewind is Seek(0).
func (v *Value) Rewind() bool { return v.Seek(0) }

// Next makes the next component current and reports whether there is one; if not none is current.
func (v *Value) Next() bool {
	if v.place() < 0 {
		return v.Rewind()
	}
	return v.Seek(v.at + 1)
}

// first stands for the position of a value whose components were not asked for yet.
const first = -2

// rewind makes the first component current, whether there is one or not.
func (v *Value) rewind() { v.at = first }

// place returns the position, -1 if nothing is current.
func (v *Value) place() int {
	if v.at == first {
		v.Seek(0)
	}
	return v.at
}

// Current returns the current component, nil if none is. Changes of it are changes of v. It is
// ErrTypeMismatch for a value of a type that has no components.
func (v *Value) Current() (*Value, error) {
	if !composite(v.kind) && v.obj == nil {
		return nil, mismatch("a %v has no components", v.kind)
	}
	parts, err := v.components()
	if at := v.place(); err == nil && at >= 0 && at < len(parts) {
		return parts[at], nil
	}
	return nil, err
}

// At returns component i. It is ErrInvalidValue if there is none.
func (v *Value) At(i int) (*Value, error) {
	parts, err := v.components()
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= len(parts) {
		return nil, invalid("component %d of a %v that has %d", i, v.kind, len(parts))
	}
	return parts[i], nil
}

// Components returns all components, nil if there are none.
func (v *Value) Components() ([]*Value, error) {
	parts, err := v.components()
	return append([]*Value(nil), parts...), err
}
