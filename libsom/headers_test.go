package libsom_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/hardwords"
)

// TestOtherHeaders compiles the public headers behind and in front of all headers of C11 and POSIX: whichever macros these have.
func TestOtherHeaders(t *testing.T) {
	t.Parallel()
	var inC strings.Builder
	inC.WriteString("#include \"som.h\"\n")
	headers, err := filepath.Glob("../bind/c/*/*.h")
	if err != nil || len(headers) == 0 {
		t.Fatal("no headers: ", err)
	}
	for _, h := range append(headers, "../bind/c/som_c.h") {
		h, err := filepath.Abs(h)
		if err != nil {
			t.Fatal(err)
		}
		inC.WriteString("#include \"" + h + "\"\n")
	}
	const use = "uint32_t use(const som_value *v);\nuint32_t use(const som_value *v) { return v->u; }\n"
	for _, c := range []struct {
		compiler, ours string
		flags          []string
	}{
		{"gcc", inC.String(), []string{"-std=gnu11", "-x", "c"}},
		{"clang", inC.String(), []string{"-std=gnu11", "-x", "c"}},
		{"g++", "#include \"som.hpp\"\n", []string{"-std=gnu++17", "-x", "c++"}},
		{"clang++", "#include \"som.hpp\"\n", []string{"-std=gnu++17", "-x", "c++"}},
	} {
		for name, text := range map[string]string{"behind": hardwords.Program() + c.ours + use, "in front": c.ours + hardwords.Program() + use} {
			t.Run(c.compiler+" "+name, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(c.compiler); err != nil {
					absent.Skip(t, "no %s: interop/install-peers has it", c.compiler)
				}
				source := filepath.Join(t.TempDir(), "headers.c")
				if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
				args := slices.Concat(c.flags, []string{"-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-cpp", "-Wno-#warnings", "-Iinclude", "-I../bind/c", "-I../bind/cxx", source})
				if out, err := exec.CommandContext(t.Context(), c.compiler, args...).CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}
