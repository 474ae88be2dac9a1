package template

import "slices"

// freed gives the new ones of wanted parameters, those of which of says -1, names that are free in the function that gets them: none that
// a parameter has which stays, that the file has a macro for, or that the body uses, for what that means would become another.
func (u *update) freed(have *function, hp []parameter, wanted list, of []int) list {
	wanted.parameters = slices.Clone(wanted.parameters)
	var used map[string]bool
	for i := range wanted.parameters {
		p := &wanted.parameters[i]
		if of[i] >= 0 || p.name.text == "" {
			continue
		}
		if used == nil {
			used = u.usedBy(have, hp, of)
		}
		at := p.name.to - p.from
		name := p.name.text
		for used[name] || slices.ContainsFunc(wanted.parameters, func(q parameter) bool { return q.name != p.name && q.name.text == name }) {
			name += "_"
			p.core = p.core[:at] + "_" + p.core[at:]
			at++
		}
		used[name] = true
	}
	return wanted
}

// usedBy returns the names that no new parameter of a function may have.
func (u *update) usedBy(f *function, hp []parameter, of []int) map[string]bool {
	used := map[string]bool{}
	for _, at := range of {
		if at >= 0 {
			used[hp[at].name.text] = true
		}
	}
	for _, m := range u.src.macros {
		if ws := wordsOf(m.text); len(ws) > 2 { // # define NAME
			used[ws[2]] = true
		}
	}
	r := &reader{src: u.old[:f.end], at: f.body}
	member := false
	for {
		w, ok, err := r.next()
		if !ok || err != nil {
			return used
		}
		switch {
		case w.kind == directive:
			if ws := wordsOf(w.text); len(ws) > 2 {
				for _, text := range ws[2:] {
					used[text] = true
				}
			}
		case w.kind == name && !member:
			used[w.text] = true
		}
		if w.kind != remark {
			member = w.is(".") || w.is("->") || w.is("::")
		}
	}
}
