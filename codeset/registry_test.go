package codeset_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/bounded"
)

func set(t testing.TB, name string) cdr.CodeSet {
	t.Helper()
	id, ok := codeset.ByName(name)
	if !ok {
		t.Fatalf("%s is not known", name)
	}
	s, err := codeset.Narrow(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What the C library's iconv makes of some texts.
func TestConversions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, text, wire string }{
		{"ISO-8859-2", "Łódź", "a3f364bc"},
		{"ISO-8859-5", "Привет", "bfe0d8d2d5e2"},
		{"ISO-8859-7", "Ελλάδα", "c5ebebdce4e1"},
		{"ISO-8859-8", "שלום", "f9ece5ed"},
		{"iso-8859-15", "10 €", "313020a4"},
		{"ISO-8859-2", "\u0085", "85"},
		{"ISO-646-IRV", "plain", "706c61696e"},
		{"TIS-620", "ไทย", "e4b7c2"},
		{"ISO-8859-11", "ไทย", "e4b7c2"},
		{"windows-1252", "“x” €", "9378942080"},
		{"IBM-1047", "Hé[ll]o!^", "c851ad9393bd965a5f"},
		{"IBM-037", "Hé[ll]o!^", "c851ba9393bb965ab0"},
		{"IBM-500", "Hé[ll]o!^", "c8514a93935a964f5f"},
		{"eucJP", "日本語ｱ漢", "c6fccbdcb8ec8eb1b4c1"},
		{"eucJP", "丂", "8fb0a1"},
		{"Shift-JIS", "a日本語ｱ漢", "6193fa967b8ceab18abf"},
		{"eucKR", "한국어 x", "c7d1b1b9beee2078"},
		{"IBM-950", "中文", "a4a4a4e5"},
		{"IBM-1383", "中文", "d6d0cec4"},
	} {
		s := set(t, c.set)
		want := unhex(t, c.wire)
		got, err := s.AppendString([]byte("x"), c.text)
		if err != nil || !bytes.Equal(got, append([]byte("x"), want...)) {
			t.Errorf("%s: %q is sent as %x, %v, want x and %x", c.set, c.text, got, err, want)
		}
		if back, err := s.ParseString(want); err != nil || back != c.text {
			t.Errorf("%s: %x reads as %q, %v, want %q", c.set, want, back, err, c.text)
		}
	}
}

// A character that a set lacks is never sent as something else.
func TestNotSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, text string }{
		{"ISO-646-IRV", "é"}, {"ISO-8859-2", "10 €"}, {"ISO-8859-11", "€"}, {"IBM-037", "€"}, {"eucJP", "한"}, {"Shift-JIS", "é"},
		{"Shift-JIS", "¥"}, {"eucKR", "갂"}, {"IBM-1383", "€"}, {"IBM-1383", "丂"}, {"IBM-950", "한"}, {"Shift-JIS", "日\xff"}, {"eucKR", "\xe4\xb8"},
		{"IBM-1047", "\xff"}, {"eucJP", "\ufffd"}, {"ISO-8859-5", "\ufffd"}, {"Shift-JIS", "😀"},
	} {
		if got, err := set(t, c.set).AppendString(nil, c.text); !errors.Is(err, exc.DataConversion) {
			t.Errorf("%s: %q is sent as %x, %v", c.set, c.text, got, err)
		}
	}
	for _, c := range []struct{ set, wire string }{
		{"ISO-646-IRV", "80"}, {"ISO-8859-6", "a1"}, {"windows-1252", "81"}, {"eucJP", "c6"}, {"eucJP", "8fb0"}, {"Shift-JIS", "93"},
		{"eucKR", "41c7"}, {"IBM-950", "ff41"}, {"IBM-1383", "ff"}, {"UTF-8", "c0af"}, {"UTF-8", "eda080"},
	} {
		if got, err := set(t, c.set).ParseString(unhex(t, c.wire)); !errors.Is(err, exc.DataConversion) {
			t.Errorf("%s: %s reads as %q, %v", c.set, c.wire, got, err)
		}
	}
}

// Every octet of a set of one octet a character, and every third character of the other sets, comes back.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	narrow, wide := codeset.Convertible()
	if !slices.IsSorted(narrow) || len(slices.Compact(slices.Clone(narrow))) != len(narrow) {
		t.Error("the table is not in order, or has a number twice")
	}
	if len(slices.Compact(slices.Sorted(slices.Values(wide)))) != len(wide) || wide[0] != codeset.IDUCS2 {
		t.Error("a wide set is there twice, or those of Unicode are not the first")
	}
	for _, id := range narrow {
		name := codeset.Name(id)
		if back, ok := codeset.ByName(name); !ok || back != id {
			t.Errorf("the name %s leads to %#x", name, back)
		}
		s, err := codeset.Narrow(id)
		if err != nil || s.ID() != id {
			t.Fatalf("%s: %#x, %v", name, s.ID(), err)
		}
		chars := 0
		for c := range 256 {
			text, err := s.ParseString([]byte{byte(c)})
			if err != nil {
				continue
			}
			chars++
			b, err := s.AppendString(nil, text)
			if c >= 0x80 && err != nil { // read leniently
				if m, err := s.ParseChar(byte(c)); err == nil {
					t.Errorf("%s: the char %#x, which cannot be sent, is %#x", name, c, m)
				}
				continue
			}
			if err != nil || !bytes.Equal(b, []byte{byte(c)}) {
				t.Errorf("%s: %#x is %q, and that is %x, %v", name, c, text, b, err)
			}
			r, _ := utf8.DecodeRuneInString(text)
			if m, err := s.ParseChar(byte(c)); (err == nil) != (r <= 0xff) || err == nil && rune(m) != r {
				t.Errorf("%s: the char %#x is %#x in memory, %v, want %q", name, c, m, err, r)
			} else if err == nil {
				if w, err := s.Char(m); err != nil || w != byte(c) {
					t.Errorf("%s: the char %#x is sent as %#x, %v, want %#x", name, m, w, err, c)
				}
			}
			if s.Plain([]byte{byte(c)}) && text != string([]byte{byte(c)}) {
				t.Errorf("%s: %#x is taken for plain and is %q", name, c, text)
			}
		}
		if chars < 128 {
			t.Errorf("%s has %d characters of one octet", name, chars)
		}
	}
	for _, name := range []string{"eucJP", "Shift-JIS", "eucKR", "IBM-950", "IBM-1383"} {
		s, chars := set(t, name), 0
		for r := rune(1); r <= 0xffff; r += 3 {
			b, err := s.AppendString(nil, string(r))
			if err != nil {
				continue
			}
			chars++
			if back, err := s.ParseString(b); err != nil || back != string(r) {
				t.Errorf("%s: %q is sent as %x, and that is %q, %v", name, r, b, back, err)
			}
		}
		if chars < 2000 {
			t.Errorf("%s has %d characters", name, chars)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]uint32{"utf-8": codeset.IDUTF8, "0x00010001": codeset.IDLatin1, "SHIFT-JIS": codeset.IDShiftJIS, "nothing": 0, "": 0, "0": 0} {
		if id, ok := codeset.ByName(name); id != want || ok != (want != 0) {
			t.Errorf("%q is %#x, %v", name, id, ok)
		}
	}
	if got := codeset.Name(0x77); got != "code set 0x000077" && got != "code set 0x00000077" {
		t.Errorf("a number without a name is %q", got)
	}
}

// What octets of any set become is bounded by their number, valid, and comes back as it was.
func FuzzNarrow(f *testing.F) {
	narrow, _ := codeset.Convertible()
	for i := range narrow {
		f.Add(uint8(i), []byte("plain \xb1\xc6\xfc\x93\xfa\x8f\xb0\xa1\x80"))
		f.Add(uint8(i), []byte{0x93, 0xfa, 0x96, 0x7b, 0x8e, 0xb1, 0xc8, 0x51, 0xad})
	}
	f.Fuzz(func(t *testing.T, which uint8, src []byte) {
		s, err := codeset.Narrow(narrow[int(which)%len(narrow)])
		if err != nil {
			t.Fatal(err)
		}
		var text string
		bounded.Decoder.Run(t, len(src), func() { text, err = s.ParseString(src) })
		if err != nil {
			if !errors.Is(err, exc.DataConversion) || text != "" {
				t.Fatalf("%q, %v", text, err)
			}
			return
		}
		if !utf8.ValidString(text) || len(text) > 3*len(src) {
			t.Fatalf("%x is %q", src, text)
		}
		if s.Plain(src) && text != string(src) {
			t.Fatalf("%x is taken for plain and is %q", src, text)
		}
		b, err := s.AppendString(nil, text)
		if err != nil {
			return // what is read leniently, beyond the set, is not sent
		}
		if back, err := s.ParseString(b); err != nil || back != text {
			t.Fatalf("%q is sent as %x, and that is %q, %v", text, b, back, err)
		}
	})
}

// What octets of wide sets become comes back as it was.
func FuzzWide(f *testing.F) {
	_, wide := codeset.Convertible()
	for i := range wide {
		f.Add(uint8(i), false, []byte{0, 0, 0, 6, 0xfe, 0xff, 0, 'a', 0x20, 0xac})
		f.Add(uint8(i), true, []byte{0, 0, 0, 3, 0, 'a', 0x20, 0xac, 0, 0})
		f.Add(uint8(i), false, []byte{0, 0, 0, 8, 0, 0, 0xfe, 0xff, 0, 1, 0xf6, 0})
		f.Add(uint8(i), true, []byte{0, 0, 0, 2, 0, 1, 0xf6, 0, 0, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, which uint8, old bool, src []byte) {
		s, err := codeset.Wide(wide[int(which)%len(wide)])
		if err != nil {
			t.Fatal(err)
		}
		env := &cdr.Env{Version: cdr.V12, Wide: s}
		if old {
			env.Version = cdr.V11
		}
		d := cdr.NewDecoder(src, false, env)
		var text string
		bounded.Decoder.Run(t, len(src), func() { text = d.WString() })
		if d.Err() != nil {
			return
		}
		e := cdr.NewEncoder(nil, true, env)
		if e.WString(text); errors.Is(e.Err(), exc.DataConversion) {
			return // what is read leniently, beyond the set, is not sent
		}
		d = cdr.NewDecoder(e.Bytes(), true, env)
		if back := d.WString(); e.Err() != nil || d.Err() != nil || back != text {
			t.Fatalf("%q is sent as %x (%v), and that is %q, %v", text, e.Bytes(), e.Err(), back, d.Err())
		}
	})
}

// Strings of ASCII are neither looked up nor copied twice where a set says that it has ASCII: it must have all of it.
func TestASCII(t *testing.T) {
	t.Parallel()
	narrow, _ := codeset.Convertible()
	var all []byte
	for c := byte(1); c < 0x80; c++ {
		all = append(all, c)
	}
	without := 0
	for _, id := range narrow {
		s, err := codeset.Narrow(id)
		if err != nil {
			t.Fatal(err)
		}
		text, err := s.ParseString(all)
		same := err == nil && text == string(all)
		b, err := s.AppendString(nil, string(all))
		same = same && err == nil && bytes.Equal(b, all)
		if s.ASCII() != same {
			t.Errorf("%s: has it ASCII? it says %v, and converts %v", codeset.Name(id), s.ASCII(), same)
		}
		if !same {
			without++
		}
	}
	if without < 2 {
		t.Errorf("%d sets are without ASCII: EBCDIC is not among them", without)
	}
}
