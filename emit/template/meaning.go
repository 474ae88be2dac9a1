package template

import (
	"slices"
	"strings"
)

// meaning returns what a type is, where it has another name too: one that the generator knows, one that the file itself gives it, or
// another order of the words of C.
func (u *update) meaning(typ string) string {
	if is, ok := u.types[typ]; ok {
		return is
	}
	var all []string
	for w := range strings.FieldsSeq(typ) {
		is, ok := u.src.aliases[w]
		if n := len(all); !ok || n > 0 && all[n-1] == "::" {
			is = w
		}
		all = append(all, strings.Fields(is)...)
	}
	if plain := strings.Join(plainly(all), " "); plain != typ {
		if is, ok := u.types[plain]; ok {
			return is
		}
		return plain
	}
	return typ
}

// fixed are the types of a fixed width that numbers of C are wherever the kernel is built.
var fixed = map[string]string{"short": "int16_t", "unsigned short": "uint16_t", "int": "int32_t", "unsigned": "uint32_t", "unsigned char": "uint8_t"}

// plainly returns the words of a type with those of a number in C in one order, and without those that mean nothing.
func plainly(words []string) []string {
	isNumber := func(w string) bool {
		return w == "char" || w == "short" || w == "int" || w == "long" || w == "signed" || w == "unsigned"
	}
	first := slices.IndexFunc(words, isNumber)
	if first < 0 {
		return words
	}
	end := first
	for end < len(words) && isNumber(words[end]) {
		end++
	}
	number := slices.Clone(words[first:end])
	if !slices.Contains(number, "char") {
		number = slices.DeleteFunc(number, func(w string) bool { return w == "signed" })
	}
	if len(number) == 0 {
		number = []string{"int"}
	} else if len(number) > 1 {
		number = slices.DeleteFunc(number, func(w string) bool { return w == "int" })
	}
	slices.SortFunc(number, func(a, b string) int { return strings.Compare(b, a) }) // unsigned first, and long behind it
	if is, ok := fixed[strings.Join(number, " ")]; ok {
		number = []string{is}
	}
	return slices.Concat(words[:first], number, words[end:])
}

const maxAlias = 32 // words of what gives a type another name

// aliases returns the types to which a text gives names of its own, if these mean one thing wherever they are: of plain types alone,
// since const and an asterisk of a name belong together otherwise than those of a text.
func aliases(words []word) map[string]string {
	all, twice := map[string]string{}, map[string]bool{}
	add := func(called word, typ []word) {
		var is []string
		for _, w := range typ {
			if w.kind != name && !w.is("::") || w.text == "const" || w.text == "volatile" || w.text == "struct" || w.text == "union" || w.text == "enum" {
				twice[called.text] = true
			}
			is = append(is, w.text)
		}
		text := strings.Join(is, " ")
		if was, ok := all[called.text]; ok && was != text || len(is) == 0 {
			twice[called.text] = true
		}
		all[called.text] = text
	}
	for i, w := range words {
		if w.text != "typedef" && w.text != "using" {
			continue
		}
		end := slices.IndexFunc(words[i:min(len(words), i+maxAlias)], func(w word) bool { return w.is(";") })
		if end < 3 {
			continue
		}
		switch to := i + end; {
		case w.text == "typedef" && words[to-1].names():
			add(words[to-1], words[i+1:to-1])
		case w.text == "using" && words[i+1].names() && words[i+2].is("="):
			add(words[i+1], words[i+3:to])
		}
	}
	for called := range twice {
		delete(all, called)
	}
	for called, is := range all { // names of names
		for range len(all) {
			next, ok := all[is]
			if !ok || next == is {
				break
			}
			is = next
		}
		all[called] = is
	}
	return all
}
