package codeset

import (
	"slices"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/opendsom/dsom/cdr"
)

// Numbers of code sets in the registry of OSF (DCE RFC 40.1, version 1.2g).
const (
	IDLatin1   uint32 = 0x00010001
	IDASCII    uint32 = 0x00010020 // ISO 646, international reference version
	IDUCS2     uint32 = 0x00010100 // level 1; levels 2 and 3 follow it
	IDUCS4     uint32 = 0x00010104 // likewise
	IDUTF16    uint32 = 0x00010109
	IDEUCJP    uint32 = 0x00030010
	IDEUCKR    uint32 = 0x0004000a
	IDShiftJIS uint32 = 0x05000011 // OSF Japanese SJIS-1
	IDUTF8     uint32 = 0x05010001
	IDIBM037   uint32 = 0x10020025 // EBCDIC
	IDIBM1047  uint32 = 0x10020417 // EBCDIC of open systems
)

// entry is a code set: of those without converters only the name is known.
type entry struct {
	id     uint32
	name   string
	narrow func() cdr.CodeSet
	wide   cdr.WideCodeSet
}

// find returns the entry of a set, or nil.
func find(id uint32) *entry {
	i, ok := slices.BinarySearchFunc(registry, id, func(r entry, id uint32) int {
		switch {
		case r.id < id:
			return -1
		case r.id > id:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return &registry[i]
}

// registry lists the code sets that are known, by their numbers. Numbers that only vendors' ORBs
// use are among them: omniORB's of the parts of ISO 8859 that are younger than OSF's registry, and
// of IBM-500. IBM, JVC and OSF have numbers of their own for Shift-JIS and EUC.
var registry = sorted(slices.Concat(unicodes, latins, windows, hosts, asian))

func sorted(list []entry) []entry {
	slices.SortFunc(list, func(a, b entry) int { return int(int64(a.id) - int64(b.id)) })
	return list
}

var unicodes = []entry{
	{id: IDUCS2, name: "UCS-2", wide: UCS2},
	{id: 0x00010101, name: "UCS-2 level 2", wide: utf16Set{id: 0x00010101, last: 0xffff}},
	{id: 0x00010102, name: "UCS-2 level 3", wide: utf16Set{id: 0x00010102, last: 0xffff}},
	{id: IDUCS4, name: "UCS-4", wide: UCS4},
	{id: 0x00010105, name: "UCS-4 level 2", wide: ucs4Set{0x00010105}},
	{id: 0x00010106, name: "UCS-4 level 3", wide: ucs4Set{0x00010106}},
	{id: 0x00010108, name: "UTF-1"},
	{id: IDUTF16, name: "UTF-16", wide: UTF16},
	{id: IDUTF8, name: "UTF-8", narrow: fixed(UTF8)},
}

var latins = []entry{
	{id: IDLatin1, name: "ISO-8859-1", narrow: fixed(Latin1)},
	single(0x00010002, "ISO-8859-2", latin(charmap.ISO8859_2)),
	single(0x00010003, "ISO-8859-3", latin(charmap.ISO8859_3)),
	single(0x00010004, "ISO-8859-4", latin(charmap.ISO8859_4)),
	single(0x00010005, "ISO-8859-5", latin(charmap.ISO8859_5)),
	single(0x00010006, "ISO-8859-6", latin(charmap.ISO8859_6)),
	single(0x00010007, "ISO-8859-7", latin(charmap.ISO8859_7)),
	single(0x00010008, "ISO-8859-8", latin(charmap.ISO8859_8)),
	single(0x00010009, "ISO-8859-9", latin(charmap.ISO8859_9)),
	single(0x0001000a, "ISO-8859-10", latin(charmap.ISO8859_10)),
	single(0x0001000b, "ISO-8859-11", thai),
	single(0x0001000d, "ISO-8859-13", latin(charmap.ISO8859_13)),
	single(0x0001000e, "ISO-8859-14", latin(charmap.ISO8859_14)),
	single(0x0001000f, "ISO-8859-15", latin(charmap.ISO8859_15)),
	single(0x00010010, "ISO-8859-16", latin(charmap.ISO8859_16)),
	single(IDASCII, "ISO-646-IRV", ascii646),
	single(0x000b0001, "TIS-620", thai),
}

var windows = []entry{
	single(0x1002036a, "IBM-874", of(charmap.Windows874)),
	single(0x100204e2, "windows-1250", of(charmap.Windows1250)),
	single(0x100204e3, "windows-1251", of(charmap.Windows1251)),
	single(0x100204e4, "windows-1252", of(charmap.Windows1252)),
	single(0x100204e5, "windows-1253", of(charmap.Windows1253)),
	single(0x100204e6, "windows-1254", of(charmap.Windows1254)),
	single(0x100204e7, "windows-1255", of(charmap.Windows1255)),
	single(0x100204e8, "windows-1256", of(charmap.Windows1256)),
	single(0x100204e9, "windows-1257", of(charmap.Windows1257)),
	single(0x100204ea, "windows-1258", of(charmap.Windows1258)),
}

// hosts are the code pages of IBM's hosts, which are EBCDIC, and of its personal computers.
var hosts = []entry{
	single(IDIBM037, "IBM-037", of(charmap.CodePage037)),
	single(0x100201b5, "IBM-437", of(charmap.CodePage437)),
	single(0x100201f4, "IBM-500", ibm500),
	single(0x100201f8, "EBCDIC-500", ibm500), // the number that omniORB has for it
	single(0x10020352, "IBM-850", of(charmap.CodePage850)),
	single(0x10020354, "IBM-852", of(charmap.CodePage852)),
	single(0x10020357, "IBM-855", of(charmap.CodePage855)),
	single(0x1002035e, "IBM-862", of(charmap.CodePage862)),
	single(0x10020362, "IBM-866", of(charmap.CodePage866)),
	single(IDIBM1047, "IBM-1047", of(charmap.CodePage1047)),
}

var asian = []entry{
	multi(IDEUCJP, "eucJP", japanese.EUCJP, false),
	multi(0x05000010, "OSF-UJIS", japanese.EUCJP, false),
	multi(0x05020001, "JVC-eucJP", japanese.EUCJP, false),
	multi(0x100283ba, "IBM-33722", japanese.EUCJP, false),
	multi(IDShiftJIS, "Shift-JIS", japanese.ShiftJIS, false),
	multi(0x05000012, "OSF-SJIS-2", japanese.ShiftJIS, false),
	multi(0x05020002, "JVC-SJIS", japanese.ShiftJIS, false),
	multi(0x100203a4, "IBM-932", japanese.ShiftJIS, false),
	multi(0x100203af, "IBM-943", japanese.ShiftJIS, false),
	multi(IDEUCKR, "eucKR", korean.EUCKR, true),
	multi(0x100203ca, "IBM-970", korean.EUCKR, true),
	multi(0x10020567, "IBM-1383", simplifiedchinese.GBK, true),
	multi(0x100203b6, "IBM-950", traditionalchinese.Big5, false),
	multi(0x10010008, "HP-big5", traditionalchinese.Big5, false),
	{id: 0x0005000a, name: "eucTW 1991"},
	{id: 0x00050010, name: "eucTW"},
}

func fixed(s cdr.CodeSet) func() cdr.CodeSet { return func() cdr.CodeSet { return s } }

// single is a set of one octet a character; decode returns what an octet stands for, -1 if nothing.
func single(id uint32, name string, decode func(byte) rune) entry {
	return entry{id: id, name: name, narrow: sync.OnceValue(func() cdr.CodeSet { return newSingle(id, name, decode) })}
}

// multi is a set of one or more octets a character. euc says that both octets of a pair have their
// highest bit: the converter knows a larger set, which peers may not.
func multi(id uint32, name string, enc encoding.Encoding, euc bool) entry {
	return entry{id: id, name: name, narrow: sync.OnceValue(func() cdr.CodeSet { return newMulti(id, name, enc, euc) })}
}

// Convertible returns the numbers of all sets that char and wchar can be converted to, for wchar those of Unicode first.
func Convertible() (narrow, wide []uint32) {
	for i := range registry {
		if registry[i].narrow != nil {
			narrow = append(narrow, registry[i].id)
		}
		if registry[i].wide != nil {
			wide = append(wide, registry[i].id)
		}
	}
	return narrow, append(wide, narrow...)
}
