package rrbc_test

import (
	"fmt"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// What attributes hold that own memory, by the word of the attribute: a value in C, in C++, and how what was got is looked at and ended in C.

// keeping are edits which give Animal an attribute of each kind that owns memory, with these modifiers.
func keeping(modifiers string) []edit {
	return []edit{{"// Keepers.", "struct Tag { string since; }; typedef sequence<string> Box;"},
		{"long drink(in long n);", "long drink(in long n); attribute string called; attribute Tag limbs; attribute Box scars; attribute Animal mate;"},
		{"digest, drink;", "digest, drink, _get_called, _set_called, _get_limbs, _set_limbs, _get_scars, _set_scars, _get_mate, _set_mate;" + modifiers}}
}

// byHand are the modifiers of attributes whose get methods their author writes.
const byHand = " called: noget; limbs: noget; scars: noget; mate: noget;"

// keeps reports whether a method gets an attribute that owns memory.
func keeps(m *model.Method) bool {
	return m.Attribute != nil && !m.Set && cabi.Owns(m.Attribute.Type)
}

// gotC is the body of a get method that an author has written in C: who owns the result says its head, and the manual.
func (r *release) gotC(i *model.Interface, m *model.Method) string {
	at := fmt.Sprintf("%s_data(self)->%s", cname(i), m.Attribute.Name)
	callers := m.Owner("") == model.CallerOwned
	switch form := cabi.FormOf(m.Attribute.Type); {
	case form == cabi.Aggregate && callers:
		return fmt.Sprintf("\t(void)ev, (void)%s_%s_copy(result, &%s);\n", r.words["Zoo"], m.Attribute.Type.Decl.About().Name, at)
	case form == cabi.Aggregate:
		return fmt.Sprintf("\t(void)ev;\n\t*result = %s;\n", at)
	case form == cabi.Text && callers:
		return fmt.Sprintf("\t(void)ev;\n\treturn som_string_copy(%s);\n", at)
	case form == cabi.Object && callers:
		return fmt.Sprintf("\t(void)ev;\n\treturn som_retain(%s);\n", at)
	}
	return fmt.Sprintf("\t(void)ev;\n\treturn %s;\n", at)
}

// keepC writes the step in which an attribute is set, and got twice; what the client owns it ends.
func (s step) keepC(d *drawing, line func(format string, args ...any)) {
	m := s.of.FindMethod(s.method)
	typ := m.Attribute.Type
	get, set := calling(s.of, s.method), calling(s.of, "_set_"+m.Attribute.Name)
	callers := m.Owner("") == model.CallerOwned
	label := s.label()
	line("if (o) {")
	switch cabi.FormOf(typ) {
	case cabi.Object:
		line("\tsom_ref given = %s_new(&ev), other = %[1]s_new(&ev);", cname(typ.Decl.(*model.Interface)))
		line("\tsom_weak *w = som_weak_new(given, &ev);")
		line("\t%s(o, &ev, given); som_release(given);", set)
		for range 2 {
			line("\t{ som_ref got = %s(o, &ev); som_ref there = som_weak_get(w); printf(\"%%s %%s\\n\", %q, there && got == there ? \"is there\" : \"is another\"); som_release(there);", get, label)
			if callers {
				line("\tsom_release(got);")
			}
			line("\t}")
		}
		line("\t%s(o, &ev, other); som_release(other);", set)
		line("\tgiven = som_weak_get(w); printf(\"%%s %%s\\n\", %q, given ? \"stays\" : \"has gone\"); som_release(given); som_weak_free(w);", label)
	case cabi.Text:
		line("\t%s(o, &ev, \"kept %d\"); probe_ledger_open();", set, s.arg)
		for range 2 {
			line("\t{ const char *got = %s(o, &ev); probe_text(%q, got, &ev);", get, label)
			if callers {
				line("\tsom_deallocate((char *)got);")
			}
			line("\t}")
		}
		line("\tprobe_ledger(%q);", label)
	case cabi.Aggregate:
		name := d.words["Zoo"] + "_" + typ.Decl.About().Name
		at := "got." + d.words["since"]
		if _, ok := typ.Decl.(*model.Typedef); ok {
			at = "got._length ? got._buffer[0] : \"(none)\""
			line("\tchar *text = (char *)\"kept %d\"; %s given = {1, 1, &text};", s.arg, name)
		} else {
			line("\t%s given = {(char *)\"kept %d\"};", name, s.arg)
		}
		line("\t%s(o, &ev, &given); probe_ledger_open();", set)
		for range 2 {
			line("\t{ %s got; memset(&got, 0, sizeof got); %s(o, &ev, &got); probe_text(%q, %s, &ev);", name, get, label, at)
			if callers {
				line("\t%s_clear(&got);", name)
			}
			line("\t}")
		}
		line("\tprobe_ledger(%q);", label)
	}
	line("}")
}

// keepCxx is the same in C++, where values end by themselves.
func (s step) keepCxx(d *drawing, line func(format string, args ...any)) {
	m := s.of.FindMethod(s.method)
	typ, name, label := m.Attribute.Type, m.Attribute.Name, s.label()
	line("if (o) probe::call(%q, 0, [&] {", label)
	if cabi.FormOf(typ) == cabi.Object {
		class := "::" + d.words["Zoo"] + "::" + typ.Decl.About().Name
		line("som_env ev = som_env();\n\tauto given = %s::create(), other = %[1]s::create(); som_weak *w = som_weak_new(given.get(), &ev);", class)
		line("o.set_%s(given); given = %s();", name, class)
		for range 2 {
			line("{ auto got = o.get_%s(); som_ref there = som_weak_get(w); std::printf(\"%%s %%s\\n\", %q, there && som::ref(got) == there ? \"is there\" : \"is another\"); som_release(there); }", name, label)
		}
		line("o.set_%s(other); som_ref there = som_weak_get(w); std::printf(\"%%s %%s\\n\", %q, there ? \"stays\" : \"has gone\"); som_release(there); som_weak_free(w); });", name, label)
		return
	}
	text := fmt.Sprintf("std::string(\"kept %d\")", s.arg)
	at := "got"
	switch d, ok := typ.Decl.(*model.Typedef); {
	case ok && d != nil:
		text, at = "{"+text+"}", "got.at(0)"
	case cabi.FormOf(typ) == cabi.Aggregate:
		text, at = "{"+text+"}", "got."+typ.Decl.(*model.Struct).Members[0].Name
	}
	line("som_env ev = som_env(); o.set_%s(%s); probe_ledger_open();", name, text)
	for range 2 {
		line("{ auto got = o.get_%s(); probe_text(%q, std::string(%s).c_str(), &ev); }", name, label, at)
	}
	line("probe_ledger(%q); });", label)
}

// keep prints what comes of it: who owns the result is the same in both releases.
func (w *reference) keep(s step) {
	m := s.of.FindMethod(s.method)
	if cabi.FormOf(m.Attribute.Type) == cabi.Object {
		for _, what := range []string{"is there", "is there", "has gone"} {
			w.print("%s %s", s.label(), what)
		}
		return
	}
	for range 2 {
		w.print("%s(0) = kept %d", s.label(), s.arg)
	}
	w.print("%s leaves 0 blocks, 0 freed that were none", s.label())
}
