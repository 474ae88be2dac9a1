package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opendsom/dsom/svc/somdd/wire"
)

// recorded is what somdd sent of a definition that regimpl had registered.
var recorded = "f4001e" + "fa" + text("myserver") + "fa" + text("8f4a92af-5ad74c23-a2-b0-667c34110f9c") + "fa00" + "fa" + text("/opt/som/bin/somdsvr-c") +
	"f300000000" + "f900" + "fa00fa00fa00fa00fa00" + "f500000000" + "fa" + text("SOMD_TCPIP")

// text is a string with its end, in hexadecimal.
func text(s string) string { return hex.EncodeToString(append([]byte(s), 0)) }

func octets(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	want := wire.Definition{Alias: "myserver", ID: "8f4a92af-5ad74c23-a2-b0-667c34110f9c", Program: "/opt/som/bin/somdsvr-c", Protocols: wire.TCPIP}
	got, err := wire.ParseDefinition(octets(t, recorded))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	if b := hex.EncodeToString(want.Append(nil)); b != recorded {
		t.Errorf("got  %s\nwant %s", b, recorded)
	}
	full := wire.Definition{
		Alias: "a", ID: "b", Class: "c", Program: "d", Flags: 0x01020304, Secure: true, ServerClass: "e", RefDataFile: "f", RefDataBackup: "g",
		HostName: "h", ConfigFile: "i", ObjRef: []byte{0, 0xf2}, Protocols: "j",
	}
	const as = "f4001e" + "fa6100" + "fa6200" + "fa6300" + "fa6400" + "f301020304" + "f901" + "fa6500" + "fa6600" + "fa6700" + "fa6800" + "fa6900" + "f500000002" + "f200" + "f2f2" + "fa6a00"
	if b := hex.EncodeToString(full.Append(nil)); b != as {
		t.Errorf("got  %s\nwant %s", b, as)
	}
	if got, err := wire.ParseDefinition(octets(t, as)); err != nil || !cmp.Equal(got, full) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestCutOff holds that each beginning of a definition is refused, and a definition with something behind it, by an error that says where.
func TestCutOff(t *testing.T) {
	t.Parallel()
	d := wire.Definition{Alias: "a", ID: "b", ObjRef: []byte{1, 2}, Flags: 5}
	whole := d.Append(nil)
	for n := range whole {
		var e *wire.StreamError
		if _, err := wire.ParseDefinition(whole[:n]); !errors.As(err, &e) || e.Offset > n || e.Item == "" {
			t.Errorf("%d of %d octets: %v", n, len(whole), err)
		}
	}
	if _, err := wire.ParseDefinition(append(whole, 0)); err == nil || !strings.Contains(err.Error(), "1 octets follow") {
		t.Errorf("one octet more: %v", err)
	}
}

// TestBadDefinitions holds what is refused, and why.
func TestBadDefinitions(t *testing.T) {
	t.Parallel()
	replaced := func(old, with string) string { return strings.Replace(recorded, old, with, 1) }
	for name, c := range map[string]struct{ stream, want string }{
		"another version":   {replaced("f4001e", "f4001f"), "it is 31, and 30 is known"},
		"another type":      {replaced("f4001e", "f5001e"), "a long is here, and not an unsigned short"},
		"no type":           {replaced("f4001e", "00001e"), "what begins with the octet 0x00"},
		"a boolean of 2":    {replaced("f900", "f902"), "secure: 2 is no boolean"},
		"a string too long": {replaced(text("myserver"), text(strings.Repeat("x", wire.MaxAlias+1))), "impl_alias: 256 octets, the limit is 255"},
		"an id too long":    {replaced(text("8f4a92af-5ad74c23-a2-b0-667c34110f9c"), text(strings.Repeat("x", wire.MaxID+1))), "impl_id: 37 octets, the limit is 36"},
		"a count too large": {replaced("f500000000", "f57fffffff"), "svr_objref: 2147483647 octets are announced"},
		"a count below 0":   {replaced("f500000000", "f5ffffffff"), "svr_objref: -1 octets are announced"},
		"octets missing":    {replaced("f500000000", "f500000004"), "svr_objref"},
		"octets of another": {replaced("f500000000", "f500000001f301"), "and not an octet"},
	} {
		if _, err := wire.ParseDefinition(octets(t, c.stream)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLargest holds that MaxDefinition is what the largest definition takes.
func TestLargest(t *testing.T) {
	t.Parallel()
	s := func(n int) string { return strings.Repeat("x", n) }
	d := wire.Definition{
		Alias: s(wire.MaxAlias), ID: s(wire.MaxID), Class: s(wire.MaxClassName), Program: s(wire.MaxProgram), ServerClass: s(wire.MaxClassName),
		RefDataFile: s(wire.MaxFilename), RefDataBackup: s(wire.MaxFilename), HostName: s(wire.MaxHostName), ConfigFile: s(wire.MaxFilename),
		ObjRef: make([]byte, wire.MaxObjRef), Protocols: s(wire.MaxProtocols),
	}
	b := d.Append(nil)
	if len(b) != wire.MaxDefinition {
		t.Errorf("%d octets, and MaxDefinition is %d", len(b), wire.MaxDefinition)
	}
	if got, err := wire.ParseDefinition(b); err != nil || !cmp.Equal(got, d) {
		t.Errorf("it is not read again: %v", err)
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	const daemon = "6034ed68-09a7d111-9a-d5-000094687ad6"
	if got := wire.DaemonID.String(); got != daemon {
		t.Errorf("got %s", got)
	}
	for _, s := range []string{daemon, strings.ToUpper(daemon)} {
		if id, err := wire.ParseID(s); err != nil || id != wire.DaemonID {
			t.Errorf("%s: %v, %v", s, id, err)
		}
	}
	for _, s := range []string{"", daemon[:35], daemon + "0", "6034ed68-09a7-d111-9ad5-000094687ad6", strings.Replace(daemon, "d", "g", 1), strings.Repeat("-", 36)} {
		if id, err := wire.ParseID(s); err == nil {
			t.Errorf("%q: %v", s, id)
		}
	}
	if a, b := wire.NewID(), wire.NewID(); a == b || a == (wire.ID{}) {
		t.Error("new ids are not new")
	}
}

// TestKeys holds the keys that were recorded, in their parts.
func TestKeys(t *testing.T) {
	t.Parallel()
	daemon := "03" + hex.EncodeToString([]byte("6034ed68-09a7d111-9a-d5-000094687ad6"))
	const server = "8f4a92af-5ad74c23-a2-b0-667c34110f9c"
	id, err := wire.ParseID(server)
	if err != nil {
		t.Fatal(err)
	}
	for key, c := range map[string]struct {
		made []byte
		what wire.Object
		id   wire.ID
	}{
		daemon + "00":                                               {wire.ServerKey(wire.DaemonID), wire.TheServer, wire.ID{}},
		daemon + "000200000000000000":                               {wire.RepositoryKey, wire.TheRepository, wire.ID{}},
		daemon + "000500000000000000":                               {wire.ServerMgrKey, wire.TheServerMgr, wire.ID{}},
		daemon + "000300000000000000" + text(server):                {wire.DefinitionKey(id), wire.ADefinition, id},
		daemon + "02601000a40b7f0000":                               {nil, wire.WasMade, wire.ID{}},
		"03" + hex.EncodeToString([]byte(server)) + "00":            {wire.ServerKey(id), wire.NoObject, wire.ID{}},
		daemon + "000200000000000001":                               {nil, wire.NoObject, wire.ID{}},
		daemon + "00020000000000000000":                             {nil, wire.NoObject, wire.ID{}},
		daemon + "0002":                                             {nil, wire.NoObject, wire.ID{}},
		daemon + "000300000000000000" + text("x"):                   {nil, wire.NoObject, wire.ID{}},
		daemon + "000300000000000000" + text(server)[:72]:           {nil, wire.NoObject, wire.ID{}},
		daemon + "000300000000000000" + text(server) + text(server): {nil, wire.NoObject, wire.ID{}},
	} {
		k, ok := wire.ParseKey(octets(t, key))
		if !ok {
			t.Errorf("%s is no key", key)
			continue
		}
		if what, id := k.Object(); what != c.what || id != c.id {
			t.Errorf("%s is of object %v %v, want %v %v", key, what, id, c.what, c.id)
		}
		if again := hex.EncodeToString(k.Append(nil)); again != key {
			t.Errorf("%s is again %s", key, again)
		}
		if c.made != nil && hex.EncodeToString(c.made) != key {
			t.Errorf("made %x, want %s", c.made, key)
		}
	}
	for _, key := range []string{"", "03", daemon, daemon + "01", "04" + daemon[2:] + "00", "03" + strings.Repeat("00", 37)} {
		if k, ok := wire.ParseKey(octets(t, key)); ok {
			t.Errorf("%s is the key %v", key, k)
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(wire.NotImplemented, " ", wire.Code(7)); got != "SOMDERROR_NotImplemented 7" {
		t.Error(got)
	}
	if wire.ServerNotFound.Meaning() == "" || wire.Code(7).Meaning() != "" {
		t.Error("meanings")
	}
}

// TestAnyDefinition holds that whatever a definition says is read again.
func TestAnyDefinition(t *testing.T) {
	t.Parallel()
	s := rapid.StringMatching(`[^\x00]{0,30}`)
	rapid.Check(t, func(rt *rapid.T) {
		d := wire.Definition{
			Alias: s.Draw(rt, "alias"), Class: s.Draw(rt, "class"), Program: s.Draw(rt, "program"), Flags: rapid.Uint32().Draw(rt, "flags"),
			Secure: rapid.Bool().Draw(rt, "secure"), ServerClass: s.Draw(rt, "server class"), ConfigFile: s.Draw(rt, "config"),
			ObjRef: rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(rt, "objref"), Protocols: "p" + s.Draw(rt, "protocols"),
		}
		if got, err := wire.ParseDefinition(d.Append(nil)); err != nil || !cmp.Equal(got, d) {
			rt.Fatalf("%v: %s", err, cmp.Diff(d, got))
		}
	})
}

// FuzzDefinition holds that what is read of a stream is written as the same octets, and that nothing but the limits decides what memory it takes.
func FuzzDefinition(f *testing.F) {
	f.Add(octets(f, recorded))
	d := wire.Definition{Alias: "a", ObjRef: []byte{1, 2, 3}, Secure: true, Flags: 1 << 31}
	f.Add(d.Append(nil))
	f.Add(d.Append(nil)[:9])
	f.Add(octets(f, strings.Replace(recorded, "f500000000", "f57fffffff", 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := wire.ParseDefinition(b)
		if err != nil {
			var e *wire.StreamError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(b) {
				t.Errorf("%v of %d octets", err, len(b))
			}
			return
		}
		if len(b) > wire.MaxDefinition {
			t.Errorf("%d octets were read, and %d are the most", len(b), wire.MaxDefinition)
		}
		again := d.Append(nil)
		if d.Protocols != "" && !bytes.Equal(again, b) { // an empty one is written as what it stands for
			t.Errorf("% x\nis written\n% x", b, again)
		}
	})
}

// FuzzKey holds that a key is written as it was read.
func FuzzKey(f *testing.F) {
	f.Add(wire.RepositoryKey)
	f.Add(wire.DefinitionKey(wire.DaemonID))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, ok := wire.ParseKey(b)
		if !ok {
			return
		}
		k.Object()
		if again := k.Append(nil); !strings.EqualFold(string(again), string(b)) {
			t.Errorf("%x is written %x", b, again)
		}
	})
}
