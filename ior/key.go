package ior

import (
	"encoding/binary"
	"math"
)

// A Key is what a DSOM object key says (D12 of the design): which server, which adapter in
// it, which object. The same key is used at the daemon and at the server, so that a forward
// changes the address alone.
type Key struct {
	Server      [16]byte // UUID of the server's registration
	Incarnation uint64   // of the server process that made it; 0: persistent
	Adapter     string   // path of the adapter: the names from below the root down, joined by zero octets
	ID          []byte   // the object, within the adapter
}

// A KeyView is a Key whose Adapter and ID are views of the key that was parsed.
type KeyView struct {
	Server      [16]byte
	Incarnation uint64
	Adapter, ID []byte
}

// The form: magic, version, flags, server, incarnation if flagged, length of the adapter's
// path as a minimal uvarint, the path, the object id to the end. Numbers are big-endian.
// There is just one form of each key, so that keys are compared as octets.
const (
	keyMagic     = "\x8eDSOM" // its first octet keeps it apart from keys that are text
	keyVersion   = 1
	keyTransient = 1 // flag: an incarnation follows
	keyHead      = len(keyMagic) + 2 + 16
)

// AppendKey appends the object key of k to dst.
func AppendKey(dst []byte, k Key) []byte {
	dst = append(dst, keyMagic...)
	var flags byte
	if k.Incarnation != 0 {
		flags = keyTransient
	}
	dst = append(dst, keyVersion, flags)
	dst = append(dst, k.Server[:]...)
	if k.Incarnation != 0 {
		dst = binary.BigEndian.AppendUint64(dst, k.Incarnation)
	}
	dst = binary.AppendUvarint(dst, uint64(len(k.Adapter)))
	dst = append(dst, k.Adapter...)
	return append(dst, k.ID...)
}

// ParseKey parses a DSOM object key without allocating. ok is false for keys of other ORBs,
// which are opaque, and for malformed ones.
func ParseKey(b []byte) (v KeyView, ok bool) {
	if len(b) < keyHead || string(b[:len(keyMagic)]) != keyMagic || b[len(keyMagic)] != keyVersion {
		return KeyView{}, false
	}
	flags := b[len(keyMagic)+1]
	copy(v.Server[:], b[len(keyMagic)+2:])
	b = b[keyHead:]
	switch flags {
	case 0:
	case keyTransient:
		if len(b) < 8 {
			return KeyView{}, false
		}
		v.Incarnation = binary.BigEndian.Uint64(b)
		b = b[8:]
		if v.Incarnation == 0 {
			return KeyView{}, false
		}
	default:
		return KeyView{}, false
	}
	n, size := binary.Uvarint(b)
	if size <= 0 || size > 1 && b[size-1] == 0 || n > math.MaxInt32 || int(n) > len(b)-size {
		return KeyView{}, false
	}
	b = b[size:]
	v.Adapter, v.ID = b[:n:n], b[n:len(b):len(b)]
	return v, true
}

// Key returns a copy of v.
func (v KeyView) Key() Key {
	return Key{v.Server, v.Incarnation, string(v.Adapter), append([]byte(nil), v.ID...)}
}
