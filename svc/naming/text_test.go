package naming_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming"

	"github.com/opendsom/dsom/std/cosnaming"
)

// serveDenying starts a service on a store at which nobody may write.
func serveDenying(t *testing.T, s store.Store) *place {
	return serve(t, func(c *naming.Config, _ *orb.Config) {
		c.Store, c.MayWrite = s, func(context.Context) error { return errors.New("nobody may") }
	})
}

func TestToURL(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	for _, c := range []struct{ addr, sn, want, outcome string }{
		{":h:1", "a/b", "corbaname::h:1#a/b", "ok"},
		{":h:1", "", "corbaname::h:1", "ok"},
		{":h:1/key", "a.k", "corbaname::h:1/key#a.k", "ok"},
		{"iiop:1.2@h:9,:g:1/K", "a", "corbaname:iiop:1.2@h:9,:g:1/K#a", "ok"},
		{"rir:", "a", "corbaname:rir:#a", "ok"},
		{":h:1", "a b<>", "corbaname::h:1#a%20b%3c%3e", "ok"},
		{":h:1", `a\.b/\\`, "corbaname::h:1#a%5c.b/%5c%5c", "ok"},
		{"", "a", "", "invalid address"},
		{"h", "a", "", "invalid address"},
		{":h:1#x", "a", "", "invalid address"},
		{" :h:1", "a", "", "invalid address"},
		{":h:1 ", "a", "", "invalid address"},
		{":h:99999", "a", "", "invalid address"},
		{":h:1", "a//b", "", "invalid name"},
		{":h:1", "a.", "", "invalid name"},
	} {
		got, err := p.root.ToUrl(t.Context(), c.addr, c.sn)
		if outcome(err) != c.outcome || !strings.EqualFold(got, c.want) {
			t.Errorf("%q, %q: got %q, %v, want %q, %s", c.addr, c.sn, got, err, c.want, c.outcome)
		}
	}
}

// TestNames holds text against names, with the answers of omniNames.
func TestNames(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	for sn, want := range map[string]cosnaming.Name{
		".":      {{}},
		"a":      {{Id: "a"}},
		".k":     {{Kind: "k"}},
		"a/./b":  {{Id: "a"}, {}, {Id: "b"}},
		`a\/b`:   {{Id: "a/b"}},
		"":       nil,
		"a.":     nil,
		"a.b.c":  nil,
		"a/":     nil,
		`a\x`:    nil,
		"ä ö.ß/": nil,
		"ä ö.ß":  {{Id: "ä ö", Kind: "ß"}},
	} {
		got, err := p.root.ToName(t.Context(), sn)
		if (want == nil) != (outcome(err) == "invalid name") || want != nil && (err != nil || text(got) != text(want)) {
			t.Errorf("%q: got %v, %v, want %v", sn, got, err, want)
		}
	}
	if _, err := p.root.ToString(t.Context(), nil); outcome(err) != "invalid name" {
		t.Errorf("no name: got %v", err)
	}
	if s, err := p.root.ToString(t.Context(), cosnaming.Name{{}, {Id: "a.b"}, {Kind: "k"}}); err != nil || s != `./a\.b/.k` {
		t.Errorf("got %q, %v", s, err)
	}
}

// FuzzText sends text to the service: a name that is read is written again as it was, and its URL leads to it.
func FuzzText(f *testing.F) {
	for _, s := range []string{"a", "a/b.c", `\./\\.\/`, ".", ".k", "a..b", "//", "ä", "a%20b#c", "\x01"} {
		f.Add(s)
	}
	p := serve(f, nil)
	f.Fuzz(func(t *testing.T, sn string) {
		if strings.ContainsRune(sn, 0) {
			t.Skip("no CORBA string")
		}
		n, err := p.root.ToName(t.Context(), sn)
		if err != nil {
			if o := outcome(err); o != "invalid name" && !strings.Contains(o, "DATA_CONVERSION") {
				t.Fatalf("%q: %v", sn, err)
			}
			return
		}
		again, err := p.root.ToString(t.Context(), n)
		if err != nil || again != sn {
			t.Fatalf("%q became %v, and that %q, %v", sn, n, again, err)
		}
		url, err := p.root.ToUrl(t.Context(), ":h:1", sn)
		if err != nil {
			t.Fatalf("%q: %v", sn, err)
		}
		if u, err := ior.ParseURL(url); err != nil || u.Name.String() != sn {
			t.Fatalf("%q became %q, and that %v, %v", sn, url, u, err)
		}
		if _, err := p.root.ResolveStr(t.Context(), sn); err == nil || outcome(err) != "missing_node "+text(n[:]) && outcome(err) != "IMP_LIMIT" {
			t.Fatalf("%q: %v", sn, err)
		}
	})
}
