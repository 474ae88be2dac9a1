package orb_test

import (
	"context"
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
