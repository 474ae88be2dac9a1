package golang_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/internal/hardwords"
)

// TestHardWords compiles classes whose names of everything are words of Go, of C, and of what generated code has.
func TestHardWords(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles")
	}
	inC := cabi.Set(cabi.Keywords)
	var words []string
	for w := range cabi.Set(cabi.Keywords, `break chan defer fallthrough func go import interface map package range select type var any bool byte
		comparable complex64 complex128 error float32 float64 int8 int16 int32 int64 rune string uint8 uint16 uint32 uint64 uint uintptr true
		false iota nil append cap clear close complex copy imag len make max min panic print println real recover init main som ctx context err
		self o result args orb stub fmt Base Class New Ref SOM Release value`) {
		words = append(words, w)
	}
	slices.Sort(words)
	text := hardwords.IDL(words, slices.DeleteFunc(slices.Clone(words), func(w string) bool { return inC[w] }), strings.Fields("type range string init main"))
	dir := t.TempDir()
	write(t, filepath.Join(dir, "words"), emitClasses(t, strings.Replace(text, "#include <somobj.idl>\n", "module All {\n", 1)+"};\n", "example.com/gen/words"))
	asModule(t, dir, "example.com/gen")
	if out, err := goTool(t, dir, "build", "./words/..."); err != nil {
		t.Fatalf("%v\n%.8000s", err, out)
	}
}
