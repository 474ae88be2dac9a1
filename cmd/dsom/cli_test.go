package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no verb":       {nil, "a verb is missing"},
		"unknown verb":  {[]string{"verison", "x"}, `did you mean "version"?`},
		"unknown flag":  {[]string{"ior", "--jsno", "x"}, `did you mean "--json"?`},
		"no argument":   {[]string{"ior"}, "expected"},
		"not one of":    {[]string{"completion", "csh"}, "must be one of"},
		"points to":     {[]string{"ior", "rewrite", "--prot", "1", "x"}, `Run "dsom ior rewrite --help" for help.`},
		"JSON":          {[]string{"--json", "iro"}, `{"error":"unexpected argument iro`},
		"bad host":      {[]string{"ior", "rewrite", "--host", "a b", "corbaloc::h:1/x"}, "no host name"},
		"nothing to do": {[]string{"ior", "rewrite", "corbaloc::h:1/x"}, "nothing to change"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, "", c.args...)
			if got.status != statusUsage || !strings.Contains(got.err, c.want) {
				t.Errorf("got status %d and %q, want status %d and %q", got.status, got.err, statusUsage, c.want)
			}
		})
	}
}

// TestEveryVerbHelps holds that each verb says what it does and shows an example.
func TestEveryVerbHelps(t *testing.T) {
	t.Parallel()
	k, err := newParser(t.Context(), newGrammar(), newConsole(strings.NewReader(""), io.Discard, io.Discard), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	leaves := k.Model.Leaves(false)
	if len(leaves) < 15 {
		t.Fatalf("%d verbs found", len(leaves))
	}
	for _, n := range k.Model.Children {
		if !n.Leaf() {
			leaves = append(leaves, n) // "dsom server" and others that have verbs inside
		}
	}
	for _, n := range leaves {
		if n.Help == "" {
			t.Errorf("%s has no help", n.Path())
		}
		for _, f := range n.Flags {
			if f.Help == "" {
				t.Errorf("%s: flag --%s has no help", n.Path(), f.Name)
			}
		}
		for _, p := range n.Positional {
			if p.Help == "" {
				t.Errorf("%s: argument %s has no help", n.Path(), p.Name)
			}
		}
		if n.Hidden {
			continue
		}
		words := strings.Fields(n.Path())
		got := dsom(t, "", append(words, "--help")...)
		if got.status != statusGood || !strings.Contains(got.out, "Example:\n\n    ") || !strings.Contains(got.out, "--json") {
			t.Errorf("dsom %s --help: status %d, and no example in:\n%s", n.Path(), got.status, got.out)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if got := dsom(t, "", "version"); got.status != 0 || !strings.HasPrefix(got.out, "dsom ") {
		t.Errorf("got %+v", got)
	}
	var v struct{ Version, GIOP string }
	got := dsom(t, "", "version", "--json")
	if err := json.Unmarshal([]byte(got.out), &v); err != nil || v.Version == "" || v.GIOP != "1.2" {
		t.Errorf("got %q, %v", got.out, err)
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words string // parted by blanks, the last to be completed
		want  string
	}{
		{"io", "ior"},
		{"ver", "version"},
		{"completion z", "zsh"},
		{"ior rewrite --po", "--port"},
		{"ior rewrite --host ", ""},
		{"ior rewrite --host x --js", "--json"},
		{"ior rew", "rewrite"},
		{"__", ""},
		{"ior -- --j", ""},
	} {
		words := strings.Split(c.words, " ")
		got := dsom(t, "", append([]string{"__complete", "--"}, words...)...)
		var list []string
		for line := range strings.Lines(got.out) {
			word, _, _ := strings.Cut(line, "\t")
			list = append(list, word)
		}
		if s := strings.Join(list, " "); got.status != 0 || s != c.want {
			t.Errorf("%q: got %q (status %d), want %q", c.words, s, got.status, c.want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if got := dsom(t, "", "completion", shell); got.status != 0 || !strings.Contains(got.out, "__complete -- ") {
			t.Errorf("%s: got %+v", shell, got)
		}
	}
}

// TestNegativeNumbers holds that an argument of a call may be a negative number.
func TestNegativeNumbers(t *testing.T) {
	t.Parallel()
	var g struct {
		Call struct {
			Timeout string
			JSON    bool     `name:"json"`
			URL     string   `arg:""`
			Args    []string `arg:"" optional:""`
		} `cmd:""`
	}
	k, err := kong.New(&g)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"call", "url", "-5", "-.5", "-1e9", "-Infinity", "x", "--timeout", "-3s", "--"}
	if _, err := k.Parse(protect(k.Model.Node, args[:7])); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(unprotect(g.Call.Args), " "), "-5 -.5 -1e9 -Infinity x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := protect(k.Model.Node, args); got[8] != "-3s" {
		t.Errorf("a flag's value became %q", got[8])
	}
	if got := protect(k.Model.Node, []string{"call", "url", "--json", "-5"}); got[3] == "-5" {
		t.Error("a number behind a flag without a value is not protected")
	}
	if got := protect(k.Model.Node, []string{"ior", "-5"}); got[1] != "-5" {
		t.Errorf("another verb's word became %q", got[1])
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	c := newConsole(strings.NewReader(""), &b, io.Discard)
	c.table([]string{"NAME", "STATE"}, [][]string{{"a\x1b[2Jb", "x"}, {"long name", ""}})
	want := "NAME       STATE\na\ufffd[2Jb     x\nlong name\n"
	if b.String() != want {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
	b.Reset()
	c.paint = true
	c.facts([][2]string{{"type", "T"}, {"", "U"}})
	if want := "\x1b[2mtype\x1b[0m  T\n      U\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
