package golang_test

import (
	"go/build"
	"go/token"
	"go/types"
	"io"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
)

func TestExported(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{ // camel, verbatim
		"x":              {"X", "X"},
		"new_context":    {"NewContext", "New_context"},
		"URLString":      {"URLString", "URLString"},
		"to_URL":         {"To_URL", "To_URL"},
		"MAX_SIZE":       {"MAX_SIZE", "MAX_SIZE"},
		"max_3d":         {"Max_3d", "Max_3d"},
		"a__b":           {"A_B", "A__b"},
		"trailing_":      {"Trailing_", "Trailing_"},
		"_leading":       {"X_leading", "X_leading"},
		"Name_Component": {"Name_Component", "Name_Component"},
		"string":         {"String", "String"},
		"été":            {"Été", "Été"},
		"ßx":             {"Xßx", "Xßx"},
	} {
		if got := golang.Camel.Exported(name); got != want[0] {
			t.Errorf("Camel.Exported(%q): got %q, want %q", name, got, want[0])
		}
		if got := golang.Verbatim.Exported(name); got != want[1] {
			t.Errorf("Verbatim.Exported(%q): got %q, want %q", name, got, want[1])
		}
		if got := golang.Camel.Exported(name); !token.IsExported(got) || !token.IsIdentifier(got) {
			t.Errorf("%q is no exported identifier", got)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"amount":      {"amount", "amount"},
		"how_many":    {"howMany", "how_many"},
		"URLString":   {"urlString", "URLString"},
		"ID":          {"id", "ID"},
		"N":           {"n", "N"},
		"MAX_SIZE":    {"max_SIZE", "MAX_SIZE"},
		"Name":        {"name", "Name"},
		"type":        {"type_", "type_"},
		"range":       {"range_", "range_"},
		"string":      {"string_", "string_"},
		"String":      {"string_", "String"},
		"len":         {"len_", "len_"},
		"any":         {"any_", "any_"},
		"ctx":         {"ctx_", "ctx_"},
		"err":         {"err_", "err_"},
		"result":      {"result_", "result_"},
		"orb":         {"orb", "orb"}, // hides nothing in the interface; see the stubs
		"func_name":   {"funcName", "func_name"},
		"error":       {"error_", "error_"},
		"new_context": {"newContext", "new_context"},
	} {
		if got := golang.Camel.Local(name); got != want[0] {
			t.Errorf("Camel.Local(%q): got %q, want %q", name, got, want[0])
		}
		if got := golang.Verbatim.Local(name); got != want[1] {
			t.Errorf("Verbatim.Local(%q): got %q, want %q", name, got, want[1])
		}
	}
}

// No parameter may have a name that Go itself gives a meaning.
func TestLocalKnowsGo(t *testing.T) {
	t.Parallel()
	names := types.Universe.Names()
	for tok := token.Token(0); tok < 200; tok++ {
		if tok.IsKeyword() {
			names = append(names, tok.String())
		}
	}
	if len(names) < 60 {
		t.Fatalf("only %d names", len(names))
	}
	for _, name := range names {
		if got := golang.Camel.Local(name); got != name+"_" {
			t.Errorf("Local(%q): got %q", name, got)
		}
		if got := golang.PackageName(name); got != name+"idl" {
			t.Errorf("PackageName(%q): got %q", name, got)
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{ // of a struct, of an interface
		"owner":         {"Owner", "Owner"},
		"error":         {"Error_", "Error_"},
		"unwrap":        {"Unwrap_", "Unwrap_"},
		"is":            {"Is_", "Is_"},
		"As":            {"As_", "As_"},
		"string":        {"String_", "String_"},
		"discriminator": {"Discriminator_", "Discriminator_"},
		"marshal_cDR":   {"MarshalCDR_", "MarshalCDR_"},
		"MarshalCDR":    {"MarshalCDR_", "MarshalCDR_"},
		"UnmarshalCDR":  {"UnmarshalCDR_", "UnmarshalCDR_"},
		"IDLClass":      {"IDLClass_", "IDLClass_"},
		"stubRef":       {"StubRef_", "StubRef_"},
		"read_byte":     {"ReadByte", "ReadByte_"},
		"write_byte":    {"WriteByte", "WriteByte_"},
		"gobEncode":     {"GobEncode", "GobEncode_"},
		"format":        {"Format", "Format"},
		"errors":        {"Errors", "Errors"},
	} {
		if got := golang.Camel.Member(name); got != want[0] {
			t.Errorf("Member(%q): got %q, want %q", name, got, want[0])
		}
		if got := golang.Camel.Method(name); got != want[1] {
			t.Errorf("Method(%q): got %q, want %q", name, got, want[1])
		}
	}
}

func TestPackageName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"CosNaming":                "cosnaming",
		"My_Module":                "mymodule",
		"example.com/gen/bank":     "bank",
		"example.com/gen/go-bank":  "gobank",
		"example.com/bank/v2":      "bank",
		"v2":                       "v2",
		"example.com/x/3d":         "d",
		"Type":                     "typeidl",
		"Main":                     "mainidl",
		"internal":                 "internalidl",
		"Func":                     "funcidl",
		"String":                   "stringidl",
		"init":                     "initidl",
		"Vendor":                   "vendoridl",
		"testdata":                 "testdataidl",
		"Orb":                      "orb", // whoever imports it gives it another name
		"example.com/internal/x.y": "xy",
		"__":                       "x",
	} {
		if got := golang.PackageName(in); got != want {
			t.Errorf("PackageName(%q): got %q, want %q", in, got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"bank.idl":                "bank.go",
		"idl/CosNaming.idl":       "cosnaming.go",
		`C:\idl\Bank.idl`:         "bank.go",
		"Lname-library.idl":       "lname_library.go",
		"messaging.tests.idl":     "messaging_tests.go",
		"unit_test.idl":           "unit_test_idl.go",
		"on_windows.idl":          "on_windows_idl.go",
		"x_linux_amd64.idl":       "x_linux_amd64_idl.go",
		"test.idl":                "test.go",
		"linux.idl":               "linux.go",
		"_hidden.idl":             "hidden.go",
		".dot.idl":                "dot.go",
		"types.h":                 "types_h.go",
		".idl":                    "x.go",
		"dir/with space (2).idl":  "with_space__2_.go",
		"SecurityReplaceable.idl": "securityreplaceable.go",
	} {
		got := golang.FileName(in)
		if got != want {
			t.Errorf("FileName(%q): got %q, want %q", in, got, want)
		}
		// The go command must take the file wherever it runs.
		for _, os := range []string{"plan9", "js"} {
			ctx := build.Default
			ctx.GOOS, ctx.GOARCH = os, "wasm"
			if ok, err := matchFile(ctx, got); err != nil || !ok {
				t.Errorf("%s is ignored on %s (%v)", got, os, err)
			}
		}
	}
}

// matchFile reports whether the go command would take a file of that name.
func matchFile(ctx build.Context, name string) (bool, error) {
	ctx.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package x\n")), nil
	}
	ok, err := ctx.MatchFile("", name)
	return ok && !strings.HasSuffix(name, "_test.go"), err
}
