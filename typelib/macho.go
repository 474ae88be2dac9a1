package typelib

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// machoSection is the section that holds typelibs, of whatever segment.
var machoSection = []byte("__somt\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")

const (
	machoCommands    = 16 // in the file's header: how many load commands there are, then their octets
	machoSegment     = 0x1
	machoSegment64   = 0x19
	machoMaxCommands = 16 << 20 // octets
	machoMaxMachines = 32       // a file of Java classes begins as a fat one, and has more
)

// machoShape is where things stand in Mach-O files (mach-o/loader.h) of 32 or 64 bits.
type machoShape struct {
	bits              int
	segment           uint32 // the load command that has sections
	header            int64
	nsects            int // in a segment's command
	sections, section int // where its sections begin, and their octets
	size, offset      int // in a section's header
}

var (
	macho32 = machoShape{32, machoSegment, 28, 48, 56, 68, 36, 40}
	macho64 = machoShape{64, machoSegment64, 32, 64, 72, 80, 40, 48}
)

// macho finds the section in a Mach-O file, or one of several in a fat one.
func (o object) macho(head []byte) (found []byte, format string, err error) {
	var order binary.ByteOrder = binary.LittleEndian
	ends := "little-endian"
	if head[0] == 0xfe {
		order, ends = binary.BigEndian, "big-endian"
	}
	shape := macho32
	if order.Uint32(head)&1 == 1 {
		shape = macho64
	}
	format = fmt.Sprintf("Mach-O, %d bits, %s", shape.bits, ends)
	if int64(len(head)) < shape.header {
		return nil, format, errors.New("truncated: a Mach-O file without its header")
	}
	n, size := order.Uint32(head[machoCommands:]), order.Uint32(head[machoCommands+4:])
	if n > MaxHeaders || size > machoMaxCommands {
		return nil, format, exceeded("typelib-headers", MaxHeaders, "the file has %d load commands of %d octets", n, size)
	}
	commands, err := o.bytes("the load commands", shape.header, int64(size))
	if err != nil {
		return nil, format, err
	}
	for range n {
		if len(commands) < 8 {
			return nil, format, errors.New("damaged: the load commands end too early")
		}
		kind, length := order.Uint32(commands), order.Uint32(commands[4:])
		if length < 8 || uint64(length) > uint64(len(commands)) {
			return nil, format, fmt.Errorf("damaged: a load command of %d octets, and %d are left", length, len(commands))
		}
		command := commands[:length]
		commands = commands[length:]
		if kind != shape.segment {
			continue
		}
		if len(command) < shape.sections {
			return nil, format, fmt.Errorf("damaged: a segment's command of %d octets", length)
		}
		nsects := order.Uint32(command[shape.nsects:])
		sections := command[shape.sections:]
		if uint64(nsects)*uint64(shape.section) > uint64(len(sections)) {
			return nil, format, fmt.Errorf("damaged: a segment of %d sections in a command of %d octets", nsects, length)
		}
		for range nsects {
			h := sections[:shape.section]
			sections = sections[shape.section:]
			if !bytes.Equal(h[:16], machoSection) {
				continue
			}
			octets := uint64(order.Uint32(h[shape.size:]))
			if shape.bits == 64 {
				octets = order.Uint64(h[shape.size:])
			}
			if found, err = o.add(found, uint64(order.Uint32(h[shape.offset:])), octets); err != nil {
				return nil, format, err
			}
		}
	}
	return found, format, nil
}

// fat looks into the files for several machines that a fat file has, and takes the first with type
// information: that is the same for all machines.
func (o object) fat(head []byte) (found []byte, format string, err error) {
	const header = 8
	if len(head) < header {
		return nil, "", ErrFormat
	}
	be := binary.BigEndian
	n := be.Uint32(head[4:])
	if n == 0 || n > machoMaxMachines {
		return nil, "", ErrFormat
	}
	entry := int64(20)
	if wide := head[3] == 0xbf; wide {
		entry = 32
	}
	table, err := o.bytes("the table of machines", header, int64(n)*entry)
	if err != nil {
		return nil, "Mach-O, fat", err
	}
	for ; len(table) > 0; table = table[entry:] {
		off, size := uint64(be.Uint32(table[8:])), uint64(be.Uint32(table[12:]))
		if entry == 32 {
			off, size = be.Uint64(table[8:]), be.Uint64(table[16:])
		}
		if off > uint64(o.size) || size > uint64(o.size)-off {
			return nil, "Mach-O, fat", fmt.Errorf("truncated or damaged: a machine's file is said to have %d octets at octet %d, and the file has %d in all", size, off, o.size)
		}
		part := object{r: o.r, base: o.base + int64(off), size: int64(size)}
		inner, err := part.bytes("a machine's file", 0, min(part.size, 64))
		if err != nil {
			return nil, "Mach-O, fat", err
		}
		if !isMacho(inner) {
			continue // a static library, perhaps
		}
		if found, format, err = part.macho(inner); err != nil || len(found) > 0 {
			return found, "fat " + format, err
		}
	}
	return nil, "Mach-O, fat", nil
}

// isMacho reports whether a file begins as a Mach-O file for one machine.
func isMacho(head []byte) bool {
	for _, m := range []string{"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe"} {
		if bytes.HasPrefix(head, []byte(m)) {
			return true
		}
	}
	return false
}
