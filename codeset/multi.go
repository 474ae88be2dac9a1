package codeset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// multiSet is a code set of one to three octets a character, the first half of which is ASCII.
// Its transformers have no state, so that they may be shared.
type multiSet struct {
	id       uint32
	name     string
	encode   transform.Transformer
	decode   transform.Transformer
	euc      bool
	oneOctet [256]rune // what single octets stand for: -1 if they are part of something
}

func newMulti(id uint32, name string, enc encoding.Encoding, euc bool) *multiSet {
	s := &multiSet{id: id, name: name, encode: enc.NewEncoder().Transformer, decode: enc.NewDecoder().Transformer, euc: euc}
	for i := range s.oneOctet {
		s.oneOctet[i] = -1
		text, err := s.ParseString([]byte{byte(i)})
		if err != nil {
			continue
		}
		if b, err := s.AppendString(nil, text); err == nil && len(b) == 1 { // some are read that the set does not have
			s.oneOctet[i], _ = utf8.DecodeRuneInString(text)
		}
	}
	return s
}

func (s *multiSet) ID() uint32 { return s.id }

// mostOctets is how many octets a character takes at most in the sets of the table.
const mostOctets = 3

func (s *multiSet) AppendString(dst []byte, text string) ([]byte, error) {
	n := ascii(text)
	dst = append(dst, text[:n]...)
	var room [mostOctets]byte
	for i, r := range text[n:] {
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
			continue
		}
		size := utf8.RuneLen(r)
		k, used, err := s.encode.Transform(room[:], []byte(text[n+i:min(n+i+size, len(text))]), true)
		if err != nil || used != size || s.euc && (k != 2 || room[0] < 0xa1 || room[1] < 0xa1) {
			return dst, unmapped(s.name, r, n+i)
		}
		dst = append(dst, room[:k]...)
	}
	return dst, nil
}

// replacement is what a decoder makes of what is no text; no set here has that character.
var replacement = []byte(string(utf8.RuneError))

func (s *multiSet) ParseString(src []byte) (string, error) {
	out := make([]byte, len(src)*utf8.UTFMax/2+utf8.UTFMax)
	done := 0
	for rest := src; ; {
		k, used, err := s.decode.Transform(out[done:], rest, true)
		done += k
		rest = rest[used:]
		if err == transform.ErrShortDst {
			out = append(out[:done], make([]byte, len(out))...)
			continue
		}
		if err != nil || bytes.Contains(out[:done], replacement) {
			return "", invalid(s.name, src)
		}
		return string(out[:done]), nil
	}
}

func (s *multiSet) Plain(src []byte) bool { return ascii(src) == len(src) }

func (s *multiSet) ASCII() bool { return true }

func (s *multiSet) Char(c byte) (byte, error) {
	if c >= utf8.RuneSelf { // beyond ASCII these sets share no character of one octet with ISO 8859-1
		return 0, notOneOctet(s.name, c)
	}
	return c, nil
}

func (s *multiSet) ParseChar(c byte) (byte, error) {
	r := s.oneOctet[c]
	if r < 0 || r > 0xff {
		return 0, notNative(s.name, c, "ISO 8859-1")
	}
	return byte(r), nil
}
