package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/ior/explain"
)

// accountRef is a reference as this ORB makes them, and as others do, in one.
func accountRef() *ior.IOR {
	key := ior.AppendKey(nil, ior.Key{Server: [16]byte{0: 0xab, 15: 0xcd}, Adapter: "accounts", ID: []byte("ada")})
	return &ior.IOR{TypeID: "IDL:Bank/Account:1.0", Profiles: []ior.Profile{
		ior.IIOP{Version: cdr.V12, Host: "old.example.org", Port: 3053, Key: key, Components: []ior.Component{
			ior.ORBTypeComponent(ior.ORBTypeDSOM),
			{Tag: ior.TagCodeSets, Data: codeset.Ours().Append(nil)},
			ior.AlternateAddressComponent("old.example.org", 3053),
			ior.AlternateAddressComponent("other.example.org", 99),
			{Tag: 4711, Data: []byte{1, 2, 3}},
		}}.Profile(),
		{Tag: 0x54414f00, Data: []byte{0, 1}},
	}}
}

func TestIORShow(t *testing.T) {
	t.Parallel()
	got := dsom(t, "", "ior", accountRef().String())
	if got.status != 0 {
		t.Fatal(got.err)
	}
	for _, want := range []string{
		"type         IDL:Bank/Account:1.0 (Bank::Account)\n",
		"profile      IIOP 1.2\n",
		"  address    old.example.org:3053\n             old.example.org:3053\n             other.example.org:99\n",
		"  server     ab000000-0000-0000-0000-0000000000cd\n",
		"  adapter    accounts\n",
		"  object     ada\n",
		"  life       persistent\n",
		"  ORB type   DSOM (0x44534f4d)\n",
		"  code sets  char UTF-8",
		"  tag 4711   0x010203\n",
		"profile      TAO UIOP (tag 1413566208)\n",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	var s explain.Reference
	got = dsom(t, accountRef().String()+"\n\n"+"corbaname::h#a/b.c\n", "ior", "--json", "-")
	d := json.NewDecoder(strings.NewReader(got.out))
	if err := d.Decode(&s); err != nil {
		t.Fatalf("%v in %s", err, got.out)
	}
	if k := s.Profiles[0].Key; !k.Persistent || k.Object != "ada" || k.Adapter != "accounts" || s.Type != "IDL:Bank/Account:1.0" {
		t.Errorf("got %+v", s)
	}
	if err := d.Decode(&s); err != nil || s.Scheme != "corbaname" || s.Name != "a/b.c" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestIORShowTransient(t *testing.T) {
	t.Parallel()
	key := ior.AppendKey(nil, ior.Key{Incarnation: 0x77, ID: []byte{0, 1}})
	r := &ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V10, Host: "::1", Port: 1, Key: key}.Profile()}}
	got := dsom(t, "", "ior", r.String())
	for _, want := range []string{"not said", "[::1]:1", "(root)", "0x0001", "transient, of the server's incarnation 0000000000000077", "in short   corbaloc:iiop:[::1]:1/"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s%s", want, got.out, got.err)
		}
	}
}

func TestIORRewrite(t *testing.T) {
	t.Parallel()
	got := dsom(t, accountRef().String(), "ior", "rewrite", "--host", "new", "--port", "7")
	u, err := ior.ParseURL(got.out)
	if err != nil {
		t.Fatal(err, got.err)
	}
	before, _ := accountRef().Profiles[0].IIOP()
	after, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	var where []string
	for _, a := range after.Addresses() {
		where = append(where, a.HostPort())
	}
	if got, want := strings.Join(where, " "), "new:7"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if string(before.Key) != string(after.Key) || len(before.Components) != len(after.Components)+2 || u.IOR.TypeID != "IDL:Bank/Account:1.0" {
		t.Errorf("more than the address changed: %+v", after)
	}
	if !u.IOR.Profiles[1].Equal(accountRef().Profiles[1]) {
		t.Error("a profile of another kind changed")
	}
	if got := dsom(t, "", "ior", "rewrite", "--port", "9", "corbaname::h:1#a"); got.out != "corbaname:iiop:h:9#a\n" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "ior", "rewrite", "--host", "::1", "--json", "dsom://h/a"); got.out != `{"url":"dsom://[::1]/a"}`+"\n" {
		t.Errorf("got %+v", got)
	}
}

// TestIORRewriteWeb: an object that has moved is not at its old addresses of WebSocket either; other endpoints and paths stay.
func TestIORRewriteWeb(t *testing.T) {
	t.Parallel()
	web := ior.WebComponents([]string{"ws:a:80/orb", "wss:a:443/orb", "ws:b:1/x"})
	reference := func(port uint16) string {
		b := ior.IIOP{Version: cdr.V12, Host: "a", Port: port, Key: []byte("k"), Components: append(ior.LocalComponents([16]byte{1}, "a", []string{"/run/x.sock"}), web...)}
		return (&ior.IOR{Profiles: []ior.Profile{b.Profile()}}).String()
	}
	for _, c := range []struct {
		port       uint16
		args, want string
		plain      string
	}{
		{1, "--host new", "ws:new:80/orb wss:new:443/orb ws:new:1/x", "new:1"},
		{1, "--host 2001:db8::1 --port 9", "ws:[2001:db8::1]:9/orb wss:[2001:db8::1]:9/orb ws:[2001:db8::1]:9/x", "[2001:db8::1]:9"},
		{1, "--port 9", "ws:a:80/orb wss:a:443/orb ws:b:9/x", "a:9"},
		{0, "--port 9", "ws:a:9/orb wss:a:9/orb ws:b:9/x", "a:0"},
		{0, "--host new", "ws:new:80/orb wss:new:443/orb ws:new:1/x", "new:0"},
	} {
		got := dsom(t, reference(c.port), append([]string{"ior", "rewrite"}, strings.Fields(c.args)...)...)
		u, err := ior.ParseURL(got.out)
		if err != nil {
			t.Fatal(err, got.err)
		}
		b, err := u.IOR.Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		if at := strings.Join(b.Web(), " "); at != c.want || hostPort(b.Host, b.Port) != c.plain {
			t.Errorf("%s: at %s and %s, want %s", c.args, at, hostPort(b.Host, b.Port), c.want)
		}
		unix := false
		for _, x := range b.Components {
			if p, err := x.Endpoints(); err == nil && len(p.Names) == 1 && p.Names[0] == "/run/x.sock" && p.Machine == [16]byte{1} {
				unix = true
			}
		}
		if !unix {
			t.Errorf("%s: the socket of the machine is gone: %+v", c.args, b)
		}
	}
	if got := dsom(t, reference(1), "ior", "rewrite", "--port", "1"); strings.TrimSpace(got.out) != reference(1) {
		t.Errorf("what changes nothing changes the reference: %s", got.out)
	}
	if got := dsom(t, "", "ior", "rewrite", "--host", "new", "corbaloc:ws:h:80%2Forb/k"); got.out != "corbaloc:ws:new:80%2Forb/k\n" {
		t.Errorf("a URL: %+v", got)
	}
}

// TestIORRewriteAlternates: an object that has moved is at none of its old addresses.
func TestIORRewriteAlternates(t *testing.T) {
	t.Parallel()
	old := ior.IIOP{Version: cdr.V12, Host: "a", Port: 1, Key: []byte("k"), BigEndian: true, Rest: []byte{1, 2, 3}, Components: []ior.Component{
		ior.AlternateAddressComponent("a", 2), {Tag: 4711, Data: []byte{1}}, ior.AlternateAddressComponent("b", 1), ior.AlternateAddressComponent("b", 3),
		{Tag: ior.TagAlternateIIOPAddress, Data: []byte("damaged")},
	}}
	r := &ior.IOR{Profiles: []ior.Profile{old.Profile()}}
	for _, c := range []struct{ args, want string }{
		{"--host new", "new:1 new:2 new:3"},
		{"--port 9", "a:9 a:2 b:9 b:3"},
		{"--host new --port 9", "new:9"},
		{"--host a", "a:1 a:2 a:3"},
		{"--port 1", "a:1 a:2 b:1 b:3"},
	} {
		got := dsom(t, r.String(), append([]string{"ior", "rewrite"}, strings.Fields(c.args)...)...)
		u, err := ior.ParseURL(got.out)
		if err != nil {
			t.Fatal(err, got.err)
		}
		b, err := u.IOR.Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		var where []string
		for _, a := range b.Addresses() {
			where = append(where, a.HostPort())
		}
		if got := strings.Join(where, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.args, got, c.want)
		}
		if data, ok := b.Find(4711); !ok || len(data) != 1 || !b.BigEndian || string(b.Rest) != "\x01\x02\x03" || string(b.Key) != "k" {
			t.Errorf("%s: more than the addresses changed: %+v", c.args, b)
		}
	}
	if got := dsom(t, r.String(), "ior", "rewrite", "--port", "1"); strings.TrimSpace(got.out) != r.String() {
		t.Errorf("what changes nothing changes the reference:\n%s\n%s", got.out, r)
	}
}

func TestIORFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in     string
		args   []string
		status int
		want   string
	}{
		"no URL":         {"", []string{"ior", "hello"}, statusUsage, "no object URL"},
		"odd digits":     {"", []string{"ior", "IOR:010"}, statusUsage, ""},
		"empty input":    {"\n", []string{"ior", "-"}, statusFailed, "holds no reference"},
		"bad input":      {"x\n", []string{"ior", "-"}, statusFailed, "standard input"},
		"nil":            {"", []string{"ior", "rewrite", "--port", "1", new(ior.IOR).String()}, statusFailed, "is nil"},
		"no IIOP":        {"", []string{"ior", "rewrite", "--port", "1", (&ior.IOR{Profiles: []ior.Profile{{Tag: 9}}}).String()}, statusFailed, "no IIOP profile"},
		"damaged":        {"", []string{"ior", "rewrite", "--port", "1", (&ior.IOR{Profiles: []ior.Profile{{Data: []byte{1}}}}).String()}, statusFailed, "damaged"},
		"errors as JSON": {"", []string{"ior", "--json", "hello"}, statusUsage, `{"error":`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, c.in, c.args...)
			if got.status != c.status || !strings.Contains(got.err, c.want) {
				t.Errorf("got %+v, want status %d and %q", got, c.status, c.want)
			}
		})
	}
	// What is damaged is shown as far as it can be.
	r := &ior.IOR{TypeID: "x", Profiles: []ior.Profile{{Data: []byte{1}}, {Tag: ior.TagMultipleComponents, Data: []byte{1}}}}
	if got := dsom(t, "", "ior", r.String()); got.status != 0 || strings.Count(got.out, "damaged") != 2 {
		t.Errorf("got %+v", got)
	}
}
