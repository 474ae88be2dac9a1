package typelib

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/opendsom/dsom/model"
)

// ErrNone is the error about an object file without type information.
var ErrNone = errors.New("there is no type information in it: was it built without the source that dsom idl build --typelib makes?")

// ErrFormat is the error about a file that is neither an object file nor a typelib.
var ErrFormat = errors.New("neither a library or program (ELF, PE, Mach-O) nor a typelib")

// A File is what a library, a program, an object file or a file of typelibs has of type information.
type File struct {
	// Format says what the file is: "ELF, 64 bits, little-endian", "typelib".
	Format string
	// Specs are the typelibs in it, as they stand in their section; one at least. See Merge.
	Specs []*model.Spec
}

// Open reads the type information in a file. It loads no code, so that the file may be for another
// machine. ErrNone and ErrFormat tell that there is none.
func Open(name string) (*File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	read, err := Read(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return read, nil
}

// Read is Open for a file of a size. Only headers and the section are read.
func Read(r io.ReaderAt, size int64) (*File, error) {
	o := object{r: r, size: size}
	section, format, err := o.section()
	if err != nil {
		return nil, err
	}
	specs, err := ParseSection(section)
	if err != nil {
		return nil, err
	}
	if len(specs) == 0 {
		return nil, ErrNone
	}
	return &File{Format: format, Specs: specs}, nil
}

// section finds the octets of the typelibs, by what the file begins with.
func (o object) section() (b []byte, format string, err error) {
	head, err := o.bytes("the file's head", 0, min(o.size, 64))
	if err != nil {
		return nil, "", err
	}
	begins := func(s string) bool { return len(head) >= len(s) && string(head[:len(s)]) == s }
	switch {
	case begins(magic):
		if o.size > MaxSection {
			return nil, "", exceeded("typelib-section", MaxSection, "the file has %d octets", o.size)
		}
		b, err = o.bytes("the file", 0, o.size)
		return b, "typelib", err
	case begins("\x7fELF"):
		return o.elf(head)
	case begins("MZ"):
		return o.pe(head)
	case begins("\xca\xfe\xba\xbe"), begins("\xca\xfe\xba\xbf"):
		return o.fat(head)
	case isMacho(head):
		return o.macho(head)
	case begins("!<arch>\n"):
		return nil, "", errors.New("an archive of object files: look into those, or into what is linked from them")
	}
	return nil, "", ErrFormat
}

// object is an object file, or a part of one, of which nothing is believed.
type object struct {
	r    io.ReaderAt
	base int64 // of the part in the file
	size int64
}

// bytes reads a part, which must lie within the file. The caller has held n against a limit.
func (o object) bytes(what string, off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > o.size || n > o.size-off {
		return nil, fmt.Errorf("truncated or damaged: %s is said to have %d octets at octet %d, and the file has %d in all", what, uint64(n), uint64(off), o.size)
	}
	b := make([]byte, n)
	if _, err := o.r.ReadAt(b, o.base+off); err != nil && !(errors.Is(err, io.EOF) && n == 0) {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return b, nil
}

// add appends the octets of a section to those that were found before, of which there may be several.
func (o object) add(found []byte, off, n uint64) ([]byte, error) {
	if n > MaxSection-uint64(len(found)) {
		return nil, exceeded("typelib-section", MaxSection, "the section %s has %d octets", Section, n)
	}
	b, err := o.bytes("the section "+Section, int64(off), int64(n))
	if pad := len(found) % alignment; pad > 0 {
		found = append(found, make([]byte, alignment-pad)...)
	}
	return append(found, b...), err
}
