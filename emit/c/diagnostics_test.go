package c_test

import (
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/codes"
)

// tried generates everything from a text, which may be refused.
func tried(t *testing.T, text string) (*emit.Files, *diag.Report) {
	t.Helper()
	return c.Emit(compileFiles(t, idl.FilesOf{codes.File: text}, codes.File), c.Options{Parts: everything})
}

func TestCodeExamples(t *testing.T) {
	t.Parallel()
	codes.Examples(t, c.Codes, tried)
}

func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	codes.Documented(t, c.Codes, "../../docs/som-c.md", codes.Row)
}

// TestRefused names the construct of what cannot be said in C, and takes what can.
func TestRefused(t *testing.T) {
	t.Parallel()
	codes.Classes(t, codes.Unspeakable, tried)
	codes.Classes(t, []codes.Class{
		{Members: "void Dog_new();"},
		{Members: "void a(in long c);", Modifiers: "a: procedure; a: namelookup;", Want: "a procedure with namelookup"},
		{Members: "long f();", Modifiers: "override: somJoin;", Want: "somJoin"},
	}, tried)
}
