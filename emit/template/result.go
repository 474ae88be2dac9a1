package template

import (
	"slices"
	"strings"
)

// isMacro reports whether a word looks like the name of a macro.
func (w word) isMacro() bool {
	return w.kind == name && len(w.text) > 1 && strings.ToUpper(w.text) == w.text && strings.ContainsFunc(w.text, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

// result returns the words of the type that a function returns: their places in the head. Attributes, specifiers and what looks
// like a macro, unless it is among known, are no part of it.
func (h *head) result(d *declarator, known []word) []int {
	return h.typeAmong(h.leading(d, known), d)
}

// leading returns those words of result, and others in front of the name that may be macros.
func (h *head) leading(d *declarator, known []word) []int {
	var all []int
	ws := h.words
	end := d.first
	if d.wrapped {
		end--
	}
	for i := 0; i < end; i++ {
		w := ws[i]
		switch next := i + 1; {
		case withParentheses[w.text] || w.names() && next < end && ws[next].is("("):
			if next < end && ws[next].is("(") {
				i = closing(ws, next)
			}
		case w.is("["):
			i = closing(ws, i)
		case w.text == "template" && next < end && ws[next].is("<"):
			if i = closingAngle(ws, next); i < 0 {
				return nil
			}
		case w.kind == literal, specifiers[w.text]:
		case w.isMacro() && !slices.ContainsFunc(known, func(k word) bool { return k.text == w.text }):
		default:
			all = append(all, i)
		}
		if i < 0 {
			return nil
		}
	}
	return all
}

// basic are words of which the types of C are made.
var basic = set("void bool char short int long float double signed unsigned auto wchar_t char8_t char16_t char32_t _Bool")

// typeAmong returns those of words that are a type: what else stands in front of a name, or between the two, is a macro of
// the author's that does not look like one.
func (h *head) typeAmong(at []int, d *declarator) []int {
	if arrow := h.arrow(d); arrow > 0 && len(at) == 1 && h.words[at[0]].text == "auto" {
		var all []int
		for i := arrow + 1; i < len(h.words); i++ {
			if t := h.words[i].text; t == "override" || t == "final" || t == "try" || t == "requires" || h.words[i].is("[") && i+1 < len(h.words) && h.words[i+1].is("[") {
				break
			}
			all = append(all, i)
		}
		return all
	}
	is := func(i int, texts ...string) bool { return slices.Contains(texts, h.words[at[i]].text) }
	end := len(at)
	for {
		base := end - 1
		for base >= 0 && is(base, "*", "&", "const", "volatile", "restrict") {
			base--
		}
		if base < 0 {
			return at
		}
		first := base
		switch w := h.words[at[base]]; {
		case basic[w.text]:
			for first > 0 && basic[h.words[at[first-1]].text] {
				first--
			}
		case w.kind == name || w.is(">"):
			first = h.nameBefore(at, base)
			if first > 0 && base == end-1 && basic[h.words[at[first-1]].text] {
				end = first // void CALL f()
				continue
			}
			if first > 0 && is(first-1, "struct", "class", "union", "enum", "typename") {
				first--
			}
		default:
			return at
		}
		for first > 0 && is(first-1, "const", "volatile") {
			first--
		}
		for _, i := range at[:first] {
			if h.words[i].kind != name {
				return at
			}
		}
		return at[first:end]
	}
}

// nameBefore returns where a name begins with all that it is qualified by, which ends at a place among words.
func (h *head) nameBefore(at []int, end int) int {
	word := func(i int) word { return h.words[at[i]] }
	first := end
	for {
		if word(first).is(">") {
			depth := 0
			for ; first > 0; first-- {
				if word(first).is(">") {
					depth++
				} else if word(first).is("<") {
					if depth--; depth == 0 {
						break
					}
				}
			}
			first = max(0, first-1)
		}
		if first == 0 || !word(first-1).is("::") {
			return first
		}
		if first--; first == 0 || word(first-1).kind != name && !word(first-1).is(">") {
			return first
		}
		first--
	}
}

// arrow returns where the type behind the parameters begins, or 0.
func (h *head) arrow(d *declarator) int {
	for i := d.close + 1; i < len(h.words); i++ {
		switch {
		case h.words[i].is("("):
			if i = closing(h.words, i); i < 0 {
				return 0
			}
		case h.words[i].is("->"):
			return i
		case h.words[i].is(":"), h.words[i].is("="):
			return 0
		}
	}
	return 0
}
