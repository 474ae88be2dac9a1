package matrix

import (
	"fmt"
	"slices"
	"strings"
)

// A Demand is a failure that the specification wants: the cases that may end in it, in which versions of GIOP, and as what.
type Demand struct {
	Cases      []string
	Versions   []string
	Exceptions []string // one of these is raised
	Clause     string   // of CORBA 3.3, part 2
	Note       string   // what else fails for the same reason; empty: nothing
}

// Demands are all of them. An outcome "expected" that none of them has is a failure like any other.
var Demands = []Demand{
	{
		// A profile of IIOP 1.0 has no components and so names no code set for wide characters: INV_OBJREF, minor 1, from a client
		// that looks; MARSHAL, minor 5 and 6, where they were sent regardless; BAD_PARAM, minor 23, where no context announced them.
		Cases:      []string{"wchar", "wstring", "widetag", "any_wide", "constants_wide", "types_wide"},
		Versions:   []string{"1.0"},
		Exceptions: []string{"INV_OBJREF", "MARSHAL", "BAD_PARAM"},
		Clause:     "7.10.2.6 (code set negotiation), 9.3.1.6 (wide characters)",
	},
	{
		// A char is one octet in the transmission code set: 0xe4 has none in UTF-8, which is native to this project. In GIOP 1.0 nothing
		// is negotiated.
		Cases:      []string{"char_latin1"},
		Versions:   []string{"1.1", "1.2"},
		Exceptions: []string{"DATA_CONVERSION"},
		Clause:     "7.10.2.6 (DATA_CONVERSION), 9.3.1.6 (char)",
		Note: "This project's references name UTF-8 as the native set, which omniORB's and Combat's clients take. The TypeCode of a union " +
			"with such a label (`case '\\344'`) cannot come from omniORB for the same reason: it writes the label as it does a char. " +
			"Why ISO 8859-1 is not native, and how a program makes it so, docs/design.md says.",
	},
}

// demanded reports whether a failure of a case with that exception is what the specification wants in that version.
func demanded(name, version, exception string) bool {
	return slices.ContainsFunc(Demands, func(d Demand) bool {
		return slices.Contains(d.Cases, name) && slices.Contains(d.Versions, version) && slices.Contains(d.Exceptions, exception)
	})
}

func (d Demand) text() string {
	text := fmt.Sprintf("- `%s` in GIOP %s: %s. CORBA 3.3 part 2, %s.", strings.Join(d.Cases, "` `"), strings.Join(d.Versions, " and "),
		strings.Join(d.Exceptions, " or "), d.Clause)
	if d.Note != "" {
		text += " " + d.Note
	}
	return text + "\n"
}
