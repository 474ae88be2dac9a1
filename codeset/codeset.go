// Package codeset converts between the text in memory, which is UTF-8, and the code sets
// that ORBs agree on for a connection (CORBA 3.3 part 2, clauses 7.10 and 9.3.1.6).
//
// What can be converted stands in a table by the numbers of OSF's registry; [Narrow] and [Wide]
// return a set's converter. A server names the sets it takes in a component of its references; the
// client picks one for char and one for wchar and announces the choice with its first request. Where
// nothing was announced char and string are ISO 8859-1, as the specification has it: a character that
// the set lacks raises DATA_CONVERSION and is never sent as something else. Wide characters cannot
// be sent at all without an agreement.
//
// A char is one octet on the wire, so that only characters of one octet pass in a set of more. In
// memory it is a code point of ISO 8859-1, or an octet of the native set if there is such: [InNative].
package codeset

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// Name returns the name of a code set, or its number where it has none here.
func Name(id uint32) string {
	if r := find(id); r != nil {
		return r.name
	}
	return fmt.Sprintf("code set %#08x", id)
}

// ByName returns the number of the set of that name, in upper or lower case, or written as a number.
func ByName(name string) (uint32, bool) {
	for i := range registry {
		if equalFold(registry[i].name, name) {
			return registry[i].id, true
		}
	}
	n, err := strconv.ParseUint(name, 0, 32)
	return uint32(n), err == nil && n != 0
}

// equalFold compares names of code sets, which are ASCII.
func equalFold(a, b string) bool {
	return slices.EqualFunc([]byte(a), []byte(b), func(x, y byte) bool { return lower(x) == lower(y) })
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// known reports whether the set is in the table. All of them are parts of Unicode, so that
// text in them can always be sent in UTF-8 or UTF-16.
func known(id uint32) bool { return find(id) != nil }

// Narrow returns the code set of char and string of that number, or CODESET_INCOMPATIBLE. Its
// tables are made when it is asked for first.
func Narrow(id uint32) (cdr.CodeSet, error) {
	if r := find(id); r != nil && r.narrow != nil {
		return r.narrow(), nil
	}
	return nil, incompatible("char cannot be converted to %s", Name(id))
}

// Wide returns the code set of wchar and wstring of that number, or CODESET_INCOMPATIBLE. That may be one of octets, such as Shift-JIS, with
// which wide characters need GIOP 1.2.
func Wide(id uint32) (cdr.WideCodeSet, error) {
	switch r := find(id); {
	case r == nil:
	case r.wide != nil:
		return r.wide, nil
	case r.narrow != nil:
		return byteWide{r.narrow()}, nil
	}
	return nil, incompatible("wchar cannot be converted to %s", Name(id))
}

func incompatible(format string, args ...any) error {
	return exc.New(exc.CodesetIncompatible, exc.MinorNoCommonCodeSet, exc.No, format, args...)
}

func conversion(format string, args ...any) error {
	return exc.New(exc.DataConversion, exc.MinorNoCodeSet, exc.No, format, args...)
}

// unmapped says that a set lacks a character, which stands at octet at of a string.
func unmapped(set string, r rune, at int) error {
	return conversion("%s has no counterpart in %s, the code set of this connection (in a string, at octet %d)", strconv.QuoteRune(r), set, at)
}

// invalid says that octets are no text of a set.
func invalid(set string, src []byte) error {
	return conversion("a string that was sent as %s is not: %s", set, shorten(string(src)))
}

// notOneOctet says that a char cannot pass.
func notOneOctet(set string, c byte) error {
	return conversion("char %#x has no form of one octet in %s, the code set of this connection", c, set)
}

// notNative says that a char that came cannot be held, as own lacks it.
func notNative(set string, c byte, own string) error {
	return conversion("char %#x of %s, the code set of this connection, has no counterpart in %s, which a char is in memory: an ORB whose native set has it (Config.CodeSets) can hold it", c, set, own)
}

// shorten quotes s for an error.
func shorten(s string) string {
	if len(s) > 40 {
		return strconv.Quote(s[:40]) + "…"
	}
	return strconv.Quote(s)
}
