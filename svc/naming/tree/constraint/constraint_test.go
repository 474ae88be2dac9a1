package constraint_test

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

// car is what the tests' constraints are held against.
var car = map[string]constraint.Value{
	"class": constraint.TextOf("Car"), "alias": constraint.TextOf("east"), "wheels": constraint.IntegerOf(4),
	"weight": constraint.RealOf(1.5), "secure": constraint.BooleanOf(true), "old": constraint.BooleanOf(false), "picture": {},
	"every": constraint.TextOf("_ANY"), "host": constraint.TextOf("here"), "big": constraint.UnsignedOf(math.MaxUint64),
	"exact": constraint.IntegerOf(1<<53 + 1), "nan": constraint.RealOf(math.NaN()), "quote": constraint.TextOf(`it's "so"`),
	"a.b_c1": constraint.IntegerOf(-7), "empty": constraint.TextOf(""), "nothing": constraint.TextOf("_NULL"),
	"price": exactOf("-0.1"), "vast": exactOf("123456789012345678901234567890"), "sum": exactOf("1.5"), "inf": constraint.RealOf(math.Inf(1)),
	"double": constraint.RealOf(0.1),
}

// exactOf is a number that is written so.
func exactOf(text string) constraint.Value {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return constraint.ExactOf(n)
}

func subject(of map[string]constraint.Value) *constraint.Subject {
	return &constraint.Subject{
		Property: func(name string) (constraint.Value, bool) { v, ok := of[name]; return v, ok },
		Local:    func(text string) bool { return text == "here" },
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`class=='Car' and alias=='east'`:         true,
		`class=="Car" and alias=='west'`:         false,
		`class == 'car'`:                         false,
		`class != 'Boat'`:                        true,
		`class ~ 'a'`:                            true,
		`class ~ 'b'`:                            false,
		`'a Car' ~ class`:                        true,
		`wheels ~ '4'`:                           false,
		`wheels == 4`:                            true,
		`wheels == 4.0`:                          true,
		`wheels >= 4 and wheels <= 4`:            true,
		`wheels < 4 or wheels > 4`:               false,
		`wheels < 4.5`:                           true,
		`4 < wheels`:                             false,
		`wheels == '4'`:                          false,
		`wheels != '4'`:                          true,
		`wheels < '5'`:                           false,
		`weight > 1 and weight < 2`:              true,
		`weight == 15e-1`:                        true,
		`a.b_c1 == -7`:                           true,
		`a.b_c1 < +1`:                            true,
		`big > 9223372036854775807`:              true,
		`big == 18446744073709551615`:            true,
		`exact == 9007199254740993`:              true,
		`exact == 9007199254740992.0`:            false,
		`exact > 9007199254740992.0`:             true,
		`exact < 1e300 and exact > -1e300`:       true,
		`nan == nan or nan < 1 or nan > 1`:       false,
		`nan != nan`:                             true,
		`class < 'D' and class > 'B'`:            true,
		`secure`:                                 true,
		`not secure`:                             false,
		`old`:                                    false,
		`old == FALSE`:                           true,
		`secure != FALSE`:                        true,
		`secure > FALSE`:                         false,
		`class`:                                  false,
		`missing`:                                false,
		`TRUE`:                                   true,
		`FALSE or TRUE`:                          true,
		`missing == 'x'`:                         false,
		`missing != 'x'`:                         false,
		`not (missing == 'x')`:                   true,
		`exist class and not exist missing`:      true,
		`exist picture`:                          true,
		`picture == picture`:                     false,
		`FALSE and FALSE or TRUE`:                true,
		`TRUE or FALSE and FALSE`:                true,
		`(TRUE or FALSE) and FALSE`:              false,
		`not FALSE and FALSE`:                    false,
		`not (FALSE and FALSE)`:                  true,
		`not not TRUE`:                           true,
		`quote == 'it\'s "so"'`:                  true,
		`quote == "it's \"so\""`:                 true,
		"\t class\n==\r'Car' ":                   true,
		`big == 18446744073709551614`:            false,
		`big > 18446744073709551614`:             true,
		`big < 18446744073709551616.0`:           true,
		`big == 1.8446744073709551615e19`:        true,
		`big > wheels and wheels < big`:          true,
		`big > weight and big != weight`:         true,
		`price == -0.1`:                          true,
		`price == -0.10000000000000001`:          false,
		`double == 0.1`:                          true,
		`double > price and price < double`:      true,
		`vast == 123456789012345678901234567890`: true,
		`vast == 123456789012345678901234567891`: false,
		`vast > 1e20 and vast < 1e300`:           true,
		`vast < inf and inf > vast`:              true,
		`vast == nan or vast < nan`:              false,
		`vast == '1' or vast < '1'`:              false,
		`sum == weight`:                          true,
		`sum == 1.5000000000000000001`:           false,
		`weight == 1.5000000000000000001`:        true,
		`price < 1e-400 and price < 0`:           true,
		`empty == '_NULL'`:                       true,
		`'_NULL' == empty`:                       true,
		`missing == '_NULL'`:                     true,
		`'_NULL' == missing`:                     true,
		`missing != '_NULL'`:                     false,
		`missing == missing`:                     false,
		`missing ~ '_NULL'`:                      false,
		`class == '_NULL'`:                       false,
		`class != '_NULL'`:                       true,
		`nothing == ''`:                          true,
		`wheels == '_NULL'`:                      false,
		`class=='_ANY'`:                          true,
		`class!='_ANY'`:                          false,
		`class<='_ANY'`:                          true,
		`class>='_ANY'`:                          true,
		`class<'_ANY'`:                           false,
		`class>'_ANY'`:                           false,
		`every<='A' and every>='z'`:              true,
		`every<'z' or every>'A'`:                 false,
		`every=='Boat'`:                          true,
		`wheels=='_ANY'`:                         false,
		`host=='_LOCAL'`:                         true,
		`'_LOCAL'==host`:                         true,
		`alias=='_LOCAL'`:                        false,
		`alias!='_LOCAL'`:                        true,
	} {
		e, err := constraint.New(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.Match(subject(car)); got != want || e.String() != text {
			t.Errorf("%s: got %v, %s", text, got, e)
		}
	}
	e, err := constraint.New("host=='_LOCAL'")
	if err != nil || e.Match(&constraint.Subject{Property: subject(car).Property}) {
		t.Errorf("nobody said what is local, and something is: %v", err)
	}
}

func TestWrong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "character 1, \"\": the constraint ends where a property",
		"   ":                  "character 4",
		"class = 'Car'":        "character 7, \"= 'Car'\": = is not of this language: write ==",
		"a && b":               "write and",
		"a || b":               "write or",
		"!a":                   "write not",
		"class == 'Car":        "' is missing",
		`class == "Car\"`:      `" is missing`,
		"class == 'Car' alias": "join conditions",
		"class ==":             "ends where",
		"== 'Car'":             "here belongs a property or a constant",
		"class == and":         "here belongs a property or a constant",
		"(a":                   "a ) is missing",
		"a)":                   "join conditions",
		"exist 'a'":            "behind exist belongs the name",
		"'Car'":                "a comparison is missing",
		"4":                    "a comparison is missing",
		"a == 4.5.6":           "is no number",
		"a == -":               "is no number",
		"a == 1e999":           "is no number",
		"a == b == c":          "join conditions",
		"ä == 1":               "'ä' can begin nothing",
		"a == \xff":            "can begin nothing",
		"a == $(reboot)":       "'$' can begin nothing",
		strings.Repeat("(", constraint.MaxDepth+1):          "limit constraint-depth of 64 exceeded: got 65",
		strings.Repeat("not ", constraint.MaxDepth+1) + "a": "limit constraint-depth of 64 exceeded: got 65",
		strings.Repeat(" ", constraint.MaxText+1):           "limit constraint-octets of 4096 exceeded: got 4097",
	} {
		_, err := constraint.New(text)
		var syntax *constraint.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

// TestPossible holds what is said of a property of which nothing is known: class here.
func TestPossible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`class=='Car'`: "possible", `class!='Car'`: "possible", `not class=='Car'`: "possible", `class`: "possible", `exist class`: "possible", `class=='_NULL'`: "possible",
		`class=='Car' and alias=='east'`: "possible", `class=='Car' and alias=='west'`: "no", `alias=='west' and class=='Car'`: "no",
		`class=='Car' or alias=='east'`: "yes", `class=='Car' or alias=='west'`: "possible", `not (class=='Car' or alias=='east')`: "no",
		`missing==class`: "possible", `class<class`: "possible", `alias=='east'`: "yes", `missing=='x'`: "no",
	} {
		e, err := constraint.New(text)
		if err != nil {
			t.Fatal(err)
		}
		s := &constraint.Subject{Property: func(name string) (constraint.Value, bool) {
			if name == "class" {
				return constraint.Unknown, false
			}
			v, ok := car[name]
			return v, ok
		}}
		got := "no"
		switch {
		case e.Match(s):
			got = "yes"
		case e.Possible(s):
			got = "possible"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestSteps holds what work is counted: each comparison and property, and the octets of what is compared.
func TestSteps(t *testing.T) {
	t.Parallel()
	long := map[string]constraint.Value{"a": constraint.TextOf(strings.Repeat("a", 6400)), "b": constraint.TextOf("b"), "n": exactOf("1" + strings.Repeat("0", 2000))}
	for text, want := range map[string]int{`b=='b'`: 2, `a=='b'`: 102, `a~a`: 203, `b=='b' and a=='b'`: 104, `b=='c' and a=='b'`: 2, `n>1`: 14} {
		e, err := constraint.New(text)
		if err != nil {
			t.Fatal(err)
		}
		s := subject(long)
		if e.Match(s); s.Steps != want {
			t.Errorf("%s: %d steps, want %d", text, s.Steps, want)
		}
	}
}

// TestDeep holds that what the limits allow is taken.
func TestDeep(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", constraint.MaxDepth) + "TRUE" + strings.Repeat(")", constraint.MaxDepth)
	wide := "TRUE" + strings.Repeat(" and TRUE", (constraint.MaxText-4)/9)
	for _, text := range []string{deep, wide, strings.Repeat("(TRUE) or ", 200) + "FALSE"} {
		e, err := constraint.New(text)
		if err != nil || !e.Match(subject(nil)) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

// TestKept holds that values come back as they were kept, and that nothing else is taken for one.
func TestKept(t *testing.T) {
	t.Parallel()
	for name, v := range car {
		b := v.Append([]byte("before"))
		got, rest, ok := constraint.Parse(append(b[len("before"):], "rest"...))
		if !ok || string(rest) != "rest" || !reflect.DeepEqual(got, v) && name != "nan" {
			t.Errorf("%s: got %#v, %q, %v", name, got, rest, ok)
		}
		for n := range len(b) - len("before") {
			if got, rest, ok := constraint.Parse(b[len("before"):][:n]); ok && len(rest) == 0 {
				t.Errorf("%s: %d octets of it are %#v", name, n, got)
			}
		}
	}
	for _, bad := range []string{"", "\x09", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x01\x02a", "\x04\x04", "\x03abc", "\x05", "\x05\x02\x01\x01\x01\x01", "\x05\x00\x01\x01\x00", "\x05\x00\x01\x01\x01\x01", "\x05\x00\xff\x01", "\xff"} {
		if v, _, ok := constraint.Parse([]byte(bad)); ok {
			t.Errorf("%q is taken for %#v", bad, v)
		}
	}
}

// FuzzNew holds that whatever is taken can be evaluated, means the same in parentheses, and the opposite behind not.
func FuzzNew(f *testing.F) {
	for _, s := range []string{`class=='Car' and alias=='east'`, `(speed >= 100 or not exist speed) and colour != "red"`, `a ~ 'b\'c'`, `-1.5e3 < x`, `TRUE`, `not (a`, "\xff", `'_ANY'==_ANY`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := constraint.New(text)
		if err != nil {
			var syntax *constraint.SyntaxError
			if !errors.As(err, &syntax) || err.Error() == "" {
				t.Fatalf("got %v", err)
			}
			return
		}
		is := e.Match(subject(car))
		if around, err := constraint.New("(" + text + ")"); err == nil && around.Match(subject(car)) != is {
			t.Errorf("%q is another in parentheses", text)
		}
		if not, err := constraint.New("not (" + text + ")"); err == nil && not.Match(subject(car)) == is {
			t.Errorf("%q is not the opposite of itself behind not", text)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	e, err := constraint.New(`class=='Car' and alias=='west'`)
	if err != nil {
		b.Fatal(err)
	}
	s := subject(car)
	b.ReportAllocs()
	for b.Loop() {
		e.Match(s)
	}
}
