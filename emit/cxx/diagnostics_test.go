package cxx_test

import (
	"context"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/codes"
	"github.com/opendsom/dsom/model"
)

func compile(t *testing.T, text string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{codes.File: text}}, codes.File)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// tried generates everything from a text, which may be refused.
func tried(t *testing.T, text string) (*emit.Files, *diag.Report) {
	t.Helper()
	return cxx.Emit(compile(t, text), everything(""))
}

func TestCodeExamples(t *testing.T) {
	t.Parallel()
	codes.Examples(t, cxx.Codes, tried)
}

func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	codes.Documented(t, cxx.Codes, "../../docs/som-cxx.md", codes.Row)
}

// TestRefused names the construct of what cannot be said in C++, and takes what can.
func TestRefused(t *testing.T) {
	t.Parallel()
	codes.Classes(t, codes.Unspeakable, tried)
	codes.Classes(t, []codes.Class{
		{Members: "void f();", Modifiers: "f: procedure, noself;", Want: "the procedure Dog::f without receiver"},
		{Members: "void f(in sequence<string> x);", Modifiers: "f: object_owns_parameters = \"x\";", Want: "to whose object x goes"},
		{Members: "sequence<string> f();", Modifiers: "f: object_owns_result;", Want: "the result of Dog::f"},
		{Modifiers: "staticdata: s; string s;", Want: "static data of type string"},
		{Modifiers: "somRenewNoZero: override;", Want: "the override of SOMClass::somRenewNoZero"},
		{Members: "void f(in string delete, inout long std);", Modifiers: "somClassReady: override;"},
		{Members: "attribute string class; long get_class();"},
	}, tried)
}
