package format_test

import (
	"os"
	"testing"

	"github.com/opendsom/dsom/idl/format"
)

// BenchmarkSource formats a file of the size of a large specification.
func BenchmarkSource(b *testing.B) {
	text, err := os.ReadFile("../standard/ir.idl")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := format.Source("ir.idl", text, format.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
