package cdr

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// turned is a code set that has not an octet where memory has it, or none but ASCII.
type turned struct{ ascii bool }

func (turned) ID() uint32 { return 0x12345678 }
func (s turned) AppendString(dst []byte, text string) ([]byte, error) {
	for i := range len(text) {
		dst = append(dst, s.turn(text[i]))
	}
	return dst, nil
}
func (s turned) ParseString(src []byte) (string, error) {
	b := make([]byte, len(src))
	for i, c := range src {
		b[i] = s.turn(c)
	}
	return string(b), nil
}
func (s turned) turn(c byte) byte {
	switch {
	case !s.ascii:
		return c ^ 0x80
	case c < 0x80:
		return c
	}
	return c ^ 0x40
}
func (s turned) Plain(src []byte) bool        { return s.ascii && plain(src) }
func (s turned) ASCII() bool                  { return s.ascii }
func (turned) Char(c byte) (byte, error)      { return c, nil }
func (turned) ParseChar(c byte) (byte, error) { return c, nil }

func TestPlain(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		s := bytes.Repeat([]byte{'x'}, n)
		if !plain(s) {
			t.Errorf("%q is not plain", s)
		}
		for i := range s {
			for c := range 256 {
				s[i] = byte(c)
				if want := c > 0 && c < 0x80; plain(s) != want {
					t.Errorf("%q is plain: %v", s, !want)
				}
			}
			s[i] = 0x7f
		}
	}
}

// The short way of strings and the long one agree: on what they read, on what is left, and on whether it is an error.
func TestStringsBothWays(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for _, narrow := range []CodeSet{nil, turned{true}, turned{false}} {
		env := &Env{Version: V12, Narrow: narrow}
		read, failed := 0, 0
		for range 20000 {
			little := r.IntN(2) == 0
			e := NewEncoder(make([]byte, r.IntN(4)), little, env)
			for range r.IntN(5) {
				e.Octet(0xee)
			}
			start, texts := e.Len(), []string(nil)
			for range 1 + r.IntN(3) {
				b := []byte(strings.Repeat("abcdefg", 11)[:r.IntN(76)])
				if len(b) > 0 && r.IntN(3) == 0 {
					b[r.IntN(len(b))] = byte(0x81 + r.IntN(0x7f))
				}
				texts = append(texts, string(b))
				e.String(string(b))
			}
			if err := e.Err(); err != nil {
				t.Fatal(err)
			}
			in, spoilt := e.Bytes(), false
			if r.IntN(3) == 0 { // cut, or an octet changed
				spoilt = true
				if in = in[:start+r.IntN(len(in)-start)]; r.IntN(2) == 0 {
					in = e.Bytes()
					in[start+r.IntN(len(in)-start)] = byte(r.IntN(3))
				}
			}
			quick, slow := NewDecoder(in, little, env), NewDecoder(in, little, env)
			for _, d := range []*Decoder{quick, slow} {
				d.base, d.pos = e.base, start
			}
			for i, text := range texts {
				a, b := quick.String(), slow.anyString()
				if a != b || quick.pos != slow.pos || fmt.Sprint(quick.err) != fmt.Sprint(slow.err) || !spoilt && a != text {
					t.Fatalf("seed %d: string %d of %q at %d in %x: %q, at %d, %v; the long way %q, at %d, %v",
						seed, i, texts, start, in, a, quick.pos, quick.err, b, slow.pos, slow.err)
				}
			}
			if quick.err != nil {
				failed++
			} else {
				read++
			}
		}
		if read < 1000 || failed < 1000 {
			t.Errorf("seed %d: %d read and %d failed: that shows nothing", seed, read, failed)
		}
	}
}
