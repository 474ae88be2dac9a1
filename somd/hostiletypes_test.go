package somd_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// telling returns a reference, as a client has it, of an object that describes its classes so; and its URL.
func telling(t *testing.T, peer, client *somd.Domain, classes ...[3][]string) (*orb.Ref, string) {
	t.Helper()
	ref, err := peer.ORB().Adapter().Activate(&liar{iface: orb.Interface{ID: "IDL:Lie:1.0"}, say: func(e *cdr.Encoder) { described(e, classes...) }})
	if err != nil {
		t.Fatal(err)
	}
	return client.ORB().NewRef(ref.IOR()), ref.String()
}

// TestHostileSignatures has servers describe methods whose types Go does not have, or would make at a cost: the class is there, placed or not, and a call of such a method is an error that names the limit.
func TestHostileSignatures(t *testing.T) {
	t.Parallel()
	params := func(n int) string {
		return "v:" + strings.Repeat("i", n) + "/void(" + strings.Repeat("long,", n-1) + "long)"
	}
	for name, c := range map[string]struct{ signature, limit string }{
		"as many parameters as can be": {params(somd.MaxCallable), ""},
		"a parameter too many":         {params(somd.MaxCallable + 1), "MaxParams"},
		"many parameters":              {params(10000), "MaxParams"},
		"results":                      {"v:p/void(" + strings.Repeat("out long,", somd.MaxCallable) + "long)", "MaxParams"},
		"dimensions":                   {"v:p/void(long" + strings.Repeat("[1]", 20000) + ")", "MaxTypeDepth"},
		"dimensions of many":           {"v:p/void(" + strings.Repeat("long"+strings.Repeat("[1]", 100)+",", 100) + "long)", "MaxTypes"},
		"arrays in structures":         {"v:p/void(" + strings.Repeat("{", 200) + "long" + strings.Repeat("[1]}", 200) + ")", "MaxType"},
		"a long array":                 {"v:p/void(long[5000000])", "MaxValue"},
		"a long structure":             {"v:p/void({" + strings.Repeat("octet[16000000],", 300) + "octet})", "MaxValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer, client, placing := domain(t, somd.Config{}), domain(t, somd.Config{}), domain(t, somd.Config{})
			ref, url := telling(t, peer, client, [3][]string{{"A"}, {"SOMObject"}, {c.signature}})
			r, err := client.Import(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Release() }()
			placed, err := placing.Place(t.Context(), somd.Place{Class: "A", URL: url})
			if err != nil {
				t.Fatal(err)
			}
			m, err := placed.Lookup("m0")
			if err != nil {
				t.Fatal(err)
			}
			var args []any
			if c.limit == "" {
				args = make([]any, somd.MaxCallable)
				for i := range args {
					args[i] = int32(i)
				}
			}
			_, err = r.Invoke(t.Context(), "m0", args...)
			switch {
			case c.limit == "" && (m.Type().NumIn() != 2+somd.MaxCallable || !errors.Is(err, exc.BadOperation)): // which the liar has not
				t.Errorf("it is %v, and called: %v", m.Type(), err)
			case c.limit != "" && (m.Type() != reflect.TypeFor[func(som.Self) error]() || !errors.Is(err, exc.NoImplement) || !strings.Contains(err.Error(), c.limit)):
				t.Errorf("it is %v, and called: %v; want an error with %s", m.Type(), err, c.limit)
			case len(fmt.Sprint(err)) > 1500:
				t.Errorf("the error has %d octets", len(err.Error()))
			}
		})
	}
}

// TestDescribedTypes has peers describe more types than one description, or all of a process's life, may have, and more methods than a domain may.
func TestDescribedTypes(t *testing.T) {
	peer, client := domain(t, somd.Config{}), domain(t, somd.Config{})
	class := func(name string, n, members int) [3][]string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf("v:p/void({%soctet[%d]})", strings.Repeat("long,", members), i+1))
		}
		return [3][]string{{name}, {"SOMObject"}, all}
	}
	limited := func(limit string, ref *orb.Ref, url string) {
		t.Helper()
		if _, err := client.Import(t.Context(), ref); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), limit) {
			t.Errorf("imported: %v, want %s", err, limit)
		}
		if _, err := client.Place(t.Context(), somd.Place{Class: "Many", URL: url}); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), limit) {
			t.Errorf("placed: %v, want %s", err, limit)
		}
	}
	before := somd.DescribedTypes()
	ref, url := telling(t, peer, client, class("Many", 20, 2000))
	limited("MaxDescriptionTypes", ref, url)
	ref, _ = telling(t, peer, client, class("First", 10, 2000), class("Second", 10, 2000))
	if _, err := client.Import(t.Context(), ref); !errors.Is(err, exc.ImpLimit) || !strings.Contains(err.Error(), "MaxDescriptionTypes") {
		t.Errorf("by two classes: %v", err)
	}

	defer somd.SetDescribedTypes(before)
	somd.SetDescribedTypes(somd.MaxDescribedTypes - 50)
	ref, url = telling(t, peer, client, class("Many", 2, 20))
	limited("MaxDescribedTypes", ref, url)
	small := class("Small", 1, 3)
	ref, _ = telling(t, peer, client, small)
	r, err := client.Import(t.Context(), ref)
	if err != nil {
		t.Fatalf("a few types: %v", err)
	}
	defer func() { _ = r.Release() }()
	n := somd.DescribedTypes()
	other := domain(t, somd.Config{})
	ref, _ = telling(t, peer, other, small)
	again, err := other.Import(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Release() }()
	if got := somd.DescribedTypes(); got != n || n <= somd.MaxDescribedTypes-50 {
		t.Errorf("types count %d, and %d once they are described again", n, got)
	}

	client.SetDescribedMethods(somd.MaxDescribedMethods - 1)
	ref, url = telling(t, peer, client, class("Many", 2, 7))
	n = somd.DescribedTypes()
	limited("MaxDescribedMethods", ref, url)
	if got := somd.DescribedTypes(); got != n {
		t.Errorf("%d types count of a class that was refused for its methods", got-n)
	}
	client.SetDescribedMethods(0)
	somd.SetDescribedTypes(somd.MaxDescribedTypes)
	ref, url = telling(t, peer, client, class("Many", 3, 1))
	limited("MaxDescribedTypes", ref, url)
	if got := client.DescribedMethods(); got != 0 {
		t.Errorf("%d methods count of a class that was refused for its types", got)
	}
}
