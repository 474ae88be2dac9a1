package idl_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/syntax"
)

// The page docs/idl-grammar.md is run: its productions are a grammar, and a recognizer for any
// grammar (Earley's) holds texts against it.

const grammarPage = "../docs/idl-grammar.md"

// blocks returns the blocks of a page that are in a language.
func blocks(t testing.TB, page, lang string) []string {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+lang+"\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("%s has no %s", page, lang)
	}
	return out
}

// A grammar has the alternatives of each nonterminal. Those whose name begins with group
// stand for what the notation has in brackets.
type grammar struct {
	rules map[string][][]string // a terminal begins with a quote, a token's kind is as it is
	count int
	order []string // nonterminals of the page
}

var grammarTokens = regexp.MustCompile(`"[^"]+"|::=|[\[\]{}()|]|[a-z_]+`)

func readGrammar(t testing.TB) *grammar {
	t.Helper()
	g := &grammar{rules: map[string][][]string{}}
	for _, block := range blocks(t, grammarPage, "ebnf") {
		toks := grammarTokens.FindAllString(block, -1)
		for len(toks) > 0 {
			if len(toks) < 2 || toks[1] != "::=" {
				t.Fatalf("no production begins at %q", strings.Join(toks[:min(4, len(toks))], " "))
			}
			name := toks[0]
			if g.rules[name] != nil {
				t.Fatalf("%s has two productions", name)
			}
			g.order = append(g.order, name)
			g.rules[name], toks = g.alternatives(toks[2:])
		}
	}
	return g
}

// alternatives reads up to a closing bracket or the next production.
func (g *grammar) alternatives(toks []string) ([][]string, []string) {
	alts := [][]string{{}}
	for len(toks) > 0 && !strings.Contains("])}", toks[0]) && (len(toks) < 2 || toks[1] != "::=") {
		tok := toks[0]
		toks = toks[1:]
		last := &alts[len(alts)-1]
		switch tok {
		case "|":
			alts = append(alts, []string{})
		case "[", "{", "(":
			var inner [][]string
			inner, toks = g.alternatives(toks)
			toks = toks[1:]
			g.count++
			name := "group " + strconv.Itoa(g.count)
			switch tok {
			case "[":
				inner = append(inner, []string{})
			case "{":
				for i := range inner {
					inner[i] = append(inner[i], name)
				}
				inner = append(inner, []string{})
			}
			g.rules[name] = inner
			*last = append(*last, name)
		default:
			*last = append(*last, tok)
		}
	}
	return alts, toks
}

// terminals returns the words that the productions write.
func (g *grammar) terminals() map[string]bool {
	all := map[string]bool{}
	for _, alts := range g.rules {
		for _, alt := range alts {
			for _, s := range alt {
				if s[0] == '"' {
					all[strings.Trim(s, `"`)] = true
				}
			}
		}
	}
	return all
}

// word is a token as the recognizer sees it. The two halves of >> are words of their own.
type word struct{ text, kind string }

func words(t testing.TB, files idl.FilesOf, main string) []word {
	t.Helper()
	pp := syntax.NewPreprocessor(context.Background(), syntax.Config{Resolver: files, Include: []string{"include"}, Standard: idl.Standard()}, main)
	kinds := map[syntax.Kind]string{syntax.Ident: "identifier", syntax.Number: "number", syntax.Char: "character", syntax.String: "string"}
	var ws []word
	for {
		tok := pp.Next()
		switch {
		case tok.Kind == syntax.EOF:
			return ws
		case tok.Kind == syntax.PragmaLine || tok.Kind == syntax.FileBegin || tok.Kind == syntax.FileEnd:
		case tok.Text == ">>":
			ws = append(ws, word{text: ">"}, word{text: ">"})
		default:
			ws = append(ws, word{tok.Text, kinds[tok.Kind]})
		}
	}
}

type earleyItem struct {
	rule string
	alt  int
	dot  int
	from int
}

// recognize reports whether the words are in the language, and how far they are. used gets the
// nonterminals that the text, or its begin, may consist of.
func (g *grammar) recognize(start string, ws []word, used map[string]bool) (bool, int) {
	sets := make([][]earleyItem, len(ws)+1)
	seen := make([]map[earleyItem]bool, len(ws)+1)
	add := func(at int, i earleyItem) {
		if seen[at] == nil {
			seen[at] = map[earleyItem]bool{}
		}
		if !seen[at][i] {
			seen[at][i] = true
			sets[at] = append(sets[at], i)
		}
	}
	for a := range g.rules[start] {
		add(0, earleyItem{start, a, 0, 0})
	}
	far := 0
	for at := 0; at <= len(ws); at++ {
		empty := map[string]bool{} // what was found to be nothing here
		for k := 0; k < len(sets[at]); k++ {
			far = at
			i := sets[at][k]
			alt := g.rules[i.rule][i.alt]
			if i.dot == len(alt) {
				if at > i.from {
					used[i.rule] = true
				} else {
					empty[i.rule] = true
				}
				for j := 0; j < len(sets[i.from]); j++ {
					p := sets[i.from][j]
					if palt := g.rules[p.rule][p.alt]; p.dot < len(palt) && palt[p.dot] == i.rule {
						add(at, earleyItem{p.rule, p.alt, p.dot + 1, p.from})
					}
				}
				continue
			}
			next := alt[i.dot]
			moved := earleyItem{i.rule, i.alt, i.dot + 1, i.from}
			switch {
			case g.rules[next] != nil:
				for a := range g.rules[next] {
					add(at, earleyItem{next, a, 0, at})
				}
				if empty[next] {
					add(at, moved)
				}
			case next == `">>"`:
				if at+1 < len(ws) && ws[at].text == ">" && ws[at+1].text == ">" {
					add(at+2, moved)
				}
			case at < len(ws) && (next == `"`+ws[at].text+`"` || next == ws[at].kind):
				add(at+1, moved)
			}
		}
	}
	for _, i := range sets[len(ws)] {
		if i.rule == start && i.from == 0 && i.dot == len(g.rules[start][i.alt]) {
			return true, far
		}
	}
	return false, far
}

// TestGrammarIsWhole holds that each nonterminal of the page has a production, and each
// production is of use.
func TestGrammarIsWhole(t *testing.T) {
	t.Parallel()
	g := readGrammar(t)
	mentioned := map[string]bool{"specification": true}
	for _, alts := range g.rules {
		for _, alt := range alts {
			for _, s := range alt {
				mentioned[s] = true
				if s[0] != '"' && g.rules[s] == nil && !slices.Contains([]string{"identifier", "number", "character", "string"}, s) {
					t.Errorf("%s has no production", s)
				}
			}
		}
	}
	for _, name := range g.order {
		if !mentioned[name] {
			t.Errorf("nothing refers to %s", name)
		}
	}
}

// TestGrammarHasAllKeywords holds the page against the words that the compiler knows.
func TestGrammarHasAllKeywords(t *testing.T) {
	t.Parallel()
	terminals := readGrammar(t).terminals()
	for _, k := range syntax.Keywords() {
		if !terminals[k] {
			t.Errorf("no production has keyword %s", k)
		}
	}
}

// TestGrammarExamples compiles the examples of the page, reads them by its productions, and
// demands that these leave no production out.
func TestGrammarExamples(t *testing.T) {
	t.Parallel()
	g := readGrammar(t)
	used := map[string]bool{}
	for _, text := range blocks(t, grammarPage, "idl") {
		if r := compile(t, text); r.Report.HasErrors() {
			t.Errorf("%s\n%s", show(t, r), text)
		}
		ws := words(t, filesOf(text), "example.idl")
		if ok, far := g.recognize("specification", ws, used); !ok {
			t.Errorf("the grammar does not have %q in\n%s", near(ws, far), text)
		}
	}
	for _, name := range g.order {
		if !used[name] {
			t.Errorf("no example has %s", name)
		}
	}
}

func near(ws []word, at int) string {
	var ts []string
	for _, w := range ws[max(0, at-6):min(len(ws), at+3)] {
		ts = append(ts, w.text)
	}
	return strings.Join(ts, " ")
}

// TestGrammarHasTheCorpus holds that what the compiler takes is in the language of the page.
func TestGrammarHasTheCorpus(t *testing.T) {
	t.Parallel()
	g := readGrammar(t)
	n := 0
	for _, c := range readCases(t) {
		if c.want != "ok" {
			continue
		}
		n++
		ws := words(t, filesOf(c.text), "example.idl")
		if ok, far := g.recognize("specification", ws, map[string]bool{}); !ok {
			t.Errorf("%s: the grammar does not have %q in\n%s", c.name, near(ws, far), c.text)
		}
	}
	if n < 200 {
		t.Errorf("only %d texts", n)
	}
}

// TestGrammarRefuses holds that the page does not take just anything: texts that the compiler's
// parser refuses are not in its language.
func TestGrammarRefuses(t *testing.T) {
	t.Parallel()
	g := readGrammar(t)
	refused := 0
	for _, c := range readCases(t) {
		if !grammatical.MatchString(c.want) {
			continue
		}
		refused++
		if ok, _ := g.recognize("specification", words(t, filesOf(c.text), "example.idl"), map[string]bool{}); ok {
			t.Errorf("%s is in the language of the page, but the parser refuses it: %s\n%s", c.name, c.want, c.text)
		}
	}
	if refused < 100 {
		t.Errorf("only %d texts", refused)
	}
}

// grammatical are the diagnostics of texts with one error, of the grammar.
var grammatical = regexp.MustCompile(`^IDL20(0[6-9]|11):\d+$`)
