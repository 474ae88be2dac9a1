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
		s.write(b)
	}
	b.WriteString("\t(void)o, (void)c;\n}\n\n")
}

func (s step) write(b *strings.Builder) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }
	switch s.do {
	case "new":
		line("o = %s_new(&ev);", cname(s.class))
		line("if (!o) probe_refused(%q, &ev);", name(s.class))
	case "call":
		line("if (o) { int32_t v = %s(o, &ev, %d); probe_number(%q, %[2]d, v, &ev); }", calling(s.of, s.method), s.arg, s.label())
	case "name":
		line("if (o) probe_by_name(%q, o, %q, %d);", s.label()+" by name", s.method, s.arg)
	case "set":
		line("if (o) { %s(o, &ev, %d); probe_number(%q, %[2]d, 0, &ev); }", calling(s.of, s.method), s.arg, s.label())
	case "get":
		line("if (o) { int32_t v = %s(o, &ev); probe_number(%q, 0, v, &ev); }", calling(s.of, s.method), s.label())
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
