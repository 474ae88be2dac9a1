package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	emitc "github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/lint"
)

// page holds a page of the documentation that is made from tables; with DSOM_UPDATE_GOLDEN set
// it writes it anew, and fails.
func page(t *testing.T, name, want string) {
	t.Helper()
	file := "../../docs/" + name
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s was written anew", file)
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the tables say; DSOM_UPDATE_GOLDEN=1 go test ./cmd/dsom -run Page writes it anew", file)
	}
}

const diagnosticsHead = `# What the IDL tools have to say

Each message ends with a code: ` + "`bank.idl:2:27: error: … [IDL3001]`" + `. ` + "`dsom idl explain CODE`" + ` says what is said here.
A code keeps its meaning; one that is no longer used is not given to another.

- ` + "`dsom idl check FILES`" + ` prints messages with the line, a caret, notes on other places and help; ` + "`--json`" + ` and ` + "`--sarif`" + `
  are for programs, ` + "`--color`" + ` is auto, always or never, and the environment's NO_COLOR is respected.
- IDL1… is the preprocessor, IDL2… the grammar, IDL3… the meaning, IDL4… SOM IDL, IDL9… the compiler itself, GO… the Go
  emitter, C… that of C, CXX… that of C++; LINT… are [findings of idl lint](idl-lint.md). The codes of [idl diff](idl-diff.md) are words.

This page is made from the tables of the packages, and each example is compiled, or acted out, by a test that demands this code.
`

func TestDiagnosticsPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(diagnosticsHead)
	for _, part := range []struct {
		title string
		table diag.Table
	}{{"The compiler", idl.Codes()}, {"The Go emitter", golang.Codes}, {"The C emitter", emitc.Codes}, {"The C++ emitter", cxx.Codes}} {
		b.WriteString("\n## " + part.title + "\n")
		for _, e := range part.table {
			fmt.Fprintf(&b, "\n### %s: %s\n\n%s: %s\n", e.Code, e.Title, e.Severity, e.Explanation)
			if e.Example != "" {
				b.WriteString("\n```idl\n" + strings.TrimRight(e.Example, "\n") + "\n```\n")
			}
			switch {
			case strings.HasPrefix(e.Scene, "$ "):
				b.WriteString("\n```\n" + strings.TrimRight(e.Scene, "\n") + "\n```\n")
			case e.Scene != "":
				b.WriteString("\nFor example: " + e.Scene + "\n")
			}
		}
	}
	page(t, "idl-diagnostics.md", b.String())
}

const lintHead = `# What is unwise in IDL

    dsom idl lint bank.idl
    dsom idl lint --enable missing-doc --disable missing-prefix -I idl idl
    dsom idl lint --list

looks for what is right by the grammar and yet unwise. A finding that is a warning or an error fails the run (exit status
1), an info does not. ` + "`--json`" + ` and ` + "`--sarif`" + ` are for programs.

## Which rules are applied

Those below that are not off. ` + "`--enable`" + ` and ` + "`--disable`" + ` add and remove some (` + "`all`" + ` is all of them, and a rule that is named
wins over it), ` + "`--rules`" + ` names those to apply and no others. A project says it in a file ` + "`.dsom-idl.json`" + `, which is looked for
in the folder of the first file and above it (` + "`--config FILE`, `--no-config`" + `):

` + "```json" + `
{
  "lint": {
    "enable": ["missing-doc"],
    "disable": ["missing-prefix"],
    "severity": {"unused-include": "error", "name-type": "warning"},
    "options": {"max-parameters": 5},
    "ignore": ["third_party/", "*_generated.idl"]
  }
}
` + "```" + `

Other fields of the file belong to other tools. A name that there is not is an error, in the file too, and in a text: LINT9001.

A text switches rules off for itself:

` + "```idl" + `
#pragma dsom lint off name-type
struct old_name { long n; };          // from there on nothing is said of names of types
#pragma dsom lint on name-type

// dsom:ignore name-type kept for old clients
struct other_name { long n; };        // the next declaration alone; or behind it on its line
` + "```" + `

## The rules

This part is made from the rules; a test compiles each example.
`

func TestLintPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(lintHead)
	for _, r := range lint.Rules() {
		state := r.Severity.String()
		if r.Off {
			state += ", off unless enabled"
		}
		if r.Option != "" {
			state += fmt.Sprintf(", option `%s`: %d", r.Option, r.Default)
		}
		fmt.Fprintf(&b, "\n### %s: %s\n\n%s, %s. %s\n\n```idl\n%s\n```\n\nbetter:\n\n```idl\n%s\n```\n", r.Name, r.Title, r.Code, state, r.Explanation,
			strings.TrimRight(r.Bad, "\n"), strings.TrimRight(r.Good, "\n"))
	}
	page(t, "idl-lint.md", b.String())
}
