package orb_test

import (
	"bytes"
	"testing"

	"github.com/opendsom/dsom/orb"
)

// BenchmarkWays makes the same calls by TCP, by TLS, at a socket of the machine and by a session of NetBIOS, in one run: what counts are the ratios (docs/performance.md).
func BenchmarkWays(b *testing.B) {
	sc, cc := tlsPair(b)
	for _, way := range []struct {
		name           string
		server, client func(*orb.Config)
	}{
		{"tcp", nil, nil},
		{"tls", sealed(b, sc, nil), sealed(b, cc, nil)},
		{"unix", onSocket(b, nil), onSocket(b, nil)},
		{"netbios", byName(nil, "netbios:TEST@127.0.0.1:0"), byName(nil)},
	} {
		so, root := newORB(b, way.server)
		ref, err := EchoClass.Activate(root, &echo{orb: so})
		if err != nil {
			b.Fatal(err)
		}
		e := EchoClass.Unchecked(newClient(b, way.client).NewRef(ref.IOR()))
		b.Run("ping/"+way.name, func(b *testing.B) {
			for b.Loop() {
				if err := e.Ping(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
		big := bytes.Repeat([]byte("octets.."), 1<<17) // 1 MiB
		b.Run("blob/"+way.name, func(b *testing.B) {
			b.SetBytes(2 * int64(len(big)))
			for b.Loop() {
				if _, err := e.Blob(b.Context(), big); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
