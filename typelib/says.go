package typelib

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opendsom/dsom/model"
)

// A Statement is what a specification says of one name, for comparison with what others say of it.
type Statement struct {
	Name    string   // scoped, as "Zoo::Dog"
	Main    bool     // it is in a main file
	Parents []string // of an interface or a value, by their scoped names: what it inherits from and supports
	kind    string
	class   bool              // an interface
	ahead   bool              // it is announced, and said to be of the kind alone
	sum     [sha256.Size]byte // of all of it, without places
	held    []declared        // in a class; of an outline what somebody needs
}

// Statements returns what a specification says of each name that is not within an interface, a struct or the like: also that there is a module of a name, that something
// of a kind is announced by forward declarations, each once, and what the enumerators and flags are of, whose names stand beside that of their enumeration or bit mask.
func Statements(spec *model.Spec) ([]Statement, error) {
	var out []Statement
	seen := map[declared]bool{} // modules and forward declarations
	once := func(name, kind string, ahead bool) {
		if k := (declared{name, kind}); !seen[k] {
			seen[k] = true
			out = append(out, Statement{Name: name, kind: kind, ahead: ahead, sum: sha256.Sum256([]byte(kind))})
		}
	}
	var take func(ds model.Decls) error
	take = func(ds model.Decls) error {
		for _, d := range ds {
			switch d := d.(type) {
			case *model.Module:
				once(d.ScopedName(), d.Kind(), false)
				if err := take(d.Decls); err != nil {
					return err
				}
				continue
			case *model.Forward:
				once(d.ScopedName(), d.Of, true)
				continue
			}
			text, err := withoutPlaces(d)
			if err != nil {
				return err
			}
			s := Statement{Name: d.About().ScopedName(), Main: d.About().IsMain(), kind: d.Kind(), sum: sha256.Sum256(text)}
			within := func(d model.Decl) { // which stands beside it
				out = append(out, Statement{Name: d.About().ScopedName(), Main: s.Main, kind: d.Kind(), sum: s.sum})
			}
			switch d := d.(type) {
			case *model.Interface:
				s.class = true
				for _, p := range d.Parents() {
					s.Parents = append(s.Parents, p.ScopedName())
				}
				for _, x := range d.Decls {
					switch x.(type) {
					case *model.Operation, *model.Attribute:
						continue
					}
					s.held = append(s.held, declared{x.About().Name, x.Kind()})
				}
			case *model.ValueType:
				for _, p := range d.Parents() {
					s.Parents = append(s.Parents, p.ScopedName())
				}
				for _, p := range d.Supported() {
					s.Parents = append(s.Parents, p.ScopedName())
				}
			case *model.Enum:
				for _, e := range d.Enumerators {
					within(e)
				}
			case *model.Bitmask:
				for _, f := range d.Flags {
					within(f)
				}
			}
			out = append(out, s)
		}
		return nil
	}
	return out, take(spec.Decls)
}

// Same reports whether two statements are one, wherever it was read.
func (s Statement) Same(t Statement) bool {
	return s.Main == t.Main && s.kind == t.kind && s.ahead == t.ahead && s.sum == t.sum
}

// Contradicts returns what is wrong with two statements about one name, nil if Merge takes both: if they are alike, or one is the outline of a class that the
// other has in full.
func (s Statement) Contradicts(t Statement) error {
	switch {
	case s.kind != t.kind:
		return fmt.Errorf("%s is described as %s and as %s", s.Name, min(s.kind, t.kind), max(s.kind, t.kind))
	case s.sum == t.sum, s.ahead, t.ahead:
		return nil
	case s.Main && t.Main || !s.class:
		return fmt.Errorf("%s %s is described twice, and not alike", s.kind, s.Name)
	case s.Main == t.Main: // two outlines
		return nil
	}
	whole, outline := s, t
	if t.Main {
		whole, outline = t, s
	}
	for _, x := range outline.held {
		if !slices.Contains(whole.held, x) {
			return fmt.Errorf("%s %s is needed, and is not in the description of %s", x.kind, x.name, s.Name)
		}
	}
	return nil
}

// withoutPlaces returns a declaration as JSON, without the places in it.
func withoutPlaces(d model.Decl) ([]byte, error) {
	b, err := json.Marshal(model.Decls{d})
	if err != nil {
		return nil, err
	}
	return dropPlaces(b), nil
}

// dropPlaces takes the places out of JSON that was written without white space; the order of what is left stays.
func dropPlaces(b []byte) []byte {
	out := b[:0:0]
	out = slices.Grow(out, len(b))
	for i := 0; i < len(b); {
		if b[i] != '"' {
			out = append(out, b[i])
			i++
			continue
		}
		end := text(b, i)
		if end < len(b) && b[end] == ':' {
			if key := string(b[i:end]); key == `"span"` || key == `"nameSpan"` {
				i = value(b, end+1)
				if i < len(b) && b[i] == ',' {
					i++
				} else if n := len(out); n > 0 && out[n-1] == ',' {
					out = out[:n-1]
				}
				continue
			}
		}
		out = append(out, b[i:end]...)
		i = end
	}
	return out
}

// text returns where a text ends that begins with the quote at i.
func text(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(b))
}

// value returns where a value ends.
func value(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = text(b, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}
