package external_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/external"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// TestMain makes the test binary the emitter where it is run as one: the options say what it does.
func TestMain(m *testing.M) {
	if os.Getenv("DSOM_TEST_EMITTER") == "" {
		os.Setenv("DSOM_TEST_EMITTER", "1")
		os.Exit(m.Run())
	}
	os.Exit(act())
}

// act is the emitter.
func act() int {
	b, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 9
	}
	var in struct {
		Emitter int
		Options string
		Model   *model.Spec
	}
	if err := json.Unmarshal(b, &in); err != nil || in.Emitter != external.Version {
		return 8
	}
	answer := func(s string) { fmt.Print(s) }
	word, rest, _ := strings.Cut(in.Options, " ")
	switch word {
	case "list":
		var names []string
		for d := range in.Model.All() {
			names = append(names, d.About().ScopedName())
		}
		j, _ := json.Marshal(strings.Join(names, "\n"))
		answer(`{"files":[{"path":"a/names.txt","content":` + string(j) + `}]}`)
	case "path":
		j, _ := json.Marshal(rest)
		answer(`{"files":[{"path":` + string(j) + `,"content":""}]}`)
	case "twice":
		answer(`{"files":[{"path":"a","content":""},{"path":"a","content":""}]}`)
	case "complain":
		answer(`{"files":[{"path":"a","content":""}],"diagnostics":[{"severity":"` + rest + `","code":"X1","message":"no good","declaration":"::Shop"}]}`)
	case "anonymous":
		answer(`{"diagnostics":[{"severity":"warning","message":"no good"}]}`)
	case "null":
		answer("null")
	case "inside":
		answer(`{"files":[{"path":"a","content":""},{"path":"a/b","content":""}]}`)
	case "junk":
		answer("hello")
	case "nothing":
	case "fail":
		fmt.Fprintln(os.Stderr, strings.Repeat("x", 10_000)+"the last words")
		return 3
	case "much":
		for {
			if _, err := os.Stdout.WriteString(strings.Repeat("x", 1<<16)); err != nil {
				return 1
			}
		}
	case "long":
		<-time.After(time.Hour)
	}
	return 0
}

func spec(t *testing.T) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"a.idl": "interface Shop { void buy(); };\n"}}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

func TestRun(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	files, report, err := external.Run(t.Context(), external.Emitter{Command: self, Options: "list"}, spec(t))
	if err != nil || len(report.All()) > 0 || !slices.Equal(files.Paths(), []string{"a/names.txt"}) {
		t.Fatalf("got %v, %v, %v", files, report, err)
	}
	if b, _ := files.Get("a/names.txt"); string(b) != "Shop\nShop::buy" {
		t.Errorf("got %q", b)
	}
	files, report, err = external.Run(t.Context(), external.Emitter{Command: self, Options: "complain warning"}, spec(t))
	if err != nil || files.Len() != 1 || len(report.All()) != 1 || !strings.HasPrefix(report.All()[0].String(), "a.idl:1:11: warning: "+self+": no good [X1]") {
		t.Errorf("got %v, %v, %v", files, report.All(), err)
	}
	files, report, err = external.Run(t.Context(), external.Emitter{Command: self, Options: "complain error"}, spec(t))
	if err != nil || files.Len() != 0 || !report.HasErrors() {
		t.Errorf("got %v, %v, %v", files, report.All(), err)
	}
}

func TestNoCode(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, report, err := external.Run(t.Context(), external.Emitter{Command: self, Options: "anonymous"}, spec(t))
	if err != nil || len(report.All()) != 1 || !strings.HasSuffix(report.All()[0].String(), ": no good") {
		t.Errorf("got %v, %v", report.All(), err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	small := external.Limits{Time: 20 * time.Second, Output: 1 << 20, Files: 1}
	for name, c := range map[string]struct {
		emitter external.Emitter
		want    string
	}{
		"up":            {external.Emitter{Command: self, Options: "path ../x"}, "no path inside the output folder"},
		"up in between": {external.Emitter{Command: self, Options: "path a/../../x"}, "no path inside the output folder"},
		"absolute":      {external.Emitter{Command: self, Options: "path /etc/x"}, "no path inside the output folder"},
		"empty":         {external.Emitter{Command: self, Options: "path "}, "no path inside the output folder"},
		"twice":         {external.Emitter{Command: self, Options: "twice"}, "made twice"},
		"null":          {external.Emitter{Command: self, Options: "null"}, "it is null"},
		"in a file":     {external.Emitter{Command: self, Options: "inside"}, "a/b cannot be made, since a is a file"},
		"junk":          {external.Emitter{Command: self, Options: "junk"}, "docs/idl-emitters.md"},
		"nothing":       {external.Emitter{Command: self, Options: "nothing"}, "docs/idl-emitters.md"},
		"fails":         {external.Emitter{Command: self, Options: "fail"}, "failed: exit status 3; it said: xxx"},
		"bad severity":  {external.Emitter{Command: self, Options: "complain loudly"}, `unknown severity "loudly"`},
		"too much":      {external.Emitter{Command: self, Options: "much", Limits: small}, "emitter-output"},
		"too many":      {external.Emitter{Command: self, Options: "twice", Limits: small}, "emitter-files"},
		"too long":      {external.Emitter{Command: self, Options: "long", Limits: external.Limits{Time: time.Millisecond}}, "emitter-time"},
		"not there":     {external.Emitter{Command: "./no-such-emitter"}, "could not be run"},
		"not in PATH":   {external.Emitter{Command: "no-such-emitter-of-dsom"}, "is not in PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, _, err := external.Run(t.Context(), c.emitter, spec(t))
			var e *external.Error
			if files != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.emitter.Command) || len(err.Error()) > 6000 {
				t.Errorf("got %v, %v, want an error with %q", files, err, c.want)
			}
		})
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := external.Run(gone, external.Emitter{Command: self, Options: "long"}, spec(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	if e, err := external.Parse("./a=b=c"); err != nil || e.Command != "./a" || e.Options != "b=c" {
		t.Errorf("got %+v, %v", e, err)
	}
	if e, err := external.Parse("=b"); err == nil {
		t.Errorf("got %+v", e)
	}
}
