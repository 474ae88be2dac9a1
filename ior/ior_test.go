package ior_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/captures"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
)

// sample is a reference with all kinds of profiles and components.
func sample() *ior.IOR {
	return &ior.IOR{TypeID: "IDL:Bank/Account:1.0", Profiles: []ior.Profile{
		ior.IIOP{Version: cdr.V12, Host: "host", Port: 3053, Key: []byte("key\x00"), Components: []ior.Component{
			ior.ORBTypeComponent(ior.ORBTypeDSOM),
			{Tag: ior.TagCodeSets, Data: codeset.Ours().Append(nil)},
			ior.AlternateAddressComponent("::1", 2809),
			{Tag: ior.TagRMICustomMaxStream, Data: []byte{0, 2}},
		}}.Profile(),
		ior.IIOP{Version: cdr.V10, Host: "h", Port: 1, Key: []byte("k")}.Profile(),
		ior.MultiComponentProfile([]ior.Component{{Tag: 99, Data: []byte("odd")}}),
		{Tag: 0x41545401, Data: []byte{1, 2, 3}},
	}}
}

func TestWire(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, little := range []bool{false, true} {
		e := cdr.NewEncoder(nil, little, nil)
		e.Octet(7)
		ior.Put(e, sample())
		b := e.Bytes()
		text.WriteString(annotate(b, little) + "\n")
		read := func(b []byte) (*ior.IOR, *cdr.Decoder) {
			d := cdr.NewDecoder(b, little, nil)
			d.Octet()
			return ior.Get(d), d
		}
		got, d := read(b)
		if d.Err() != nil || !got.Equal(sample()) || d.Remaining() != 0 {
			t.Errorf("got %+v, %v", got, d.Err())
		}
		for n := range b {
			if got, d := read(b[:n]); d.Err() == nil {
				t.Errorf("%d of %d octets read as %+v", n, len(b), got)
			}
			d := cdr.NewDecoder(b[:n], little, nil)
			d.Octet()
			if ior.Skip(d); d.Err() == nil {
				t.Errorf("%d of %d octets are skipped", n, len(b))
			}
		}
		d = cdr.NewDecoder(b, little, nil)
		d.Octet()
		raw := ior.Skip(d)
		if again := ior.Get(cdr.NewDecoder(raw, little, nil)); d.Err() != nil || !again.Equal(sample()) {
			t.Errorf("skipped: %+v, %v", again, d.Err())
		}
		b[len(b)-1] = 9 // the reference is a copy
		if !got.Equal(sample()) {
			t.Error("the reference is a view of what it was read from")
		}
	}
	golden.Check(t, "reference.txt", text.String())
}

func annotate(b []byte, little bool) string {
	p := binfmt.New(b)
	d := cdr.NewDecoder(b, little, nil)
	p.Text("a reference behind an octet, little-endian %v", little)
	d.Octet()
	p.To(1, "an octet")
	word := func(what string) uint32 {
		d.Align(4)
		p.To(d.Pos(), "padding")
		v := d.ULong()
		p.To(d.Pos(), "%s %d", what, v)
		return v
	}
	n := word("type id: length")
	p.To(d.Pos()+len(d.OctetsView(int(n))), "")
	for range word("profiles:") {
		word("tag")
		n := int(word("length"))
		end := d.Pos() + n
		d.OctetsView(n)
		p.To(end, "profile")
	}
	return p.String()
}

func TestProfile(t *testing.T) {
	t.Parallel()
	r := sample()
	b, err := r.Profiles[0].IIOP()
	if err != nil || b.Host != "host" || b.Port != 3053 || string(b.Key) != "key\x00" || len(b.Components) != 4 {
		t.Fatalf("got %+v, %v", b, err)
	}
	if again := b.Profile(); !again.Equal(r.Profiles[0]) {
		t.Errorf("built again: %x, want %x", again.Data, r.Profiles[0].Data)
	}
	if id, err := b.Components[0].ORBType(); err != nil || id != ior.ORBTypeDSOM {
		t.Errorf("ORB type %#x, %v", id, err)
	}
	if data, ok := b.Find(ior.TagCodeSets); !ok || !bytes.Equal(data, codeset.Ours().Append(nil)) {
		t.Errorf("code sets %x, %v", data, ok)
	}
	want := []string{"host:3053", "[::1]:2809"}
	for i, a := range b.Addresses() {
		if a.HostPort() != want[i] || a.Version != cdr.V12 {
			t.Errorf("address %v, want %s", a, want[i])
		}
	}
	list, err := r.Profiles[2].MultiComponent()
	if err != nil || len(list) != 1 || list[0].Tag != 99 || string(list[0].Data) != "odd" {
		t.Errorf("components %+v, %v", list, err)
	}
	for i, p := range r.Profiles[:3] {
		for n := range p.Data {
			cut := ior.Profile{Tag: p.Tag, Data: p.Data[:n]}
			_, err1 := cut.IIOP()
			_, err2 := cut.MultiComponent()
			if err1 == nil || err2 == nil {
				t.Errorf("%d of %d octets are profile %d", n, len(p.Data), i)
			}
		}
	}
	for _, c := range b.Components[:3] {
		for n := range c.Data {
			cut := ior.Component{Tag: c.Tag, Data: c.Data[:n]}
			if _, err := cut.ORBType(); err == nil {
				t.Errorf("%x is an ORB type", cut.Data)
			}
			if _, _, err := cut.AlternateAddress(); err == nil {
				t.Errorf("%x is an address", cut.Data)
			}
		}
	}
	if _, err := r.Profiles[3].IIOP(); !errors.Is(err, exc.InvObjref) {
		t.Errorf("a foreign profile: %v", err)
	}
	// IIOP 1.3 or later is read as far as 1.2 goes.
	later := append([]byte(nil), r.Profiles[0].Data...)
	later[2] = 3
	if b, err := (ior.Profile{Data: append(later, 1, 2, 3)}).IIOP(); err != nil || b.Version.Minor != 3 {
		t.Errorf("IIOP 1.3: %+v, %v", b, err)
	}
	later[1] = 2
	if _, err := (ior.Profile{Data: later}).IIOP(); !errors.Is(err, exc.InvObjref) {
		t.Errorf("IIOP 2: %v", err)
	}
}

func TestNil(t *testing.T) {
	t.Parallel()
	var none *ior.IOR
	for _, r := range []*ior.IOR{none, {}, {TypeID: "IDL:X:1.0"}} {
		if !r.IsNil() || !r.Equal(none) || !none.Equal(r) || r.Equal(sample()) {
			t.Errorf("%+v is not nil", r)
		}
		e := cdr.NewEncoder(nil, true, nil)
		ior.Put(e, r)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		if got := ior.Get(d); d.Err() != nil || !got.IsNil() {
			t.Errorf("got %+v, %v", got, d.Err())
		}
		u, err := ior.ParseURL(r.String())
		if err != nil || !u.Reference().IsNil() {
			t.Errorf("%s reads as %+v, %v", r.String(), u, err)
		}
		if _, ok := r.Corbaloc(); ok {
			t.Error("a nil reference has a corbaloc URL")
		}
	}
	if none.String() != "IOR:01000000010000000000000000000000" {
		t.Errorf("nil is %s", none.String())
	}
}

// TestEqual: references of which one goes on where the other ends are not the same, nor is a nil one and another.
func TestEqual(t *testing.T) {
	t.Parallel()
	long := sample()
	short := &ior.IOR{TypeID: long.TypeID, Profiles: long.Profiles[:len(long.Profiles)-1]}
	for _, c := range []struct {
		a, b *ior.IOR
		want bool
	}{
		{long, sample(), true}, {long, nil, false}, {nil, long, false}, {long, short, false}, {short, long, false},
		{long, &ior.IOR{TypeID: "IDL:Other:1.0", Profiles: long.Profiles}, false},
	} {
		if got := c.a.Equal(c.b); got != c.want {
			t.Errorf("%v and %v: equal is %v", c.a, c.b, got)
		}
	}
	if _, err := (ior.Profile{Tag: ior.TagMultipleComponents, Data: long.Profiles[0].Data}).IIOP(); err == nil {
		t.Error("a profile of another tag is read as one of IIOP")
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	most := &ior.IOR{TypeID: "x", Profiles: make([]ior.Profile, 64)}
	at := cdr.NewEncoder(nil, true, nil)
	ior.Put(at, most)
	if d := cdr.NewDecoder(at.Bytes(), true, nil); !ior.Get(d).Equal(most) {
		t.Errorf("64 profiles: %v", d.Err())
	}
	many := &ior.IOR{TypeID: "x", Profiles: make([]ior.Profile, 65)}
	e := cdr.NewEncoder(nil, true, nil)
	ior.Put(e, many)
	for name, read := range map[string]func(*cdr.Decoder){"Get": func(d *cdr.Decoder) { ior.Get(d) }, "Skip": func(d *cdr.Decoder) { ior.Skip(d) }} {
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		read(d)
		var limit *limits.Error
		if !errors.As(d.Err(), &limit) || limit.Name != limits.Profiles {
			t.Errorf("%s of 65 profiles: %v", name, d.Err())
		}
	}
	b := ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Components: make([]ior.Component, 65)}
	if _, err := b.Profile().IIOP(); !errors.Is(err, exc.Marshal) {
		t.Errorf("65 components: %v", err)
	}
	for _, id := range []string{"a\x00b\x00", "\x00\x00"} {
		e := cdr.NewEncoder(nil, true, nil)
		e.OctetSeq([]byte(id))
		e.ULong(0)
		d := cdr.NewDecoder(e.Bytes(), true, nil)
		if r := ior.Get(d); d.Err() == nil {
			t.Errorf("type id %q: %+v", id, r)
		}
	}
}

// The recorded references, in the three versions: read, taken apart, built again.
func TestCaptures(t *testing.T) {
	t.Parallel()
	dir := captures.Dir(t, "giop-captures")
	for _, c := range []struct {
		version    string
		components int
	}{{"1.0", 0}, {"1.1", 1}, {"1.2", 2}} {
		raw, err := os.ReadFile(filepath.Join(dir, "types-omni-giop"+c.version+".ior"))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(raw), "IOR:" + strings.ToUpper(string(raw[4:])) + "\n", "ior:" + string(raw[4:])} {
			u, err := ior.ParseURL(text)
			if err != nil {
				t.Fatal(err)
			}
			r := u.Reference()
			// The profiles are kept octet by octet; omniORB's text ends with padding.
			if got, want := r.String(), string(raw); !strings.HasPrefix(want, got) || strings.Trim(want[len(got):], "0") != "" {
				t.Errorf("GIOP %s: written again as\n%s, not\n%s", c.version, got, want)
			}
			b, err := r.Profiles[0].IIOP()
			if err != nil || r.TypeID != "IDL:TY/T:1.0" || b.Version.String() != c.version || b.Host != "127.0.0.1" || b.Port != 14003 || len(b.Components) != c.components {
				t.Fatalf("GIOP %s: %+v, %v", c.version, b, err)
			}
			old, rebuilt := r.Profiles[0].Data, b.Profile().Data
			if len(rebuilt) != len(old) {
				t.Fatalf("GIOP %s: rebuilt as %x, was %x", c.version, rebuilt, old)
			}
			for i := range old {
				if rebuilt[i] == old[i] {
					continue
				}
				other := bytes.Clone(old)
				other[i] ^= 0xff
				same, err := (ior.Profile{Data: other}).IIOP()
				if err != nil || rebuilt[i] != 0 || !bytes.Equal(same.Profile().Data, rebuilt) {
					t.Errorf("GIOP %s: octet %d is no padding and became %#x, was %#x", c.version, i, rebuilt[i], old[i])
				}
			}
			if data, ok := b.Find(ior.TagORBType); ok != (c.components > 0) {
				t.Errorf("GIOP %s: ORB type %x, %v", c.version, data, ok)
			} else if ok {
				if id, err := (ior.Component{Tag: ior.TagORBType, Data: data}).ORBType(); err != nil || id != ior.ORBTypeOmniORB {
					t.Errorf("GIOP %s: ORB type %#x, %v", c.version, id, err)
				}
			}
			if data, ok := b.Find(ior.TagCodeSets); ok {
				if sets, err := codeset.ParseComponent(data); err != nil || sets.Char.Native != codeset.IDLatin1 || sets.Wchar.Native != codeset.IDUTF16 {
					t.Errorf("code sets %+v, %v", sets, err)
				}
			}
			loc, ok := r.Corbaloc()
			if !ok {
				t.Fatal("no corbaloc URL")
			}
			back, err := loc.Reference().Profiles[0].IIOP()
			if err != nil || !bytes.Equal(back.Key, b.Key) || back.Port != b.Port {
				t.Errorf("%v is %+v, %v", loc, back, err)
			}
		}
	}
}

func TestCorbaloc(t *testing.T) {
	t.Parallel()
	iiop := func(host string, port uint16, key string) ior.Profile {
		return ior.IIOP{Version: cdr.V11, Host: host, Port: port, Key: []byte(key)}.Profile()
	}
	for _, c := range []struct {
		profiles []ior.Profile
		want     string
	}{
		{[]ior.Profile{iiop("h", 1, "a b/%")}, "corbaloc:iiop:1.1@h:1/a%20b/%25"},
		{[]ior.Profile{iiop("h", 1, "k"), iiop("::1", 2, "k")}, "corbaloc:iiop:1.1@h:1,iiop:1.1@[::1]:2/k"},
		{[]ior.Profile{iiop("h", 1, "k"), iiop("h", 2, "other")}, ""},
		{[]ior.Profile{iiop("h", 1, "k"), {Tag: 5}}, ""},
		{[]ior.Profile{iiop("h", 0, "k")}, ""},
		{[]ior.Profile{iiop("", 1, "k")}, ""},
		{[]ior.Profile{iiop("a,b", 1, "k")}, ""},
		{[]ior.Profile{sample().Profiles[0]}, "corbaloc:iiop:1.2@host:3053,iiop:1.2@[::1]:2809/key%00"},
	} {
		u, ok := (&ior.IOR{Profiles: c.profiles}).Corbaloc()
		if ok != (c.want != "") || ok && u.String() != c.want {
			t.Errorf("got %v, %v, want %s", u, ok, c.want)
		}
	}
}

func TestKey(t *testing.T) {
	uuid := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	for _, k := range []ior.Key{
		{Server: uuid, Adapter: "root/accounts", ID: []byte("main")},
		{Server: uuid, Incarnation: 1 << 60, Adapter: "root", ID: []byte{0, 255}},
		{Incarnation: 1},
		{Adapter: strings.Repeat("a", 300), ID: []byte("x")},
	} {
		b := ior.AppendKey([]byte("before"), k)[6:]
		v, ok := ior.ParseKey(b)
		if !ok || v.Server != k.Server || v.Incarnation != k.Incarnation || string(v.Adapter) != k.Adapter || !bytes.Equal(v.ID, k.ID) {
			t.Errorf("%+v became %+v, %v", k, v, ok)
		}
		if again := ior.AppendKey(nil, v.Key()); !bytes.Equal(again, b) {
			t.Errorf("%+v: %x became %x", k, b, again)
		}
		if n := testing.AllocsPerRun(100, func() { ior.ParseKey(b) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
		for n := range len(b) - len(k.ID) {
			if v, ok := ior.ParseKey(b[:n]); ok {
				t.Errorf("%d of %d octets are the key %+v", n, len(b), v)
			}
		}
	}
	good := ior.AppendKey(nil, ior.Key{Server: uuid, Adapter: "a"})
	for what, b := range map[string][]byte{
		"omniORB's":            []byte("\x0e\x00\x00\x00\xfe\x09\x84\x03k\x00\x00&j\x00"),
		"text":                 []byte("NameService"),
		"another word":         append([]byte{'X'}, good[1:]...),
		"another version":      append(append(append([]byte{}, good[:5]...), 2), good[6:]...),
		"unknown flags":        append(append(append([]byte{}, good[:6]...), 2), good[7:]...),
		"incarnation 0":        append(append(append(append([]byte{}, good[:6]...), 1), good[7:23]...), make([]byte, 9)...),
		"a length too long":    append(append([]byte{}, good[:23]...), 0x7f),
		"a length not minimal": append(append([]byte{}, good[:23]...), 0x81, 0x00, 'a'),
		"a length of 4 GiB":    append(append([]byte{}, good[:23]...), 0xff, 0xff, 0xff, 0xff, 0x0f),
		"a length beyond all":  append(append([]byte{}, good[:23]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
	} {
		if v, ok := ior.ParseKey(b); ok {
			t.Errorf("%s: %+v", what, v)
		}
	}
}

func TestTypeID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"IDL:omg.org/CORBA/Object:1.0", "IDL:CORBA/Object:1.0", true},
		{"IDL:X:1.0", "IDL:X:1.0", true},
		{"IDL:X:1.0", "IDL:X:1.1", false},
		{"IDL:omg.org/CosNaming/NamingContext:1.0", "IDL:omg.org/CosNaming/NamingContextExt:1.0", false},
	} {
		if got := ior.SameType(c.a, c.b); got != c.want {
			t.Errorf("SameType(%s, %s) = %v", c.a, c.b, got)
		}
	}
	for _, c := range []struct{ id, prefix, name, version string }{
		{"IDL:Bank/Account:1.0", "", "Bank::Account", "1.0"},
		{"IDL:omg.org/CosNaming/NamingContext:1.0", "omg.org", "CosNaming::NamingContext", "1.0"},
		{"IDL:a.b/c-d/M/I:2.3", "a.b/c-d", "M::I", "2.3"},
	} {
		prefix, name, version, ok := ior.ScopedName(c.id)
		if !ok || prefix != c.prefix || name != c.name || version != c.version {
			t.Errorf("%s is %q %q %q", c.id, prefix, name, version)
		}
	}
	for _, id := range []string{"", "RMI:x:1", "IDL:x"} {
		if _, _, _, ok := ior.ScopedName(id); ok {
			t.Errorf("%q has a name", id)
		}
	}
}

// A URL that is read is written so that it reads as the same.
func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"corbaloc::host:2809/key", "corbaloc:iiop:1.2@a:1,iiop:[::1]:2/k%00", "corbaloc:rir:/NameService", "corbaname::h:3053#bank/main.account",
		"dsom://host/bank/main", "corbaloc:unix:%2Frun%2Fd/k", "corbaname:rir:#a\\/b.c", "corbaloc:ssliop:h/k", sample().String(), "IOR:00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ior.ParseURL(s)
		if err != nil {
			if !errors.Is(err, exc.BadParam) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		text := u.String()
		v, err := ior.ParseURL(text)
		if err != nil || v.String() != text {
			t.Fatalf("%q is %q, and that is %v, %v", s, text, v, err)
		}
		if !u.Reference().Equal(v.Reference()) || !bytes.Equal(u.Key, v.Key) || u.Name.String() != v.Name.String() {
			t.Fatalf("%q: %+v became %+v", s, u, v)
		}
		for _, p := range u.Reference().Profiles {
			if b, err := p.IIOP(); err == nil {
				_ = b.Addresses()
			}
			_, _ = p.MultiComponent()
		}
		if loc, ok := u.Reference().Corbaloc(); ok {
			if w, err := ior.ParseURL(loc.String()); err != nil || w.String() != loc.String() {
				t.Fatalf("%q has the corbaloc URL %q, and that is %v, %v", s, loc, w, err)
			}
		}
	})
}

func FuzzKey(f *testing.F) {
	f.Add(ior.AppendKey(nil, ior.Key{Incarnation: 3, Adapter: "root", ID: []byte("x")}))
	f.Add(ior.AppendKey(nil, ior.Key{Adapter: "root", ID: []byte("x")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, ok := ior.ParseKey(b); ok {
			if again := ior.AppendKey(nil, v.Key()); !bytes.Equal(again, b) {
				t.Fatalf("%x became %x", b, again)
			}
		}
	})
}

// TestRestAndOrder: the byte order of a profile, and octets behind what is known of it, stay as they were.
func TestRestAndOrder(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"1.0, big-endian":           "\x00\x01\x00\x00\x00\x00\x00\x02h\x00\x00\x01\x00\x00\x00\x01k",
		"1.0, big-endian, and more": "\x00\x01\x00\x00\x00\x00\x00\x02h\x00\x00\x01\x00\x00\x00\x01kmore",
		"1.1, big-endian":           "\x00\x01\x01\x00\x00\x00\x00\x02h\x00\x00\x01\x00\x00\x00\x01k\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x4d\x00\x00\x00\x01!",
		"1.3, and more":             "\x01\x01\x03\x00\x02\x00\x00\x00h\x00\x01\x00\x01\x00\x00\x00k\x00\x00\x00\x00\x00\x00\x00\xca\xfe\x00",
	} {
		b, err := ior.Profile{Data: []byte(data)}.IIOP()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := b.Profile(); string(got.Data) != data {
			t.Errorf("%s: %x became %x", name, data, got.Data)
		}
		for _, p := range b.At([]ior.Address{{Host: "elsewhere", Port: 2}}) {
			moved, err := p.IIOP()
			if err != nil || moved.Host != "elsewhere" || moved.BigEndian != b.BigEndian || !bytes.Equal(moved.Rest, b.Rest) {
				t.Errorf("%s, moved: %+v, %v", name, moved, err)
			}
		}
	}
}

// TestAt: other addresses, as alternates where IIOP has them, and everything else as it was.
func TestAt(t *testing.T) {
	t.Parallel()
	b := ior.IIOP{Version: cdr.V12, Host: "old", Port: 1, Key: []byte("k"), Components: []ior.Component{
		{Tag: 77, Data: []byte{0, 1, 2}}, ior.AlternateAddressComponent("old", 2), {Tag: 78, Data: []byte{3}}, {Tag: 77, Data: nil},
	}}
	list := []ior.Address{{Host: "a", Port: 1}, {Host: "::1", Port: 2}, {Host: "c", Port: 3}}
	for v, profiles := range map[cdr.Version]int{cdr.V10: 3, cdr.V11: 3, cdr.V12: 1} {
		b.Version = v
		var where []string
		all := b.At(list)
		for _, p := range all {
			got, err := p.IIOP()
			if err != nil || string(got.Key) != "k" {
				t.Fatalf("IIOP %v: got %+v, %v", v, got, err)
			}
			for _, a := range got.Addresses() {
				if v == cdr.V12 || a.Host != "old" { // before 1.2 that is a component like any other
					where = append(where, a.HostPort())
				}
			}
			var others []byte
			for _, c := range got.Components {
				if c.Tag != ior.TagAlternateIIOPAddress {
					others = append(append(others, byte(c.Tag)), c.Data...)
				}
			}
			if want := "M\x00\x01\x02N\x03M"; v != cdr.V10 && string(others) != want {
				t.Errorf("IIOP %v: the other components are %q, want %q", v, others, want)
			}
		}
		if got := strings.Join(where, " "); got != "a:1 [::1]:2 c:3" || len(all) != profiles {
			t.Errorf("IIOP %v: got %s in %d profiles", v, got, len(all))
		}
	}
	if b.Host != "old" || len(b.Components) != 4 {
		t.Error("the profile itself has changed")
	}
}

// TestFromJacORB reads a reference of JacORB 3.9, which is told of a proxy (jacorb.ior_proxy_host) and of
// another address (jacorb.iiop.alternate_addresses), and passes it on as it is.
func TestFromJacORB(t *testing.T) {
	t.Parallel()
	const text = "IOR:000000000000001449444C3A50726F62652F5468696E673A312E3000000000010000000000000094000102000000000A3132372E302E302E370000090000" +
		"001E3238353734393237372F00030B37331A031E0F100630463814141B484C1B0000000000030000000300000014000000000000000A3132372E302E302E3100B26B" +
		"0000000000000008000000004A4143000000000100000024000000000501000100000002000100010001000F00010109000000020501000100010100"
	u, err := ior.ParseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	var where []string
	for _, a := range p.Addresses() {
		where = append(where, a.HostPort())
	}
	if got := strings.Join(where, " "); got != "127.0.0.7:9 127.0.0.1:45675" {
		t.Errorf("got %s", got)
	}
	again, err := ior.ParseURL(u.IOR.String())
	if err != nil || !again.IOR.Equal(u.IOR) || !strings.HasSuffix(text, strings.ToUpper(hex.EncodeToString(again.IOR.Profiles[0].Data))) {
		t.Errorf("it has changed: %v, %v", again, err)
	}
}
