package template

import (
	"slices"
	"strings"
)

// asTold gives the parameters of a head the names that the IDL had for them, as the comment in front of it tells, where their author calls
// them something else: so they stay what they are where the IDL moves them.
func (u *update) asTold(have *function, want *Function, hp, wp []parameter) []parameter {
	if have.key != want.Key {
		return hp
	}
	was, is := toldNames(string(u.old[have.comment:have.commentEnd])), toldNames(comment(want, ""))
	if len(was) == 0 || len(is) == 0 || slices.Equal(was, is) {
		return hp
	}
	front := slices.IndexFunc(wp, func(p parameter) bool { return isTold(p, is[0]) })
	if front < 0 || front+len(was) > len(hp) {
		return hp
	}
	named := slices.Clone(hp)
	for i, name := range was {
		if at := slices.IndexFunc(wp, func(p parameter) bool { return isTold(p, name) }); at >= 0 && slices.Contains(is, name) {
			named[front+i].name.text = wp[at].name.text
		}
	}
	return named
}

// untold reports whether no comment tells the parameters of a function, which have names of its author's own, so that one may be another.
func (u *update) untold(have *function, d *declarator, wanted *head, want *Function) bool {
	is := toldNames(comment(want, ""))
	if len(is) == 0 || have.declared || have.old || have.key != "" && len(toldNames(string(u.old[have.comment:have.commentEnd]))) > 0 {
		return false
	}
	hp, wp := u.meant(have.parameters(d)), u.meant(wanted.parameters(&wanted.names[0]))
	spelt(hp, wp)
	front := slices.IndexFunc(wp, func(p parameter) bool { return isTold(p, is[0]) })
	if front < 0 || front > len(hp) {
		return false
	}
	hp = hp[front:]
	return inDoubt(hp, wp[front:], func(i int) bool { return hp[i].name.text != "" })
}

// isTold reports whether a parameter has a name of the IDL, or that with what the target needs behind it.
func isTold(p parameter, name string) bool {
	rest, ok := strings.CutPrefix(p.name.text, name)
	return ok && strings.Trim(rest, "_") == ""
}

// toldNames returns the names of the parameters in the declaration that a comment tells, void bark(in long volume).
func toldNames(comment string) []string {
	var names []string
	for _, words := range toldWords(comment) {
		names = append(names, words[len(words)-1])
	}
	return names
}

// toldWords returns the words of each of those parameters.
func toldWords(comment string) [][]string {
	_, text, _ := strings.Cut(comment, "(")
	var all [][]string
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case c == '<' || c == '(':
			depth++
		case c == '>' || c == ')' && depth > 0:
			depth--
		case c == ',' && depth == 0 || c == ')':
			words := strings.Fields(text[from:i])
			if len(words) == 0 {
				return all
			}
			all, from = append(all, words), i+1
			if c == ')' {
				return all
			}
		}
	}
	return nil
}
