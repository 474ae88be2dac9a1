package ior

import (
	"encoding/hex"

	"github.com/opendsom/dsom/cdr"
)

// String returns the stringified reference, IOR: and hexadecimal digits (clause 7.6.9),
// little-endian. That of a nil *IOR is the nil reference.
func (r *IOR) String() string {
	e := seal()
	Put(e, r)
	return "IOR:" + hex.EncodeToString(e.Bytes())
}

// parseIOR parses what follows IOR:. Octets behind the reference are ignored, since some
// ORBs pad. A nil reference is an IOR without profiles, not a nil pointer.
func parseIOR(s string) (*IOR, error) {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, badURL("stringified reference of %d digits: %w", len(s), err)
	}
	if len(b) == 0 {
		return nil, badURL("the stringified reference is empty")
	}
	if b[0] > 1 {
		return nil, badURL("stringified reference of byte order %d", b[0])
	}
	d := cdr.NewDecoder(b, false, nil)
	d.Reset(b, 1, b[0] == 1, nil)
	r := Get(d)
	if err := d.Err(); err != nil {
		return nil, badURL("stringified reference: %w", err)
	}
	if r == nil {
		r = &IOR{}
	}
	return r, nil
}
