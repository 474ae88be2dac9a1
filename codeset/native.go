package codeset

import "github.com/opendsom/dsom/cdr"

// A char is one octet, in memory as well, and so can say no more than 256 characters: those of one set. It is
// ISO 8859-1, unless the program has a native set of one octet a character that begins as ASCII does. Then a char in
// memory is an octet of that, and so a program that talks of Cyrillic or Greek characters can have them. What
// one set has and another lacks is DATA_CONVERSION: an octet is never sent for another character than it is.

// nativeSet is a code set on the wire for chars that are octets of another one in memory.
type nativeSet struct {
	cdr.CodeSet
	own          string
	wire, memory [256]int16 // what an octet is there: -1 if nothing
}

// InNative returns set, on the wire, for a program whose native set is that of the number native: what a char is in
// memory depends on it. Strings do not.
func InNative(set cdr.CodeSet, native uint32) cdr.CodeSet {
	r := find(native)
	if r == nil || r.narrow == nil {
		return set
	}
	own, ok := r.narrow().(*singleSet)
	if !ok || !own.ascii {
		return set
	}
	n := &nativeSet{CodeSet: set, own: own.name}
	for i := range n.wire {
		n.wire[i], n.memory[i] = -1, -1
	}
	for i, r := range own.decode {
		if r < 0 {
			continue
		}
		b, err := set.AppendString(nil, string(r))
		if err != nil || len(b) != 1 {
			continue
		}
		if n.wire[i] = int16(b[0]); n.memory[b[0]] < 0 {
			n.memory[b[0]] = int16(i)
		}
	}
	return n
}

func (n *nativeSet) Char(c byte) (byte, error) {
	if w := n.wire[c]; w >= 0 {
		return byte(w), nil
	}
	return 0, conversion("char %#x of %s has no form of one octet in %s, the code set of this connection", c, n.own, Name(n.ID()))
}

func (n *nativeSet) ParseChar(c byte) (byte, error) {
	if m := n.memory[c]; m >= 0 {
		return byte(m), nil
	}
	return 0, notNative(Name(n.ID()), c, n.own)
}
