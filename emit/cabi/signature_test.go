package cabi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
)

const kinds = `#include <somobj.idl>
enum Colour { red, green, grey };
struct Point { long x, y; };
struct Line { Point from, to; string name; };
struct Wide { double a, b, c, d, e, f, g, h, i, j; };
struct Node;
typedef sequence<Node> Nodes;
struct Node { long value; Nodes next; };
union Shape switch (Colour) { case green: long area; case red: Point at; default: string text; };
union Said switch (long) { case 1: double area; case 7: string name; case 8: case 9: double size; default: string text; };
union Yes switch (boolean) { case TRUE: long area; default: string text; };
union No switch (boolean) { case TRUE: long area; case FALSE: string text; };
enum Tall { @value(7) low, @value(5) high };
union Height switch (Tall) { case low: long area; case high: double size; };
union Half switch (boolean) { case FALSE: long area; };
union Both switch (boolean) { default: long area; };
typedef long Grid[2][3];
typedef Point Alias;
interface Cat : SOMObject { attribute Line line; readonly attribute boolean awake; %s implementation { releaseorder: %s_get_line, _set_line, _get_awake; }; };
`

// methodsOf compiles a class with an operation, and returns its methods by name.
func methodsOf(t *testing.T, text string) map[string]*model.Method {
	t.Helper()
	spec := compile(t, idl.FilesOf{"a.idl": text}, "a.idl")
	all := map[string]*model.Method{}
	for _, m := range spec.Lookup("Cat").(*model.Interface).Introduced() {
		all[m.Name] = &m
	}
	return all
}

func signatureOf(t *testing.T, operation string) string {
	t.Helper()
	return cabi.Signature(methodsOf(t, fmt.Sprintf(kinds, operation, "f, "))["f"])
}

func TestSignature(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string]string{
		"void f();": "v:/void()",
		"long f(in long n, inout unsigned short m);": "i:ip/long(long,inout unsigned short)",
		"string f(out string s, in wstring w);":      "s:pp/string(out string,wstring)",
		"Point f(in Line l);":                        "v:pp/{long,long}({{long,long},{long,long},string})",
		"void f(in Alias a, in Grid g);":             "v:pp/void({long,long},long[2][3])",
		"void f(in sequence<Point, 7> s);":           "v:p/void(<{long,long}>)",
		"void f(in Colour c, in octet o);":           "v:Ib/void(enum,octet)",
		"void f(in Cat c, in SOMObject o);":          "v:oo/void(Cat,SOMObject)",
		"void f(in Shape s);":                        "v:p/void(union(enum,0:{long,long},1:long,default:string))",
		"void f(in Height h);":                       "v:p/void(union(enum,5:double,7:long))",
		"void f(in Said s);":                         "v:p/void(union(long,1:double,8:double,9:double,default:string))",
		"void f(in Yes y, in No n);":                 "v:pp/void(union(boolean,FALSE:string,TRUE:long),union(boolean,FALSE:string,TRUE:long))",
		"void f(in Half h, in Both b);":              "v:pp/void(union(boolean,FALSE:long),union(boolean,FALSE:long,TRUE:long))",
		"void f(in Node n);":                         "v:p/void({long,<^0>})",
		"void f(in Nodes n);":                        "v:p/void(<{long,<^0>}>)",
		"void f(in somId name, in long *at);":        "v:sp/void(string,long*)",
		"SOMObject f(inout somInitCtrl ctrl);":       "o:p/SOMObject(inout making)",
		"void f(in Wide w);":                         "v:p/void({#3654696f2d7298c9})",
	} {
		if got := signatureOf(t, operation); got != want {
			t.Errorf("%s\n got %s\nwant %s", operation, got, want)
		}
	}
	ms := methodsOf(t, fmt.Sprintf(kinds, "", ""))
	for name, want := range map[string]string{
		"_get_line": "v:p/{{long,long},{long,long},string}()", "_set_line": "v:p/void({{long,long},{long,long},string})", "_get_awake": "b:/boolean()",
	} {
		if got := cabi.Signature(ms[name]); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestShape changes types, in ways that matter in memory and in ways that do not.
func TestShape(t *testing.T) {
	t.Parallel()
	const operation = "void f(in Line l, in Node n, in Shape s, in Wide w, inout Colour c, out Nodes all);"
	text := fmt.Sprintf(kinds, operation, "f, ")
	before := cabi.Signature(methodsOf(t, text)["f"])
	for _, c := range []struct {
		what, from, to string
		same           bool
	}{
		{"a member at the end", "struct Point { long x, y; }", "struct Point { long x, y, z; }", false},
		{"a member less", "struct Point { long x, y; }", "struct Point { long x; }", false},
		{"a member of another type", "long x, y;", "long x; unsigned long y;", false},
		{"members in another order", "Point from, to; string name;", "string name; Point from, to;", false},
		{"members of other names", "long x, y;", "long left, top;", true},
		{"a type of another name", "typedef Point Alias;", "typedef Point Other;", true},
		{"a member far in a long one", "double a, b, c, d, e, f, g, h, i, j;", "double a, b, c, d, e, f, g, h, i; float j;", false},
		{"another element", "typedef sequence<Node> Nodes;", "typedef sequence<Point> Nodes;", false},
		{"a bound", "typedef sequence<Node> Nodes;", "typedef sequence<Node, 9> Nodes;", true},
		{"another arm", "case green: long area;", "case green: short area;", false},
		{"arms that change places", "case green: long area; case red: Point at;", "case red: Point at; case green: long area;", true},
		{"labels that change places", "case green: long area; case red: Point at;", "case red: long area; case green: Point at;", false},
		{"an enumerator more", "red, green, grey", "red, green, grey, blue", true},
		{"an enumerator of another name", "enum Colour { red, green, grey };", "enum Colour { crimson, green, grey };\n#define red crimson", true},
		{"a number for an enumeration", "inout Colour c", "inout unsigned long c", false},
		{"an object of another class", "inout Colour c", "inout SOMObject c", false},
		{"another direction", "out Nodes all", "inout Nodes all", false},
		{"a pointer to another type", "in Wide w", "in Wide *w", false},
	} {
		after := cabi.Signature(methodsOf(t, strings.Replace(text, c.from, c.to, 1))["f"])
		if (before == after) != c.same {
			t.Errorf("%s:\n%s\n%s", c.what, before, after)
		}
	}
}

// TestDeepShape holds that neither depth nor breadth make signatures long, or the work.
func TestDeepShape(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\nstruct S0 { long x; };\n")
	const depth = 60
	for n := range depth {
		fmt.Fprintf(&b, "struct S%d { S%d a, b, c; };\n", n+1, n)
	}
	for n := range depth { // each leads to all
		fmt.Fprintf(&b, "struct R%d;\ntypedef sequence<R%[1]d> L%[1]d;\n", n)
	}
	for n := range depth {
		fmt.Fprintf(&b, "struct R%d { L%d a, b; L%d c; };\n", n, (n+1)%depth, (n*7+3)%depth)
	}
	var params []string
	for n := range 50 {
		params = append(params, fmt.Sprintf("in S%d s%d", 10+n, n))
	}
	fmt.Fprintf(&b, "interface Cat : SOMObject { void f(in S%d s); void g(%s); void h(in R0 r); implementation { releaseorder: f, g, h; }; };\n", depth, strings.Join(params, ", "))
	ms := methodsOf(t, b.String())
	for _, name := range []string{"f", "g", "h"} {
		if got := cabi.Signature(ms[name]); len(got) > 200 {
			t.Errorf("%s: %d octets: %s", name, len(got), got)
		}
	}
	if got := cabi.Signature(ms["g"]); !strings.HasPrefix(got, "v:"+strings.Repeat("p", 50)+"/#") {
		t.Errorf("got %s", got)
	}
}

const manners = `#include <somobj.idl>
exception Bad { long code; string why[2]; };
exception Alas { };
struct Pair { long a, b; };
exception Odd { Pair p; };
#pragma ID Odd "LOCAL:odd!{"
interface Cat : SOMObject {
  long plain(in long n) raises (Bad, Alas); long run(in long n); long bare(in long n); long blind(in long n); void odd() raises (Odd);
  attribute long age getraises (Alas) setraises (Bad);
  implementation { releaseorder: plain, run, bare, blind, odd, _get_age, _set_age, total, grid; %s
    run: procedure; bare: procedure, noself, noenv; blind: procedure, noself;
    long total; double grid[2][3]; total: staticdata; grid: staticdata; };
};
`

// TestManner has what is not called as methods are, and what methods raise.
func TestManner(t *testing.T) {
	t.Parallel()
	for modifier, want := range map[string]map[string]string{
		"": {
			"plain": "i:i/long(long)!IDL:Alas:1.0{!IDL:Bad:1.0{long;string[2];", "run": "i:i/procedure long(long)",
			"bare": "/procedure noself noenv long(long)", "blind": "/procedure noself long(long)", "odd": "v:/void()!#e3394e6c3034641f{{long,long};",
			"_get_age": "i:/long()!IDL:Alas:1.0{", "_set_age": "v:i/void(long)!IDL:Bad:1.0{long;string[2];",
		},
		"callstyle = oidl;": {"plain": "i:i/oidl long(long)!IDL:Alas:1.0{!IDL:Bad:1.0{long;string[2];", "run": "/procedure noenv long(long)"},
	} {
		ms := methodsOf(t, fmt.Sprintf(manners, modifier))
		for name, want := range want {
			if got := cabi.Signature(ms[name]); got != want {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
		}
	}
	spec := compile(t, idl.FilesOf{"a.idl": fmt.Sprintf(manners, "")}, "a.idl")
	var got []string
	for _, d := range spec.Lookup("Cat").(*model.Interface).StaticData() {
		got = append(got, cabi.DataSignature(d))
	}
	if want := "/data long /data double[2][3]"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestManyRaised holds that exceptions do not make signatures long.
func TestManyRaised(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\n")
	var names, members []string
	for n := range 100 {
		members = append(members, fmt.Sprintf("unsigned long long m%d;", n))
		fmt.Fprintf(&b, "exception E%d { %s };\n", n, strings.Join(members, " "))
		names = append(names, fmt.Sprint("E", n))
	}
	fmt.Fprintf(&b, "interface Cat : SOMObject { void f() raises (%s); void g() raises (E99); implementation { releaseorder: f, g; }; };\n", strings.Join(names, ", "))
	ms := methodsOf(t, b.String())
	if got := cabi.Signature(ms["f"]); len(got) > 61000 || strings.Count(got, "!") < 99 || !strings.HasPrefix(got, "v:/void()!IDL:E0:1.0{unsigned long long;!IDL:E10:1.0{") {
		t.Errorf("got %d octets: %s", len(got), got)
	}
	if got := cabi.Signature(ms["g"]); len(got) > 1200 || strings.Count(got, ";") != 100 || !strings.HasPrefix(got, "v:/void()!IDL:E99:1.0{unsigned long long;unsigned") {
		t.Errorf("got %s", got)
	}
}

// TestGrown compares what a method raises in two releases: an exception may grow at its end and a method raise more or fewer, and
// whatever else changes is told, however much there is of it.
func TestGrown(t *testing.T) {
	t.Parallel()
	signature := func(exceptions, members int, last string) string {
		var b strings.Builder
		b.WriteString("#include <somobj.idl>\nstruct P { long a; string b; double c; boolean d; octet e; short f; long g; };\n")
		var names []string
		for n := range exceptions {
			fmt.Fprintf(&b, "exception E%04d { ", n)
			for k := range members {
				fmt.Fprintf(&b, "%s m%d; ", []string{"P", "unsigned long long", "long"}[k%3], k)
			}
			if n == exceptions-1 {
				b.WriteString(last)
			}
			b.WriteString("};\n")
			names = append(names, fmt.Sprintf("E%04d", n))
		}
		fmt.Fprintf(&b, "interface Cat : SOMObject { void f() raises (%s); implementation { releaseorder: f; }; };\n", strings.Join(names, ", "))
		return cabi.Signature(methodsOf(t, b.String())["f"])
	}
	for _, n := range []struct{ exceptions, members int }{{1, 0}, {1, 5}, {1, 6}, {1, 7}, {1, 8}, {1, 20}, {1, 300}, {50, 3}, {80, 40}} {
		is := signature(n.exceptions, n.members, "string x; ")
		for last, agrees := range map[string]bool{
			"": true, "string y; ": true, "wstring x; ": false, "string x; P y; ": false,
		} {
			if caller := signature(n.exceptions, n.members, last); som.SameSignature(caller, is) != agrees {
				t.Errorf("%d exceptions of %d members and %q: got %v, want %v\n%s\n%s", n.exceptions, n.members, last, !agrees, agrees, caller, is)
			}
		}
	}
	huge := signature(300, 60, "string x; ")
	if len(huge) > 61000 || !strings.Contains(huge, "!{#") {
		t.Errorf("%d octets", len(huge))
	}
	if som.SameSignature(signature(300, 60, "wstring x; "), huge) || !som.SameSignature(huge, huge) {
		t.Errorf("what is beyond the limit is not compared")
	}
}
