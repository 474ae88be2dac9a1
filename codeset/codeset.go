// Package codeset converts between the text in memory, which is UTF-8, and the code sets
// that ORBs agree on for a connection (CORBA 3.3 part 2, clauses 7.10 and 9.3.1.6).
//
// The sets are [Latin1] and [UTF8] for char and string, [UTF16] and [UCS2] for wchar and
// wstring. A server names those it takes in a component of its references; the client picks
// one for each kind and announces the choice with its first request. Where nothing was
// announced char and string are ISO 8859-1, as the specification has it: a character beyond
// it then raises DATA_CONVERSION and is never sent as something else. Wide characters cannot
// be sent at all without an agreement.
package codeset

import (
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// Numbers of code sets in the registry of OSF (DCE RFC 40.1).
const (
	IDLatin1 uint32 = 0x00010001
	IDUCS2   uint32 = 0x00010100 // level 1; levels 2 and 3 follow it
	IDUCS4   uint32 = 0x00010104
	IDUTF16  uint32 = 0x00010109
	IDUTF8   uint32 = 0x05010001
)

// registry lists the code sets that are known by name, whether or not they can be converted.
var registry = []struct {
	id   uint32
	name string
}{
	{IDLatin1, "ISO-8859-1"},
	{0x00010002, "ISO-8859-2"},
	{0x00010003, "ISO-8859-3"},
	{0x00010004, "ISO-8859-4"},
	{0x00010005, "ISO-8859-5"},
	{0x00010006, "ISO-8859-6"},
	{0x00010007, "ISO-8859-7"},
	{0x00010008, "ISO-8859-8"},
	{0x00010009, "ISO-8859-9"},
	{0x0001000a, "ISO-8859-10"},
	{0x0001000f, "ISO-8859-15"},
	{0x00010020, "ISO-646-IRV"},
	{IDUCS2, "UCS-2"},
	{0x00010101, "UCS-2 level 2"},
	{0x00010102, "UCS-2 level 3"},
	{IDUCS4, "UCS-4"},
	{0x00010105, "UCS-4 level 2"},
	{0x00010106, "UCS-4 level 3"},
	{IDUTF16, "UTF-16"},
	{0x00030010, "eucJP"},
	{0x0004000a, "eucKR"},
	{0x00050010, "eucTW"},
	{IDUTF8, "UTF-8"},
	{0x100204e2, "windows-1250"},
	{0x100204e3, "windows-1251"},
	{0x100204e4, "windows-1252"},
	{0x10020025, "IBM-037"},
	{0x10020417, "IBM-1047"},
}

// Name returns the name of a code set, or its number where it has none here.
func Name(id uint32) string {
	for _, r := range registry {
		if r.id == id {
			return r.name
		}
	}
	return fmt.Sprintf("code set %#08x", id)
}

// known reports whether the set is in the registry above. All of them are parts of Unicode,
// so that text in them can always be sent in UTF-8 or UTF-16.
func known(id uint32) bool {
	for _, r := range registry {
		if r.id == id {
			return true
		}
	}
	return false
}

// Narrow returns the code set of char and string of that number, or CODESET_INCOMPATIBLE.
func Narrow(id uint32) (cdr.CodeSet, error) {
	switch id {
	case IDLatin1:
		return Latin1, nil
	case IDUTF8:
		return UTF8, nil
	}
	return nil, incompatible("char cannot be converted to %s", Name(id))
}

// Wide returns the code set of wchar and wstring of that number, or CODESET_INCOMPATIBLE.
func Wide(id uint32) (cdr.WideCodeSet, error) {
	switch id {
	case IDUTF16:
		return UTF16, nil
	case IDUCS2:
		return UCS2, nil
	}
	return nil, incompatible("wchar cannot be converted to %s", Name(id))
}

func incompatible(format string, args ...any) error {
	return exc.New(exc.CodesetIncompatible, exc.OMGVMCID|1, exc.No, format, args...)
}

func conversion(format string, args ...any) error {
	return exc.New(exc.DataConversion, exc.MinorNoCodeSet, exc.No, format, args...)
}
