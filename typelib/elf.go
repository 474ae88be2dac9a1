package typelib

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// elfShape is where things stand in an ELF file's headers (System V ABI, chapter 4), for 32 or 64 bits.
type elfShape struct {
	bits                              int
	header                            int64
	shoff, shentsize, shnum, shstrndx int // in the file's header
	entry                             int // octets of a section's header
	flags, offset, size, link         int // in a section's header; its name and type stand at 0 and 4
	word                              func(binary.ByteOrder, []byte) uint64
}

var (
	elf32 = elfShape{32, 52, 0x20, 0x2e, 0x30, 0x32, 40, 8, 16, 20, 24,
		func(o binary.ByteOrder, b []byte) uint64 { return uint64(o.Uint32(b)) }}
	elf64 = elfShape{64, 64, 0x28, 0x3a, 0x3c, 0x3e, 64, 8, 24, 32, 40,
		func(o binary.ByteOrder, b []byte) uint64 { return o.Uint64(b) }}
)

const (
	elfNobits     = 8       // a section's type: it has no octets in the file
	elfCompressed = 1 << 11 // a section's flag
	elfManyNames  = 0xffff  // the number of the section with the names stands in the first section's header
)

// elf finds the sections in an ELF file. head is what it begins with.
func (o object) elf(head []byte) (found []byte, format string, err error) {
	if len(head) < 0x34 {
		return nil, "", errors.New("truncated: an ELF file without its header")
	}
	var shape elfShape
	switch head[4] {
	case 1:
		shape = elf32
	case 2:
		shape = elf64
	default:
		return nil, "", fmt.Errorf("an ELF file of the unknown class %d", head[4])
	}
	var order binary.ByteOrder = binary.LittleEndian
	ends := "little-endian"
	switch head[5] {
	case 1:
	case 2:
		order, ends = binary.BigEndian, "big-endian"
	default:
		return nil, "", fmt.Errorf("an ELF file of the unknown byte order %d", head[5])
	}
	format = fmt.Sprintf("ELF, %d bits, %s", shape.bits, ends)
	if int64(len(head)) < shape.header {
		return nil, "", errors.New("truncated: an ELF file without its header")
	}
	table := shape.word(order, head[shape.shoff:])
	entry := int(order.Uint16(head[shape.shentsize:]))
	n, names := uint64(order.Uint16(head[shape.shnum:])), uint64(order.Uint16(head[shape.shstrndx:]))
	if table == 0 {
		return nil, format, errors.New("its section headers were removed, and with them the way to the type information")
	}
	if entry < shape.entry || entry > 4*shape.entry {
		return nil, format, fmt.Errorf("damaged: section headers of %d octets", entry)
	}
	if n == 0 || names == elfManyNames { // more than fit into the file's header
		first, err := o.bytes("the first section header", int64(table), int64(shape.entry))
		if err != nil {
			return nil, format, err
		}
		if n == 0 {
			n = shape.word(order, first[shape.size:])
		}
		if names == elfManyNames {
			names = uint64(order.Uint32(first[shape.link:]))
		}
	}
	if n > MaxHeaders {
		return nil, format, exceeded("typelib-headers", MaxHeaders, "the file has %d sections", n)
	}
	headers, err := o.bytes("the table of sections", int64(table), int64(n)*int64(entry))
	if err != nil {
		return nil, format, err
	}
	if names >= n {
		return nil, format, fmt.Errorf("damaged: the names are in section %d of %d", names, n)
	}
	at := func(i uint64) []byte { return headers[i*uint64(entry):][:shape.entry] }
	texts := int64(shape.word(order, at(names)[shape.offset:]))
	textSize := shape.word(order, at(names)[shape.size:])
	for i := range n {
		h := at(i)
		name := uint64(order.Uint32(h))
		if want := uint64(len(Section)) + 1; textSize < want || name > textSize-want {
			continue // a shorter one
		}
		b, err := o.bytes("the name of a section", texts+int64(name), int64(len(Section))+1)
		if err != nil {
			return nil, format, err
		}
		if string(b) != Section+"\x00" || order.Uint32(h[4:]) == elfNobits {
			continue
		}
		if shape.word(order, h[shape.flags:])&elfCompressed != 0 {
			return nil, format, fmt.Errorf("the section %s is compressed", Section)
		}
		if found, err = o.add(found, shape.word(order, h[shape.offset:]), shape.word(order, h[shape.size:])); err != nil {
			return nil, format, err
		}
	}
	return found, format, nil
}
