package rrbc_test

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// client writes the part of a client's program that takes the steps of a row.
func client(b *strings.Builder, d *drawing, steps []step) {
	fmt.Fprintf(b, "static void run_%s(void) {\n\tsom_env ev;\n\tsom_ref o = NULL, c;\n\tmemset(&ev, 0, sizeof ev);\n", d.row.id)
	for _, s := range steps {
		s.write(b, d)
	}
	b.WriteString("\t(void)o, (void)c;\n}\n\n")
}

func (s step) write(b *strings.Builder, d *drawing) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }
	switch s.do {
	case "new":
		line("o = %s_new(&ev);", cname(s.class))
		line("if (!o) probe_refused(%q, &ev);", name(s.class))
	case "call":
		line("if (o) { int32_t v = %s(o, &ev, %d); probe_number(%q, %[2]d, v, &ev); }", calling(s.of, s.method), s.arg, s.label())
	case "procedure":
		line("if (o) { int32_t v = %s(o, &ev, %d); probe_number(%q, %[2]d, v, &ev); }", calling(s.of, s.method), s.arg, s.label())
	case "bare":
		line("if (o) probe_number(%q, %d, %s(%[2]d), &ev);", s.label(), s.arg, calling(s.of, s.method))
	case "odd":
		line("if (o) { %s; probe_number(%q, 0, v, &ev); }", strings.ReplaceAll(strings.ReplaceAll(d.drawn(d.row.odd.call), "::", "_"), "FIT", calling(s.of, s.method)), s.label())
	case "catch":
		hungry := d.words["Zoo"] + "_" + d.words["Hungry"]
		line("if (o) {\n\t\tint32_t v = %s(o, &ev, %d);", calling(s.of, s.method), s.arg)
		line("\tif (%s_raised(&ev)) printf(\"%%s(%%d) = hungry since %%d\\n\", %q, %d, %[1]s_value(&ev)->%[4]s), som_env_clear(&ev);", hungry, s.label(), s.arg, d.words["since"])
		line("\telse probe_number(%q, %d, v, &ev);\n\t}", s.label(), s.arg)
	case "data":
		line("if (o) printf(\"%%s %%s\\n\", %q, %s() ? \"has data\" : \"refused data\");", s.label(), calling(s.of, s.method))
	case "name":
		line("if (o) probe_by_name(%q, o, %q, %d);", s.label()+" by name", s.method, s.arg)
	case "set":
		line("if (o) { %s(o, &ev, %d); probe_number(%q, %[2]d, 0, &ev); }", calling(s.of, s.method), s.arg, s.label())
	case "get":
		line("if (o) { int32_t v = %s(o, &ev); probe_number(%q, 0, v, &ev); }", calling(s.of, s.method), s.label())
	case "keep":
		s.keepC(d, line)
	case "string":
		line("if (o) {")
		line("\tprobe_ledger_open();")
		line("\tconst char *v = %s(o, &ev);", calling(s.of, s.method))
		line("\tprobe_text(%q, v, &ev);", s.label())
		if s.class.FindMethod(s.method).Owner("") == model.CallerOwned {
			line("\tsom_deallocate((char *)v);")
		}
		line("\tprobe_ledger(%q);", s.label())
		line("}")
	case "is":
		line("if (o) probe_is(%q, %q, %s_is(o));", name(s.class), name(s.of), cname(s.of))
	case "meta":
		line("c = o ? (som_ref)som_class_of(o) : NULL;")
		line("if (c && !%s_is(c)) printf(\"class of %s is no %s\\n\");", cname(s.of), name(s.class), name(s.of))
		line("else if (c) { int32_t v = %s(c, &ev, %d); probe_number(%q, %[2]d, v, &ev); }", calling(s.of, s.method), s.arg, "class of "+s.label())
	case "describe":
		line("if (o) probe_class(som_class_of(o));")
	case "find":
		line("probe_find(%q);", s.text)
	case "free":
		line("som_release(o);")
	}
}
