package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// TestPlaces has parameters of one type change their places: names say which is which, and the head follows, unless the IDL did not change.
func TestPlaces(t *testing.T) {
	t.Parallel()
	head := func(params string) string {
		return "/* Dog::resize: long resize(as it was) */\nstatic void Dog_do_resize(" + params + ")\n{\n\tuse(width, height);\n}\n"
	}
	for _, c := range []struct {
		have, want, is string
		left           string
	}{
		{"int32_t width, int32_t height", "int32_t height, int32_t width", "int32_t height, int32_t width", ""},
		{"int32_t a, int32_t width, int32_t b", "int32_t b, int32_t width, int32_t a", "int32_t b, int32_t width, int32_t a", ""},
		{"int32_t a, int32_t b, int32_t c", "int32_t c, int32_t a, int32_t b", "int32_t c, int32_t a, int32_t b", ""},
		{"int32_t width, int32_t height", "int32_t height, int32_t width, int32_t tag", "int32_t height, int32_t width, int32_t tag", ""},
		{"int32_t w /* wide */, int32_t height", "int32_t width, int32_t height", "int32_t w /* wide */, int32_t height", ""},
		{"int32_t width /* wide */, int32_t height /* high */", "int32_t height, int32_t width", "int32_t height /* high */, int32_t width /* wide */", ""},
		{"int32_t, int32_t", "int32_t height, int32_t width", "int32_t, int32_t", ""},
		{"int32_t width, int32_t height = 3", "int32_t height, int32_t width", "int32_t width, int32_t height = 3", "a value of its own"},
		{"int32_t width, int32_t height = 3", "int32_t width, int32_t height, int32_t depth", "int32_t width, int32_t height = 3", "a value of its own"},
		{"int32_t width, int32_t height = 3", "int32_t depth, int32_t width, int32_t height", "int32_t depth, int32_t width, int32_t height = 3", ""},
	} {
		f := template.Function{Name: "Dog_do_resize", Key: "Dog::resize", Comment: []string{"long resize(" + c.want + ")"}, Told: true, Head: "static void Dog_do_resize(" + c.want + ")"}
		old := head(c.have)
		got, changes, err := template.Update([]byte(old), file(f))
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Replace(strings.Replace(old, "long resize(as it was", "long resize("+c.want, 1), "resize("+c.have+")\n", "resize("+c.is+")\n", 1)
		if string(got) != want {
			t.Errorf("%s to %s: got\n%s\nwant\n%s", c.have, c.want, got, want)
		}
		if said := fmt.Sprint(changes.Left); !strings.Contains(said, c.left) || c.left == "" && len(changes.Left) > 0 {
			t.Errorf("%s to %s: got %s, want %q", c.have, c.want, said, c.left)
		}
		if again, _, _ := template.Update(got, file(f)); string(again) != string(got) {
			t.Errorf("%s to %s: a second time it is\n%s", c.have, c.want, again)
		}
	}
	// The IDL did not change: it is the author's own order.
	own := "/* Dog::resize: long resize(int32_t height, int32_t width) */\nstatic void Dog_do_resize(int32_t width, int32_t height)\n{\n}\n"
	f := template.Function{Name: "Dog_do_resize", Key: "Dog::resize", Comment: []string{"long resize(int32_t height, int32_t width)"}, Told: true, Head: "static void Dog_do_resize(int32_t height, int32_t width)"}
	if got, changes, err := template.Update([]byte(own), file(f)); err != nil || string(got) != own || len(changes.Left) > 0 {
		t.Errorf("%v, %v, got\n%s", err, changes, got)
	}
}

// TestPlacesInGo does the same with parameters and results in Go.
func TestPlacesInGo(t *testing.T) {
	t.Parallel()
	method := func(params, results string) string {
		return "package dog\n\ntype Dog struct{}\n\n// Resize implements Dog::resize.\nfunc (d *Dog) Resize(" + params + ") (" + results + ") {\n\treturn\n}\n"
	}
	for _, c := range [][6]string{
		{"width int32, height int32", "ok bool", "height int32, width int32", "ok bool", "height int32, width int32", "ok bool"},
		{"width, height int32", "ok bool", "height int32, width int32", "ok bool", "height int32, width int32", "ok bool"},
		{"w int32, h int32", "ok bool", "height int32, width int32", "ok bool", "w int32, h int32", "ok bool"},
		{"a int32", "wide int32, high int32, err error", "a int32", "high int32, wide int32, err error", "a int32", "high int32, wide int32, err error"},
	} {
		got, _, err := template.UpdateGo([]byte(method(c[0], c[1])), template.GoFile{Fresh: []byte(method(c[2], c[3])), Type: "Dog", Mine: func(string) bool { return true }})
		if err != nil {
			t.Fatal(err)
		}
		if want := method(c[4], c[5]); string(got) != want {
			t.Errorf("%s to %s: got\n%s\nwant\n%s", c[0], c[2], got, want)
		}
	}
}
