package c_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// bodies are what is written into functions at random: ends that are none among it.
var bodies = []string{
	"\n\t(void)self; /* } */\n", "\n\tconst char *s = \"}{\"; (void)s; // }\n", "\n#ifdef A\n\tif (self) {\n#else\n\tif (!self) {\n#endif\n\t}\n",
	" while (0) { } ", "\n#define END }\n\n\n", "\n\tchar c = '}', d = '\\''; (void)c, (void)d;\n", "",
}

// a release of a class: of its ten methods some, in some order, with one parameter or two.
func release(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\ninterface Dog : SOMObject {\n")
	var names []string
	for _, n := range r.Perm(10)[:1+r.IntN(9)] {
		fmt.Fprintf(&b, "%s m%d(%s); // %s\n", []string{"void", "long"}[r.IntN(2)], n, []string{"", "in long a", "in string a, out long b"}[r.IntN(3)], []string{"One.", "Another."}[r.IntN(2)])
		names = append(names, fmt.Sprintf("m%d", n))
	}
	fmt.Fprintf(&b, "implementation { releaseorder: %s; ", strings.Join(names, ", "))
	if r.IntN(2) == 0 {
		b.WriteString("override: somDefaultInit, somPrintSelf; ")
	}
	if r.IntN(3) == 0 {
		b.WriteString("functionprefix = dog_; ")
	}
	b.WriteString("long weight; }; };\n")
	return b.String()
}

var function = regexp.MustCompile(`(?m)^/\* (Dog::\w+)(?:: [^\n]*(?:\n \*[^\n]*)*)? \*/\nstatic [^\n]*\)\n\{`)

// written returns the bodies of an implementation, by the comments in front of them.
func written(t *testing.T, text string) map[string]string {
	t.Helper()
	is := map[string]string{}
	for _, at := range function.FindAllStringSubmatchIndex(text, -1) {
		key := text[at[2]:at[3]]
		end := strings.Index(text[at[1]:], "}/*end*/")
		if end < 0 {
			end = strings.Index(text[at[1]:], "\n}\n")
		}
		if _, twice := is[key]; twice {
			t.Fatalf("%s is there twice:\n%s", key, text)
		}
		is[key] = text[at[1] : at[1]+end]
	}
	return is
}

// TestRebuild goes through releases of a class: in each bodies are written anew at random, in the next they are all there,
// those of methods that are gone too.
func TestRebuild(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		var text string
		have := map[string]string{}
		for range 6 {
			opt := c.Options{Parts: c.Template}
			if text != "" {
				opt.Existing = fstest.MapFS{"dog.c": {Data: []byte(text)}}
			}
			idlText := release(r)
			data, _ := mustEmit(t, compileFiles(t, idl.FilesOf{"dog.idl": idlText}, "dog.idl"), opt).Get("dog.c")
			text = string(data)
			now := written(t, text)
			for key, body := range have {
				if now[key] != body {
					t.Fatalf("seed %d: the body of %s was %q, is %q after\n%s\n%s", seed, key, body, now[key], idlText, text)
				}
			}
			for _, m := range regexp.MustCompile(`\bm\d\(`).FindAllString(idlText, -1) {
				if _, ok := now["Dog::"+m[:2]]; !ok {
					t.Fatalf("seed %d: no %s in\n%s", seed, m, text)
				}
			}
			// Each body is written anew, with a mark where it ends.
			for key, body := range now {
				if strings.Contains(body, "/*begin*/") {
					have[key] = body
					continue
				}
				fresh := "/*begin*/" + bodies[r.IntN(len(bodies))]
				at := strings.Index(text, "/* "+key)
				open := at + strings.Index(text[at:], "\n{") + 2
				text = text[:open] + fresh + "}/*end*/" + text[open+len(body)+2:]
				have[key] = fresh
			}
		}
	}
}

// TestFilestem names the files by the modifier.
func TestFilestem(t *testing.T) {
	t.Parallel()
	files := mustEmit(t, compileFiles(t, idl.FilesOf{
		"a.idl":       "#include <somobj.idl>\ninterface A : SOMObject { implementation { filestem = first; }; };",
		"dir/dog.idl": "#include \"a.idl\"\ninterface Dog : A { implementation { minorversion = 1; }; };",
	}, "a.idl", "dir/dog.idl"), c.Options{Parts: c.Usage})
	if got := strings.Join(files.Paths(), " "); got != "dog.h first.h" {
		t.Errorf("got %s", got)
	}
	text, _ := files.Get(filepath.Join("dog.h"))
	if !strings.Contains(string(text), "#include \"first.h\"") {
		t.Errorf("got\n%s", text)
	}
}
