package codeset_test

import (
	"errors"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
)

const (
	idCyrillic = 0x00010005 // ISO 8859-5
	idWindows  = 0x100204e3 // Windows-1251
	idGreek    = 0x00010007
)

// What a char is in memory is the native set's, whatever travels: an octet is that very character there, or nothing.
func TestInNative(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wire, native uint32
		memory, sent int // sent -1: it cannot be
	}{
		{idCyrillic, idCyrillic, 0xb6, 0xb6},         // Ж
		{idWindows, idCyrillic, 0xb6, 0xc6},          // Ж
		{idCyrillic, idWindows, 0xc6, 0xb6},          // Ж
		{idGreek, idCyrillic, 0xb6, -1},              // Ж
		{codeset.IDLatin1, idCyrillic, 0xb6, -1},     // Ж
		{codeset.IDLatin1, idCyrillic, 0xfd, 0xa7},   // §
		{codeset.IDUTF8, idCyrillic, 0xb6, -1},       // Ж, which takes two octets
		{codeset.IDUTF8, idCyrillic, 'a', 'a'},       //
		{codeset.IDIBM1047, idCyrillic, 'a', 0x81},   //
		{idCyrillic, codeset.IDLatin1, 0xa7, 0xfd},   // §
		{idCyrillic, codeset.IDLatin1, 0xb6, -1},     // ¶
		{idCyrillic, codeset.IDUTF8, 0xa7, 0xfd},     // § as in ISO 8859-1
		{idCyrillic, codeset.IDShiftJIS, 0xa7, 0xfd}, // likewise: chars of it are not of one octet
		{idCyrillic, codeset.IDIBM1047, 'a', 'a'},    // likewise: it is not as Go writes its constants
		{idCyrillic, 0x77777777, 0xa7, 0xfd},         // likewise: nobody knows it
	} {
		set, err := codeset.Narrow(c.wire)
		if err != nil {
			t.Fatal(err)
		}
		set = codeset.InNative(set, c.native)
		got, err := set.Char(byte(c.memory))
		switch {
		case c.sent < 0:
			if !errors.Is(err, exc.DataConversion) {
				t.Errorf("char %#x of %s is %#x in %s, %v", c.memory, codeset.Name(c.native), got, codeset.Name(c.wire), err)
			}
			continue
		case err != nil || int(got) != c.sent:
			t.Errorf("char %#x of %s is %#x in %s, %v", c.memory, codeset.Name(c.native), got, codeset.Name(c.wire), err)
		}
		if back, err := set.ParseChar(byte(c.sent)); err != nil || int(back) != c.memory {
			t.Errorf("char %#x of %s is %#x in %s, %v", c.sent, codeset.Name(c.wire), back, codeset.Name(c.native), err)
		}
		if s, err := set.ParseString([]byte{byte(c.sent)}); err != nil || set.ID() != c.wire {
			t.Errorf("as a string it is %q, %v", s, err)
		}
	}
	latin, _ := codeset.Narrow(codeset.IDLatin1)
	if m, err := codeset.InNative(latin, idCyrillic).ParseChar(0xe9); !errors.Is(err, exc.DataConversion) { // é
		t.Errorf("é is %#x, %v", m, err)
	}
}

// A peer's chars arrive, whole and in order, where the native set has them all.
func TestNativeChars(t *testing.T) {
	t.Parallel()
	set, err := codeset.Narrow(idCyrillic)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	d := cdr.NewDecoder(all, true, &cdr.Env{Version: cdr.V12, Narrow: codeset.InNative(set, idCyrillic)})
	for i := range 256 {
		if c := d.Char(); d.Err() != nil || int(c) != i {
			t.Fatalf("char %#x is %#x, %v", i, c, d.Err())
		}
	}
}
