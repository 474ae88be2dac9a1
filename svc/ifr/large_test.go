package ifr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/ifr"
)

// BenchmarkRegister is what it takes to register an interface, by its operations: what each takes more in a large one is a square.
func BenchmarkRegister(b *testing.B) {
	for _, n := range []int{1000, 4000, 16000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var text strings.Builder
			text.WriteString("module Big { struct S { long a; string b; }; exception Bad { string why; }; typedef sequence<S> Ss; interface I {\n")
			for i := range n {
				fmt.Fprintf(&text, "  S op%d(in long a, inout Ss b, out string c) raises (Bad);\n", i)
			}
			text.WriteString("}; };\n")
			c, err := idl.Compile(b.Context(), idl.Options{Resolver: idl.FilesOf{"big.idl": text.String()}}, "big.idl")
			if err != nil {
				b.Fatal(err)
			}
			packed, err := ifr.Pack(c.Spec)
			if err != nil {
				b.Fatal(err)
			}
			st, err := bbolt.Open(b.TempDir()+"/ifr.db", bbolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer st.Close()
			r, err := ifr.OpenRegistry(b.Context(), st)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := r.Put(b.Context(), "big", packed); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/operation")
		})
	}
}
