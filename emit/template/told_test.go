package template_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// TestOwnNames has the IDL move, and add or drop, parameters that the author of the implementation calls otherwise, all of one type or of two:
// each name goes where its parameter goes.
func TestOwnNames(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		types := []string{"int32_t", "int32_t", "double"}[r.IntN(2):]
		typ, own := map[string]string{}, map[string]string{}
		var was []string
		for n := range 1 + r.IntN(5) {
			name := []string{"x", "class", "width", "h", "data"}[n]
			was = append(was, name)
			typ[name], own[name] = types[r.IntN(len(types))], name
			if name == "class" {
				own[name] = "class_"
			}
			if r.IntN(3) > 0 {
				own[name] = fmt.Sprintf("mine%d", n)
			}
		}
		is := slices.Clone(was)
		r.Shuffle(len(is), func(i, j int) { is[i], is[j] = is[j], is[i] })
		if r.IntN(3) == 0 {
			is = is[1:]
		} else if r.IntN(3) == 0 { // not where one is dropped, which would be a new name for it
			typ["more"], own["more"] = types[0], "more"
			is = slices.Insert(is, r.IntN(len(is)+1), "more")
		}
		function := func(names []string, own map[string]string) template.Function {
			var idl, head []string
			for _, n := range names {
				idl = append(idl, "in sequence<map<T, U> > "+n)
				name := n
				if own[n] != "" {
					name = own[n]
				} else if n == "class" {
					name = "class_"
				}
				head = append(head, typ[n]+" "+name)
			}
			return template.Function{Name: "Pane_do_put", Key: "Pane::put", Comment: []string{"void put(" + strings.Join(idl, ", ") + ") raises (Full)"}, Told: true,
				Head: "static void Pane_do_put(" + strings.Join(append([]string{"som_ref self", "som_env *ev"}, head...), ", ") + ")", Body: []string{"(void)self;"}}
		}
		update := func(old []byte, f template.Function) string {
			text, _, err := template.Update(old, template.File{Functions: []template.Function{f}, Mine: func(string) bool { return true }})
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		old := update(nil, function(was, own))
		want := update(nil, function(is, own))
		if got := update([]byte(old), function(is, nil)); got != want {
			t.Fatalf("of\n%sgot\n%swant\n%s", old, got, want)
		}
	}
}

// TestUntold has the IDL exchange two parameters of one type where the author deleted the comment that tells them, or change how many there
// are of one type: it says so, each time, where the names are the author's own, until the comment is there again.
func TestUntold(t *testing.T) {
	t.Parallel()
	const cHead, cxxHead = "static void Pane_do_put(som_ref self, som_env *ev, int32_t h, int32_t w)", "void put(std::int32_t h, std::int32_t w)"
	c := template.Function{Name: "Pane_do_put", Head: cHead}
	cxx := template.Function{Name: "Pane_impl::put", In: "Pane_impl", Head: cxxHead, Indent: "\t"}
	inClass := func(f string) string {
		return "class Pane_impl : public Pane_part<Pane_impl> {\npublic:\n\t" + f + "\n};\n"
	}
	const told = "/* Pane::put: void put(in long h, in long w) */\n"
	for _, c := range []struct {
		name, old, want string // want empty: as it was
		function        template.Function
		left            bool
	}{
		{name: "C, one's own names", function: c, left: true, old: "static void Pane_do_put(som_ref self, som_env *ev, int32_t breadth, int32_t tall) { f(breadth, tall); }\n"},
		{name: "C, no declaration in the comment", function: c, left: true, old: "/* Pane::put: */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t breadth, int32_t tall) { f(breadth, tall); }\n"},
		{name: "C, the comment again", function: c, old: told + "static void Pane_do_put(som_ref self, som_env *ev, int32_t tall, int32_t breadth) { f(breadth, tall); }\n"},
		{name: "C, the IDL's names", function: c, old: "static void Pane_do_put(som_ref self, som_env *ev, int32_t w, int32_t h) { f(w, h); }\n", want: cHead + " { f(w, h); }\n"},
		{name: "C, one name of one's own", function: c, old: "static void Pane_do_put(som_ref me, som_env *e, int32_t breadth, int32_t h) { f(breadth, h); }\n",
			want: "static void Pane_do_put(som_ref me, som_env *e, int32_t h, int32_t breadth) { f(breadth, h); }\n"},
		{name: "C, a declaration beside it", function: c, old: "static void Pane_do_put(som_ref self, som_env *ev, int32_t a, int32_t b);\n" + told + "static void Pane_do_put(som_ref self, som_env *ev, int32_t tall, int32_t breadth) { f(breadth, tall); }\n"},
		{name: "C, one becomes two of its type", function: c, left: true,
			old: "/* Pane::put: void put(in long deep) */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t depth) { f(depth); }\n"},
		{name: "C, two of its type become one's place, declared as well", function: c, left: true,
			old: "static void Pane_do_put(som_ref self, som_env *ev, int32_t depth);\n/* Pane::put: void put(in long deep) */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t depth) { f(depth); }\n"},
		{name: "C, three become two", function: c, left: true,
			old: "/* Pane::put: void put(in long a, in long b, in long w) */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t mine, int32_t yours, int32_t w) { f(mine, yours, w); }\n"},
		{name: "C, one of two has another name", function: c,
			old:  "/* Pane::put: void put(in long high, in long w) */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t tall, int32_t breadth) { f(tall, breadth); }\n",
			want: told + "static void Pane_do_put(som_ref self, som_env *ev, int32_t tall, int32_t breadth) { f(tall, breadth); }\n"},
		{name: "C, done by hand, and the comment as it was", function: c,
			old:  "/* Pane::put: void put(in long w, in long h) */\n" + cHead + " { f(h, w); }\n",
			want: told + cHead + " { f(h, w); }\n"},
		{name: "C, one more by hand, with names of one's own", function: c, left: true,
			old: "/* Pane::put: void put(in long w) */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t tall, int32_t breadth) { f(tall, breadth); }\n"},
		{name: "C, one more by hand, with a name of one's own", function: c,
			old:  "/* Pane::put: void put(in long w) */\nstatic void Pane_do_put(som_ref self, som_env *ev, int32_t h, int32_t breadth) { f(h, breadth); }\n",
			want: told + "static void Pane_do_put(som_ref self, som_env *ev, int32_t h, int32_t breadth) { f(h, breadth); }\n"},
		{name: "C++, one becomes two of its type", function: cxx, left: true, old: inClass("/* Pane::put: void put(in long deep) */\n\tvoid put(std::int32_t depth) { f(depth); }")},
		{name: "C++, one that nobody uses becomes two", function: cxx,
			old:  inClass("/* Pane::put: void put(in long deep) */\n\tvoid put(std::int32_t) {}"),
			want: inClass("/* Pane::put: void put(in long h, in long w) */\n\tvoid put(std::int32_t, std::int32_t w) {}")},
		{name: "C++, done by hand, and the comment as it was", function: cxx,
			old:  inClass("/* Pane::put: void put(in long w, in long h) */\n\t" + cxxHead + " { f(h, w); }"),
			want: inClass("/* Pane::put: void put(in long h, in long w) */\n\t" + cxxHead + " { f(h, w); }")},
		{name: "C++, one's own names", function: cxx, left: true, old: inClass("void put(std::int32_t breadth, std::int32_t tall) { f(breadth, tall); }")},
		{name: "C++, names that nobody uses", function: cxx, old: inClass("void put(std::int32_t, std::int32_t) {}")},
		{name: "C++, the IDL's names", function: cxx, old: inClass("void put(std::int32_t w, std::int32_t h) { f(w, h); }"), want: inClass(cxxHead + " { f(w, h); }")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.function
			f.Key, f.Told, f.Comment = "Pane::put", f.In == "", []string{"void put(in long h, in long w)"}
			text, want := c.old, c.old
			if c.want != "" {
				want = c.want
			}
			for _, run := range []string{"first", "second"} {
				got, changes, err := template.Update([]byte(text), template.File{Functions: []template.Function{f}, Mine: func(string) bool { return true }})
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != want {
					t.Errorf("%s: got\n%s\nwant\n%s", run, got, want)
				}
				if (len(changes.Left) == 1) != c.left {
					t.Errorf("%s: left %v", run, changes.Left)
				}
				for _, n := range changes.Left {
					if !strings.Contains(n.Help, f.Head) || !strings.Contains(n.Help, "void put(in long h, in long w)") {
						t.Errorf("%s: as help it says %q", run, n.Help)
					}
				}
				text = string(got)
			}
		})
	}
}
