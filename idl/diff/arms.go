package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// unions compares discriminators and arms. An arm is known by its name; what stands for the
// same value of the discriminator in both releases has to be the same in transfer, be it under
// a label of its own or under default.
func (c *comparer) unions(s subject, old, new *model.Union) {
	from := len(c.changes)
	c.retyped("discriminator-changed", s.part("discriminator", "discriminator", &old.Node, &new.Node), old.Discriminator, new.Discriminator)
	u := &armsOf{comparer: c, s: s, old: old, new: new, to: map[*model.Case]*model.Case{}, from: map[*model.Case]*model.Case{}, keys: labelKey}
	if a, b := enumsOf(old, new); a != nil {
		u.keys = enumKeys(a, b)
	}
	u.match()
	u.follow()
	for _, o := range old.Cases {
		n := u.to[o]
		switch {
		case n == nil:
			code, note := "arm-removed", ""
			if u.stays(o) {
				code, note = "arm-folded", ", and its labels stand for others that are the same in transfer"
			}
			c.add(code, s.part("arm", o.Name, &o.Node, nil), "arm %s removed%s", o.Name, note)
			u.objects(code == "arm-folded", func(v value) bool { return v.old == o })
			continue
		case n.Name != o.Name:
			c.add("arm-renamed", s.part("arm", n.Name, &o.Node, &n.Node), "arm %s is now %s", o.Name, n.Name)
		}
		p := s.part("arm", n.Name, &o.Node, &n.Node)
		c.retyped("arm-type-changed", p, o.Type, n.Type)
		c.remarks(p, &o.Node, &n.Node)
	}
	for _, n := range new.Cases {
		if u.from[n] == nil {
			code, note := "arm-added", ""
			if u.stayed(n) {
				code, note = "arm-split", ", and its labels stood for others that are the same in transfer"
			}
			c.add(code, s.part("arm", n.Name, nil, &n.Node), "arm %s added%s", n.Name, note)
			u.objects(code == "arm-split", func(v value) bool { return v.new == n })
		}
	}
	u.labels()
	if s.binary && cabi.TellsDefault(old) != cabi.TellsDefault(new) && !slices.ContainsFunc(c.changes[from:], func(ch Change) bool { return ch.Binary == Break }) {
		c.add("arm-default-changed", s, "what default stood for is a label now, or the other way round: %s", strings.Join(u.enumerated(), ", "))
	}
	c.silence(from, func() bool { return c.unseen(old, false) })
}

// enumerated returns the labels that only one of the releases has.
func (u *armsOf) enumerated() (all []string) {
	was, _ := u.armsByLabel(u.old)
	is, _ := u.armsByLabel(u.new)
	for _, l := range u.labelsInOrder() {
		if (was[l] == nil) != (is[l] == nil) {
			all = append(all, l)
		}
	}
	return all
}

// armsOf compares the arms of two releases of a union.
type armsOf struct {
	*comparer
	s        subject
	old, new *model.Union
	to, from map[*model.Case]*model.Case // arms of the old release to those of the new, and back
	keys     func(model.Label) string    // what a label is in both releases
	values   []value                     // what the discriminator may say
}

// enumKeys returns keys of labels that are enumerators: their names, where one has another name
// and the same number the old one. Where a name has another number, the enumeration says so.
func enumKeys(old, new *model.Enum) func(model.Label) string {
	names := map[*model.Enumerator]string{}
	was := map[uint32]string{}
	for _, e := range old.Enumerators {
		names[e], was[e.Ordinal] = e.Name, e.Name
	}
	for _, e := range new.Enumerators {
		names[e] = e.Name
		if n, ok := was[e.Ordinal]; ok && enumerator(old, e.Name) == nil && enumerator(new, n) == nil {
			names[e] = n
		}
	}
	return func(l model.Label) string {
		if l.Value != nil && !l.Default {
			if n, ok := names[l.Value.Enumerator]; ok {
				return n
			}
		}
		return labelKey(l)
	}
}

func enumerator(e *model.Enum, name string) *model.Enumerator {
	for _, v := range e.Enumerators {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// match finds which arms are which: those of one name, and one that is gone where another with
// the same labels and type has come.
func (u *armsOf) match() {
	is, byLabels := map[string]*model.Case{}, map[string]*model.Case{}
	for _, n := range u.new.Cases {
		is[n.Name], byLabels[u.labelsOf(n)] = n, n
	}
	was := map[string]bool{}
	for _, o := range u.old.Cases {
		was[o.Name] = true
	}
	for _, o := range u.old.Cases {
		n := is[o.Name]
		if n == nil {
			n = byLabels[u.labelsOf(o)]
			if n == nil || was[n.Name] || u.relate(o.Type, n.Type) > aliased {
				continue
			}
		}
		u.to[o], u.from[n] = n, o
	}
}

// value is a label of either release, or all values without one, and the arms that it stands
// for: nil if there is none.
type value struct {
	label    string
	old, new *model.Case
}

// follow finds the arms of each label, be they those of default.
func (u *armsOf) follow() {
	was, rest := u.armsByLabel(u.old)
	is, newRest := u.armsByLabel(u.new)
	for _, l := range u.labelsInOrder() {
		v := value{l, was[l], is[l]}
		if l == "default" && (u.new.UnusedLabel() == nil || u.old.UnusedLabel() == nil) {
			continue // there are no such values in one of the releases
		}
		if v.old == nil {
			v.old = rest
		}
		if v.new == nil {
			v.new = newRest
		}
		u.values = append(u.values, v)
	}
}

// stays reports whether all that an arm stood for has an arm that is the same in transfer.
func (u *armsOf) stays(old *model.Case) bool {
	return u.all(func(v value) bool { return v.old == old })
}

// stayed reports whether all that an arm stands for had an arm that was the same in transfer.
func (u *armsOf) stayed(new *model.Case) bool {
	return u.all(func(v value) bool { return v.new == new })
}

// all reports whether there are values that of tells, and all of them are transferred as before.
func (u *armsOf) all(of func(value) bool) bool {
	n := 0
	for _, v := range u.values {
		if of(v) {
			if n++; !u.carries(v) {
				return false
			}
		}
	}
	return n > 0
}

// carries reports whether the same follows a value in both releases.
func (u *armsOf) carries(v value) bool {
	return v.old != nil && v.new != nil && u.relate(v.old.Type, v.new.Type) != different
}

// objects marks the change that was told last, if what it is about is the same in transfer and has objects of other classes.
func (u *armsOf) objects(alike bool, of func(value) bool) {
	if alike && slices.ContainsFunc(u.values, func(v value) bool { return of(v) && u.relate(v.old.Type, v.new.Type) >= reference }) {
		u.refused("its objects are of other classes")
	}
}

// labels tells of each label, and of all values without one, that it stands for another arm.
func (u *armsOf) labels() {
	var added, moved, exchanged, changed shifts
	for _, v := range u.values {
		o, n, l := v.old, v.new, v.label
		switch {
		case o == nil && n == nil, n != nil && u.from[n] == o && o != nil:
		case o == nil:
			if u.from[n] != nil { // of a new arm that is said already
				added.add(u.from[n], n, l)
			}
		case u.carries(v) && u.to[o] != nil && u.from[n] != nil:
			exchanged.add(o, n, l)
		case u.carries(v):
			moved.add(o, n, l)
		case u.to[o] == nil: // the arm is gone, which is said already
		case n == nil:
			changed.add(o, nil, l)
		default:
			changed.add(o, n, l)
		}
	}
	for _, x := range added {
		u.add("arm-label-added", u.s.part("arm", x.new.Name, &x.old.Node, &x.new.Node), "arm %s has more labels: %s", x.new.Name, x)
	}
	for _, x := range moved {
		u.add("arm-label-moved", u.s.part("arm", x.new.Name, &x.old.Node, &x.new.Node), "%s: arm %s now, and was arm %s, which is the same in transfer", x, x.new.Name, x.old.Name)
		u.objects(true, func(v value) bool { return v.old == x.old && v.new == x.new })
	}
	for _, x := range exchanged {
		u.add("arm-label-exchanged", u.s.part("arm", x.new.Name, &x.old.Node, &x.new.Node), "%s: arm %s now, and was arm %s, which is the same in transfer and is there still", x, x.new.Name, x.old.Name)
	}
	for _, x := range changed {
		if x.new == nil {
			u.add("arm-label-changed", u.s.part("arm", x.old.Name, &x.old.Node, &u.to[x.old].Node), "%s: no arm now, and was arm %s", x, x.old.Name)
			continue
		}
		u.add("arm-label-changed", u.s.part("arm", x.new.Name, &x.old.Node, &x.new.Node), "%s: arm %s of type %s now, and was arm %s of type %s",
			x, x.new.Name, show(x.new.Type), x.old.Name, show(x.old.Type))
	}
}

// shift is what labels stood for, and stand for now.
type shift struct {
	old, new *model.Case
	labels   []string
}

// String returns the labels.
func (x shift) String() string { return strings.Join(x.labels, ", ") }

// shifts are in the order in which they were found.
type shifts []shift

func (xs *shifts) add(old, new *model.Case, label string) {
	for i, x := range *xs {
		if x.old == old && x.new == new {
			(*xs)[i].labels = append(x.labels, label)
			return
		}
	}
	*xs = append(*xs, shift{old, new, []string{label}})
}

// armsByLabel returns the arm of each label, and that of all other values: nil if there is none.
func (u *armsOf) armsByLabel(of *model.Union) (arms map[string]*model.Case, rest *model.Case) {
	arms = map[string]*model.Case{}
	for _, x := range of.Cases {
		for _, l := range x.Labels {
			arms[u.keys(l)] = x
		}
	}
	delete(arms, "default")
	return arms, of.DefaultCase()
}

// labelsInOrder returns the labels of either release, each once, default last.
func (u *armsOf) labelsInOrder() []string {
	seen := map[string]bool{"default": true}
	var all []string
	for _, x := range [...]*model.Union{u.old, u.new} {
		for _, x := range x.Cases {
			for _, l := range x.Labels {
				if k := u.keys(l); !seen[k] {
					seen[k] = true
					all = append(all, k)
				}
			}
		}
	}
	return append(all, "default")
}

// labelKey returns a label as text: an enumerator's number, so that enumerations of different
// names are alike.
func labelKey(l model.Label) string {
	if l.Default || l.Value == nil {
		return "default"
	}
	if l.Value.Kind == model.EnumValue {
		return itoa(int(l.Value.Enumerator.Ordinal))
	}
	return valueKey(l.Value)
}

// labelsOf returns the labels of an arm as text, in an order of their own.
func (u *armsOf) labelsOf(x *model.Case) string { return labelsBy(u.keys, x) }

func labelsBy(key func(model.Label) string, x *model.Case) string {
	var keys []string
	for _, l := range x.Labels {
		keys = append(keys, key(l))
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

// enumsOf returns the enumerations over which two unions are, nil if one of them is over something else.
func enumsOf(old, new *model.Union) (a, b *model.Enum) {
	a, was := model.As[*model.Enum](old.Discriminator)
	b, is := model.As[*model.Enum](new.Discriminator)
	if !was || !is {
		return nil, nil
	}
	return a, b
}

// armsLike returns the arms of a second union in the order in which the first has those of the same labels, which is the same in transfer
// whatever their order; nil if it has others. What becomes of an enumeration that both are over is told there.
func (c *comparer) armsLike(of, in *model.Union) (all []*model.Case) {
	keys := labelKey
	if a, b := enumsOf(of, in); a != nil && (c.sameDecl(a, b) || c.old.renamed[a.ScopedName()] == b.ScopedName()) {
		keys = enumKeys(a, b)
	}
	by := map[string]*model.Case{}
	for _, x := range in.Cases {
		by[labelsBy(keys, x)] = x
	}
	for _, x := range of.Cases {
		if n := by[labelsBy(keys, x)]; n != nil {
			all = append(all, n)
		}
	}
	if len(all) != len(of.Cases) || len(all) != len(in.Cases) {
		return nil
	}
	return all
}
