package ior

import (
	"strings"

	"github.com/opendsom/dsom/exc"
)

// A NameComponent is a step in a name of the naming service (CosNaming::NameComponent).
type NameComponent struct{ ID, Kind string }

// A Name is a path through naming contexts (CosNaming::Name).
type Name []NameComponent

// ParseName parses a stringified name, such as bank/main.account: components separated by
// slashes, id and kind by a dot, and a backslash before a slash, dot or backslash that is
// part of them (naming service 1.3, clause 2.4). "." alone is a component whose id and kind
// are empty. An empty string is no name.
func ParseName(s string) (Name, error) {
	if s == "" {
		return nil, nameError(s, "it is empty")
	}
	var n Name
	var c NameComponent
	var part strings.Builder
	kind, some := false, false // a dot was seen; anything was
	end := func() string {
		switch {
		case !some:
			return "a component is empty (two slashes together, or one at an end)"
		case kind:
			c.Kind = part.String()
			if c.Kind == "" && c.ID != "" {
				return "a component ends with a dot: leave the dot out where there is no kind"
			}
		default:
			c.ID = part.String()
		}
		n = append(n, c)
		c, kind, some = NameComponent{}, false, false
		part.Reset()
		return ""
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i == len(s) || s[i] != '/' && s[i] != '.' && s[i] != '\\' {
				return nil, nameError(s, "a backslash stands before something else than / . or \\")
			}
			part.WriteByte(s[i])
			some = true
		case '/':
			if why := end(); why != "" {
				return nil, nameError(s, why)
			}
		case '.':
			if kind {
				return nil, nameError(s, "a component has two dots: write \\. for a dot that is part of it")
			}
			c.ID = part.String()
			part.Reset()
			kind, some = true, true
		default:
			part.WriteByte(s[i])
			some = true
		}
	}
	if why := end(); why != "" {
		return nil, nameError(s, why)
	}
	return n, nil
}

func nameError(s, why string) error {
	return exc.New(exc.BadParam, exc.MinorBadSchemeSpecific, exc.No, "name %q: %s", s, why)
}

// String returns the stringified name; ParseName gives n back unless n is empty.
func (n Name) String() string {
	var b strings.Builder
	for i, c := range n {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(c.String())
	}
	return b.String()
}

// String returns the component as it stands in a stringified name.
func (c NameComponent) String() string {
	if c.Kind == "" && c.ID != "" {
		return escapeName(c.ID)
	}
	return escapeName(c.ID) + "." + escapeName(c.Kind)
}

var nameEscaper = strings.NewReplacer(`\`, `\\`, `/`, `\/`, `.`, `\.`)

func escapeName(s string) string { return nameEscaper.Replace(s) }
