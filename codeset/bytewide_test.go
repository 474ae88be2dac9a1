package codeset_test

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
)

func wideEnv(t *testing.T, id uint32, v cdr.Version) *cdr.Env {
	t.Helper()
	w, err := codeset.Wide(id)
	if err != nil {
		t.Fatal(err)
	}
	if w.ID() != id {
		t.Errorf("set %#x says that it is %#x", id, w.ID())
	}
	return &cdr.Env{Version: v, Wide: w}
}

// TestBeyondJacORB: what a JacORB would take for other characters is not sent to it.
func TestBeyondJacORB(t *testing.T) {
	t.Parallel()
	for _, reader := range []cdr.Reader{cdr.JacORB, cdr.OmniORB, cdr.Other, cdr.AnyReader} {
		env := wideEnv(t, codeset.IDUTF8, cdr.V12)
		env.Reader = reader
		for name, put := range map[string]func(*cdr.Encoder){
			"wchar": func(e *cdr.Encoder) { e.WChar('😀') }, "wstring": func(e *cdr.Encoder) { e.WString("日本😀") },
		} {
			e := cdr.NewEncoder(nil, true, env)
			if put(e); errors.Is(e.Err(), exc.DataConversion) != (reader == cdr.JacORB) {
				t.Errorf("%s to the reader %d: %v", name, reader, e.Err())
			}
		}
		e := cdr.NewEncoder(nil, true, env)
		if e.WString("日本\uffff"); e.Err() != nil {
			t.Errorf("to the reader %d: %v", reader, e.Err())
		}
	}
}

// TestByteOrientedWide holds wide characters in sets of octets: counts and octets, whatever the byte order of the message.
func TestByteOrientedWide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id     uint32
		char   rune
		octets string // of the character
		text   string
		coded  string
	}{
		{codeset.IDShiftJIS, '漢', "\x8a\xbf", "aｱ漢字", "a\xb1\x8a\xbf\x8e\x9a"},
		{codeset.IDEUCJP, '漢', "\xb4\xc1", "aｱ漢", "a\x8e\xb1\xb4\xc1"},
		{codeset.IDEUCKR, '한', "\xc7\xd1", "한국", "\xc7\xd1\xb1\xb9"},
		{0x100203b6, '中', "\xa4\xa4", "中", "\xa4\xa4"},
		{codeset.IDLatin1, 'é', "\xe9", "né", "n\xe9"},
		{codeset.IDIBM037, 'A', "\xc1", "A1", "\xc1\xf1"},
		{codeset.IDUTF8, '😀', "\xf0\x9f\x98\x80", "a😀é", "a\xf0\x9f\x98\x80\xc3\xa9"},
		{codeset.IDUTF8, 0, "\x00", "", ""},
		{codeset.IDUTF8, utf8.MaxRune, "\xf4\x8f\xbf\xbf", "\ufffd", "\xef\xbf\xbd"},
	} {
		for _, little := range []bool{false, true} {
			env := wideEnv(t, c.id, cdr.V12)
			e := cdr.NewEncoder(nil, little, env)
			e.WChar(c.char)
			chars := len(e.Bytes())
			e.WString(c.text)
			if err := e.Err(); err != nil {
				t.Errorf("%s: %v", codeset.Name(c.id), err)
				continue
			}
			want := cdr.NewEncoder(nil, little, nil)
			want.Octet(byte(len(c.octets)))
			want.Octets([]byte(c.octets))
			want.Count(len(c.coded))
			want.Octets([]byte(c.coded))
			if !bytes.Equal(e.Bytes(), want.Bytes()) || chars != 1+len(c.octets) {
				t.Errorf("%s: got % x, want % x", codeset.Name(c.id), e.Bytes(), want.Bytes())
			}
			d := cdr.NewDecoder(e.Bytes(), little, env)
			if r, s := d.WChar(), d.WString(); r != c.char || s != c.text || d.Done() != nil {
				t.Errorf("%s: got %q, %q, %v", codeset.Name(c.id), r, s, d.Done())
			}
			for n := range e.Bytes() { // cut short
				d := cdr.NewDecoder(e.Bytes()[:n:n], little, env)
				d.WChar()
				d.WString()
				if d.Err() == nil {
					t.Errorf("%s: %d octets of %d are read", codeset.Name(c.id), n, len(e.Bytes()))
				}
			}
		}
	}
}

// TestByteOrientedWideRefuses holds what cannot be written or read.
func TestByteOrientedWideRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		version cdr.Version
		put     func(*cdr.Encoder)
		want    error
	}{
		"not in the set":    {cdr.V12, func(e *cdr.Encoder) { e.WChar('한') }, exc.DataConversion},
		"text not in it":    {cdr.V12, func(e *cdr.Encoder) { e.WString("a한") }, exc.DataConversion},
		"a surrogate":       {cdr.V12, func(e *cdr.Encoder) { e.WChar(0xd800) }, exc.DataConversion},
		"no rune":           {cdr.V12, func(e *cdr.Encoder) { e.WChar(-1) }, exc.DataConversion},
		"a zero inside":     {cdr.V12, func(e *cdr.Encoder) { e.WString("a\x00b") }, exc.BadParam},
		"not UTF-8":         {cdr.V12, func(e *cdr.Encoder) { e.WString("a\xff") }, exc.DataConversion},
		"GIOP 1.1, a wchar": {cdr.V11, func(e *cdr.Encoder) { e.WChar('a') }, exc.DataConversion},
		"GIOP 1.1, a text":  {cdr.V11, func(e *cdr.Encoder) { e.WString("a") }, exc.DataConversion},
		"GIOP 1.0":          {cdr.V10, func(e *cdr.Encoder) { e.WString("a") }, cdr.NoWide(cdr.V10)},
	} {
		e := cdr.NewEncoder(nil, true, wideEnv(t, codeset.IDShiftJIS, c.version))
		if c.put(e); !errors.Is(e.Err(), c.want) && (e.Err() == nil || e.Err().Error() != c.want.Error()) {
			t.Errorf("%s: got %v, want %v", name, e.Err(), c.want)
		}
	}
	for name, c := range map[string]struct {
		version cdr.Version
		octets  string
		text    bool
		want    error
	}{
		"no octet":             {cdr.V12, "\x00", false, exc.Marshal},
		"two characters":       {cdr.V12, "\x02ab", false, exc.Marshal},
		"half a character":     {cdr.V12, "\x01\x8a", false, exc.DataConversion},
		"more than there is":   {cdr.V12, "\xffa", false, exc.Marshal},
		"half in a text":       {cdr.V12, "\x02\x00\x00\x00a\x8a", true, exc.DataConversion},
		"a zero in a text":     {cdr.V12, "\x03\x00\x00\x00a\x00b", true, exc.Marshal},
		"more text than there": {cdr.V12, "\xff\xff\xff\xffa", true, exc.Marshal},
		"GIOP 1.1":             {cdr.V11, "\x02\x00\x00\x00a\x00\x00\x00", true, exc.DataConversion},
	} {
		d := cdr.NewDecoder([]byte(c.octets), true, wideEnv(t, codeset.IDShiftJIS, c.version))
		if c.text {
			d.WString()
		} else {
			d.WChar()
		}
		if !errors.Is(d.Err(), c.want) {
			t.Errorf("%s: got %v, want %v", name, d.Err(), c.want)
		}
	}
	terminated := cdr.NewDecoder([]byte("\x02\x00\x00\x00a\x00"), true, wideEnv(t, codeset.IDShiftJIS, cdr.V12))
	if s := terminated.WString(); s != "a" || terminated.Done() != nil {
		t.Errorf("with a terminator: %q, %v", s, terminated.Done())
	}
}
