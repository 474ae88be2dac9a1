package ifr

import (
	"fmt"
	"maps"
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// What registrations say of each name is kept beside them, so that a registration is held against what is said of its own names, and costs what it has, however many others there are.

// A body is what registrations say together: who says what of a name, and which names have an id.
type body struct {
	said map[string][]*saying
	ids  map[string]map[string]int // how many have an id, by the qualified name that has it
}

// A saying is a statement, and the names of the registrations that make it.
type saying struct {
	typelib.Statement
	by map[string]bool
}

func newBody() *body { return &body{said: map[string][]*saying{}, ids: map[string]map[string]int{}} }

// add notes what a registration says.
func (b *body) add(x *registered) {
	for _, s := range x.says {
		all := b.said[s.Name]
		i := slices.IndexFunc(all, func(o *saying) bool { return o.Same(s) })
		if i < 0 {
			i = len(all)
			all = append(all, &saying{s, map[string]bool{}})
			b.said[s.Name] = all
		}
		all[i].by[x.Name] = true
	}
	for id, name := range x.ids {
		if b.ids[id] == nil {
			b.ids[id] = map[string]int{}
		}
		b.ids[id][name]++
	}
}

// remove undoes add.
func (b *body) remove(x *registered) {
	for _, s := range x.says {
		all := b.said[s.Name]
		i := slices.IndexFunc(all, func(o *saying) bool { return o.Same(s) })
		if delete(all[i].by, x.Name); len(all[i].by) > 0 {
			continue
		}
		if all = slices.Delete(all, i, i+1); len(all) == 0 {
			delete(b.said, s.Name)
		} else {
			b.said[s.Name] = all
		}
	}
	for id, name := range x.ids {
		names := b.ids[id]
		if names[name]--; names[name] <= 0 {
			delete(names, name)
		}
		if len(names) == 0 {
			delete(b.ids, id)
		}
	}
}

// contradicts returns what is said, x not being added, that cannot be true if what x says is; ErrInvalid.
func (b *body) contradicts(x *registered) error {
	for _, s := range x.says {
		for _, o := range b.said[s.Name] {
			if err := o.Contradicts(s); err != nil {
				return fmt.Errorf("%w: %w: by %q and by %s; register the files that say different things of it anew, together or after one another", ErrInvalid, err, x.Name, some(o.by))
			}
		}
	}
	for id, name := range x.ids {
		for other := range b.ids[id] {
			if other != name {
				return fmt.Errorf("%w: %s and %s have the id %s", ErrInvalid, name[2:], other[2:], id)
			}
		}
	}
	left := map[string]bool{} // registrations that form circles without x, which is not to blame for being built on them
	for range circleRounds {
		found := b.circles(x, func(registration string) bool { return !left[registration] })
		for _, c := range found {
			if c.by[x.Name] {
				return fmt.Errorf("%w: %w", ErrInvalid, c.err)
			}
		}
		if len(found) == 0 {
			break
		}
		for _, c := range found {
			maps.Copy(left, c.by)
		}
	}
	return nil
}

// disputes are what is answered to nobody, since different things are said of it. They depend on what is registered alone, and not on what was first: all daemons
// that share a store find the same.
type disputes struct {
	by    map[string]error   // why a registration is left out, by its name
	names map[string]dispute // by qualified names, of what all left out declare
	ids   map[string]dispute
	split map[string]bool // qualified names of which different things are said
}

// A dispute is why there is no answer; "": there is none.
type dispute string

// raise returns the exception for who asks for what is disputed, nil if it is not.
func (d dispute) raise() error {
	if d == "" {
		return nil
	}
	return public(exc.New(exc.IntfRepos, exc.MinorDisputed, exc.No, "%s", string(d)))
}

// disputes finds which registrations contradict one another.
func (b *body) disputes(all map[string]*registered) disputes {
	d := disputes{by: map[string]error{}, names: map[string]dispute{}, ids: map[string]dispute{}, split: map[string]bool{}}
	blame := func(s *saying, err error) {
		for name := range s.by {
			if d.by[name] == nil {
				d.by[name] = err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.said)) {
		list := b.said[name]
		for i, s := range list {
			for _, o := range list[i+1:] {
				err := s.Contradicts(o.Statement)
				if err == nil {
					continue
				}
				d.split["::"+name] = true
				err = fmt.Errorf("%w: by %s and by %s", err, some(s.by), some(o.by))
				blame(s, err)
				blame(o, err)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.ids)) {
		if len(b.ids[id]) < 2 {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if mine := all[name].ids[id]; mine != "" && d.by[name] == nil {
				d.split[mine] = true
				d.by[name] = fmt.Errorf("several things have the id %s", id)
			}
		}
	}
	for range circleRounds { // without those that are left out others' outlines may count
		found := b.circles(nil, func(registration string) bool { return d.by[registration] == nil })
		if len(found) == 0 {
			break
		}
		for _, c := range found {
			d.split["::"+c.name] = true
			blame(c.saying, c.err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.by)) {
		why := dispute(fmt.Sprintf("the interface repository was told different things: %v", d.by[name]))
		for id, n := range all[name].ids {
			if d.ids[id] == "" {
				d.ids[id] = why
			}
			if d.names[n] == "" {
				d.names[n] = why
			}
		}
	}
	return d
}

// isDisputed reports whether different things are said of a declaration, or of one that it is in.
func (d *disputes) isDisputed(x model.Decl) bool {
	if len(d.split) == 0 {
		return false
	}
	for ; x != nil; x = x.About().Scope() {
		if d.split[x.About().QualifiedName()] {
			return true
		}
	}
	return false
}

// some names registrations, the first by name and how many more there are.
func some(by map[string]bool) string {
	names := slices.Sorted(maps.Keys(by))
	if len(names) == 1 {
		return fmt.Sprintf("%q", names[0])
	}
	return fmt.Sprintf("%q and %d more", names[0], len(names)-1)
}

// idsOf returns the qualified names that the ids of a specification's declarations are of. An id that two things have is ErrInvalid.
func idsOf(spec *model.Spec) (map[string]string, error) {
	ids := map[string]string{}
	for d := range spec.All() {
		if d, _ = shown(d); d == nil || d.About().ID == "" {
			continue
		}
		i := d.About()
		if old, known := ids[i.ID]; known && old != i.QualifiedName() {
			return nil, fmt.Errorf("%w: %s and %s have the id %s", ErrInvalid, old[2:], i.ScopedName(), i.ID)
		}
		ids[i.ID] = i.QualifiedName()
	}
	return ids, nil
}
