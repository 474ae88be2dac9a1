package orb_test

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkLocalPing is a ping to an object of the same process: all of a ping but the wire.
func BenchmarkLocalPing(b *testing.B) {
	o, root := newORB(b, nil)
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		b.Fatal(err)
	}
	e, err := EchoClass.Bind(b.Context(), o, ref.String())
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Ping(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBlob(b *testing.B) {
	for _, size := range []int{1 << 10, 64 << 10, 4 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			e := serve(b, new(echo))
			blob := make([]byte, size)
			b.SetBytes(int64(2 * size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Blob(b.Context(), blob); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
