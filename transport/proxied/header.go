package proxied

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/netip"
)

// signature begins each header (section 2.2). No message of GIOP and no record of TLS begins so.
const signature = "\r\n\r\n\x00\r\nQUIT\n"

const (
	fixed = 16 // octets before the addresses: the signature, version and command, family and protocol, and a length

	// MostHeader is the most octets that a header may have here, behind the fixed ones; the protocol has room for 65535, and proxies use some dozens,
	// or some hundreds with what they say of TLS.
	MostHeader = 4096
)

// A Header is what a proxy says of a connection that it has taken.
type Header struct {
	// Local says that the proxy calls by itself, for its own ends, such as to ask whether the server lives.
	Local bool

	// Source and Destination are the addresses between which the client called. They are zero where the proxy does not say, or
	// the client did not call by IP.
	Source, Destination netip.AddrPort
}

// What is wrong with a header.
var (
	errNoHeader = errors.New("the connection does not begin with a header of the PROXY protocol, version 2")
	errVersion1 = errors.New("the header is of version 1 of the PROXY protocol, and 2 is spoken here")
	errShort    = errors.New("the header ends in the middle")
)

// length returns how many octets are behind the fixed ones of a header.
func length(b []byte) (int, error) {
	switch {
	case bytes.HasPrefix(b, []byte("PROXY ")):
		return 0, errVersion1
	case len(b) < fixed || string(b[:len(signature)]) != signature:
		return 0, errNoHeader
	case b[12]>>4 != 2:
		return 0, fmt.Errorf("the header is of version %d of the PROXY protocol, and 2 is spoken here", b[12]>>4)
	}
	n := int(binary.BigEndian.Uint16(b[14:]))
	if n > MostHeader {
		return 0, fmt.Errorf("the header has %d octets, and %d are taken (MostHeader)", n, MostHeader)
	}
	return n, nil
}

// Parse reads the header at the beginning of b, and returns how many octets it has. It is held to the protocol's letter: a length that does not fit, a family or command that
// is not one, and a checksum that is wrong are errors. Of a proxy that calls by itself nothing but the length counts.
func Parse(b []byte) (h Header, n int, err error) {
	more, err := length(b)
	if err != nil {
		return h, 0, err
	}
	n = fixed + more
	if len(b) < n {
		return h, 0, errShort
	}
	rest := b[fixed:n]
	switch b[12] & 15 {
	case 0: // section 2.2: whatever the family and what stands behind, it is to be skipped
		return Header{Local: true}, n, nil
	case 1:
	default:
		return h, 0, fmt.Errorf("the header has command %d, and there are 0 and 1", b[12]&15)
	}
	size, ok := sizes[b[13]]
	switch {
	case !ok:
		return h, 0, fmt.Errorf("the header has family and protocol %#02x, which is none of a stream", b[13])
	case len(rest) < size:
		return h, 0, fmt.Errorf("the header has %d octets of addresses, and %d are wanted", len(rest), size)
	}
	switch b[13] {
	case tcp4:
		h.Source = netip.AddrPortFrom(netip.AddrFrom4([4]byte(rest[:4])), binary.BigEndian.Uint16(rest[8:]))
		h.Destination = netip.AddrPortFrom(netip.AddrFrom4([4]byte(rest[4:8])), binary.BigEndian.Uint16(rest[10:]))
	case tcp6:
		h.Source = netip.AddrPortFrom(netip.AddrFrom16([16]byte(rest[:16])).Unmap(), binary.BigEndian.Uint16(rest[32:]))
		h.Destination = netip.AddrPortFrom(netip.AddrFrom16([16]byte(rest[16:32])).Unmap(), binary.BigEndian.Uint16(rest[34:]))
	}
	if err := additions(b[:n], fixed+size); err != nil {
		return Header{}, 0, err
	}
	return h, n, nil
}

// Families and protocols of streams, and how many octets their addresses take.
const (
	unspecified = 0x00
	tcp4        = 0x11
	tcp6        = 0x21
	unixStream  = 0x31
)

var sizes = map[byte]int{unspecified: 0, tcp4: 12, tcp6: 36, unixStream: 216}

// checksum is the addition that holds the CRC-32C of the header, taken with itself zero.
const checksum = 0x03

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// additions checks what stands behind the addresses: a type, a length of two octets and as many octets, again and again.
func additions(header []byte, at int) error {
	for at < len(header) {
		if len(header)-at < 3 {
			return errShort
		}
		kind, n := header[at], int(binary.BigEndian.Uint16(header[at+1:]))
		value := at + 3
		if len(header)-value < n {
			return fmt.Errorf("an addition of type %#02x has %d octets, and the header %d more", kind, n, len(header)-value)
		}
		if kind == checksum {
			if n != 4 {
				return fmt.Errorf("the checksum has %d octets", n)
			}
			sum := crc32.Update(0, castagnoli, header[:value])
			sum = crc32.Update(sum, castagnoli, make([]byte, 4))
			sum = crc32.Update(sum, castagnoli, header[value+4:])
			if said := binary.BigEndian.Uint32(header[value:]); said != sum {
				return fmt.Errorf("the checksum is %08x, and the header says %08x", sum, said)
			}
		}
		at = value + n
	}
	return nil
}
