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
	Name  string // scoped, as "Zoo::Dog"
	Main  bool   // it is in a main file
	kind  string
	class bool              // an interface
	sum   [sha256.Size]byte // of all of it, without places
	held  []declared        // in a class; of an outline what somebody needs
}

// Statements returns what a specification says of each name that is not within an interface, a struct or the like. Modules say nothing by themselves, and
// forward declarations are not among it.
func Statements(spec *model.Spec) ([]Statement, error) {
	var out []Statement
	var take func(ds model.Decls) error
	take = func(ds model.Decls) error {
		for _, d := range ds {
			switch d := d.(type) {
			case *model.Module:
				if err := take(d.Decls); err != nil {
					return err
				}
				continue
			case *model.Forward:
				continue
			}
			text, err := withoutPlaces(d)
			if err != nil {
				return err
			}
			s := Statement{Name: d.About().ScopedName(), Main: d.About().IsMain(), kind: d.Kind(), sum: sha256.Sum256(text)}
			if i, ok := d.(*model.Interface); ok {
				s.class = true
				for _, x := range i.Decls {
					switch x.(type) {
					case *model.Operation, *model.Attribute:
						continue
					}
					s.held = append(s.held, declared{x.About().Name, x.Kind()})
				}
			}
			out = append(out, s)
		}
		return nil
	}
	return out, take(spec.Decls)
}

// Same reports whether two statements are one, wherever it was read.
func (s Statement) Same(t Statement) bool { return s.Main == t.Main && s.sum == t.sum }

// Contradicts returns what is wrong with two statements about one name, nil if Merge takes both: if they are alike, or one is the outline of a class that the
// other has in full.
func (s Statement) Contradicts(t Statement) error {
	switch {
	case s.sum == t.sum:
		return nil
	case s.Main && t.Main || !s.class || s.kind != t.kind:
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
