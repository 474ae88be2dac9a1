package codeset

import (
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// A Support says which code sets an ORB takes for one kind of character: its native one, and
// those which it converts to and from (CONV_FRAME::CodeSetComponent).
type Support struct {
	Native     uint32 // 0: none
	Conversion []uint32
}

func (s Support) takes(id uint32) bool {
	return id != 0 && (id == s.Native || slices.Contains(s.Conversion, id))
}

// A Component says which code sets a server takes. It is in the server's references
// (CONV_FRAME::CodeSetComponentInfo, tag 1).
type Component struct {
	Char, Wchar Support
}

// Ours returns what this ORB publishes unless it is told otherwise.
func Ours() Component {
	return Component{
		Char:  Support{Native: IDUTF8, Conversion: []uint32{IDLatin1}},
		Wchar: Support{Native: IDUTF16, Conversion: []uint32{IDUCS2}},
	}
}

// Any returns what a client of this ORB takes unless it is told otherwise: what Ours says, and all that
// can be converted.
func Any() Component {
	c := Ours()
	narrow, wide := Convertible()
	c.Char.Conversion = append(c.Char.Conversion, narrow...)
	c.Wchar.Conversion = append(c.Wchar.Conversion, wide...)
	return c
}

// Err says which of the sets that c names cannot be converted, with CODESET_INCOMPATIBLE. Each kind
// must have a native set.
func (c Component) Err() error {
	for _, id := range append([]uint32{c.Char.Native}, c.Char.Conversion...) {
		if _, err := Narrow(id); err != nil {
			return err
		}
	}
	for _, id := range append([]uint32{c.Wchar.Native}, c.Wchar.Conversion...) {
		if _, err := Wide(id); err != nil {
			return err
		}
	}
	return nil
}

// Append appends the component's data, an encapsulation, to dst.
func (c Component) Append(dst []byte) []byte {
	e := cdr.NewEncoder(dst, true, nil)
	e.Boolean(true)
	for _, s := range []Support{c.Char, c.Wchar} {
		e.ULong(s.Native)
		e.Count(len(s.Conversion))
		e.ULongs(s.Conversion)
	}
	return e.Bytes()
}

// ParseComponent parses the data of a code sets component.
func ParseComponent(data []byte) (Component, error) {
	d := open(data)
	c := Component{Char: support(d), Wchar: support(d)}
	return c, d.Err()
}

func support(d *cdr.Decoder) Support {
	s := Support{Native: d.ULong()}
	n := d.Count(4)
	if most := d.Env().Limits.Int(limits.Profiles); n > most {
		d.Fail(exc.New(exc.Marshal, exc.MinorLimit, exc.No, "%w", d.Env().Limits.Exceeded(limits.Profiles, int64(n))))
		return s
	}
	if n > 0 {
		s.Conversion = make([]uint32, n)
		d.ULongs(s.Conversion)
	}
	return s
}

func open(data []byte) *cdr.Decoder {
	d := cdr.NewDecoder(data, false, nil)
	little := d.Boolean()
	if d.Err() == nil {
		d.Reset(data, 1, little, nil)
	}
	return d
}

// A Choice is the pair of code sets that a connection uses (CONV_FRAME::CodeSetContext,
// service context 1). 0 means none was agreed on.
type Choice struct {
	Char, Wchar uint32
}

// Default is what holds without an agreement.
var Default = Choice{Char: IDLatin1}

// Append appends the data of the service context, an encapsulation, to dst.
func (c Choice) Append(dst []byte) []byte {
	e := cdr.NewEncoder(dst, true, nil)
	e.Boolean(true)
	e.ULong(c.Char)
	e.ULong(c.Wchar)
	return e.Bytes()
}

// ParseContext parses the data of a code sets service context. It does not allocate.
func ParseContext(data []byte) (Choice, error) {
	var d cdr.Decoder
	d.Reset(data, 0, false, nil)
	little := d.Boolean()
	d.Reset(data, min(1, len(data)), little, nil)
	c := Choice{Char: d.ULong(), Wchar: d.ULong()}
	return c, d.Err()
}

// Sets returns the converters of the choice: CODESET_INCOMPATIBLE if this ORB lacks one of
// them. Without a wide set wide is nil.
func (c Choice) Sets() (narrow cdr.CodeSet, wide cdr.WideCodeSet, err error) {
	char := c.Char
	if char == 0 {
		char = Default.Char
	}
	if narrow, err = Narrow(char); err != nil {
		return nil, nil, err
	}
	if c.Wchar != 0 {
		if wide, err = Wide(c.Wchar); err != nil {
			return nil, nil, err
		}
	}
	return narrow, wide, nil
}

// Negotiate picks the code sets for a connection by the algorithm of the specification (clause
// 7.10.2.6), from what a client and a server support: the set that is native to both; the server's
// native set, if the client converts to it; the client's, if the server converts from it; the first of the
// server's sets that both convert; and if both know their characters at all, UTF-8 or UTF-16, which every
// ORB has to take. The error is CODESET_INCOMPATIBLE.
//
// Who prefers Unicode has one step before those: if the client's native set is all of Unicode and the server takes it, it is
// used, since any other that both have would lose some of what the client holds. It must not be preferred with a server
// that answers in its native set whatever was chosen.
func Negotiate(client, server Component, preferUnicode bool) (Choice, error) {
	var c Choice
	var err error
	if c.Char, err = negotiate(client.Char, server.Char, IDUTF8, preferUnicode); err != nil {
		return Choice{}, err
	}
	if c.Wchar, err = negotiate(client.Wchar, server.Wchar, IDUTF16, preferUnicode); err != nil {
		return Choice{}, err
	}
	return c, nil
}

func negotiate(client, server Support, fallback uint32, preferUnicode bool) (uint32, error) {
	switch {
	case client.Native == 0 || server.Native == 0 && len(server.Conversion) == 0:
		return 0, nil // one of them has no such characters: they meet none, or an exception
	case preferUnicode && client.Native == fallback && server.takes(fallback):
		return fallback, nil
	case client.takes(server.Native): // equal, or the client converts
		return server.Native, nil
	case server.takes(client.Native): // the server converts
		return client.Native, nil
	}
	for _, id := range server.Conversion { // in the server's order of preference
		if client.takes(id) {
			return id, nil
		}
	}
	if known(client.Native) && known(server.Native) {
		return fallback, nil
	}
	return 0, incompatible("no code set in common: here %s, there %s", Name(client.Native), Name(server.Native))
}

// Check reports whether a client's choice is among the sets that the component ours names,
// or is the fallback that each ORB must take. The error is CODESET_INCOMPATIBLE.
func (c Choice) Check(ours Component) error {
	if c.Char != 0 && c.Char != IDUTF8 && !ours.Char.takes(c.Char) {
		return notOffered("char", c.Char)
	}
	if c.Wchar != 0 && c.Wchar != IDUTF16 && !ours.Wchar.takes(c.Wchar) {
		return notOffered("wchar", c.Wchar)
	}
	return nil
}

func notOffered(kind string, id uint32) error {
	return exc.New(exc.CodesetIncompatible, exc.MinorCodeSetUnsupported, exc.No, "the client sends %s in %s, which was not offered", kind, Name(id))
}
