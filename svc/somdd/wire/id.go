package wire

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// An ID identifies an implementation, as 16 octets. The zero ID is none.
type ID [16]byte

// idLength is how many octets the text of an ID has: 32 digits and 4 hyphens.
const idLength = 36

// DaemonID is the daemon's own, on every machine.
var DaemonID = ID{0x60, 0x34, 0xed, 0x68, 0x09, 0xa7, 0xd1, 0x11, 0x9a, 0xd5, 0x00, 0x00, 0x94, 0x68, 0x7a, 0xd6}

// NewID returns a random ID, which also is a random UUID of RFC 9562.
func NewID() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// hyphens are where the text of an ID has them; where UUIDs have them otherwise, they are at 8, 13, 18, 23.
var hyphens = [...]int{8, 17, 20, 23}

// ParseID reads the form that String writes, in either case.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) == idLength {
		digits, from := make([]byte, 0, 32), 0
		for _, at := range hyphens {
			if s[at] != '-' {
				return ID{}, badID(s)
			}
			digits = append(digits, s[from:at]...)
			from = at + 1
		}
		if n, err := hex.Decode(id[:], append(digits, s[from:]...)); err == nil && n == len(id) {
			return id, nil
		}
	}
	return ID{}, badID(s)
}

func badID(s string) error {
	return fmt.Errorf("%.60q is no implementation's id: those are of the form 01234567-89abcdef-01-23-456789abcdef", s)
}

// String returns the form that DSOM writes: 8-8-2-2-12 hexadecimal digits.
func (id ID) String() string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:16] + "-" + h[16:18] + "-" + h[18:20] + "-" + h[20:]
}
