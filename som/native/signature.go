//go:build cgo && unix

package native

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/opendsom/dsom/som"
)

// maxArgs is how many arguments a method with a signature has, as libsom has it.
const maxArgs = 65

// A signature is how both kernels call a method: libsom's letters, and Go's types.
type signature struct {
	text      string // result, colon, arguments
	args      []slot // as C has them
	ins, outs int    // as Go has them
	out       *slot  // what the C function returns; nil: nothing
	fails     bool   // the Go func has an error
	borrowed  bool   // the result stays the object's
	takes     bool   // something that goes in is the object's from the call on
}

// A slot is an argument, or the result, as C has it.
type slot struct {
	typ reflect.Type
	how byte    // as som.Packing.Passes says
	at  *layout // of what the argument points to; nil: it is the value itself
	by  *layout // of the value itself, where its type does not say how it lies: a wide character or text; else nil
	in  int     // which of Go's arguments it is
	res int     // which of Go's results it is

	given bool // what goes in is the object's from the call on, and owns memory or references
	lent  bool // what comes out stays the object's, and owns such
}

func (s *slot) goesIn() bool  { return s.how == 'i' || s.how == 'x' }
func (s *slot) goesOut() bool { return s.how != 'i' }

// signatureOf returns the signature of a method of a Go type, a func with som.Self first. Passing is what is known of the
// parameters, or empty; then all of them are in, and none a structure.
func signatureOf(t reflect.Type, passing string) (*signature, error) {
	s := &signature{}
	first, outs := 1, t.NumOut()
	if t.NumIn() > 1 && t.In(1) == contextType {
		first = 2
	}
	if outs > 0 && t.Out(outs-1) == errorType {
		s.fails = true
		outs--
	}
	ins := max(t.NumIn()-first, 0)
	told := passing != ""
	if !told {
		if outs > 1 {
			return nil, fmt.Errorf("it has %d results, and methods of libsom have one", outs)
		}
		passing = strings.Repeat("r", outs) + strings.Repeat("i", ins)
	}
	letters, result := "", "v"
	for n := range len(passing) {
		a := slot{how: passing[n] | 0x20, in: s.ins, res: s.outs}
		if !strings.ContainsRune("riox", rune(a.how)) {
			return nil, fmt.Errorf("it is not called by others: it is passed as %q", passing)
		}
		if a.goesIn() {
			if s.ins++; s.ins > ins {
				break
			}
			a.typ = t.In(first + a.in)
		}
		if a.goesOut() {
			if s.outs++; s.outs > outs {
				break
			}
			if out := t.Out(a.res); a.typ == nil {
				a.typ = out
			} else if a.typ != out {
				return nil, fmt.Errorf("parameter %d goes in as a %v and out as a %v", a.in+1, a.typ, out)
			}
		}
		l, err := s.letterOf(&a, told, passing[n] < 'a')
		if err != nil {
			return nil, err
		}
		switch {
		case a.how != 'r':
			letters += l
			s.args = append(s.args, a)
		case a.at == nil:
			result = l
			s.out = &a
		}
	}
	if s.ins != ins || s.outs != outs {
		return nil, fmt.Errorf("%v has not the parameters and results of %q", t, passing)
	}
	if passing != "" && passing[0]|0x20 == 'r' && s.out == nil { // C has the result's place as one parameter more
		a := slot{how: 'r', typ: t.Out(0)}
		a.at, _ = layoutOf(a.typ, passing[0] < 'a')
		letters += "p"
		s.args = append(s.args, a)
	}
	if len(s.args) >= maxArgs {
		return nil, fmt.Errorf("it has %d parameters, and the limit MaxArgs of libsom is %d", len(s.args), maxArgs-1)
	}
	s.text = result + ":" + letters
	return s, nil
}

// told returns the signature with what is known of the types, where that is of the same letters.
func (s *signature) told(m *som.Method) string {
	if s.is(m.Signature()) {
		return m.Signature()
	}
	return s.text
}

// is reports whether a method of another signature is called alike: what it says of types does not matter.
func (s *signature) is(other string) bool {
	letters, _, _ := strings.Cut(other, "/")
	return letters == s.text
}

// letterOf returns an argument's letter, and finds its layout if C has a pointer to it.
func (s *signature) letterOf(a *slot, told, wide bool) (string, error) {
	l, plain := letter(a.typ)
	if value := a.how == 'i' || a.how == 'r'; value && wide && (a.typ.Kind() == reflect.String || a.typ == runeType) {
		a.by, _ = layoutOf(a.typ, true)
		return map[layoutKind]string{wideChar: "H", wideText: "p"}[a.by.kind], nil
	} else if plain && value {
		return l, nil
	}
	what := fmt.Sprintf("parameter %d", len(s.args)+1)
	if a.how == 'r' {
		what = "the result"
	}
	if !told {
		return "", fmt.Errorf("%s is a %v, which has no letter in signatures", what, a.typ)
	}
	var err error
	if a.at, err = layoutOf(a.typ, wide); err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	return "p", nil
}
