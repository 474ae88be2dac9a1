package cabi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/hardwords"
)

// TestMacros holds that all macros which headers of C11 and POSIX define here, without an underscore in front, are among those that names
// keep away from: for all that compilers are told of what a program wants, in both languages.
func TestMacros(t *testing.T) {
	t.Parallel()
	known, inC := cabi.Set(cabi.Keywords, cabi.Macros), cabi.Set(cabi.FunctionMacros)
	for w := range inC {
		if known[w] {
			t.Errorf("%s is on both lists", w)
		}
	}
	defined := regexp.MustCompile(`(?m)^#define ([A-Za-z]\w*)(\(?)`)
	for _, c := range []string{
		"gcc -std=c11 -D_XOPEN_SOURCE=700", "gcc -std=gnu11", "gcc -std=gnu11 -D_GNU_SOURCE", "clang -std=gnu11 -D_GNU_SOURCE",
		"musl-gcc -std=gnu11 -D_GNU_SOURCE", "g++ -x c++ -std=gnu++17", "clang++ -x c++ -std=gnu++17",
	} {
		t.Run(c, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(c)
			if _, err := exec.LookPath(args[0]); err != nil {
				absent.Skip(t, "no %s: interop/install-peers has it", args[0])
			}
			if !strings.Contains(c, "++") {
				args = append(args, "-x", "c")
			}
			cmd := exec.CommandContext(t.Context(), args[0], append(args[1:], "-E", "-dM", "-w", "-")...)
			cmd.Stdin = strings.NewReader(hardwords.Program())
			var problems strings.Builder
			cmd.Stderr = &problems
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, problems.String())
			}
			all := defined.FindAllSubmatch(out, -1)
			if len(all) < 1000 {
				t.Fatalf("only %d macros", len(all))
			}
			for _, m := range all {
				word, function := string(m[1]), len(m[2]) > 0
				if !known[word] && (!function || !inC[word] || strings.Contains(c, "++")) {
					t.Errorf("%s is not among the words of macros.txt or, if C alone has it with parameters, cmacros.txt", word)
				}
			}
		})
	}
}

// globalHeaders are those that generated headers include, or programs together with them.
const globalHeaders = "#include <ctype.h>\n#include <errno.h>\n#include <complex.h>\n#include <locale.h>\n#include <math.h>\n#include <pthread.h>\n#include <sched.h>\n#include <stddef.h>\n#include <stdint.h>\n" +
	"#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n#include <wchar.h>\n#include <wctype.h>\n"

// TestGlobals holds that all functions which the headers declare that generated headers include, and of which compilers know without a
// header, are among those that names keep away from.
func TestGlobals(t *testing.T) {
	t.Parallel()
	known := cabi.Set(cabi.Keywords, cabi.Macros, cabi.Globals)
	declared := regexp.MustCompile(`(?:^|\W)([A-Za-z]\w*) \(`)
	widths := regexp.MustCompile(`f(32|64|128)x?$`) // sinf64x and so on, of types of TS 18661
	for _, cc := range []string{"gcc", "musl-gcc"} {
		if _, err := exec.LookPath(cc); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", cc)
		}
		list := filepath.Join(t.TempDir(), "list")
		cmd := exec.CommandContext(t.Context(), cc, "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-aux-info", list, "-x", "c", "-")
		cmd.Stdin = strings.NewReader(globalHeaders)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			_, line, _ = strings.Cut(line, "*/")
			if m := declared.FindStringSubmatch(line); m != nil && !widths.MatchString(m[1]) {
				if n++; !known[m[1]] {
					t.Errorf("%s: %s is not among the words of globals.txt", cc, m[1])
				}
			}
		}
		if n < 300 {
			t.Errorf("%s: only %d functions", cc, n)
		}
	}
}

// TestGlobalTypes holds the same of the types that those headers define in a line.
func TestGlobalTypes(t *testing.T) {
	t.Parallel()
	known := cabi.Set(cabi.Keywords, cabi.Macros, cabi.Globals)
	defined := regexp.MustCompile(`(?m)^typedef [^(\n]*?\b([A-Za-z]\w*)(?:\[[^\]]*\])?(?: *__attribute__.*)?;$`)
	for _, cc := range []string{"gcc", "g++", "clang"} {
		language := "-xc"
		if cc == "g++" {
			language += "++"
		}
		cmd := exec.Command(cc, "-D_GNU_SOURCE", "-E", "-P", language, "-")
		cmd.Stdin = strings.NewReader(globalHeaders + "#include <sys/types.h>\n")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", cc, err)
		}
		all := defined.FindAllSubmatch(out, -1)
		for _, m := range all {
			if name := string(m[1]); !known[name] {
				t.Errorf("%s: %s is not among the words of globals.txt", cc, name)
			}
		}
		if len(all) < 60 {
			t.Errorf("%s: only %d types", cc, len(all))
		}
	}
}
