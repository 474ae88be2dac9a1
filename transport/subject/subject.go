// Package subject has the names by which certificates name those whom they are of: how they are written, read and compared.
//
// A name is written as RFC 4514 has it (and RFC 2253 had it): the parts in the opposite order to the certificate's, with commas between, what is special escaped,
// such as "CN=Smith\, J.,OU=Tellers,O=Bank". It is made of the certificate's octets: what crypto/x509/pkix.Name has kept of them says neither their order nor all of them.
package subject

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Name is a distinguished name (X.501): a list of sets of attributes. The zero value is empty and names nobody. It does not change; its methods may be called concurrently.
type Name struct {
	sets [][]attribute // in the order of the certificate
	key  string        // the same for names that are equal
}

// An attribute is a type and a value.
type attribute struct {
	oid  string // 2.5.4.3
	text string // the value, if it is a string in a character set that is known; UTF-8
	der  []byte // the value as the certificate has it, with its tag and length; nil if it was read from a text
	none bool   // there is no text
}

// inDER is an attribute as certificates have it (RFC 5280, 4.1.2.4).
type inDER struct{ Type, Value asn1.RawValue }

// setSET is one of a name's sets: package asn1 knows by the end of the type's name that it is a SET.
type setSET []inDER

// Of returns the name that the octets of a certificate are, such as its RawSubject. Those that are no name in DER are an error. It keeps no part of der.
func Of(der []byte) (Name, error) {
	var sets []setSET
	rest, err := asn1.Unmarshal(der, &sets)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d octets are behind it", len(rest))
	}
	if err != nil {
		return Name{}, fmt.Errorf("it is no distinguished name: %w", err)
	}
	all := make([][]attribute, len(sets))
	for i, set := range sets {
		if len(set) == 0 {
			return Name{}, errors.New("it is no distinguished name: a part of it is empty")
		}
		for _, in := range set {
			if in.Type.Class != asn1.ClassUniversal || in.Type.Tag != asn1.TagOID || in.Type.IsCompound {
				return Name{}, errors.New("it is no distinguished name: the type of an attribute is no object identifier")
			}
			var oid x509.OID
			if err := oid.UnmarshalBinary(in.Type.Bytes); err != nil {
				return Name{}, fmt.Errorf("it is no distinguished name: the type of an attribute: %w", err)
			}
			all[i] = append(all[i], valued(oid.String(), in.Value))
		}
	}
	return named(all), nil
}

// Text returns the name that octets are, as [Name.String] writes it, and "#" and the octets in hexadecimal, which is no name, if they are none.
func Text(der []byte) string {
	n, err := Of(der)
	if err != nil {
		return "#" + hex.EncodeToString(der)
	}
	return n.String()
}

// valued returns the attribute of a value in DER.
func valued(oid string, v asn1.RawValue) attribute {
	text, is := textOf(v)
	return attribute{oid: oid, text: text, der: slices.Clone(v.FullBytes), none: !is}
}

func named(sets [][]attribute) Name {
	keys := make([]string, len(sets))
	for i, set := range sets {
		parts := make([]string, len(set))
		for j, a := range set {
			if parts[j] = a.oid + "=" + strconv.Quote(a.text); a.none {
				parts[j] = a.oid + "#" + hex.EncodeToString(a.der)
			}
		}
		slices.Sort(parts) // a set has no order
		keys[i] = strings.Join(parts, "+")
	}
	return Name{sets, strings.Join(keys, ",")}
}

// Equal reports whether both names have equal sets of attributes in the same order, and any at all: an empty name is equal to none.
// Strings are equal if they have the same characters, in whichever of ASN.1's character sets; case and spaces count, unlike in RFC 5280, 7.1.
// Types that have several names, such as OU and organizationalUnitName, are the same.
func (n Name) Equal(other Name) bool { return n.key != "" && n.key == other.key }

// String returns the name in the form of RFC 4514, which [Parse] reads. Types have the names of its table and others that are usual, such as emailAddress; the values of those
// without one, and what is no string, are "#" and their octets in DER in hexadecimal. Characters that do not print are escaped, so that it is a line of printable text.
func (n Name) String() string {
	var b strings.Builder
	for i, set := range slices.Backward(n.sets) {
		for j, a := range set {
			switch {
			case j > 0:
				b.WriteByte('+')
			case i < len(n.sets)-1:
				b.WriteByte(',')
			}
			a.write(&b)
		}
	}
	return b.String()
}
