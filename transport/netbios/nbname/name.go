// Package nbname has the names of NetBIOS over TCP/IP: sixteen octets and a scope, and how they are written in packets (RFC 1001, clause 14, and
// RFC 1002, clause 4.1).
package nbname

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The kinds of names, by their last octet, that this project knows by name.
const (
	Workstation byte = 0x00
	Server      byte = 0x20 // of files
	DSOM        byte = 0x53 // ours: who takes calls of GIOP
)

// The bounds of names.
const (
	MostText  = 15  // octets before the one that says of which kind it is
	MostScope = 220 // octets of a scope as text: 255 in a packet with all lengths, of which a name takes 34
	mostLabel = 63
	mostWire  = 255
	mostJumps = 4 // pointers that are followed within one name
)

// A Name is a name of NetBIOS. It is comparable.
type Name struct {
	Text  [16]byte // padded with spaces; the last octet is the kind
	Scope string   // labels with dots between, in upper case; "": none
}

// Any is the name that a node's status is asked by (RFC 1002, clause 4.2.17).
var Any = Name{Text: [16]byte{'*'}}

// New makes a name of a text, which is put in upper case, of a kind and in a scope.
func New(text string, kind byte, scope string) (Name, error) {
	var n Name
	text, scope = strings.ToUpper(text), strings.ToUpper(scope)
	switch {
	case text == "":
		return n, errors.New("a name of NetBIOS is empty")
	case len(text) > MostText:
		return n, fmt.Errorf("%q has %d octets: a name of NetBIOS has %d at most", text, len(text), MostText)
	case text[0] == '*':
		return n, fmt.Errorf("%q: a name of NetBIOS does not begin with *", text)
	}
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c >= 0x7f || strings.IndexByte(`"/\:|+=;,?<>@#`, c) >= 0 || c == ' ' && (i == 0 || i == len(text)-1) {
			return n, fmt.Errorf("%q: the octet %#x is not for names of NetBIOS", text, c)
		}
	}
	if err := checkScope(scope); err != nil {
		return n, err
	}
	for i := copy(n.Text[:MostText], text); i < MostText; i++ {
		n.Text[i] = ' '
	}
	n.Text[15], n.Scope = kind, scope
	return n, nil
}

func checkScope(scope string) error {
	if scope == "" {
		return nil
	}
	if len(scope) > MostScope {
		return fmt.Errorf("the scope has %d octets: %d at most", len(scope), MostScope)
	}
	for label := range strings.SplitSeq(scope, ".") {
		if label == "" || len(label) > mostLabel {
			return fmt.Errorf("the scope %q has a label of %d octets: 1 to %d", scope, len(label), mostLabel)
		}
		for i := range len(label) {
			if c := label[i]; c <= 0x20 || c >= 0x7f || c == '@' || c == '#' || c == ':' || c == '/' {
				return fmt.Errorf("the scope %q has the octet %#x", scope, c)
			}
		}
	}
	return nil
}

// Parse reads TEXT[#KIND][.SCOPE], the kind as two digits of base 16; without, it is the given one. A text with a dot in it cannot be written so.
func Parse(s string, kind byte) (Name, error) {
	text, scope, scoped := strings.Cut(s, ".")
	if scoped && scope == "" {
		return Name{}, fmt.Errorf("%q: there is no scope behind the dot", s)
	}
	text, digits, told := strings.Cut(text, "#")
	if told {
		k, err := strconv.ParseUint(digits, 16, 8)
		if err != nil || len(digits) != 2 {
			return Name{}, fmt.Errorf("%q: the kind of a name is two digits of base 16", s)
		}
		kind = byte(k)
	}
	return New(text, kind, scope)
}

// Kind returns the last octet.
func (n Name) Kind() byte { return n.Text[15] }

// Base returns the text without its padding and kind.
func (n Name) Base() string { return strings.TrimRight(string(n.Text[:MostText]), " \x00") }

// String returns the name as Parse reads it, with what is not to be seen escaped.
func (n Name) String() string {
	s := strconv.QuoteToASCII(n.Base())
	s = fmt.Sprintf("%s#%02X", s[1:len(s)-1], n.Kind())
	if n.Scope != "" {
		s += "." + n.Scope
	}
	return s
}

// Append appends the name as packets have it: each octet of the text as two letters, A to P, then the labels of the scope.
func (n Name) Append(b []byte) []byte {
	b = append(b, 32)
	for _, c := range n.Text {
		b = append(b, 'A'+c>>4, 'A'+c&15)
	}
	if n.Scope != "" {
		for label := range strings.SplitSeq(n.Scope, ".") {
			b = append(b, byte(len(label)))
			b = append(b, label...)
		}
	}
	return append(b, 0)
}

// A FormError says what is wrong with a name in a packet.
type FormError string

func (e FormError) Error() string { return "a name of NetBIOS " + string(e) }

// Read reads the name at a place of a packet, and returns where the next begins. Pointers must lead to earlier places, and 4 are followed at most.
func Read(packet []byte, at int) (n Name, next int, err error) {
	jumps, total := 0, 0
	var labels []string
	for {
		if at < 0 || at >= len(packet) {
			return n, 0, errBeyond
		}
		size := int(packet[at])
		switch {
		case size >= 0xc0:
			if at+1 >= len(packet) {
				return n, 0, errBeyond
			}
			if jumps++; jumps == 1 {
				next = at + 2
			}
			to := size&0x3f<<8 | int(packet[at+1])
			if to >= at || jumps > mostJumps {
				return n, 0, FormError(fmt.Sprintf("has a pointer that leads on, or more than %d of them", mostJumps))
			}
			at = to
			continue
		case total == 0:
			if size != 32 || at+33 > len(packet) {
				return n, 0, FormError(fmt.Sprintf("has a first part of %d octets: it has 32, within its packet", size))
			}
			for i := range n.Text {
				hi, lo := packet[at+1+2*i]-'A', packet[at+2+2*i]-'A'
				if hi > 15 || lo > 15 {
					return n, 0, FormError("has a letter beyond A to P")
				}
				n.Text[i] = hi<<4 | lo
			}
		case size == 0:
			if jumps == 0 {
				next = at + 1
			}
			n.Scope = strings.Join(labels, ".")
			if err := checkScope(n.Scope); err != nil {
				return n, 0, FormError("has a scope that cannot be: " + err.Error())
			}
			return n, next, nil
		case size > mostLabel:
			return n, 0, FormError(fmt.Sprintf("has a label that begins with %#x", size))
		case at+1+size > len(packet):
			return n, 0, errBeyond
		default:
			label := string(packet[at+1 : at+1+size])
			if strings.IndexByte(label, '.') >= 0 {
				return n, 0, FormError("has a dot within a label")
			}
			labels = append(labels, strings.ToUpper(label))
		}
		at += 1 + size
		if total += 1 + size; total+1 > mostWire {
			return n, 0, FormError(fmt.Sprintf("has more than %d octets", mostWire))
		}
	}
}

const errBeyond = FormError("goes beyond its packet")
