package ifr_test

import (
	"fmt"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	std "github.com/opendsom/dsom/std/ifr"
	"github.com/opendsom/dsom/typecode"
)

// TestConstantValues holds the value of a constant of each kind, by itself, described, and in the description of its module, which one that cannot be sent would take
// with it; and labels of unions likewise.
func TestConstantValues(t *testing.T) {
	t.Parallel()
	const text = `module K {
  const short S = -32768; const unsigned short US = 65535; const long L = -2147483648; const unsigned long UL = 4294967295;
  const long long LL = -9223372036854775808; const unsigned long long ULL = 18446744073709551615;
  const octet O = 255; const boolean B = TRUE; const int8 I8 = -128; const int8 M = -1; const uint8 U8 = 200;
  const float F = 1.5; const double D = 1.0e-300;
  const long double LD = 3.5; const long double PI = 3.14159265358979323846264338327950288; const long double HUGE = 1.0e4000;
  const fixed FX = 12345.678D; const fixed NFX = -0.001D;
  const char C = 'c'; const char CX = '\xe9'; const char CL = '\xff'; const wchar WC = L'\u20ac'; const wchar WX = L'\xe9';
  const string ST = "q\"\\\n\x01\xe9"; const wstring WS = L"a\u20acb";
  enum Hue { red, green }; const Hue H = green;
  typedef long double Wide; const Wide WI = 0.1;
  union U switch (char) { case 'a': long x; case '\xe9': short y; };
  union V switch (int8) { case -2: long x; default: short y; };
  struct E { int8 i; uint8 u; sequence<int8> s; };
};`
	_, repo := serve(t, map[string]*model.Spec{"k": compile(t, idl.FilesOf{"k.idl": text}, "k.idl")})
	want := map[string]string{
		"S": "-32768", "US": "65535", "L": "-2147483648", "UL": "4294967295", "LL": "-9223372036854775808", "ULL": "18446744073709551615", "O": "255", "B": "true",
		"I8": "128", "M": "255", "U8": "200", // octets: CORBA has no kinds for them
		"F": "1.5", "D": "1e-300", "LD": "3.5", "PI": "3.1415926535897932384626433832795028", "HUGE": "1e+4000", "FX": "12345.678", "NFX": "-0.001",
		"C": "99", "CX": "é", "CL": "ÿ", "WC": "8364", "WX": "233", "ST": "q\"\\\n\x01é", "WS": "a€b", "H": "green", "WI": "0.1",
	}
	ctx := t.Context()
	found, err := repo.LookupId(ctx, "IDL:K:1.0")
	if err != nil {
		t.Fatal(err)
	}
	all, err := std.ContainerClass.Unchecked(found.(orb.Object)).DescribeContents(ctx, std.DefinitionKind_Dk_Constant, true, -1)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(want) {
		t.Errorf("the module has %d constants described, want %d", len(all), len(want))
	}
	for _, a := range all {
		said, err := std.ConstantDescriptionType.From(a.Value)
		if err != nil {
			t.Fatalf("%v is no description of a constant", a.Value)
		}
		alone, err := std.ConstantDefClass.Unchecked(a.ContainedObject.(orb.Object)).Value(ctx)
		if err != nil {
			t.Errorf("%s: %v", said.Name, err)
			continue
		}
		if got, again := fmt.Sprint(said.Value.Value()), fmt.Sprint(alone.Value()); got != want[said.Name] || again != got {
			t.Errorf("%s is described as %s, and by itself %s, want %s", said.Name, got, again, want[said.Name])
		}
		kind := said.Value.Type().Unalias().Kind()
		if odd := said.Name == "CX" || said.Name == "CL"; (kind != said.Type.Unalias().Kind()) != odd || odd && (kind != typecode.TkString || said.Type.Kind() != typecode.TkChar) {
			t.Errorf("%s is %v, and its value of the kind %v", said.Name, said.Type, kind)
		}
	}
	u, err := repo.LookupId(ctx, "IDL:K/U:1.0")
	if err != nil {
		t.Fatal(err)
	}
	members, err := std.UnionDefClass.Unchecked(u.(orb.Object)).Members(ctx)
	if err != nil || len(members) != 2 || members[1].Label.Value() != "é" {
		t.Errorf("the union's members: %v, %v", members, err)
	}
	v, err := repo.LookupId(ctx, "IDL:K/V:1.0")
	if err != nil {
		t.Fatal(err)
	}
	small := std.UnionDefClass.Unchecked(v.(orb.Object))
	members, err = small.Members(ctx)
	if by, bad := small.DiscriminatorType(ctx); err != nil || bad != nil || by.Kind() != typecode.TkOctet || members[0].Label.Type().Kind() != typecode.TkOctet || members[0].Label.Value() != byte(254) {
		t.Errorf("a union by an int8: %v, %v, by %v, %v", members, err, by, bad)
	}
	e, err := repo.LookupId(ctx, "IDL:K/E:1.0")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := std.StructDefClass.Unchecked(e.(orb.Object)).Members(ctx)
	if err != nil || len(fields) != 3 || fields[0].Type.Kind() != typecode.TkOctet || fields[1].Type.Kind() != typecode.TkOctet || fields[2].Type.String() != "sequence<octet>" {
		t.Errorf("a structure of 8-bit numbers: %v, %v", fields, err)
	}
}
