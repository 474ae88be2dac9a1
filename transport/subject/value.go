package subject

import (
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The tags of strings of which package asn1 does not speak.
const (
	tagVisibleString   = 26
	tagUniversalString = 28
)

// textOf returns the characters of a value; false if it is no string, or one of a character set that is not known or with what that does not have.
func textOf(v asn1.RawValue) (string, bool) {
	if v.Class != asn1.ClassUniversal || v.IsCompound {
		return "", false
	}
	switch v.Tag {
	case asn1.TagUTF8String:
		return string(v.Bytes), utf8.Valid(v.Bytes)
	case asn1.TagPrintableString, asn1.TagIA5String, asn1.TagNumericString, tagVisibleString, asn1.TagUTCTime, asn1.TagGeneralizedTime:
		for _, c := range v.Bytes {
			if c >= utf8.RuneSelf {
				return "", false
			}
		}
		return string(v.Bytes), true
	case asn1.TagT61String: // by the standard of another set, and by all who have made such certificates of Latin 1
		return wide(v.Bytes, 1)
	case asn1.TagBMPString:
		return wide(v.Bytes, 2)
	case tagUniversalString:
		return wide(v.Bytes, 4)
	}
	return "", false
}

// wide returns the text of characters of size octets each.
func wide(b []byte, size int) (string, bool) {
	if len(b)%size != 0 {
		return "", false
	}
	out := make([]byte, 0, len(b))
	for ; len(b) > 0; b = b[size:] {
		c := rune(b[0])
		switch size {
		case 2:
			c = rune(binary.BigEndian.Uint16(b))
		case 4:
			c = rune(binary.BigEndian.Uint32(b)) // what is too large is negative, and no character neither
		}
		if !utf8.ValidRune(c) {
			return "", false
		}
		out = utf8.AppendRune(out, c)
	}
	return string(out), true
}

// write writes the attribute as RFC 4514, 2.3 and 2.4 have it.
func (a attribute) write(b *strings.Builder) {
	b.WriteString(typeText(a.oid))
	b.WriteByte('=')
	if a.none || nameOf(a.oid) == "" {
		b.WriteByte('#')
		b.WriteString(hex.EncodeToString(a.encoded()))
		return
	}
	for i, c := range a.text {
		switch {
		case strings.ContainsRune(special, c), c == '#' && i == 0, c == ' ' && (i == 0 || i == len(a.text)-1):
			b.WriteByte('\\')
			b.WriteRune(c)
		case unicode.IsPrint(c):
			b.WriteRune(c)
		default:
			for _, o := range []byte(string(c)) {
				b.WriteByte('\\')
				b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{o})))
			}
		}
	}
}

// encoded returns the value in DER: as the certificate had it, or a text as a UTF8String.
func (a attribute) encoded() []byte {
	if a.der != nil {
		return a.der
	}
	der, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagUTF8String, Bytes: []byte(a.text)})
	if err != nil {
		panic(err) // of octets that are given, there is no way
	}
	return der
}
