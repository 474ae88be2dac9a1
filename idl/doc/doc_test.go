package doc_test

import (
	"context"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/doc"
	"github.com/opendsom/dsom/internal/golden"
)

func site(t testing.TB, o idl.Options, opt doc.Options, files ...string) *emit.Files {
	t.Helper()
	r, err := idl.Compile(context.Background(), o, files...)
	if err != nil {
		t.Fatal(err)
	}
	opt.Source = r.Source
	s, err := doc.Site(r.Spec, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestGolden holds the pages of a small site, but for the style.
func TestGolden(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/bank.idl")
	if err != nil {
		t.Fatal(err)
	}
	s := site(t, idl.Options{Resolver: idl.FilesOf{"idl/bank.idl": string(b)}}, doc.Options{Title: "Bank"}, "idl/bank.idl")
	checkLinks(t, s)
	for name, data := range s.All() {
		switch name {
		case "style.css":
			continue
		case "search.js":
			index, _, _ := strings.Cut(string(data), "\n")
			data = []byte(strings.ReplaceAll(index, "],[", "],\n[") + "\n")
		}
		golden.Check(t, "bank/"+name, string(data))
	}
}

var (
	href   = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	ids    = regexp.MustCompile(`\sid="([^"]*)"`)
	indent = regexp.MustCompile(`"([^"]*\.html[^"]*)"`)
)

// checkLinks holds that each link within the site leads to a file, and to a place in it.
func checkLinks(t testing.TB, s *emit.Files) {
	t.Helper()
	places := map[string]map[string]bool{}
	for name, data := range s.All() {
		places[name] = map[string]bool{"": true}
		for _, m := range ids.FindAllStringSubmatch(string(data), -1) {
			if places[name][m[1]] {
				t.Errorf("%s: the id %q is there twice", name, m[1])
			}
			places[name][m[1]] = true
		}
	}
	check := func(from, link string) {
		u, err := url.Parse(strings.ReplaceAll(link, "&amp;", "&"))
		if err != nil {
			t.Errorf("%s: %v", from, err)
			return
		}
		if u.Scheme != "" {
			return
		}
		to := from
		if u.Path != "" {
			to = path.Join(path.Dir(from), u.Path)
		}
		if !places[to][u.Fragment] {
			t.Errorf("%s: %s leads nowhere", from, link)
		}
	}
	n := 0
	for name, data := range s.All() {
		switch path.Ext(name) {
		case ".html":
			for _, m := range href.FindAllStringSubmatch(string(data), -1) {
				check(name, m[1])
				n++
			}
		case ".js":
			index, _, _ := strings.Cut(string(data), "\n")
			for _, m := range indent.FindAllStringSubmatch(index, -1) {
				check("index.html", m[1])
			}
		}
	}
	if n == 0 {
		t.Error("no links")
	}
}

// TestEverything documents all that Debian's omniorb-idl has, and the compiler's own tests.
func TestEverything(t *testing.T) {
	t.Parallel()
	const omni = "/usr/share/idl/omniORB"
	files, _ := filepath.Glob(omni + "/COS/*.idl")
	own, _ := filepath.Glob("../testdata/golden/*/main.idl")
	made := 0
	for _, f := range append(files, own...) {
		r, err := idl.Compile(t.Context(), idl.Options{Include: []string{omni, omni + "/COS", filepath.Join(filepath.Dir(f), "include")}}, f)
		if err != nil {
			continue // it is there for its errors
		}
		s, err := doc.Site(r.Spec, doc.Options{Included: made%2 == 0, Source: r.Source})
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		checkLinks(t, s)
		made++
	}
	if made < 5 {
		t.Errorf("only %d sites were made", made)
	}
}

// TestDeterministic holds that the same text gives the same octets.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	make := func() map[string][]byte {
		return maps.Collect(site(t, idl.Options{}, doc.Options{Included: true}, "../testdata/golden/types/main.idl", "../testdata/golden/bank/main.idl").All())
	}
	a, b := make(), make()
	if !maps.EqualFunc(a, b, slices.Equal) {
		t.Error("two sites of one text differ")
	}
}

// TestHostileComments holds that nothing from a specification becomes HTML or a script of its own.
func TestHostileComments(t *testing.T) {
	t.Parallel()
	evil := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, "`<b onclick=x>`", `**<i onmouseover=x>**`,
		`https://example.com/"onmouseover="alert(1)`, `javascript:alert(1)`, `@see <a href="javascript:alert(1)">x</a>`, `@param <script>x</script> y`,
		`</pre></table><h1 id="site-search">`, `{@link "><script>}`, "```\n// </pre><script>x\n// ```", `]]></script><script>`, "\u2028</script>", "&lt;script&gt;",
	}
	var text strings.Builder
	for i, e := range evil {
		text.WriteString("// " + e + "\nconst string S" + string(rune('a'+i)) + " = \"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\u2028", "").Replace(e) + "\";\n\n")
	}
	s := site(t, idl.Options{Resolver: idl.FilesOf{`<b>"x'.idl`: text.String()}}, doc.Options{Title: evil[0]}, `<b>"x'.idl`)
	checkLinks(t, s)
	checkSafe(t, s)
}

// checkSafe holds that the pages have no elements and attributes but those that the package writes.
func checkSafe(t testing.TB, s *emit.Files) {
	t.Helper()
	allowed := regexp.MustCompile(`^(?:!DOCTYPE|/?(?:html|head|meta|title|link|script|body|a|header|div|input|ul|ol|li|nav|main|h1|h2|h3|p|pre|code|span|strong|em|table|tr|td|dl|dt|dd|footer)\b)`)
	for name, data := range s.All() {
		if path.Ext(name) != ".html" {
			if strings.Contains(strings.SplitN(string(data), "\n", 2)[0], "<") {
				t.Errorf("%s has what a page would take for HTML", name)
			}
			continue
		}
		for _, m := range regexp.MustCompile(`<([^>]*)>`).FindAllStringSubmatch(string(data), -1) {
			if !allowed.MatchString(m[1]) || regexp.MustCompile(`\son[a-z]+=`).MatchString(m[1]) || strings.Contains(m[1], `href="javascript`) {
				t.Errorf("%s: <%s>", name, m[1])
			}
			if strings.HasPrefix(m[1], "script") && !regexp.MustCompile(`^script src="(\.\./)?search\.js" defer$`).MatchString(m[1]) {
				t.Errorf("%s: <%s>", name, m[1])
			}
		}
	}
}

// FuzzComment holds that any comment ends up in pages that are safe and whole.
func FuzzComment(f *testing.F) {
	for _, s := range []string{"a\n\nb", "- x\n  y\n* z", "```\n<x>", "@param x\n y\n@return z", "@code\nx", "    code\n\n    more", "`a` **b** _c_ https://d.e/f A::B {@link C}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for l := range strings.SplitSeq(text, "\n") {
			b.WriteString("// " + strings.TrimRight(strings.ReplaceAll(l, "\r", ""), "\\") + "\n")
		}
		b.WriteString("struct S { long x; };\n")
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": b.String()}}, "a.idl")
		if err != nil {
			return
		}
		s, err := doc.Site(r.Spec, doc.Options{Source: r.Source})
		if err != nil {
			t.Fatal(err)
		}
		checkLinks(t, s)
		checkSafe(t, s)
	})
}
