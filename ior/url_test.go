package ior_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, canonical string }{
		{"corbaloc::host", "corbaloc:iiop:host:2809"},
		{"corbaloc::host:2809/key", "corbaloc:iiop:host:2809/key"},
		{"CorbaLoc:IIOP:1.2@host:1/a/b", "corbaloc:iiop:1.2@host:1/a/b"},
		{"corbaloc:iiop:1.0@host:1/a", "corbaloc:iiop:host:1/a"},
		{"corbaloc:iiop:1.1@a:1,:b,iiop:[::1]:2/k", "corbaloc:iiop:1.1@a:1,iiop:b:2809,iiop:[::1]:2/k"},
		{"corbaloc::[fe80::1%25eth0]/k", "corbaloc:iiop:[fe80::1%25eth0]:2809/k"},
		{"corbaloc:::3053/k", "corbaloc:iiop:localhost:3053/k"},
		{"corbaloc:rir:", "corbaloc:rir:/NameService"},
		{"corbaloc:rir:/", "corbaloc:rir:/NameService"},
		{"corbaloc:rir:/RootPOA", "corbaloc:rir:/RootPOA"},
		{"corbaloc:ssliop:h/k", "corbaloc:ssliop:h:684/k"},
		{"corbaloc:dsom:h/k", "corbaloc:dsom:h:3053/k"},
		{"corbaloc:dsom:1.1@h/k", "corbaloc:dsom:1.1@h:3053/k"},
		{"corbaloc:unix:%2Ftmp%2Fs.sock/k", "corbaloc:unix:%2Ftmp%2Fs.sock/k"},
		{"corbaloc:iiop:1.9@h/k", "corbaloc:iiop:1.9@h:2809/k"},
		{"corbaloc::h/%4A%4a%aF%Fa", "corbaloc:iiop:h:2809/JJ%AF%FA"},
		{"corbaloc::h/%00%ff%2c x", "corbaloc:iiop:h:2809/%00%FF,%20x"},
		{"corbaname::host:3053", "corbaname:iiop:host:3053"},
		{"corbaname::host:3053#", "corbaname:iiop:host:3053"},
		{"corbaname::host:3053#bank/main.account", "corbaname:iiop:host:3053#bank/main.account"},
		{"corbaname::host:3053/NameService#a", "corbaname:iiop:host:3053#a"},
		{"corbaname::host:3053/dev%2Fns#a%23b", "corbaname:iiop:host:3053/dev/ns#a%23b"},
		{"corbaname:rir:#a/b", "corbaname:rir:#a/b"},
		{`corbaname::h#a\.b`, `corbaname:iiop:h:2809#a%5C.b`},
		{"dsom://host/bank/main", "dsom://host/bank/main"},
		{"dsom://host:3053/bank", "dsom://host/bank"},
		{"dsom://[::1]:4000/", "dsom://[::1]:4000"},
		{"DSOM://host", "dsom://host"},
		{" dsom:///x\n", "dsom://localhost/x"},
	} {
		u, err := ior.ParseURL(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if got := u.String(); got != c.canonical {
			t.Errorf("%q: got %q, want %q", c.in, got, c.canonical)
		}
		again, err := ior.ParseURL(c.canonical)
		if err != nil || again.String() != c.canonical {
			t.Errorf("%q is not canonical: %v, %v", c.canonical, again, err)
		}
	}
}

func TestParseURLParts(t *testing.T) {
	t.Parallel()
	u, err := ior.ParseURL("corbaname:iiop:1.2@h:7,:[2001:db8::1]/a%20b#x.y/z")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(u.Key), "a b"; got != want {
		t.Errorf("key %q, want %q", got, want)
	}
	if len(u.Name) != 2 || u.Name[0] != (ior.NameComponent{ID: "x", Kind: "y"}) || u.Name[1] != (ior.NameComponent{ID: "z"}) {
		t.Errorf("name %v", u.Name)
	}
	r := u.Reference()
	if len(r.Profiles) != 2 {
		t.Fatalf("%d profiles", len(r.Profiles))
	}
	b, err := r.Profiles[1].IIOP()
	if err != nil || b.Host != "2001:db8::1" || b.Port != 2809 || string(b.Key) != "a b" || b.Version.Minor != 0 {
		t.Errorf("second profile %+v, %v", b, err)
	}
	quoted := ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "iiop", Version: cdr.V12, Host: "h", Port: 7}}, Key: []byte("it's \x07")}
	if got := quoted.String(); strings.Contains(got, "'") {
		t.Errorf("%s ends a word in apostrophes", got)
	} else if back, err := ior.ParseURL(got); err != nil || string(back.Key) != "it's \x07" {
		t.Errorf("%s is read as %q, %v", got, back.Key, err)
	}
	u, err = ior.ParseURL("dsom://h/n")
	if err != nil {
		t.Fatal(err)
	}
	if a := u.Addresses[0]; a.Scheme != "iiop" || a.Port != 3053 || a.Version.Minor != 2 || string(u.Key) != "NameService" {
		t.Errorf("dsom address %+v key %q", a, u.Key)
	}
	u, err = ior.ParseURL("corbaloc:unix:%2Frun%2Fd/k")
	if err != nil {
		t.Fatal(err)
	}
	if u.Addresses[0].Path != "/run/d" {
		t.Errorf("unix address %+v", u.Addresses[0])
	}
	if b, err = u.Reference().Profiles[0].IIOP(); err != nil || b.Port != 0 || !slices.Equal(b.Sockets([16]byte{7}, "vm"), []string{"unix:/run/d"}) {
		t.Errorf("unix profile %+v, %v", b, err)
	}
	u, err = ior.ParseURL("corbaloc:pipe:bank/k")
	if err != nil {
		t.Fatal(err)
	}
	if s := u.String(); s != "corbaloc:pipe:bank/k" {
		t.Errorf("written again it is %s", s)
	}
	if b, err = u.Reference().Profiles[0].IIOP(); err != nil || b.Port != 0 || !slices.Equal(b.Sockets([16]byte{7}, "vm"), []string{"pipe:bank"}) {
		t.Errorf("pipe profile %+v, %v", b, err)
	}
	if _, err = ior.ParseURL("corbaloc:pipe:/k"); err == nil {
		t.Error("a pipe without a name")
	}
	u, err = ior.ParseURL("corbaloc:ssliop:h:9/k")
	if err != nil {
		t.Fatal(err)
	}
	b, err = u.Reference().Profiles[0].IIOP()
	if s, ok := b.TLS(); err != nil || b.Port != 0 || b.Host != "h" || !ok || s.Port != 9 || b.Version != cdr.V11 {
		t.Errorf("ssliop profile %+v, %v", b, err)
	}
	if back, ok := u.Reference().Corbaloc(); !ok || back.String() != "corbaloc:ssliop:1.1@h:9/k" {
		t.Errorf("ssliop in short: %v", back)
	}
}

func TestParseURLErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		minor uint32
		says  string
	}{
		{"", exc.MinorBadSchemeName, "none of IOR:"},
		{"hello", exc.MinorBadSchemeName, "hello"},
		{"http://x/", exc.MinorBadSchemeName, "none of"},
		{"corbaloc:", exc.MinorBadAddress, "no protocol"},
		{"corbaloc:host", exc.MinorBadAddress, "write :host"},
		{"corbaloc:iop:host", exc.MinorBadAddress, `protocol "iop" is not known`},
		{"corbaloc::host:0", exc.MinorBadAddress, "no port"},
		{"corbaloc::host:65536", exc.MinorBadAddress, "no port"},
		{"corbaloc::host:", exc.MinorBadAddress, "no port"},
		{"corbaloc::host:+1", exc.MinorBadAddress, "no port"},
		{"corbaloc::2.0@host", exc.MinorBadAddress, "no version"},
		{"corbaloc::1.x@host", exc.MinorBadAddress, "no version"},
		{"corbaloc::1..@host", exc.MinorBadAddress, "no version"},
		{"corbaloc::1.:@host", exc.MinorBadAddress, "no version"},
		{"corbaloc::::1/k", exc.MinorBadAddress, "in brackets"},
		{"corbaloc::[::1/k", exc.MinorBadAddress, "not closed"},
		{"corbaloc::[host]/k", exc.MinorBadAddress, "no IPv6"},
		{"corbaloc::[::1]x/k", exc.MinorBadAddress, "follows"},
		{"corbaloc::ho st/k", exc.MinorBadAddress, "no host name"},
		{"corbaloc:rir:,:host/k", exc.MinorBadAddress, "stands alone"},
		{"corbaloc:rir:x/k", exc.MinorBadAddress, "nothing follows"},
		{"corbaloc:unix:/k", exc.MinorBadAddress, "no path"},
		{"corbaloc::h/%4", exc.MinorBadSchemeSpecific, "hexadecimal"},
		{"corbaloc::h/%zz", exc.MinorBadSchemeSpecific, "hexadecimal"},
		{"corbaname::h#a//b", exc.MinorBadSchemeSpecific, "empty"},
		{"corbaname::h#a.b.c", exc.MinorBadSchemeSpecific, "two dots"},
		{"corbaloc::h/%g0", exc.MinorBadSchemeSpecific, "hexadecimal"},
		{"corbaloc::h/%0g", exc.MinorBadSchemeSpecific, "hexadecimal"},
		{"dsom://h/%zz", exc.MinorBadSchemeSpecific, "hexadecimal"},
		{"dsom:host", exc.MinorBadSchemeSpecific, "dsom://host/name"},
		{"dsom://h:x/", exc.MinorBadAddress, "no port"},
		{"IOR:", exc.MinorBadSchemeSpecific, "empty"},
		{"IOR:0", exc.MinorBadSchemeSpecific, "odd"},
		{"IOR:zz", exc.MinorBadSchemeSpecific, "invalid byte"},
		{"IOR:07", exc.MinorBadSchemeSpecific, "byte order"},
		{"IOR:00", exc.MinorBadSchemeSpecific, "wanted"},
		{"IOR:00000000ffffffff", exc.MinorBadSchemeSpecific, "left"},
	} {
		_, err := ior.ParseURL(c.in)
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.BadParam || sys.Minor != c.minor || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: got %v, want BAD_PARAM minor %#x saying %q", c.in, err, c.minor, c.says)
		}
	}
	if _, err := ior.ParseURL(strings.Repeat("x", 1<<20)); err == nil || len(err.Error()) > 400 {
		t.Errorf("the error of a megabyte that is no URL has %d octets", len(err.Error()))
	}
	for _, in := range []string{"corbaname::h#n", "corbaname::h/#n"} {
		if u, err := ior.ParseURL(in); err != nil || string(u.Key) != ior.DefaultKey {
			t.Errorf("%s: got %+v, %v", in, u, err)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want ior.Name
	}{
		{"a", ior.Name{{ID: "a"}}},
		{"a.b/c", ior.Name{{ID: "a", Kind: "b"}, {ID: "c"}}},
		{".", ior.Name{{}}},
		{".k", ior.Name{{Kind: "k"}}},
		{"./.k/x", ior.Name{{}, {Kind: "k"}, {ID: "x"}}},
		{`a\/b\.c\\d.e\.f`, ior.Name{{ID: `a/b.c\d`, Kind: "e.f"}}},
	} {
		n, err := ior.ParseName(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if len(n) != len(c.want) {
			t.Errorf("%q: got %v", c.in, n)
			continue
		}
		for i := range n {
			if n[i] != c.want[i] {
				t.Errorf("%q: got %v, want %v", c.in, n, c.want)
			}
		}
		if got := n.String(); got != c.in {
			t.Errorf("%q is written as %q", c.in, got)
		}
	}
	for _, bad := range []string{"", "/", "a/", "/a", "a//b", "a.", "a..", "a.b.c", `a\`, `a\b`, "a./b"} {
		if n, err := ior.ParseName(bad); err == nil {
			t.Errorf("%q was taken for %v", bad, n)
		}
	}
}
