package typelib

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	peOffset  = 0x3c // in the file's head: where the PE header is
	peHeader  = 24   // octets of the signature and the COFF header
	peSection = 40   // octets of a section's header
)

// pe finds the section in a PE file: a DLL or program for Windows (Microsoft PE and COFF
// specification, clauses 2 to 4).
func (o object) pe(head []byte) (found []byte, format string, err error) {
	if len(head) < peOffset+4 {
		return nil, "", errors.New("truncated: a PE file without its header")
	}
	le := binary.LittleEndian
	at := int64(le.Uint32(head[peOffset:]))
	h, err := o.bytes("the PE header", at, peHeader)
	if err != nil {
		return nil, "", err
	}
	if string(h[:4]) != "PE\x00\x00" {
		return nil, "", errors.New("a program for DOS, which has no type information")
	}
	format = "PE"
	switch machine := le.Uint16(h[4:]); machine {
	case 0x14c:
		format = "PE, 32 bits, x86"
	case 0x8664:
		format = "PE, 64 bits, x86"
	case 0xaa64:
		format = "PE, 64 bits, ARM"
	default:
		format = fmt.Sprintf("PE, machine %#x", machine)
	}
	n := int64(le.Uint16(h[6:])) // at most MaxHeaders
	table := at + peHeader + int64(le.Uint16(h[20:]))
	headers, err := o.bytes("the table of sections", table, n*peSection)
	if err != nil {
		return nil, format, err
	}
	for ; len(headers) > 0; headers = headers[peSection:] {
		if string(headers[:8]) != Section+"\x00\x00\x00" {
			continue
		}
		size := le.Uint32(headers[16:]) // in the file, rounded up
		if inMemory := le.Uint32(headers[8:]); inMemory > 0 {
			size = min(size, inMemory)
		}
		if found, err = o.add(found, uint64(le.Uint32(headers[20:])), uint64(size)); err != nil {
			return nil, format, err
		}
	}
	return found, format, nil
}
