package smalltalk

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ImageSize is the limit of an image, in octets. Debian's is eight million.
const ImageSize = 256 << 20

// ErrNotImage is what Bootable says of octets that are no image of Squeak, or not the one that it knows.
var ErrNotImage = errors.New("smalltalk: no image of Squeak that can be made to run programs")

// The image whose start is changed: the class, the method, and what the method does from then on.
const (
	startClass  = "ScratchFrameMorph"
	startMethod = "startup"
)

// An object of an image is known by where its header stands, an octet in memory.
type object = uint32

// image is the object memory of Squeak with 32-bit words, as it is on the disk: a header, then one object behind the other.
// An object has one to three words of header, of which the last is the one that references lead to:
//
//	size (in octets) · class · 3 bits of the collector, 12 hash, 5 compact class, 4 format, 6 size in words, 2 which of these there are
type image struct {
	b     []byte
	order binary.ByteOrder
	head  uint32 // octets of the header
	base  uint32 // address of the first octet behind it
	size  uint32 // octets of objects
}

const (
	imageVersion = 6502
	imageHeader  = 64
)

// open reads the header.
func open(b []byte) (*image, error) {
	if len(b) < imageHeader || len(b) > ImageSize {
		return nil, fmt.Errorf("%w: it has %d octets", ErrNotImage, len(b))
	}
	m := &image{b: b}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if order.Uint32(b) == imageVersion {
			m.order = order
		}
	}
	if m.order == nil {
		return nil, fmt.Errorf("%w: its version is not %d", ErrNotImage, imageVersion)
	}
	m.head, m.size, m.base = m.order.Uint32(b[4:]), m.order.Uint32(b[8:]), m.order.Uint32(b[12:])
	if m.head < imageHeader || m.head%4 != 0 || m.size%4 != 0 || uint64(m.head)+uint64(m.size) > uint64(len(b)) || m.base%4 != 0 || m.base > 1<<31 {
		return nil, fmt.Errorf("%w: its header says %d and %d octets, the file has %d", ErrNotImage, m.head, m.size, len(b))
	}
	return m, nil
}

// at returns the place of a word, for an address; ok is false outside of the objects.
func (m *image) at(address uint32) (int, bool) {
	d := address - m.base
	return int(m.head) + int(d), address >= m.base && d%4 == 0 && d < m.size
}

func (m *image) word(address uint32) uint32 {
	i, ok := m.at(address)
	if !ok {
		return 0
	}
	return m.order.Uint32(m.b[i:])
}

// Which words of header an object has: the two low bits of each.
const (
	threeWords = 0
	twoWords   = 1
	freeBlock  = 2
	oneWord    = 3
)

// each calls f with every object, until that answers false.
func (m *image) each(f func(object) bool) error {
	for at := uint64(m.base); at < uint64(m.base)+uint64(m.size); {
		a := uint32(at)
		w := m.word(a)
		switch w & 3 {
		case threeWords:
			a += 8
		case twoWords:
			a += 4
		case freeBlock:
			if w < 4 {
				return fmt.Errorf("%w: a free block of no size at %d", ErrNotImage, a)
			}
			at += uint64(w &^ 3)
			continue
		}
		n := m.length(a)
		if _, ok := m.at(a); !ok || uint64(a)+uint64(n) > uint64(m.base)+uint64(m.size) {
			return fmt.Errorf("%w: an object leads out of it at %d", ErrNotImage, a)
		}
		if !f(a) {
			return nil
		}
		at = uint64(a) + uint64(max(n, 4))
	}
	return nil
}

// length is how many octets an object has from its last header word on.
func (m *image) length(o object) uint32 {
	if w := m.word(o); w&3 != threeWords {
		return w & 0xfc
	}
	return m.word(o-8) &^ 3
}

func (m *image) format(o object) uint32 { return m.word(o) >> 8 & 15 }

// fields is how many words stand behind an object's header.
func (m *image) fields(o object) uint32 { return max(m.length(o), 4)/4 - 1 }

// field returns a word of an object, from 0 on; 0, which is nobody's reference, where there is none.
func (m *image) field(o object, i uint32) uint32 {
	if i >= m.fields(o) {
		return 0
	}
	return m.word(o + 4 + 4*i)
}

// text returns the octets of an object that consists of them.
func (m *image) text(o object) string {
	f := m.format(o)
	n := m.length(o)
	i, ok := m.at(o)
	if f < 8 || f > 11 || !ok || n < 4 || n-4 < f&3 || uint64(i)+uint64(n) > uint64(len(m.b)) {
		return ""
	}
	return string(m.b[i+4 : i+int(n-(f&3))])
}

const (
	methodFormat = 12 // and up to 15: literals, then octets
	nameField    = 6  // of a class
	dictField    = 1  // its method dictionary: tally, methods, then the selectors
)

// Bootable returns a copy of Debian's image of Scratch that files in what stands in the file that is its first argument, in place
// of showing Scratch: the one method by which that begins is changed where it is, so that nothing else moves. The error is ErrNotImage, and why.
func Bootable(scratch []byte) ([]byte, error) {
	m, err := open(append([]byte(nil), scratch...))
	if err != nil {
		return nil, err
	}
	words := []string{startClass, startMethod, "FileStream", "Smalltalk", "getSystemAttribute:", "oldFileNamed:", "fileIn"}
	texts := map[string][]object{}
	pairs := map[uint32][]object{} // objects of two fields by the first: among them the entries of Smalltalk
	err = m.each(func(o object) bool {
		switch f := m.format(o); {
		case f >= 8 && f < 12:
			for _, w := range words {
				if int(m.length(o)) == (4+len(w)+3)&^3 && m.text(o) == w {
					texts[w] = append(texts[w], o)
				}
			}
		case f == 1 && m.fields(o) == 2:
			pairs[m.field(o, 0)] = append(pairs[m.field(o, 0)], o)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	global := func(name string) (entry, value uint32, err error) {
		for _, symbol := range texts[name] {
			for _, pair := range pairs[symbol] {
				v := m.field(pair, 1)
				if name == "Smalltalk" || m.field(v, nameField) == symbol {
					return pair, v, nil
				}
			}
		}
		return 0, 0, fmt.Errorf("%w: it has no %s", ErrNotImage, name)
	}
	_, class, err := global(startClass)
	if err != nil {
		return nil, err
	}
	files, _, err := global("FileStream")
	if err != nil {
		return nil, err
	}
	system, _, err := global("Smalltalk")
	if err != nil {
		return nil, err
	}
	dict := m.field(class, dictField)
	methods := m.field(dict, 1)
	var method object
	selectors := map[string]object{}
	for i := range m.fields(methods) {
		if s := m.field(dict, 2+i); s != 0 && m.text(s) == startMethod {
			method = m.field(methods, i)
		}
	}
	if method == 0 || m.format(method) < methodFormat {
		return nil, fmt.Errorf("%w: %s has no method %s", ErrNotImage, startClass, startMethod)
	}
	// Of the texts of a selector that which other methods have among their selectors is the Symbol.
	err = m.each(func(o object) bool {
		if m.format(o) >= methodFormat {
			for i := uint32(1); i <= m.literals(o); i++ {
				lit := m.field(o, i)
				for _, w := range words[4:] {
					if selectors[w] == 0 && contains(texts[w], lit) && m.sameClass(lit, texts[startMethod], dict) {
						selectors[w] = lit
					}
				}
			}
		}
		return len(selectors) < len(words[4:])
	})
	if err != nil {
		return nil, err
	}
	for _, w := range words[4:] {
		if selectors[w] == 0 {
			return nil, fmt.Errorf("%w: nobody sends %s there", ErrNotImage, w)
		}
	}
	return m.b, m.rewrite(method, []uint32{files, system, selectors["getSystemAttribute:"], selectors["oldFileNamed:"], selectors["fileIn"]})
}

func contains(all []object, o object) bool {
	for _, x := range all {
		if x == o {
			return true
		}
	}
	return false
}

// sameClass reports whether o is a Symbol, as the selector of that dictionary is.
func (m *image) sameClass(o object, selectors []object, dict object) bool {
	for i := uint32(2); i < m.fields(dict); i++ {
		if s := m.field(dict, i); contains(selectors, s) {
			return m.class(s) == m.class(o)
		}
	}
	return false
}

// class returns what tells an object's class: its compact class's index, or else the class.
func (m *image) class(o object) uint32 {
	if c := m.word(o) >> 12 & 31; c != 0 {
		return c
	}
	return m.word(o-4) &^ 3
}

// literals is how many literals a method has, which stand behind its first field.
func (m *image) literals(method object) uint32 { return m.field(method, 0) >> 10 & 255 }

// rewrite makes a method into (FileStream oldFileNamed: (Smalltalk getSystemAttribute: 2)) fileIn.
func (m *image) rewrite(method object, literals []uint32) error {
	const (
		pushVariable, pushTwo, send0, send1, drop, answerSelf = 0x40, 0x77, 0xd0, 0xe0, 0x87, 0x78
	)
	code := []byte{pushVariable, pushVariable + 1, pushTwo, send1 + 2, send1 + 3, send0 + 4, drop, answerSelf}
	have := m.literals(method)
	begin := 4 * (2 + have)
	if have < uint32(len(literals)) || m.length(method) < begin+uint32(len(code)) {
		return fmt.Errorf("%w: %s>>%s is too short", ErrNotImage, startClass, startMethod)
	}
	i, _ := m.at(method)
	for n, l := range literals {
		m.order.PutUint32(m.b[i+4*(2+n):], l)
	}
	copy(m.b[i+int(begin):], code)
	return nil
}
