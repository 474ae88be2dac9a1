package typelib_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/typelib"
)

// An objectFile is the least file of a format that has a section with typelibs, made by hand: what
// compilers make is read by the tests with compilers.
type objectFile struct {
	name, format string
	data         []byte
	headers      []int // where each header begins that is damaged by tests, and where the last ends
}

// fields writes numbers of 2, 4 or 8 octets, and texts, one behind the other.
func fields(o binary.AppendByteOrder, all ...any) []byte {
	var b []byte
	for _, f := range all {
		switch f := f.(type) {
		case uint16:
			b = o.AppendUint16(b, f)
		case uint32:
			b = o.AppendUint32(b, f)
		case uint64:
			b = o.AppendUint64(b, f)
		case string:
			b = append(b, f...)
		}
	}
	return b
}

const elfNames = "\x00.shstrtab\x00.somt\x00"

func elfFile(bits int, o binary.AppendByteOrder, section []byte) []byte {
	word := func(n int) any {
		if bits == 32 {
			return uint32(n)
		}
		return uint64(n)
	}
	class, data, head, entry := "\x02", "\x01", 64, 64
	if bits == 32 {
		class, head, entry = "\x01", 52, 40
	}
	if o == binary.AppendByteOrder(binary.BigEndian) {
		data = "\x02"
	}
	names := head
	content := (names + len(elfNames) + 7) / 8 * 8
	table := content + len(section)
	b := fields(o, "\x7fELF"+class+data+"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00", uint16(3), uint16(62), uint32(1), word(0), word(0), word(table), uint32(0),
		uint16(head), uint16(0), uint16(0), uint16(entry), uint16(3), uint16(1))
	b = append(b, elfNames...)
	b = append(append(b, make([]byte, content-len(b))...), section...)
	b = append(b, make([]byte, entry)...)
	header := func(name, kind, off, size int) {
		b = append(b, fields(o, uint32(name), uint32(kind), word(2), word(0), word(off), word(size), uint32(0), uint32(0), word(8), word(0))...)
	}
	header(1, 3, names, len(elfNames))
	header(11, 1, content, len(section))
	return b
}

func peFile(section []byte) []byte {
	le := binary.LittleEndian
	b := append(fields(le, "MZ"), make([]byte, 58)...)
	b = append(b, fields(le, uint32(64), "PE\x00\x00", uint16(0x8664), uint16(1), uint32(0), uint32(0), uint32(0), uint16(0), uint16(0x2022))...)
	at := len(b) + 40
	b = append(b, fields(le, ".somt\x00\x00\x00", uint32(len(section)), uint32(0x1000), uint32(len(section)+24), uint32(at), uint32(0), uint32(0), uint32(0), uint32(0x40000040))...)
	return append(append(b, section...), make([]byte, 24)...)
}

func machoFile(bits int, o binary.AppendByteOrder, section []byte) []byte {
	name := func(s string) string { return s + strings.Repeat("\x00", 16-len(s)) }
	var b []byte
	if bits == 64 {
		at := 32 + 152
		b = fields(o, uint32(0xfeedfacf), uint32(0x01000007), uint32(3), uint32(6), uint32(1), uint32(152), uint32(0), uint32(0),
			uint32(0x19), uint32(152), name("__DATA"), uint64(0), uint64(0), uint64(0), uint64(0), uint32(3), uint32(3), uint32(1), uint32(0),
			name("__somt"), name("__DATA"), uint64(0), uint64(len(section)), uint32(at), uint32(3), uint32(0), uint32(0), uint32(0), uint32(0), uint32(0), uint32(0))
	} else {
		at := 28 + 124
		b = fields(o, uint32(0xfeedface), uint32(18), uint32(0), uint32(6), uint32(1), uint32(124), uint32(0),
			uint32(0x1), uint32(124), name("__DATA"), uint32(0), uint32(0), uint32(0), uint32(0), uint32(3), uint32(3), uint32(1), uint32(0),
			name("__somt"), name("__DATA"), uint32(0), uint32(len(section)), uint32(at), uint32(3), uint32(0), uint32(0), uint32(0), uint32(0), uint32(0))
	}
	return append(b, section...)
}

func fatFile(bits int, parts ...[]byte) []byte {
	be := binary.BigEndian
	magic, entry := uint32(0xcafebabe), 20
	if bits == 64 {
		magic, entry = 0xcafebabf, 32
	}
	b := fields(be, magic, uint32(len(parts)))
	at := len(b) + entry*len(parts)
	for _, p := range parts {
		if bits == 64 {
			b = append(b, fields(be, uint32(7), uint32(3), uint64(at), uint64(len(p)), uint32(0), uint32(0))...)
		} else {
			b = append(b, fields(be, uint32(7), uint32(3), uint32(at), uint32(len(p)), uint32(0))...)
		}
		at += len(p)
	}
	return append(b, bytes.Join(parts, nil)...)
}

// objects returns a file of each format with a section.
func objects(section []byte) []objectFile {
	le, be := binary.AppendByteOrder(binary.LittleEndian), binary.AppendByteOrder(binary.BigEndian)
	elf := func(name, format string, b []byte) objectFile {
		return objectFile{name, format, b, []int{0, 64, len(b) - 192, len(b)}}
	}
	return []objectFile{
		elf("elf64", "ELF, 64 bits, little-endian", elfFile(64, le, section)),
		elf("elf64 be", "ELF, 64 bits, big-endian", elfFile(64, be, section)),
		elf("elf32", "ELF, 32 bits, little-endian", elfFile(32, le, section)),
		elf("elf32 be", "ELF, 32 bits, big-endian", elfFile(32, be, section)),
		{"pe", "PE, 64 bits, x86", peFile(section), []int{0, 128}},
		{"macho64", "Mach-O, 64 bits, little-endian", machoFile(64, le, section), []int{0, 184}},
		{"macho32 be", "Mach-O, 32 bits, big-endian", machoFile(32, be, section), []int{0, 152}},
		{"fat", "fat Mach-O, 64 bits, little-endian", fatFile(32, []byte("!<arch>\nnot this one"), machoFile(64, le, section)), []int{0, 232}},
		{"fat64", "fat Mach-O, 32 bits, big-endian", fatFile(64, machoFile(32, be, section)), []int{0, 192}},
		{"typelib", "typelib", section, []int{0, 32}},
	}
}

// TestFormats finds the section in files of all formats, with several typelibs in it and padding between.
func TestFormats(t *testing.T) {
	t.Parallel()
	dog, animal := encode(t, compile(t, idl.Options{}, "testdata/dog.idl")), encode(t, compile(t, idl.Options{}, "testdata/animal.idl"))
	two := bytes.Join([][]byte{dog, make([]byte, 40), animal, make([]byte, 3)}, nil)
	for _, o := range objects(two) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "lib")
			if err := os.WriteFile(file, o.data, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := typelib.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != o.format || len(f.Specs) != 2 || !bytes.Equal(encode(t, f.Specs[0]), dog) || !bytes.Equal(encode(t, f.Specs[1]), animal) {
				t.Errorf("got %q and %d typelibs", f.Format, len(f.Specs))
			}
		})
	}
}

// TestNoTypelib holds what is said of files without one.
func TestNoTypelib(t *testing.T) {
	t.Parallel()
	le := binary.AppendByteOrder(binary.LittleEndian)
	animal := encode(t, compile(t, idl.Options{}, "testdata/animal.idl"))
	whole := elfFile(64, le, animal)
	stripped := bytes.Clone(whole)
	clear(stripped[0x28:0x30])
	compressed := bytes.Clone(whole)
	compressed[len(whole)-64+9] |= 8
	for name, c := range map[string]struct {
		data []byte
		want string
		is   error
	}{
		"empty section":    {elfFile(64, le, nil), "was it built without", typelib.ErrNone},
		"other section":    {bytes.ReplaceAll(whole, []byte(".somt"), []byte(".text")), "was it built without", typelib.ErrNone},
		"zeros":            {peFile(make([]byte, 64)), "was it built without", typelib.ErrNone},
		"text":             {[]byte("a text\n"), "neither a library", typelib.ErrFormat},
		"nothing":          {nil, "neither a library", typelib.ErrFormat},
		"Java":             {[]byte("\xca\xfe\xba\xbe\x00\x00\x00\x3d\x00\x00\x00\x00"), "neither a library", typelib.ErrFormat},
		"archive":          {[]byte("!<arch>\nx"), "an archive", nil},
		"DOS":              {append([]byte("MZ"), make([]byte, 100)...), "a program for DOS", nil},
		"no headers":       {stripped, "its section headers were removed", nil},
		"compressed":       {compressed, "compressed", nil},
		"cut":              {whole[:len(whole)-10], "truncated or damaged", nil},
		"cut head":         {whole[:20], "truncated", nil},
		"not a typelib":    {peFile([]byte("something else")), `it begins with "some"`, nil},
		"typelib, then":    {peFile(append(bytes.Clone(animal), "junk"...)), "behind ", nil},
		"class of ELF":     {[]byte("\x7fELF\x07" + strings.Repeat("\x00", 60)), "unknown class 7", nil},
		"order of ELF":     {[]byte("\x7fELF\x02\x09" + strings.Repeat("\x00", 60)), "unknown byte order 9", nil},
		"load commands":    {append(fields(le, uint32(0xfeedfacf), uint32(0), uint32(0), uint32(0), uint32(1<<20), uint32(8)), make([]byte, 60)...), "limit typelib-headers", nil},
		"section too long": {elfFileSaying(whole, 1<<40), "limit typelib-section", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := typelib.Read(bytes.NewReader(c.data), int64(len(c.data)))
			if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := typelib.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// elfFileSaying changes the size of the last section.
func elfFileSaying(whole []byte, size uint64) []byte {
	b := bytes.Clone(whole)
	binary.LittleEndian.PutUint64(b[len(b)-64+32:], size)
	return b
}

// TestDamagedObjects damages every octet of the headers of each format, and cuts each file: there is an error, or a typelib.
func TestDamagedObjects(t *testing.T) {
	t.Parallel()
	animal := encode(t, compile(t, idl.Options{}, "testdata/animal.idl"))
	for _, o := range objects(animal) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			read := func(b []byte) {
				f, err := typelib.Read(bytes.NewReader(b), int64(len(b)))
				if err == nil && (len(f.Specs) != 1 || !bytes.Equal(encode(t, f.Specs[0]), animal)) {
					t.Errorf("another typelib than there is")
				}
			}
			for i := 0; i < len(o.headers); i += 2 {
				for at := o.headers[i]; at < min(o.headers[i+1], len(o.data)); at++ {
					for _, mask := range []byte{0x01, 0x7f, 0x80, 0xff} {
						b := bytes.Clone(o.data)
						b[at] ^= mask
						read(b)
					}
				}
			}
			for n := range o.data {
				read(o.data[:n])
			}
		})
	}
}
