package nbname_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/transport/netbios/nbname"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ada": "ADA#53", "Ada#20": "ADA#20", "ada#1e.net.example": "ADA#1E.NET.EXAMPLE", "fifteen-letters": "FIFTEEN-LETTERS#53", "a b": "A B#53", "x.s": "X#53.S",
	} {
		n, err := nbname.Parse(in, nbname.DSOM)
		if err != nil || n.String() != want {
			t.Errorf("%s: %v, %v; want %s", in, n, err, want)
			continue
		}
		if again, err := nbname.Parse(n.String(), 0); err != nil || again != n {
			t.Errorf("%s comes back as %v, %v", n, again, err)
		}
	}
	for _, in := range []string{"", "sixteen-letters-", "*", "*SMBSERVER", "a#", "a#2", "a#200", "a#g0", "a/b", "a:b", " a", "a ", "ä", "a@b", "a.", "a..b", "a.b c",
		"a." + strings.Repeat("x", 64), "a." + strings.Repeat("abcdefg.", 40) + "x"} {
		if n, err := nbname.Parse(in, 0x20); err == nil {
			t.Errorf("%q is %v; want an error", in, n)
		}
	}
}

// TestFirstLevel is the example of RFC 1001, clause 14.1, "The NetBIOS name" in the scope "SCOPE.ID.COM". There h stands as GH, which is g.
func TestFirstLevel(t *testing.T) {
	t.Parallel()
	n := nbname.Name{Text: [16]byte([]byte("The NetBIOS name")), Scope: "SCOPE.ID.COM"}
	want := "\x20FEGIGFCAEOGFHEECEJEPFDCAGOGBGNGF\x05SCOPE\x02ID\x03COM\x00"
	if got := string(n.Append(nil)); got != want {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
	got, next, err := nbname.Read([]byte("...."+want+"rest"), 4)
	if err != nil || got != n || next != 4+len(want) {
		t.Errorf("read %v, %d, %v", got, next, err)
	}
	for i := range len(want) {
		if got, _, err := nbname.Read([]byte(want[:i]), 0); err == nil {
			t.Errorf("of %d octets: read %v", i, got)
		}
	}
}

// TestPointers: a name may be a pointer to an earlier place, or have one behind its text; to itself, on, or in a chain it may not.
func TestPointers(t *testing.T) {
	t.Parallel()
	n, _ := nbname.New("ADA", nbname.DSOM, "NET.EXAMPLE")
	m, _ := nbname.New("EVE", nbname.DSOM, "NET.EXAMPLE")
	b := n.Append(nil)
	scope, whole := 33, len(b)
	b = append(b, 0xc0, 0, '!')                // n
	b = append(b, m.Append(nil)[:33]...)       // m's text
	b = append(b, 0xc0, byte(scope), '!')      // and its scope
	b = append(b, 0xc0, byte(whole), '!', '!') // n again, by two
	for at, want := range map[int]nbname.Name{0: n, whole: n, whole + 3: m, len(b) - 4: n} {
		got, next, err := nbname.Read(b, at)
		if err != nil || got != want {
			t.Errorf("at %d: %v, %v; want %v", at, got, err, want)
		}
		if at > 0 && b[next] != '!' {
			t.Errorf("at %d: the next is at %d", at, next)
		}
	}
	var bad nbname.FormError
	for what, c := range map[string]string{
		"to itself": "\xc0\x00", "on": "\xc0\x02\x00", "beyond": "\xc1\xff", "half": "\xc0",
		"a circle": "\x20" + strings.Repeat("AA", 16) + "\x01x\xc0\x21", "reserved": "\x40", "short": "\x1f" + strings.Repeat("A", 31) + "\x00",
		"no letters": "\x20" + strings.Repeat("AZ", 16) + "\x00", "a dot": "\x20" + strings.Repeat("AA", 16) + "\x03a.b\x00",
		"long": "\x20" + strings.Repeat("AA", 16) + strings.Repeat("\x3f"+strings.Repeat("x", 63), 4) + "\x00",
	} {
		if n, _, err := nbname.Read([]byte(c), 0); !errors.As(err, &bad) {
			t.Errorf("%s: %v, %v", what, n, err)
		}
	}
	chain := n.Append(nil)
	for range 6 {
		chain = append(chain, 0xc0, byte(len(chain)-2))
	}
	chain[whole+1] = 0
	if n, _, err := nbname.Read(chain, len(chain)-2); !errors.As(err, &bad) || !strings.Contains(err.Error(), "4") {
		t.Errorf("a chain: %v, %v", n, err)
	}
}

func FuzzRead(f *testing.F) {
	n, _ := nbname.New("ADA", nbname.DSOM, "NET.EXAMPLE")
	f.Add(n.Append(nil), 0)
	f.Add(append(n.Append(nil), 0xc0, 0), 46)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		n, next, err := nbname.Read(b, at)
		if err != nil {
			return
		}
		if next <= at || next > len(b) {
			t.Fatalf("the next is at %d of %d", next, len(b))
		}
		if again, _, err := nbname.Read(n.Append(nil), 0); err != nil || again != n {
			t.Errorf("%v is written as %v, %v", n, again, err)
		}
	})
}
