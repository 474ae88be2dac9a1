package template_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// TestGoTold has the IDL move parameters and results that are of one type: each name stays with its parameter, and what nothing tells, or
// what a return statement says by its order, is left with a warning that comes again until the author has seen to it.
func TestGoTold(t *testing.T) {
	t.Parallel()
	const left, order = "nothing tells which of its parameters", "its results have another order"
	const results = "nothing tells which of its results"
	for _, c := range []struct {
		name, old, fresh string
		want, note       string // want empty: as it was
	}{
		{name: "exchanged, the IDL's names",
			old:   "// Fit implements Dog::fit(in long w, in long h).\nfunc (o *object) Fit(ctx context.Context, w int32, h int32) error { return o.f(w, h) }",
			fresh: "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error {}",
			want:  "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error { return o.f(w, h) }"},
		{name: "exchanged, one's own names",
			old:   "// Fit implements Dog::fit(in long w, in long h, in string tag, in string note).\nfunc (o *object) Fit(ctx context.Context, breadth, tall int32, label, memo string) error { return nil }",
			fresh: "// Fit implements Dog::fit(in long h, in long w, in string note, in string tag).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32, note string, tag string) error {}",
			want:  "// Fit implements Dog::fit(in long h, in long w, in string note, in string tag).\nfunc (o *object) Fit(ctx context.Context, tall int32, breadth int32, memo string, label string) error { return nil }"},
		{name: "one more in front",
			old:   "// Fill implements Dog::fill(in long deep).\nfunc (o *object) Fill(ctx context.Context, depth int32) error { return nil }",
			fresh: "// Fill implements Dog::fill(in long bottom, in long deep).\nfunc (o *object) Fill(ctx context.Context, bottom int32, deep int32) error {}",
			want:  "// Fill implements Dog::fill(in long bottom, in long deep).\nfunc (o *object) Fill(ctx context.Context, bottom int32, depth int32) error { return nil }"},
		{name: "another name for one",
			old:   "// Fill implements Dog::fill(in long deep).\nfunc (o *object) Fill(ctx context.Context, d int32) error { return nil }",
			fresh: "// Fill implements Dog::fill(in long depth).\nfunc (o *object) Fill(ctx context.Context, depth int32) error {}",
			want:  "// Fill implements Dog::fill(in long depth).\nfunc (o *object) Fill(ctx context.Context, d int32) error { return nil }"},
		{name: "one may be either of two",
			old:   "// Fill implements Dog::fill(in long deep).\nfunc (o *object) Fill(ctx context.Context, d int32) error { return nil }",
			fresh: "// Fill implements Dog::fill(in long a, in long b).\nfunc (o *object) Fill(ctx context.Context, a int32, b int32) error {}", note: left},
		{name: "a comment that does not tell, the IDL's names",
			old:   "// Fit implements Dog::fit.\nfunc (o *object) Fit(ctx context.Context, w int32, h int32) error { return o.f(w, h) }",
			fresh: "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error {}",
			want:  "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error { return o.f(w, h) }"},
		{name: "a comment that does not tell, one's own names",
			old:   "// Fit implements Dog::fit.\nfunc (o *object) Fit(ctx context.Context, breadth, tall int32) error { return nil }",
			fresh: "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error {}", note: left},
		{name: "no comment, one's own names",
			old:   "func (o *object) Fit(ctx context.Context, breadth, tall int32) error { return nil }",
			fresh: "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error {}", note: left},
		{name: "no comment, each of its own type",
			old:   "func (o *object) Fit(c context.Context, breadth int32, tall string) error { return nil }",
			fresh: "// Fit implements Dog::fit(in long h, in string w).\nfunc (o *object) Fit(ctx context.Context, h int32, w string) error {}"},
		{name: "no comment, names that nobody uses",
			old:   "func (o *object) Fit(_ context.Context, _, _ int32) error { return nil }",
			fresh: "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error {}"},
		{name: "done by hand",
			old:   "// Fit implements Dog::fit(in long w, in long h).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error { return o.f(w, h) }",
			fresh: "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error {}",
			want:  "// Fit implements Dog::fit(in long h, in long w).\nfunc (o *object) Fit(ctx context.Context, h int32, w int32) error { return o.f(w, h) }"},
		{name: "results exchanged, returned in order",
			old:   "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (w int32, h int32, err error) {\n\tw, h = 16, 9\n\treturn w, h, nil\n}",
			fresh: "// Fit implements Dog::fit(out long h, out long w).\nfunc (o *object) Fit(ctx context.Context) (h int32, w int32, err error) {}", note: order},
		{name: "results without names exchanged",
			old:   "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (int32, int32, error) { return 16, 9, nil }",
			fresh: "// Fit implements Dog::fit(out long h, out long w).\nfunc (o *object) Fit(ctx context.Context) (h int32, w int32, err error) {}", note: order},
		{name: "results exchanged behind one, and one more",
			old:   "// Fit implements Dog::fit(out long w, inout long h).\nfunc (o *object) Fit(ctx context.Context, h int32) (int32, int32, int32, error) { return 1, 16, 9, nil }",
			fresh: "// Fit implements Dog::fit(inout long h, out long w, out long d).\nfunc (o *object) Fit(ctx context.Context, h int32) (result int32, hOut int32, w int32, d int32, err error) {}", note: order},
		{name: "results exchanged, returned by their names",
			old:   "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (a, b int32, err error) {\n\ta, b = 16, 9\n\tdefer func() int { return 1 }()\n\treturn\n}",
			fresh: "// Fit implements Dog::fit(out long h, out long w).\nfunc (o *object) Fit(ctx context.Context) (h int32, w int32, err error) {}",
			want:  "// Fit implements Dog::fit(out long h, out long w).\nfunc (o *object) Fit(ctx context.Context) (b int32, a int32, err error) {\n\ta, b = 16, 9\n\tdefer func() int { return 1 }()\n\treturn\n}"},
		{name: "results of which nothing tells",
			old:   "// Fit implements Dog::fit.\nfunc (o *object) Fit(ctx context.Context) (int32, int32, error) { return 16, 9, nil }",
			fresh: "// Fit implements Dog::fit(out long h, out long w).\nfunc (o *object) Fit(ctx context.Context) (h int32, w int32, err error) {}", note: results},
		{name: "results that stay",
			old:   "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (int32, int32, error) { return 16, 9, nil }",
			fresh: "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (w int32, h int32, err error) {}"},
		{name: "one result more",
			old:   "// Fit implements Dog::fit(out long w).\nfunc (o *object) Fit(ctx context.Context) (int32, error) { return 16, nil }",
			fresh: "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (w int32, h int32, err error) {}",
			want:  "// Fit implements Dog::fit(out long w, out long h).\nfunc (o *object) Fit(ctx context.Context) (int32, int32, error) { return 16, nil }"},
		{name: "out becomes inout",
			old:   "// List implements Dog::list(out long n).\nfunc (o *object) List(ctx context.Context) (result int32, n int32, err error) { n = 1; return }",
			fresh: "// List implements Dog::list(inout long n).\nfunc (o *object) List(ctx context.Context, n int32) (result int32, nOut int32, err error) {}",
			want:  "// List implements Dog::list(inout long n).\nfunc (o *object) List(ctx context.Context, n_ int32) (result int32, n int32, err error) { n = 1; return }"},
		{name: "inout becomes out",
			old:   "// List implements Dog::list(inout long n).\nfunc (o *object) List(ctx context.Context, n int32) (result int32, nOut int32, err error) { nOut = 1; return }",
			fresh: "// List implements Dog::list(out long n).\nfunc (o *object) List(ctx context.Context) (result int32, n int32, err error) {}",
			want:  "// List implements Dog::list(out long n).\nfunc (o *object) List(ctx context.Context) (result int32, nOut int32, err error) { nOut = 1; return }"},
		{name: "a result of one's own, of a parameter's name",
			old:   "// Fill implements Dog::fill(out long d).\nfunc (o *object) Fill(ctx context.Context) (deep int32, err error) { return }",
			fresh: "// Fill implements Dog::fill(out long d, in long deep, in long err).\nfunc (o *object) Fill(ctx context.Context, deep int32, err2 int32) (d int32, err error) {}",
			want:  "// Fill implements Dog::fill(out long d, in long deep, in long err).\nfunc (o *object) Fill(ctx context.Context, deep_ int32, err2 int32) (deep int32, err error) { return }"},
		{name: "a result of the receiver's name",
			old:   "// Fill implements Dog::fill().\nfunc (d *object) Fill(ctx context.Context) (err error) { return }",
			fresh: "// Fill implements Dog::fill(out long d).\nfunc (o *object) Fill(ctx context.Context) (d int32, err error) {}",
			want:  "// Fill implements Dog::fill(out long d).\nfunc (d *object) Fill(ctx context.Context) (d_ int32, err error) { return }"},
		{name: "a new parameter of a name that the body declares",
			old:   "// Fill implements Dog::fill().\nfunc (o *object) Fill(ctx context.Context) error {\n\tdeep, err := o.f()\n\tvar far int\nhere:\n\tfor {\n\t\thigh := far\n\t\tgo deep(high)\n\t\tgoto here\n\t}\n\treturn err\n}",
			fresh: "// Fill implements Dog::fill(in long deep, in long far, in long high, in long here).\nfunc (o *object) Fill(ctx context.Context, deep int32, far int32, high int32, here int32) error {}",
			want:  "// Fill implements Dog::fill(in long deep, in long far, in long high, in long here).\nfunc (o *object) Fill(ctx context.Context, deep_ int32, far_ int32, high int32, here int32) error {\n\tdeep, err := o.f()\n\tvar far int\nhere:\n\tfor {\n\t\thigh := far\n\t\tgo deep(high)\n\t\tgoto here\n\t}\n\treturn err\n}"},
		{name: "names that labelled statements of the body declare",
			old:   "// Fill implements Dog::fill().\nfunc (o *object) Fill(ctx context.Context) error {\nhere:\nthere:\n\tdeep, err := o.f()\n\tif deep > 0 {\n\t\tgoto here\n\t}\n\tif err == nil {\n\t\tgoto there\n\t}\n\treturn err\n}",
			fresh: "// Fill implements Dog::fill(in long deep, in long far).\nfunc (o *object) Fill(ctx context.Context, deep int32, far int32) error {}",
			want:  "// Fill implements Dog::fill(in long deep, in long far).\nfunc (o *object) Fill(ctx context.Context, deep_ int32, far int32) error {\nhere:\nthere:\n\tdeep, err := o.f()\n\tif deep > 0 {\n\t\tgoto here\n\t}\n\tif err == nil {\n\t\tgoto there\n\t}\n\treturn err\n}"},
		{name: "new parameters of names that mean something in the body",
			old:   "// Fill implements Dog::fill().\nfunc (o *object) Fill(ctx context.Context) error {\n\t_ = context.TODO()\n\t_, _ = len(all), o.cap\n\treturn set(soon)\n}\n\nvar all []int\n\nfunc set(int) error { return nil }",
			fresh: "// Fill implements Dog::fill(in long context, in long len, in long cap, in long all, in long set, in long soon).\nfunc (o *object) Fill(ctx context.Context, context int32, len int32, cap int32, all int32, set int32, soon int32) error {}",
			want:  "// Fill implements Dog::fill(in long context, in long len, in long cap, in long all, in long set, in long soon).\nfunc (o *object) Fill(ctx context.Context, context_ int32, len_ int32, cap int32, all_ int32, set_ int32, soon int32) error {\n\t_ = context.TODO()\n\t_, _ = len(all), o.cap\n\treturn set(soon)\n}\n\nvar all []int\n\nfunc set(int) error { return nil }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const head = "package dog\n\nimport \"context\"\n\ntype object struct{}\n\n"
			f := template.GoFile{Fresh: []byte(head + c.fresh + "\n"), Type: "object", Mine: func(string) bool { return true }}
			text := head + c.old + "\n"
			want := text
			if c.want != "" {
				want = head + c.want + "\n"
			}
			for _, run := range []string{"first", "second"} {
				got, changes, err := template.UpdateGo([]byte(text), f)
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != want {
					t.Errorf("%s: got\n%s\nwant\n%s", run, got, want)
				}
				if n := len(changes.Left); n > 1 || (n == 1) != (c.note != "") {
					t.Fatalf("%s: left %v", run, changes.Left)
				}
				for _, n := range changes.Left {
					comment, _, _ := strings.Cut(c.fresh, "\n")
					if !strings.HasPrefix(n.What, c.note) || !strings.Contains(n.Help, comment) {
						t.Errorf("%s: it says %q, and as help %q", run, n.What, n.Help)
					}
				}
				text = string(got)
			}
		})
	}
}
