//go:build cgo && unix

package native_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// TestMisuse holds that what C passes to Go that is nothing, too much or of another kind is an exception, or what it says, and leaves nothing behind.
func TestMisuse(t *testing.T) {
	need(t)
	p, err := carriers()
	if err != nil {
		t.Fatal(err)
	}
	q, err := stuffers()
	if err != nil {
		t.Fatal(err)
	}
	caller, err := native.Find("Caller")
	if err != nil {
		t.Fatal(err)
	}
	d, porter, packer := object(t, caller), object(t, p), object(t, q)
	for how, want := range map[string]string{
		"no structure":            "NULL is where a value should be",
		"no place for out":        "NULL is where points should put a result",
		"no place for inout":      "NULL is where a value should be",
		"no place for the result": "NULL is where points should put a result",
		"no elements":             "a sequence of 3 elements that are nowhere",
		"a negative length":       "a sequence of 4294967295 elements, at most 1073741824 are allowed: the limit MaxOctets",
		"no texts":                "",
		"half a character":        "unit 1 of 2 is half a character",
		"no wide text":            "",
		"too deep":                "the limit is MaxNesting",
		"deep":                    "",
		"no such enumerator":      "",
		"another class":           "it is where a native_test.keeper should be, and is none",
	} {
		got, _ := invoke(t, d, "misuse", porter, packer, how).(string)
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", how, got, want)
		}
	}
	living(t, caller, 1)
	living(t, p, 1)
	living(t, q, 1)
}

// TestMisuseFromGo holds the same of what Go does.
func TestMisuseFromGo(t *testing.T) {
	z := need(t)
	c := puppies(t)
	d := object(t, z.driver)
	gone, ended := create(t, z.animal), create(t, c)
	letGo(gone)
	letGo(ended)
	plain := create(t, som.MustClass[cat]("Stray"))
	defer letGo(plain)
	var none som.Ref
	for what, x := range map[string]struct {
		call func() (any, error)
		code som.Code
	}{
		"a call of a released object": {func() (any, error) { return gone.Invoke(t.Context(), "speak", 1) }, som.CodeFreed},
		"a call of one of Go":         {func() (any, error) { return ended.Invoke(t.Context(), "speak", 1) }, som.CodeFreed},
		"a released object passed":    {func() (any, error) { return d.Invoke(t.Context(), "hold", gone) }, som.CodeFreed},
		"one of Go passed":            {func() (any, error) { return d.Invoke(t.Context(), "hold", ended) }, som.CodeFreed},
		"an object that C lacks":      {func() (any, error) { return d.Invoke(t.Context(), "hold", plain) }, som.CodeType},
		"a text with a zero":          {func() (any, error) { return d.Invoke(t.Context(), "make", "Ani\x00mal") }, som.CodeType},
		"too few arguments":           {func() (any, error) { return d.Invoke(t.Context(), "speaks", none) }, som.CodeMethod},
		"too many":                    {func() (any, error) { return d.Invoke(t.Context(), "hold", none, none) }, som.CodeMethod},
		"no such method":              {func() (any, error) { return d.Invoke(t.Context(), "fly") }, som.CodeUnknown},
		"a method of no signature":    {func() (any, error) { return object(t, z.animal).Invoke(t.Context(), "opaque") }, som.CodeAbstract},
		"one of no implementation":    {func() (any, error) { return object(t, z.animal).Invoke(t.Context(), "abstract") }, som.CodeAbstract},
		"retaining what has ended":    {func() (any, error) { return nil, ended.Retain() }, som.CodeFreed},
		"releasing it":                {func() (any, error) { return nil, gone.Release() }, som.CodeFreed},
		"a copy of it":                {func() (any, error) { return ended.Copy() }, som.CodeFreed},
		"a class of no name":          {func() (any, error) { return native.Find("") }, som.CodeUnknown},
		"a name that is none":         {func() (any, error) { return native.Find("An imal") }, som.CodeUnknown},
		"a library that is none":      {func() (any, error) { return nil, native.Load("/dev/null") }, som.CodeLibrary},
	} {
		if _, err := x.call(); !errors.Is(err, &som.Error{Code: x.code}) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, args := range map[string][]any{"a text for an object": {"x"}, "a number for an object": {1}, "a struct for an object": {struct{}{}}} {
		if _, err := d.Invoke(t.Context(), "hold", args...); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	if got := invoke(t, object(t, c), "name"); got != "puppy" {
		t.Errorf("a method: %v", got)
	}
	if got := invoke(t, d, "named", object(t, z.animal)); got != "animal" {
		t.Errorf("a method of C: %v", got)
	}
}

// TestTextsThatAreNoUTF8 holds that octets which are no UTF-8 cross as they are.
func TestTextsThatAreNoUTF8(t *testing.T) {
	each(t, func(t *testing.T, c *som.Class) {
		p := create(t, c)
		defer letGo(p)
		texts, self := bound[textsFunc](t, "texts", p)
		const odd = "\xff\xc0a"
		if a, twice, grown, err := texts(self, t.Context(), odd, odd); a != odd+"!" || twice != odd+odd || grown != odd+odd || err != nil {
			t.Errorf("%q %q %q %v", a, twice, grown, err)
		}
	})
}
