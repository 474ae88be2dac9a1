package template

import (
	"slices"
	"strings"
)

// lastName returns a name without what it is qualified by.
func lastName(name string) string { return name[strings.LastIndex(name, ":")+1:] }

// declarator returns the declarator of a function that has a name, or nil.
func (f *function) declarator(is func(full string) bool) *declarator {
	for i := range f.names {
		if is(join(f.scope, f.names[i].name)) {
			return &f.names[i]
		}
	}
	return nil
}

// main returns the declarator of a function of whatever name: the first behind a type.
func (f *function) main() *declarator {
	for i := range f.names {
		if len(f.result(&f.names[i], nil)) > 0 {
			return &f.names[i]
		}
	}
	return &f.names[0]
}

// isConstructor reports whether a name is that of a class twice.
func isConstructor(name string) bool {
	scope, last, ok := strings.Cut(name, "::")
	for ok && strings.Contains(last, "::") {
		scope, last, _ = strings.Cut(last, "::")
	}
	return ok && scope == last
}

// find returns the functions that implement what is wanted: those of its name, else the one with its key.
func (u *update) find(want *Function) []*function {
	wanted := headOf(want.Head)
	exactly := func(full string) bool { return full == want.Name }
	nearly := func(full string) bool {
		return !u.names[full] && (endsIn(full, want.Name) || strings.Contains(want.Name, "::") && endsIn(want.Name, full))
	}
	for _, is := range []func(string) bool{exactly, nearly} {
		var all []*function
		for _, f := range u.src.functions {
			d := f.declarator(is)
			if d == nil || u.used[f] || f.key != "" && f.key != want.Key && u.wanted[f.key] {
				continue
			}
			if f.declared && len(f.result(d, wanted.words)) == 0 && f.in == nil {
				continue // a macro with the name for an argument in front
			}
			if isConstructor(want.Name) && !sameFirst(f.parameters(d), wanted.parameters(&wanted.names[0])) {
				continue
			}
			all = append(all, f)
		}
		if len(all) > 0 {
			return u.twins(all, want, &wanted, is)
		}
	}
	for _, f := range u.src.functions {
		if f.key == want.Key && !u.used[f] {
			return []*function{f}
		}
	}
	return u.moved(want)
}

// moved returns the functions that implemented what is wanted when its class was in another module: their key has the same class and
// method, and scopes that no class of the file has any more.
func (u *update) moved(want *Function) []*function {
	if want.In != "" || u.mine == nil { // in C++ the class around them stays where it is
		return nil
	}
	var all []*function
	for _, f := range u.src.functions {
		if f.key == "" || u.used[f] || u.wanted[f.key] || u.mine(f.key) || methodOfClass(f.key) != methodOfClass(want.Key) {
			continue
		}
		if len(all) > 0 && all[0].key != f.key {
			return nil
		}
		all = append(all, f)
	}
	return all
}

// methodOfClass returns the last two names of a key.
func methodOfClass(key string) string {
	class, method := key[:max(0, strings.LastIndex(key, "::"))], lastName(key)
	return lastName(class) + "::" + method
}

// sameFirst reports whether the first parameters have one type: that tells constructors apart.
func sameFirst(a, b []parameter) bool {
	return len(a) > 0 && len(b) > 0 && a[0].typ == b[0].typ
}

// twins returns those of functions of one name that are one function: declarations of it, and what other arms of a conditional
// have in its place. In C that is all of them; in C++ functions of one name may be others.
func (u *update) twins(all []*function, want *Function, wanted *head, is func(string) bool) []*function {
	if !strings.Contains(want.Name, "::") {
		return all
	}
	typesOf := func(f *function) []string { return types(f.parameters(f.declarator(is))) }
	first := 0
	if i := slices.IndexFunc(all, func(f *function) bool { return f.key == want.Key }); i >= 0 {
		first = i
	} else if i := slices.IndexFunc(all, func(f *function) bool { return slices.Equal(typesOf(f), types(wanted.parameters(&wanted.names[0]))) }); i >= 0 {
		first = i
	}
	main := all[first]
	return slices.DeleteFunc(all, func(f *function) bool {
		return f != main && f.key != want.Key && !exclude(f.arms, main.arms) && !slices.Equal(typesOf(f), typesOf(main))
	})
}

// mentions returns what may make a wanted function that the file does not have, and where: a macro.
func (u *update) mentions(want *Function) (what string, at int) {
	short, method := lastName(want.Name), lastName(want.Key)
	for _, f := range u.src.functions {
		for i := range f.names {
			d := &f.names[i]
			if len(f.result(d, nil)) > 0 || want.In != "" && !f.isAbout(want.In) {
				continue
			}
			for _, w := range f.words[d.open:d.close] {
				if w.text == want.Name || w.text == short || w.text == method {
					return "the macro " + d.name + " may make it", f.words[d.first].from
				}
			}
		}
	}
	for _, m := range u.src.macros {
		for i, w := range wordsOf(m.text) { // # define NAME
			if i > 1 && w == want.Name || i == 2 && w == short {
				return "a macro makes something of its name", m.from
			}
		}
	}
	return "", 0
}

// isAbout reports whether something stands in a class, or outside of all and names it.
func (f *function) isAbout(class string) bool {
	if f.in != nil {
		return f.in.name == class || endsIn(f.in.name, class) || endsIn(class, f.in.name)
	}
	return slices.ContainsFunc(f.words, func(w word) bool { return w.text == lastName(class) })
}

// wordsOf returns the words of a preprocessor line: its sign, its verb and so on.
func wordsOf(line string) []string {
	r := &reader{src: []byte(line)}
	all := []string{"#"}
	r.at = 1
	for {
		w, ok, err := r.next()
		if !ok || err != nil {
			return all
		}
		all = append(all, w.text)
	}
}

// refresh brings comment and head of a function up to date.
func (u *update) refresh(have *function, want *Function) {
	wanted := headOf(want.Head)
	var d *declarator
	if len(wanted.names) > 0 {
		d = have.named(want)
	}
	told := want.Told && have.key == want.Key
	if have.key != "" && u.replaceComment(have, *want) {
		u.noted(want.Key)
		told = false
	}
	if d == nil {
		return
	}
	if want.Kept != "" && slices.ContainsFunc(have.words[:d.first], func(w word) bool { return w.is("&") }) {
		kept := *want
		kept.Head = want.Kept
		want, wanted = &kept, headOf(want.Kept)
	}
	edits, problem := u.headEdits(have, d, &wanted, &wanted.names[0], want, told)
	if problem != "" {
		u.left(want, have.from, problem, "make it: "+want.Head)
		return
	}
	if len(edits) > 0 {
		u.edits = append(u.edits, edits...)
		u.noted(want.Key)
	}
}

// named returns the declarator of what is wanted in a function that implements it, under whatever name.
func (f *function) named(want *Function) *declarator {
	d := f.declarator(func(full string) bool { return full == want.Name })
	if d == nil {
		d = f.declarator(func(full string) bool { return lastName(full) == lastName(want.Name) })
	}
	if d == nil {
		d = f.main()
	}
	return d
}

func (u *update) meant(ps []parameter) []parameter {
	for i := range ps {
		ps[i].typ = u.meaning(ps[i].typ)
	}
	return ps
}

// spelt gives the types of parameters that say what wanted ones say, in C++ with less in front of a name, their texts.
func spelt(have, want []parameter) {
	for i := range have {
		for _, w := range want {
			if sameType(have[i].typ, w.typ) {
				have[i].typ = w.typ
				break
			}
		}
	}
}

// sameType reports whether two types are one whose names the first may qualify by less: int16_t is std::int16_t.
func sameType(have, want string) bool {
	if have == want {
		return true
	}
	h, w := qualifiedWords(have), qualifiedWords(want)
	return slices.EqualFunc(h, w, func(a, b string) bool { return a == b || endsIn(b, a) })
}

// qualifiedWords returns the words of a type, each name with all that it is qualified by.
func qualifiedWords(typ string) []string {
	var all []string
	joins := false
	for w := range strings.FieldsSeq(typ) {
		switch n := len(all); {
		case joins, w == "::" && n > 0 && (isLetter(all[n-1][0]) || all[n-1][0] == ':') && !keywords[all[n-1]]:
			all[n-1] += w
		default:
			all = append(all, w)
		}
		joins = w == "::"
	}
	return all
}

// saysAmong reports whether words say a type, and beside it nothing but names, which are the author's macros.
func (h *head) saysAmong(at []int, typ []string) bool {
	all := strings.Fields(texts(h.words, at))
	for i := 0; len(typ) > 0 && i+len(typ) <= len(all); i++ {
		if !slices.Equal(all[i:i+len(typ)], typ) {
			continue
		}
		rest := append(slices.Clone(at[:i]), at[i+len(typ):]...)
		if !slices.ContainsFunc(rest, func(j int) bool { return !h.words[j].names() }) {
			return true
		}
	}
	return false
}

// leads reports whether the type of a result is a name, and another name beside it that may be meant as well.
func (h *head) leads(d *declarator, result []int) bool {
	if len(result) == 0 || !h.words[result[0]].names() {
		return false
	}
	plain := func(i int) bool {
		return i >= 0 && i < d.first && h.words[i].names() && !h.words[i].isMacro() && !specifiers[h.words[i].text]
	}
	return plain(result[0]-1) || plain(result[len(result)-1]+1)
}

// headEdits returns how a head becomes what it should say, or why that is not to be done here. With told nothing changed since the author
// saw to it.
func (u *update) headEdits(have *function, d *declarator, wanted *head, w *declarator, want *Function, told bool) ([]edit, string) {
	result, wantResult := have.result(d, wanted.words), wanted.result(w, wanted.words)
	hp, wp := u.meant(have.parameters(d)), u.meant(wanted.parameters(w))
	spelt(hp, wp)
	renamed := lastName(d.name) != lastName(w.name)
	sameResult := sameType(u.meaning(texts(have.words, result)), u.meaning(texts(wanted.words, wantResult)))
	if !sameResult {
		sameResult = have.saysAmong(have.leading(d, wanted.words), strings.Fields(texts(wanted.words, wantResult)))
	}
	named, _ := u.told(have, want, hp, wp)
	of := pairs(named, wp)
	sameParameters := slices.Equal(types(hp), types(wp)) && (told || stay(of))
	if have.old {
		if renamed || !told && !stay(of) || !says(have.words, append(strings.Fields(texts(wanted.words, wantResult)), strings.Fields(strings.Join(types(wp), " "))...)) {
			return nil, "its head has the types of its parameters behind the parentheses"
		}
		return nil, ""
	}
	if !renamed && sameResult && sameParameters {
		return nil, ""
	}
	switch {
	case told && !renamed && len(hp) == len(wp):
		return nil, "its types are others than those of the IDL, which did not change"
	case slices.ContainsFunc(hp, func(p parameter) bool { return u.isMadeByMacro(p, wp) }):
		return nil, "a macro makes its parameters"
	case len(result) == 0 && len(wantResult) > 0:
		return nil, "a macro makes its head"
	case !have.plain:
		return nil, "preprocessor lines stand within its head"
	case d.wrapped && !have.words[d.first-1].is("("):
		return nil, "its result is a function"
	case !sameResult && have.leads(d, result):
		return nil, "it is not plain which of the words in front of its name are a type"
	case !sameResult && len(result) > 0 && result[len(result)-1]-result[0] != len(result)-1:
		return nil, "other words stand within the type of its result"
	}
	var edits []edit
	if renamed {
		at := have.words[d.last]
		edits = append(edits, edit{at.from, at.to, lastName(w.name)})
	}
	if !sameResult {
		if len(wantResult) == 0 {
			return nil, "it has a result"
		}
		edits = append(edits, u.resultEdit(have, d, result, want.Head[wanted.words[wantResult[0]].from:wanted.words[wantResult[len(wantResult)-1]].to]))
	}
	if !sameParameters {
		if valueInFront(hp, of) {
			return nil, "a parameter that has a value of its own would stand in front of one that has none"
		}
		from, to := have.words[d.open].to, have.words[d.close].from
		fresh := listOf(want.Head, wanted.words[w.open].to, wanted.words[w.close].from, wp)
		text, ok := u.aligned(listOf(string(u.old), from, to, hp), u.freed(have, hp, fresh, of), of)
		if !ok {
			return nil, "its parameters have values of their own that may be meant otherwise"
		}
		edits = append(edits, edit{from, to, text})
	}
	return edits, ""
}

// valueInFront reports whether of the parameters that are to be, one that has a default is followed by one that has none.
func valueInFront(have []parameter, of []int) bool {
	value := false
	for _, at := range of {
		if at >= 0 && have[at].value {
			value = true
		} else if value {
			return true
		}
	}
	return false
}

// isMadeByMacro reports whether what seems to be a parameter without a name is a macro.
func (u *update) isMadeByMacro(p parameter, want []parameter) bool {
	if p.name.text != "" || len(p.before) == 0 || slices.ContainsFunc(want, func(w parameter) bool { return w.typ == p.typ }) {
		return false
	}
	first := p.before[0]
	if len(p.before) > 1 && !p.before[1].is("(") {
		return false
	}
	return first.isMacro() || slices.ContainsFunc(u.src.macros, func(m word) bool {
		ws := wordsOf(m.text) // # define NAME
		return len(ws) > 2 && ws[2] == first.text
	})
}

// resultEdit replaces the type of a result, and mends the blanks behind it.
func (u *update) resultEdit(have *function, d *declarator, at []int, text string) edit {
	from, last := have.words[at[0]].from, at[len(at)-1]
	to := have.words[last].to
	if last < d.first {
		next := have.words[last+1].from
		if gap := string(u.old[to:next]); strings.Trim(gap, " ") == "" {
			to = next
			if !strings.HasSuffix(text, "*") && !strings.HasSuffix(text, "&") {
				text += " "
			}
		}
	}
	return edit{from, to, text}
}
