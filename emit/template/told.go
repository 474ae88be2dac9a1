package template

import (
	"slices"
	"strings"
)

// told gives the parameters of a head the names that the IDL had for them, as the comment in front of it tells, where their author calls
// them something else: so they stay what they are where the IDL moves them. It reports whether one of them may be another of the IDL's, since
// nothing tells. A head that says what the IDL says is newer than its comment.
func (u *update) told(have *function, want *Function, hp, wp []parameter) (named []parameter, doubt bool) {
	text := comment(want, "")
	is := toldNames(text)
	if len(is) == 0 {
		return hp, false
	}
	// An initializer's in C++ lack the first one that is told, whose name another may have with what C++ needs behind it.
	front := slices.IndexFunc(wp, func(p parameter) bool { return isTold(p, is[0]) })
	if front < 0 || front > len(hp) || front+len(is) > len(wp) || slices.EqualFunc(hp, wp, func(h, w parameter) bool { return h.typ == w.typ && sameName(h, w) }) {
		return hp, false
	}
	hp = slices.Clone(hp)
	for i, p := range wp[:front] { // the receiver and the environment, whatever they are called
		if hp[i].typ == p.typ {
			hp[i].name.text = p.name.text
		}
	}
	mine, theirs := hp[front:], wp[front:]
	inUse := func(i int) bool { return hp[front+i].name.text != "" }
	var was []string
	if have.key != "" {
		was = u.tells(string(u.old[have.comment:have.commentEnd]), text, len(mine), len(theirs)-len(is))
	}
	if was == nil {
		return hp, inDoubt(mine, theirs, inUse)
	}
	named = slices.Clone(hp)
	for i, name := range was {
		is := &named[front+i].name.text
		*is = "\x00" + name // which none has
		if at := slices.IndexFunc(theirs, func(p parameter) bool { return isTold(p, name) }); at >= 0 {
			*is = theirs[at].name.text
		}
	}
	return named, inDoubt(named[front:front+len(was)], theirs[:len(is)], inUse)
}

// tells returns the names of the parameters that an old comment tells, or nil if the head in front of which it stands has not as many
// and, as results that are passed back, others behind them.
func (u *update) tells(old, now string, have, others int) []string {
	was := toldNames(old)
	result := func(comment string) string {
		front, _, _ := strings.Cut(comment, "(")
		_, front, _ = strings.Cut(front, ": ")
		return front
	}
	switch rest := have - len(was); {
	case rest == others, result(old) != result(now) && (rest == 0 || rest == 1):
		return was
	}
	return nil
}

// inDoubt reports whether nothing tells of a function's parameters which are which of the IDL's.
func (u *update) inDoubt(have *function, want *Function) bool {
	wanted := headOf(want.Head)
	if len(wanted.names) == 0 || have.declared || have.old {
		return false
	}
	hp, wp := u.meant(have.parameters(have.named(want))), u.meant(wanted.parameters(&wanted.names[0]))
	spelt(hp, wp)
	_, doubt := u.told(have, want, hp, wp)
	return doubt
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
