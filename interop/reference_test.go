package interop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
)

// TestCatIOR has catior say what is in this project's references.
func TestCatIOR(t *testing.T) {
	t.Parallel()
	for _, version := range omniorb.Versions {
		for name, id := range map[string][16]byte{"transient": {}, "persistent": {1: 2, 15: 0xff}} {
			t.Run(version+" "+name, func(t *testing.T) {
				t.Parallel()
				s := gopeer.Start(t, gopeer.Options{Version: version, ServerID: id})
				hub, err := interop.HubClass.Bind(t.Context(), s.ORB.ORB, s.IOR)
				if err != nil {
					t.Fatal(err)
				}
				object, err := hub.Lookup(t.Context(), "types")
				if err != nil {
					t.Fatal(err)
				}
				ref := orb.RefOf(object)
				want := []string{
					`Type ID: "IDL:TY/T:1.0"`,
					fmt.Sprintf(`1. IIOP %s 127.0.0.1 %d "%s"`, version, s.Endpoints()[0].Port, asCatIORWrites(ref.ObjectKey())),
				}
				if version != "1.0" { // which has no components
					want = append(want, "TAG_ORB_TYPE (unknown) (DSOM)",
						"TAG_CODE_SETS char native code set: UTF-8",
						"char conversion code sets: ISO-8859-1",
						"wchar native code set: UTF-16",
						"wchar conversion code sets: UCS-2-level-1")
				}
				var got []string
				for line := range strings.Lines(omniorb.CatIOR(t, ref.String())) {
					if line = strings.Join(strings.Fields(line), " "); line != "" && line != "Profiles:" {
						got = append(got, line)
					}
				}
				if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
					t.Errorf("catior printed\n%s\nwant\n%s", g, w)
				}
			})
		}
	}
}

// asCatIORWrites writes an object key as catior does, with its blanks as strings.Fields leaves them.
func asCatIORWrites(key string) string {
	var b strings.Builder
	for _, c := range []byte(key) {
		if c >= ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestGoURLs names the hub of either side by corbaloc, for the client of the other.
func TestGoURLs(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	ours, theirs, nobody := freeport.Hold(t), freeport.Hold(t), freeport.Hold(t)
	gopeer.Start(t, gopeer.Options{Port: ours})
	cpp.Start(t, omniorb.Options{Port: theirs})
	for _, form := range []string{
		"corbaloc::127.0.0.1:%[1]d/interop",
		"corbaloc:iiop:1.0@127.0.0.1:%[1]d/interop",
		"corbaloc:iiop:1.1@127.0.0.1:%[1]d/interop",
		"corbaloc::127.0.0.1:%[2]d,iiop:1.2@127.0.0.1:%[1]d/interop", // of two addresses the first leads nowhere
	} {
		for who, r := range map[string]peer.Report{
			"omniORB to Go": cpp.Run(t, omniorb.Options{}, fmt.Sprintf(form, ours, nobody), "hub", "struct", "callback"),
			"Go to omniORB": gopeer.Run(t, gopeer.Options{}, fmt.Sprintf(form, theirs, nobody), "hub", "struct", "callback"),
		} {
			if len(r.By(peer.OK)) != 3 {
				t.Errorf("%s, %s: %v", who, form, r)
			}
		}
	}
}
