package store

import (
	"context"
	"fmt"
)

// Kind says what an Op does.
type Kind uint8

// The kinds of operation.
const (
	OpCreate Kind = iota + 1 // write a key that must not exist
	OpUpdate                 // write a key that must have the revision
	OpDelete                 // remove a key that must have the revision
	OpExpect                 // change nothing; the key must have the revision, 0 for none
)

// An Op is one operation of a commit. Create, Update, Delete and Expect make them.
type Op struct {
	Kind     Kind
	Key      string
	Value    []byte // of OpCreate and OpUpdate
	Revision uint64 // of the others
}

// Create writes a key that must not exist yet.
func Create(key string, value []byte) Op { return Op{Kind: OpCreate, Key: key, Value: value} }

// Update replaces the value of a key that still has the revision.
func Update(key string, value []byte, revision uint64) Op {
	return Op{Kind: OpUpdate, Key: key, Value: value, Revision: revision}
}

// Delete removes a key that still has the revision.
func Delete(key string, revision uint64) Op {
	return Op{Kind: OpDelete, Key: key, Revision: revision}
}

// Expect changes nothing: the commit fails unless the key still has the revision, or, for
// revision 0, does not exist.
func Expect(key string, revision uint64) Op {
	return Op{Kind: OpExpect, Key: key, Revision: revision}
}

// A Guard says what has to hold for a change that is made by reading, planning and committing: the operations that it returns are committed with each attempt, and are
// of keys that the change does not write. It is called before each attempt, and its error ends the change. A nil Guard asks for nothing.
type Guard func(ctx context.Context) ([]Op, error)

// Ops calls g, unless it is nil.
func (g Guard) Ops(ctx context.Context) ([]Op, error) {
	if g == nil {
		return nil, nil
	}
	return g(ctx)
}

// Want returns the revision that the key must have before the operation, 0 for none.
func (o Op) Want() uint64 {
	if o.Kind == OpCreate {
		return 0
	}
	return o.Revision
}

// CheckOps returns what is wrong with a commit before any store is asked: an illegal key, a
// key named twice, something above its limit. Implementations call it first.
func CheckOps(ops []Op) error {
	if len(ops) > MaxOps {
		return invalid("", fmt.Sprintf("%d operations in a commit, the limit is %d", len(ops), MaxOps))
	}
	seen := make(map[string]bool, len(ops))
	for _, o := range ops {
		if err := CheckKey(o.Key); err != nil {
			return err
		}
		if seen[o.Key] {
			return invalid(o.Key, "the key occurs twice in a commit")
		}
		seen[o.Key] = true
		if len(o.Value) > MaxValue {
			return &Error{Kind: ErrTooLarge, Key: o.Key, Detail: fmt.Sprintf("value of %d octets, the limit is %d", len(o.Value), MaxValue)}
		}
		switch o.Kind {
		case OpUpdate, OpDelete:
			if o.Revision == 0 {
				return invalid(o.Key, "update or delete without a revision")
			}
		case OpCreate, OpExpect:
		default:
			return invalid(o.Key, fmt.Sprintf("unknown operation %d", o.Kind))
		}
	}
	return nil
}

// CheckKey returns what is wrong with a key: it must be 1 to MaxKey octets of letters,
// digits and "_-=./", without a "/" or "." at either end (what the narrowest store takes).
// EscapeKey makes a part of a key from any text.
func CheckKey(key string) error {
	if len(key) > MaxKey {
		return &Error{Kind: ErrTooLarge, Key: key[:64] + "…", Detail: fmt.Sprintf("key of %d octets, the limit is %d", len(key), MaxKey)}
	}
	if key == "" {
		return invalid("", "empty key")
	}
	for _, end := range []byte{key[0], key[len(key)-1]} {
		if end == '/' || end == '.' {
			return invalid(key, `a key may not begin or end with "/" or "."`)
		}
	}
	for i := range len(key) {
		if c := key[i]; !plain(c) && c != '=' && c != '.' && c != '/' {
			return invalid(key, fmt.Sprintf("octet %#02x in a key", c))
		}
	}
	return nil
}

// plain reports whether an octet stands for itself in an escaped key.
func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// EscapeKey turns any text into one part of a key: letters, digits, "-" and "_" stand for
// themselves, every other octet becomes "=" and two hexadecimal digits, the empty text "=".
// The order of plain texts is kept.
func EscapeKey(text string) string {
	if text == "" {
		return "="
	}
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, len(text)+8)
	for i := range len(text) {
		if c := text[i]; plain(c) {
			out = append(out, c)
		} else {
			out = append(out, '=', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}

// UnescapeKey turns what EscapeKey made back into the text; ok is false for anything else.
func UnescapeKey(part string) (text string, ok bool) {
	if part == "=" {
		return "", true
	}
	out := make([]byte, 0, len(part))
	for i := 0; i < len(part); i++ {
		if plain(part[i]) {
			out = append(out, part[i])
			continue
		}
		if part[i] != '=' || i+2 >= len(part) {
			return "", false
		}
		hi, lo := hexDigit(part[i+1]), hexDigit(part[i+2])
		if hi < 0 || lo < 0 || plain(byte(hi<<4|lo)) {
			return "", false
		}
		out = append(out, byte(hi<<4|lo))
		i += 2
	}
	return string(out), len(out) > 0
}

// hexDigit returns the value of an upper-case hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
