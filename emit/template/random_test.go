package template_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// A grammar of what authors do to a class in C++: each rule has alternatives, in which a word in brackets stands for another rule.
// HEAD is the function's head, BODY its body.
var grammar = map[string][]string{
	"item":     {"[function]", "[function]", "[twins]", "[other]", "[other]"},
	"function": {"[space][comment][prefix][HEAD][suffix][open]BODY}[end]", "[space][comment][HEAD];\n"},
	"twins":    {"\n#if[cond]\n[comment][prefix][HEAD][suffix][open]BODY}\n#else\n[comment][prefix][HEAD][open]BODY}\n#endif\n"},
	"cond":     {"def LOUD", "ndef X", " (A > 1) && \\\n\tdefined(B)", " 1"},
	"space":    {"\n", "\n\n", "\n\t", "\r\n", "\n// a } brace\n", "\n/* { */ "},
	"comment":  {"KEY", "KEY", "KEY// mine\n", ""},
	"prefix":   {"", "", "ATTRIBUTE ", "__attribute__((noinline)) ", "API ", "inline ", "DEPRECATED(\"x{\") "},
	"suffix":   {"", "", " const", " noexcept", " noexcept(true) // why {\n"},
	"open":     {" {", "\n{", "\n\t{ /* } */", "{"},
	"end":      {"\n", " // end of it\n", "", "\n\n\n"},
	"other": {
		"\n\tint n_[id] = 1'000;\n", "\n\tstd::vector<int> v_[id]{1, {2}};\n", "\n\tenum { a_[id], b_[id] };\n", "\n\tstruct s_[id] { void f() { } int x; };\n",
		"\n\tvoid h_[id]() try { } catch (...) { }\n", "\n\ttemplate <class T> void t_[id](T t) { t(); }\n", "\n#if 0\n\tvoid bark() { don't }\n#endif\n",
		"\n\tauto l_[id] = [](int n) { return n; };\n", "\n#define M_[id](x) { x\n", "\nprivate:\n\tint p_[id];\npublic:\n", "\n\tfriend void g_[id](int) { }\n", "\n\tconst char *r_[id] = R\"x(})\" {)x\";\n",
	},
	"statement": {
		"x();", "if (a) { y(); } else { z(); }", "s = \"}{\";", "c = '}';", "// }\n", "/* } */", "r = R\"(})\";", "\n#ifdef B\nif (a) {\n#else\nif (b) {\n#endif\nq(); }\n", "auto f = [&] { return 1'0; };",
		"\n#define Q }\n", "switch (a) { case 1: break; }", "t = \"a\\\n}\";", "int k[] = {1, 2};", "\n", "\t", "try { u(); } catch (...) { }", "\n#if 0\n} don't\n#endif\n",
	},
}

type drawer struct {
	*rand.Rand
	id int
}

var rule = regexp.MustCompile(`\[\w+\]`)

// draw expands a rule.
func (d *drawer) draw(name string) string {
	if name == "id" {
		d.id++
		return fmt.Sprint(d.id)
	}
	if grammar[name] == nil {
		return name
	}
	text := grammar[name][d.IntN(len(grammar[name]))]
	return rule.ReplaceAllStringFunc(text, func(r string) string { return d.draw(r[1 : len(r)-1]) })
}

// TestGrammarOfEdits draws classes as authors may have written them, and has their methods change: every octet that is in no head and
// no comment of a method stays, in its order, and each body is where its method is.
func TestGrammarOfEdits(t *testing.T) {
	t.Parallel()
	results, params := []string{"void", "std::int32_t", "const std::string &", "std::vector<::Zoo::Tag>"}, []string{"", "long a", "const std::string &a, ::Zoo::Tag &b", "std::function<void(int)> a"}
	left := 0
	for seed := range uint64(400) {
		d := &drawer{Rand: rand.New(rand.NewPCG(seed, 9))}
		names := []string{"bark", "wag", "sit", "eat"}
		heads := map[string]string{}
		bodies := map[string][]string{}
		n := 0
		var text strings.Builder
		text.WriteString(strings.Repeat("\ufeff", d.IntN(2)) + "#include \"dog.ih.hpp\"\n" + strings.Repeat("namespace Zoo {\n", 1) + "class Dog_impl : public Dog_part<Dog_impl> {\npublic:\n")
		for range 1 + d.IntN(7) {
			item := d.draw("item")
			if !strings.Contains(item, "HEAD") {
				text.WriteString(item)
				continue
			}
			if n == len(names) {
				continue
			}
			m := names[n]
			n++
			result := results[d.IntN(len(results))]
			if !strings.HasSuffix(result, "&") {
				result += " "
			}
			heads[m] = result + m + "(" + params[d.IntN(len(params))] + ")"
			item = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(item, "ATTRIBUTE", "[[nodiscard]]"), "HEAD", heads[m]), "KEY", "/* Zoo::Dog::"+m+": old */\n\t")
			for strings.Contains(item, "BODY") {
				body := fmt.Sprintf(" mark(%d); ", d.IntN(1<<30))
				for range d.IntN(5) {
					body += d.draw("statement")
					if i := strings.LastIndex(body, "\n#"); i >= 0 && !strings.Contains(body[i+1:], "\n") {
						body += "\n"
					}
				}
				bodies[m] = append(bodies[m], body)
				item = strings.Replace(item, "BODY", body, 1)
			}
			text.WriteString(item)
		}
		text.WriteString("\n};\n}\n")
		old := text.String()
		crlf := d.IntN(4) == 0
		if crlf {
			old = strings.ReplaceAll(strings.ReplaceAll(old, "\r\n", "\n"), "\n", "\r\n")
		}
		f := template.File{Classes: []template.Class{{Name: "Zoo::Dog_impl", Text: "lost"}}}
		for _, m := range names {
			head := results[d.IntN(len(results))] + " " + m + "(" + params[d.IntN(len(params))] + ")"
			f.Functions = append(f.Functions, template.Function{Name: "Zoo::Dog_impl::" + m, Key: "Zoo::Dog::" + m, Head: head, In: "Zoo::Dog_impl", Indent: "\t"})
		}
		made, changes, err := template.Update([]byte(old), f)
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, old)
		}
		left += len(changes.Left)
		got := string(made)
		at := 0
		for _, m := range names {
			for _, body := range bodies[m] {
				if crlf {
					body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\n", "\r\n")
				}
				next := strings.Index(got[at:], body+"}")
				if next < 0 {
					t.Fatalf("seed %d: the body of %s is lost: %q\n%s\n---\n%s", seed, m, body, old, got)
				}
				head := got[at : at+next]
				if i := strings.LastIndex(head, m+"("); i < 0 || strings.Contains(head[i:], "mark(") {
					t.Fatalf("seed %d: the body of %s is not behind its head: %q\n%s\n---\n%s", seed, m, head, old, got)
				}
				at += next + len(body)
			}
		}
		// What is left when heads, and comments with keys, are taken out is the same, and what was added stands behind it.
		if was, is := bare(old), bare(got); !strings.HasPrefix(is, strings.TrimSuffix(was, "};}")) {
			t.Fatalf("seed %d: more than heads changed:\n%s\n---\n%s\n%q\n%q", seed, old, got, was, is)
		}
	}
	if left > 0 {
		t.Errorf("%d heads were left", left)
	}
}

var (
	keyed   = regexp.MustCompile(`/\* Zoo::Dog::\w+(: old)? \*/\s*`)
	headed  = regexp.MustCompile(`(void|std::int32_t|const std::string &|std::vector<::Zoo::Tag>)\s*(bark|wag|sit|eat)\((long a_?|const std::string &\s?a_?, ::Zoo::Tag &\s?b_?|std::function<void\(int\)> a_?)?\)`)
	blanked = regexp.MustCompile(`\s+`)
)

// bare returns a text without what an update may change.
func bare(text string) string {
	return blanked.ReplaceAllString(headed.ReplaceAllString(keyed.ReplaceAllString(text, ""), ""), "")
}
