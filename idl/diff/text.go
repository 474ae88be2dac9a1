package diff

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// A Style says how changes are shown.
type Style struct {
	Colour bool // with the escape sequences of a terminal
	Brief  bool // a line a change, without why and what to do
}

// The colours of verdicts.
var paints = map[Verdict]string{Break: "\x1b[1;31m", Caution: "\x1b[1;33m", OK: "\x1b[32m"}

func (st Style) paint(escape, s string) string {
	if !st.Colour || escape == "" {
		return s
	}
	return escape + s + "\x1b[0m"
}

// Render writes changes for people, those of one declaration together. A change is a line
//
//	verdict  message [code, numbers]
//
// with the worst verdict of those that kinds asks for, followed by where it is in both
// releases, the verdict of each view, why, and what to do.
func Render(w io.Writer, r *Result, kinds Kinds, st Style) error {
	b := bufio.NewWriter(w)
	group := ""
	for i, c := range r.Changes {
		if i == 0 || c.Group != group {
			if i > 0 && !st.Brief {
				fmt.Fprintln(b)
			}
			group = c.Group
			fmt.Fprintln(b, st.paint("\x1b[1m", printable(group)))
		}
		v := kinds.Worst(c.Impact)
		tag := c.Code
		if len(c.Numbers) > 0 {
			tag += ", " + strings.Join(c.Numbers, " ")
		}
		if c.Silent {
			tag += ", in silence"
		}
		fmt.Fprintf(b, "  %s  %s [%s]\n", st.paint(paints[v], fmt.Sprintf("%-10s", v)), printable(within(c)+c.Message), tag)
		if st.Brief {
			continue
		}
		fmt.Fprintf(b, "      %s\n", places(c.Old, c.New))
		fmt.Fprintf(b, "      %s\n", views(c.Impact, st))
		fmt.Fprintf(b, "      %s\n", c.Why)
		if c.Do != "" && v > OK {
			fmt.Fprintf(b, "      %s: %s\n", st.paint("\x1b[1;32m", "do"), c.Do)
		}
	}
	return b.Flush()
}

// within returns what of the group a message is about, as far as the message does not say it.
func within(c Change) string {
	rest, ok := strings.CutPrefix(c.Name, c.Group+"::")
	if !ok {
		return ""
	}
	if last := lastName(rest); slices.Contains(strings.FieldsFunc(c.Message, notInName), last) {
		rest = strings.TrimSuffix(strings.TrimSuffix(rest, last), "::")
	}
	if rest == "" {
		return ""
	}
	return rest + ": "
}

func notInName(r rune) bool { return r == ' ' || r == ':' || r == ',' }

func places(old, new diag.Span) string {
	show := func(s diag.Span) string {
		if !s.IsValid() {
			return "(not there)"
		}
		return printable(s.String())
	}
	return show(old) + " -> " + show(new)
}

// views writes the verdicts: those of the three kinds of source apart only where they differ.
func views(i Impact, st Style) string {
	verdict := func(v Verdict) string { return st.paint(paints[v], v.String()) }
	s := "wire: " + verdict(i.Wire) + " · source: "
	if i.Client == i.Servant && i.Servant == i.Subclass {
		s += verdict(i.Client)
	} else {
		s += "clients " + verdict(i.Client) + ", servants " + verdict(i.Servant) + ", subclasses " + verdict(i.Subclass)
	}
	return s + " · binary: " + verdict(i.Binary)
}

// printable replaces what a terminal would obey: names and paths come from elsewhere.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

// Kinds says which views are asked about; none of them is all of them.
type Kinds struct {
	Wire, Source, Binary bool
}

// Worst returns the worst verdict of the views that are asked about.
func (k Kinds) Worst(i Impact) Verdict {
	if k == (Kinds{}) {
		k = Kinds{true, true, true}
	}
	v := None
	if k.Wire {
		v = max(v, i.Wire)
	}
	if k.Source {
		v = max(v, i.Source())
	}
	if k.Binary {
		v = max(v, i.Binary)
	}
	return v
}
