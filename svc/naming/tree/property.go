package tree

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

// A Property says something about what a name is bound to. It belongs to the binding, not to
// the object: two names of an object have properties of their own.
type Property struct {
	Name     string
	Sharable bool             // as it was given; the tree itself shares none
	Value    constraint.Value // what a constraint sees of it
	Any      []byte           // the whole value, which is none of the tree's business; it must not be changed
}

// octets is what the property counts for naming-octets.
func (p *Property) octets() int { return len(p.Name) + p.Value.Octets() + len(p.Any) }

// checkProperties returns what is wrong with properties, and orders them by name.
func checkProperties(list []Property) error {
	if err := within("naming-properties", MaxProperties, len(list)); err != nil {
		return err
	}
	octets := 0
	for i := range list {
		if err := within("naming-property-name-octets", MaxPropertyName, len(list[i].Name)); err != nil {
			return err
		}
		if !validProperty(list[i].Name) {
			return &PropertyError{InvalidProperty, []string{list[i].Name}}
		}
		octets += list[i].octets()
	}
	if err := within("naming-property-octets", MaxPropertyOctets, octets); err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(list); i++ {
		if list[i].Name == list[i-1].Name {
			return &PropertyError{ConflictingProperty, []string{list[i].Name}}
		}
	}
	return nil
}

// validProperty reports whether a constraint can name the property.
func validProperty(name string) bool {
	for i := range len(name) {
		c := name[i]
		if letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'; !letter && (i == 0 || c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

func (b *binding) property(name string) (*Property, bool) {
	i, found := slices.BinarySearchFunc(b.properties, name, func(p Property, name string) int { return strings.Compare(p.Name, name) })
	if !found {
		return nil, false
	}
	return &b.properties[i], true
}

// BindWith is Bind with properties, in one commit. The list becomes the tree's own.
func (t *Tree) BindWith(ctx context.Context, at ID, n ior.Name, to Target, properties []Property) error {
	return t.bind(ctx, at, n, to, notNil(properties), false)
}

// RebindWith is Rebind with properties, in place of those that the binding has.
func (t *Tree) RebindWith(ctx context.Context, at ID, n ior.Name, to Target, properties []Property) error {
	return t.bind(ctx, at, n, to, notNil(properties), true)
}

func notNil(list []Property) []Property {
	if list == nil {
		return []Property{}
	}
	return list
}

// SetProperties adds properties to the binding of n in the context at, those of names that it
// has already in place of the old: all or none.
func (t *Tree) SetProperties(ctx context.Context, at ID, n ior.Name, properties []Property) error {
	if err := checkProperties(properties); err != nil {
		return err
	}
	return t.changeProperties(ctx, at, n, func(old *binding) ([]Property, error) {
		next := with(old.properties, properties)
		return next, checkProperties(next)
	})
}

// with returns properties with more of them, those of names that are there already in place of the old. The list is the caller's own.
func with(old, more []Property) []Property {
	next := slices.Clone(more)
	for _, p := range old {
		if !slices.ContainsFunc(more, func(q Property) bool { return q.Name == p.Name }) {
			next = append(next, p)
		}
	}
	return next
}

// has reports whether properties are among others, one at least.
func has(all, some []Property) bool {
	for _, p := range some {
		if !slices.ContainsFunc(all, func(q Property) bool { return q.Name == p.Name && bytes.Equal(q.Any, p.Any) }) {
			return false
		}
	}
	return len(some) > 0
}

// RemoveProperties takes properties of the binding of n away, those that are named or, with
// nil, all: a PropertyError names those that it has not, and then it loses none.
func (t *Tree) RemoveProperties(ctx context.Context, at ID, n ior.Name, names []string) error {
	return t.changeProperties(ctx, at, n, func(old *binding) ([]Property, error) {
		if names == nil {
			return nil, nil
		}
		if missing := missing(old, names); missing != nil {
			return nil, &PropertyError{NoProperty, missing}
		}
		return slices.DeleteFunc(slices.Clone(old.properties), func(p Property) bool { return slices.Contains(names, p.Name) }), nil
	})
}

func missing(b *binding, names []string) (missing []string) {
	for _, n := range names {
		if _, ok := b.property(n); !ok {
			missing = append(missing, n)
		}
	}
	return missing
}

// changeProperties gives the binding of n those properties that next makes of its present ones.
func (t *Tree) changeProperties(ctx context.Context, at ID, n ior.Name, next func(old *binding) ([]Property, error)) error {
	if err := checkName(n); err != nil {
		return err
	}
	return t.change(ctx, func(s *state) (plan, error) {
		id, in, err := s.walk(at, n)
		if err != nil {
			return plan{}, err
		}
		old := in.byName[n[len(n)-1]]
		if old == nil {
			return plan{}, &NotFoundError{MissingNode, n[len(n)-1:]}
		}
		list, err := next(old)
		if err != nil {
			return plan{}, err
		}
		return t.replacement(s, id, in, old, &binding{name: old.name, target: old.target, properties: list})
	})
}

// Select returns the properties of the binding that have the names, in their order; a
// PropertyError names those that it has not.
func (b Binding) Select(names []string) ([]Property, error) {
	have := &binding{properties: b.Properties}
	if missing := missing(have, names); missing != nil {
		return nil, &PropertyError{NoProperty, missing}
	}
	list := make([]Property, len(names))
	for i, n := range names {
		p, _ := have.property(n)
		list[i] = *p
	}
	return list, nil
}

// appendProperties appends properties as they are kept: how many, then of each the name, 1 or 0 for
// sharable, the value that constraints see, and the whole. Texts and the whole have their lengths before them.
func appendProperties(b []byte, list []Property) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, p := range list {
		b = binary.AppendUvarint(b, uint64(len(p.Name)))
		b = append(b, p.Name...)
		sharable := byte(0)
		if p.Sharable {
			sharable = 1
		}
		b = p.Value.Append(append(b, sharable))
		b = binary.AppendUvarint(b, uint64(len(p.Any)))
		b = append(b, p.Any...)
	}
	return b
}

// parseProperties reads what appendProperties has written, and returns what follows.
func parseProperties(b []byte) (list []Property, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > MaxProperties {
		return nil, nil, false
	}
	b = b[size:]
	list = make([]Property, n)
	for i := range list {
		p := &list[i]
		var name []byte
		if name, b, ok = cut(b); !ok || len(b) == 0 || b[0] > 1 {
			return nil, nil, false
		}
		p.Name, p.Sharable = string(name), b[0] == 1
		if p.Value, b, ok = constraint.Parse(b[1:]); !ok {
			return nil, nil, false
		}
		if p.Any, b, ok = cut(b); !ok || !validProperty(p.Name) {
			return nil, nil, false
		}
	}
	return list, b, slices.IsSortedFunc(list, func(a, b Property) int { return cmp.Compare(a.Name, b.Name) })
}

// cut takes octets off that have their number before them.
func cut(b []byte) (piece, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, false
	}
	end := size + int(n)
	return b[size:end:end], b[end:], true
}
