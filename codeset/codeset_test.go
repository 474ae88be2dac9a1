package codeset_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNarrow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set  cdr.CodeSet
		text string
		wire string // "": DATA_CONVERSION
	}{
		{codeset.Latin1, "", "#"},
		{codeset.Latin1, "plain", "706c61696e"},
		{codeset.Latin1, "hé ÿ", "68 e9 20 ff"},
		{codeset.Latin1, "10 €", ""},
		{codeset.Latin1, "\xff", ""},
		{codeset.UTF8, "", "#"},
		{codeset.UTF8, "plain", "706c61696e"},
		{codeset.UTF8, "h\u00e9 €", "68 c3a9 20 e282ac"},
		{codeset.UTF8, "😀", "f09f9880"},
		{codeset.UTF8, "a\xff", ""},
	} {
		name := codeset.Name(c.set.ID()) + " " + c.text
		got, err := c.set.AppendString([]byte("x"), c.text)
		if c.wire == "" {
			if !errors.Is(err, exc.DataConversion) {
				t.Errorf("%q: got %x, %v, want DATA_CONVERSION", name, got, err)
			}
			continue
		}
		want := unhex(t, strings.TrimPrefix(c.wire, "#"))
		if err != nil || !bytes.Equal(got, append([]byte("x"), want...)) {
			t.Errorf("%q: got %x, %v, want x and %x", name, got, err, want)
		}
		back, err := c.set.ParseString(want)
		if err != nil || back != c.text {
			t.Errorf("%q: %x reads as %q, %v", name, want, back, err)
		}
	}
	if _, err := codeset.UTF8.ParseString([]byte{'a', 0xc3}); !errors.Is(err, exc.DataConversion) {
		t.Errorf("invalid UTF-8 gave %v", err)
	}
}

func TestChar(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		got, err := codeset.Latin1.Char(byte(c))
		if err != nil || got != byte(c) {
			t.Errorf("Latin-1 %#x: %#x, %v", c, got, err)
		}
		got, err = codeset.UTF8.ParseChar(byte(c))
		if c < 0x80 && (err != nil || got != byte(c)) || c >= 0x80 && !errors.Is(err, exc.DataConversion) {
			t.Errorf("UTF-8 %#x: %#x, %v", c, got, err)
		}
	}
}

func TestWide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		v      cdr.Version
		little bool
		text   string
		wire   string
	}{
		// What omniORB 4.2.5 sent, in the captures of types.idl.
		{"omniORB", cdr.V12, true, "héllo € 中", "14000000 fffe 6800 e900 6c00 6c00 6f00 2000 ac20 2000 2d4e"},
		{"omniORB, empty", cdr.V12, true, "", "00000000"},
		{"big-endian", cdr.V12, false, "a€", "00000006 feff 0061 20ac"},
		{"surrogates", cdr.V12, false, "😀", "00000006 feff d83d de00"},
		{"the first and last of each length", cdr.V12, false, "\uffff\U00010000\U0010ffff", "0000000c feff ffff d800 dc00 dbff dfff"},
		{"what begins with half a mark", cdr.V12, false, "\u03ff\ufe00", "00000006 feff 03ff fe00"},
		{"a character that stands for none", cdr.V12, false, "a\ufffd", "00000006 feff 0061 fffd"},
		{"1.1, what would be a mark", cdr.V11, false, "\ufeffa", "00000003 feff 0061 0000"},
		{"1.1 little-endian", cdr.V11, true, "a€", "03000000 6100 ac20 0000"},
		{"1.1 big-endian", cdr.V11, false, "a€", "00000003 0061 20ac 0000"},
		{"1.1 empty", cdr.V11, false, "", "00000001 0000"},
		{"1.1 surrogates", cdr.V11, false, "😀", "00000003 d83d de00 0000"},
		{"UCS-4", cdr.V12, false, "a😀", "0000000c 0000feff 00000061 0001f600"},
		{"UCS-4 little-endian", cdr.V12, true, "a😀", "0c000000 fffe0000 61000000 00f60100"},
		{"UCS-4, empty", cdr.V12, true, "", "00000000"},
		{"UCS-4 of 1.1", cdr.V11, true, "a😀", "03000000 61000000 00f60100 00000000"},
		{"UCS-4 of 1.1, big-endian", cdr.V11, false, "€", "00000002 000020ac 00000000"},
	} {
		env := &cdr.Env{Version: c.v, Wide: codeset.UTF16}
		if strings.HasPrefix(c.what, "UCS-4") {
			env.Wide = codeset.UCS4
		}
		want := unhex(t, c.wire)
		e := cdr.NewEncoder(nil, c.little, env)
		e.WString(c.text)
		if e.Err() != nil || !bytes.Equal(e.Bytes(), want) {
			t.Errorf("%s: got %x, %v, want %x", c.what, e.Bytes(), e.Err(), want)
		}
		d := cdr.NewDecoder(want, c.little, env)
		if got := d.WString(); d.Err() != nil || got != c.text || d.Remaining() != 0 {
			t.Errorf("%s: got %q, %v, want %q", c.what, got, d.Err(), c.text)
		}
		for n := range want {
			d := cdr.NewDecoder(want[:n], c.little, env)
			if got := d.WString(); d.Err() == nil {
				t.Errorf("%s: %d of %d octets read as %q", c.what, n, len(want), got)
			}
		}
	}
}

func TestWideInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		set  cdr.WideCodeSet
		v    cdr.Version
		wire string // big-endian
		want string // "!": an error
	}{
		{"no mark is big-endian", codeset.UTF16, cdr.V12, "00000004 0061 20ac", "a€"},
		{"little-endian mark in a big-endian message", codeset.UTF16, cdr.V12, "00000004 fffe 6100", "a"},
		{"half a mark", codeset.UTF16, cdr.V12, "00000004 03ff fe00", "\u03ff\ufe00"},
		{"the other half", codeset.UTF16, cdr.V12, "00000004 fe00 03ff", "\ufe00\u03ff"},
		{"UCS-4 only a mark", codeset.UCS4, cdr.V12, "00000004 0000feff", ""},
		{"UCS-4 only a mark, little-endian", codeset.UCS4, cdr.V12, "00000004 fffe0000", ""},
		{"only a mark", codeset.UTF16, cdr.V12, "00000002 feff", ""},
		{"a terminator that ought not to be", codeset.UTF16, cdr.V12, "00000004 0061 0000", "a"},
		{"1.1 with length 0", codeset.UTF16, cdr.V11, "00000000", ""},
		{"odd length", codeset.UTF16, cdr.V12, "00000003 006100", "!"},
		{"zero inside", codeset.UTF16, cdr.V12, "00000006 0061 0000 0061", "!"},
		{"half a pair", codeset.UTF16, cdr.V12, "00000004 d83d 0061", "!"},
		{"half a pair at the end", codeset.UTF16, cdr.V12, "00000002 d83d", "!"},
		{"wrong half", codeset.UTF16, cdr.V12, "00000004 de00 d83d", "!"},
		{"pair in UCS-2", codeset.UCS2, cdr.V12, "00000004 d83d de00", "!"},
		{"UCS-2", codeset.UCS2, cdr.V12, "00000002 20ac", "€"},
		{"no terminator in 1.1", codeset.UTF16, cdr.V11, "00000001 0061", "!"},
		{"1.0", codeset.UTF16, cdr.V10, "00000001 0061", "!"},
		{"UCS-4 of six octets", codeset.UCS4, cdr.V12, "00000006 00000061 0000", "!"},
		{"UCS-4 beyond Unicode", codeset.UCS4, cdr.V12, "00000004 00110000", "!"},
		{"UCS-4 half a pair", codeset.UCS4, cdr.V12, "00000004 0000d83d", "!"},
		{"UCS-4 zero inside", codeset.UCS4, cdr.V12, "00000008 00000000 00000061", "!"},
		{"UCS-4 terminated", codeset.UCS4, cdr.V12, "00000008 00000061 00000000", "a"},
		{"UCS-4 no mark", codeset.UCS4, cdr.V12, "00000004 00000061", "a"},
		{"UCS-4 4 GiB", codeset.UCS4, cdr.V11, "ffffffff 00000061", "!"},
		{"4 GiB", codeset.UTF16, cdr.V12, "ffffffff 0061", "!"},
		{"4 GiB in 1.1", codeset.UTF16, cdr.V11, "ffffffff 0061", "!"},
	} {
		d := cdr.NewDecoder(unhex(t, c.wire), false, &cdr.Env{Version: c.v, Wide: c.set})
		got := d.WString()
		if (c.want == "!") != (d.Err() != nil) || d.Err() == nil && got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.what, got, d.Err(), c.want)
		}
	}
}

func TestWChar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v      cdr.Version
		little bool
		r      rune
		wire   string
	}{
		{cdr.V12, true, 'é', "02 00e9"}, // as omniORB sent it
		{cdr.V12, false, '€', "02 20ac"},
		{cdr.V12, false, '😀', "04 d83d de00"},
		{cdr.V12, false, '\ufeff', "04 feff feff"},
		{cdr.V12, false, '\uffff', "02 ffff"},
		{cdr.V12, false, '\U0010ffff', "04 dbff dfff"},
		{cdr.V12, false, '\ufffd', "02 fffd"},
		{cdr.V11, true, '€', "ac20"},
		{cdr.V11, false, '€', "20ac"},
	} {
		env := &cdr.Env{Version: c.v, Wide: codeset.UTF16}
		e := cdr.NewEncoder(nil, c.little, env)
		e.WChar(c.r)
		want := unhex(t, c.wire)
		if e.Err() != nil || !bytes.Equal(e.Bytes(), want) {
			t.Errorf("%q in %v: got %x, %v, want %x", c.r, c.v, e.Bytes(), e.Err(), want)
		}
		d := cdr.NewDecoder(want, c.little, env)
		if got := d.WChar(); d.Err() != nil || got != c.r || d.Remaining() != 0 {
			t.Errorf("%x in %v: got %q, %v, want %q", want, c.v, got, d.Err(), c.r)
		}
		for n := range want {
			d := cdr.NewDecoder(want[:n], c.little, env)
			if d.WChar(); d.Err() == nil {
				t.Errorf("%x reads as a wchar of %v", want[:n], c.v)
			}
		}
	}
	for _, wire := range []string{"02 d83d", "04 d83d 0061", "03 000061", "00", "06 d83dde000000", "06 feff d83d 0061"} {
		d := cdr.NewDecoder(unhex(t, wire), false, &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16})
		if r := d.WChar(); d.Err() == nil {
			t.Errorf("%s reads as %q", wire, r)
		}
	}
	for r, wire := range map[rune]string{'a': "04 00000061", '😀': "04 0001f600"} {
		env := &cdr.Env{Version: cdr.V12, Wide: codeset.UCS4}
		e := cdr.NewEncoder(nil, true, env)
		if e.WChar(r); !bytes.Equal(e.Bytes(), unhex(t, wire)) {
			t.Errorf("%q in UCS-4: %x, %v", r, e.Bytes(), e.Err())
		}
		if got := cdr.NewDecoder(unhex(t, wire), true, env).WChar(); got != r {
			t.Errorf("%s in UCS-4: %q", wire, got)
		}
		if got := cdr.NewDecoder(unhex(t, "08 fffe0000 61000000"), false, env).WChar(); got != 'a' {
			t.Errorf("UCS-4 with a mark: %q", got)
		}
	}
	d := cdr.NewDecoder(unhex(t, "04 fffe e900"), false, &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16})
	if r := d.WChar(); d.Err() != nil || r != 'é' {
		t.Errorf("a wchar with a mark reads as %q, %v", r, d.Err())
	}
}

func TestWideNotSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		v    cdr.Version
		set  cdr.WideCodeSet
		text string
		want exc.Kind
	}{
		{"nothing negotiated", cdr.V12, nil, "a", exc.InvObjref},
		{"nothing negotiated, 1.1", cdr.V11, nil, "a", exc.InvObjref},
		{"1.0", cdr.V10, codeset.UTF16, "a", exc.InvObjref},
		{"UCS-2", cdr.V12, codeset.UCS2, "😀", exc.DataConversion},
		{"UCS-2, the first beyond", cdr.V12, codeset.UCS2, "\U00010000", exc.DataConversion},
		{"invalid UTF-8", cdr.V12, codeset.UTF16, "a\xffb", exc.DataConversion},
		{"invalid UTF-8 at the end", cdr.V12, codeset.UTF16, "a\xe2\x82", exc.DataConversion},
		{"zero", cdr.V12, codeset.UTF16, "a\x00b", exc.BadParam},
	} {
		e := cdr.NewEncoder(nil, false, &cdr.Env{Version: c.v, Wide: c.set})
		e.WString(c.text)
		if !errors.Is(e.Err(), c.want) {
			t.Errorf("%s: got %v, want %v", c.what, e.Err(), c.want)
		}
	}
	for _, c := range []struct {
		v    cdr.Version
		set  cdr.WideCodeSet
		want exc.Kind
		code uint32
	}{
		{cdr.V10, nil, exc.Marshal, exc.MinorWCharInGIOP10},
		{cdr.V10, codeset.UTF16, exc.Marshal, exc.MinorWCharInGIOP10},
		{cdr.V10, codeset.UCS4, exc.Marshal, exc.MinorWCharInGIOP10},
		{cdr.V11, nil, exc.BadParam, exc.MinorWCharUnannounced},
		{cdr.V12, nil, exc.BadParam, exc.MinorWCharUnannounced},
	} {
		for _, read := range []func(*cdr.Decoder){func(d *cdr.Decoder) { d.WChar() }, func(d *cdr.Decoder) { d.WString() }} {
			d := cdr.NewDecoder(make([]byte, 16), false, &cdr.Env{Version: c.v, Wide: c.set})
			read(d)
			if sys := exc.From(d.Err(), exc.No); sys == nil || sys.Kind != c.want || sys.Minor != c.code {
				t.Errorf("received in %v: %v, want %v with minor %#x", c.v, d.Err(), c.want, c.code)
			}
		}
	}
	for _, r := range []rune{-1, 0xd800, 0x110000} {
		e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V12, Wide: codeset.UTF16})
		if e.WChar(r); !errors.Is(e.Err(), exc.DataConversion) {
			t.Errorf("wchar %#x: %v", r, e.Err())
		}
	}
	e := cdr.NewEncoder(nil, false, &cdr.Env{Version: cdr.V11, Wide: codeset.UTF16})
	if e.WChar('😀'); !errors.Is(e.Err(), exc.DataConversion) {
		t.Errorf("wchar beyond U+FFFF in 1.1: %v", e.Err())
	}
}
