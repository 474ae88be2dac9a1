package som_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
)

// TestParseSignature takes signatures apart, and makes the types that their methods have in Go without generated code.
func TestParseSignature(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ signature, goType, passing, err string }{
		{signature: "v:/void()", goType: "func(som.Self, context.Context) error"},
		{signature: "i:s/long(string)", goType: "func(som.Self, context.Context, string) (int32, error)", passing: "ri"},
		{signature: "o:oo/Zoo::Dog(object,Zoo::Animal)", goType: "func(som.Self, context.Context, som.Ref, som.Ref) (som.Ref, error)", passing: "rii"},
		{signature: "b:bbhHiIlLfp/boolean(octet,char,short,unsigned short,long,unsigned long,long long,unsigned long long,float,inout double)",
			goType:  "func(som.Self, context.Context, uint8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64) (bool, float64, error)",
			passing: "riiiiiiiiix"},
		{signature: "p:pH/wstring(<wstring>,wchar)", goType: "func(som.Self, context.Context, []string, int32) (string, error)", passing: "RII"},
		{signature: "v:pp/{enum,<octet>,wstring}(out long[2][3])",
			goType:  `func(som.Self, context.Context) (struct { F0 uint32; F1 []uint8; F2 string "som:\"wide\"" }, [2][3]int32, error)`,
			passing: "ro"},
		{signature: "v:/oidl void()!IDL:Zoo/Bad:1.0{long;string;", goType: "func(som.Self, context.Context) error"},
		{signature: "v:", err: "tells no types"},
		{signature: "v:/", err: "no type"},
		{signature: "v:/void", err: "no type"},
		{signature: "v:/void(long", err: "no type"},
		{signature: "v:/void(long,)", err: "no type"},
		{signature: "v:/void()x", err: "no type"},
		{signature: "v:p/void(long*)", err: "pointer"},
		{signature: "v:p/void(void*)", err: "pointer"},
		{signature: "v:p/void({#0123456789abcdef})", err: "hash alone"},
		{signature: "v:p/#0123456789abcdef", err: "hash alone"},
		{signature: "v:p/void(any)", err: "no form"},
		{signature: "v:p/void(struct Zoo::Later)", err: "no form"},
		{signature: "v:p/init void(inout making)", err: "no form"},
		{signature: "/procedure noself noenv long(long)", err: "in another way"},
		{signature: "v:p/void({long,<^0>})", err: "within itself"},
		{signature: "v:p/void(^0)", err: "no type"},
		{signature: "v:p/void(^99999999999999999999)", err: "no type"},
		{signature: "v:p/void({^})", err: "no type"},
		{signature: "v:pp/union(enum,1:{string,double},2:long,default:wstring)(out union(boolean,TRUE:long))",
			goType:  `func(som.Self, context.Context) (struct { D uint32 "som:\"union\""; A0 struct { F0 string; F1 float64 } "label:\"1\""; A1 int32 "label:\"2\""; A2 string "label:\"default\" som:\"wide\"" }, struct { D bool "som:\"union\""; A0 int32 "label:\"TRUE\"" }, error)`,
			passing: "ro"},
		{signature: "v:p/void(union(string,x:long))", err: "no discriminator"},
		{signature: "v:p/void(union(long))", err: "without arms"},
		{signature: "v:p/void(union(long,1))", err: "no type"},
		{signature: "v:p/void({})", err: "without members"},
		{signature: "v:p/void(long[0])", err: "no type"},
		{signature: "v:p/void(long[99999999999])", err: "MaxValue"},
		{signature: "v:p/void(long[-1])", err: "no type"},
		{signature: "v:p/void(long[65536][65536][65536])", err: "MaxValue"},
		{signature: "v:p/void(" + strings.Repeat("<", 300) + "long" + strings.Repeat(">", 300) + ")", err: "MaxTypeDepth"},
		{signature: "v:p/void(long" + strings.Repeat("[1]", 20000) + ")", err: "MaxTypeDepth"},
		{signature: "v:pp/void(long" + strings.Repeat("[1]", 200) + ",char" + strings.Repeat("[1]", 200) + ")", err: "MaxTypes"},
		{signature: "v:p/void(" + strings.Repeat("{", 9) + "long" + strings.Repeat("[1]}", 9) + ")", goType: "func(som.Self, context.Context, " + strings.Repeat("struct { F0 [1]", 9) + "int32" + strings.Repeat(" }", 9) + ") error", passing: "i"},
		{signature: "v:p/void(" + strings.Repeat("{", 130) + "long" + strings.Repeat("[1]}", 130) + ")", err: "MaxType"},
		{signature: "v:p/void({" + strings.Repeat("{long,long,long,long},", 2600) + "long})", err: "MaxTypes"},
		{signature: "v:/void()!IDL:Bad:1.0{" + strings.Repeat("{long,long,long};", 3800), err: "MaxTypes"},
		{signature: "v:p/void(" + strings.Repeat("x", 1<<16) + ")", err: "MaxSignature"},
		{signature: "v:p/void({octet[16777216],octet})", err: "MaxValue"},
		{signature: "v:p/void(octet[9000000],octet[9000000])", err: "MaxValue"},
		{signature: "v:p/void(inout octet[9000000])", err: "MaxValue"},
		{signature: "v:p/void(<octet[16777216]>)", goType: "func(som.Self, context.Context, [][16777216]uint8) error", passing: "i"},
		{signature: parameters("void", "inout octet", 62), goType: "func(som.Self, context.Context" + strings.Repeat(", uint8", 62) + ") (" + strings.Repeat("uint8, ", 62) + "error)", passing: strings.Repeat("x", 62)},
		{signature: parameters("void", "inout octet", 63), err: "MaxParams"},
		{signature: parameters("octet", "octet", 124), goType: "func(som.Self, context.Context" + strings.Repeat(", uint8", 124) + ") (uint8, error)", passing: "r" + strings.Repeat("i", 124)},
		{signature: parameters("octet", "octet", 125), err: "MaxParams"},
	} {
		s, err := som.ParseSignature(c.signature)
		var got reflect.Type
		var p som.Packing
		if err == nil {
			got, p, err = s.MethodType()
		}
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%.60s: got %.100s, %v, want an error with %q", c.signature, fmt.Sprint(got), err, c.err)
			}
		case err != nil || got.String() != c.goType || p.Passing() != c.passing:
			t.Errorf("%s: got %v passed %q, %v", c.signature, got, p.Passing(), err)
		}
	}
}

func parameters(result, each string, n int) string {
	return "v:/" + result + "(" + strings.Repeat(each+",", n-1) + each + ")"
}

// TestTypesCount holds how many types there are in signatures: each counts with those within it.
func TestTypesCount(t *testing.T) {
	t.Parallel()
	for signature, want := range map[string]int{
		"v:/void()":                      2,
		"v:i/void(long)":                 3,
		"v:p/void(<long>)":               2 + 1 + 2,
		"v:p/void(long[2][3])":           2 + 1 + 2 + 3,
		"v:p/void({long,<^0>})":          2 + 1 + (2 + 0) + 4,
		"v:p/void(union(long,1:<char>))": 2 + 1 + 1 + 2 + 4,
		"v:/void()!IDL:Bad:1.0{long;<long>;!IDL:Gone:1.0{": 2 + 1 + (1 + 2) + (1 + 1 + 2) + 1,
	} {
		s, err := som.ParseSignature(signature)
		if err != nil {
			t.Errorf("%s: %v", signature, err)
		} else if got := s.Types(); got != want {
			t.Errorf("%s tells %d types, want %d", signature, got, want)
		}
	}
}

// TestSignedRaises takes the exceptions of a signature apart.
func TestSignedRaises(t *testing.T) {
	t.Parallel()
	s, err := som.ParseSignature("v:/void()!IDL:Zoo/Bad:1.0{long;string;!IDL:Zoo/Gone:1.0{!IDL:Zoo/Long:1.0{long;01234567;!{#0123456789abcdef;")
	if err != nil || len(s.Raises) != 3 {
		t.Fatalf("got %v, %v", s, err)
	}
	for i, want := range []string{"struct { F0 int32; F1 string }", "<nil>", "member 2 of IDL:Zoo/Long:1.0"} {
		got, err := s.Raises[i].MembersType()
		text := "<nil>"
		if err != nil {
			text = err.Error()
		} else if got != nil {
			text = got.String()
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s: got %s, want %s", s.Raises[i].ID, text, want)
		}
	}
}

func FuzzSignature(f *testing.F) {
	for _, s := range []string{"i:ip/long(long,out {long,string})", "v:p/void(union(enum,0:<^0>,default:long[2]))!IDL:X:1.0{long;", "v:p/void({{long,<^1>},<^0>})"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := som.ParseSignature(text); err == nil {
			if g, _, err := s.MethodType(); err == nil && g.NumIn() < 2 {
				t.Errorf("%q is %v", text, g)
			}
			s.Learn()
		}
	})
}
