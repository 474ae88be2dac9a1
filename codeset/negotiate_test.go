package codeset_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// The component of omniORB 4.2.5, in the captures of GIOP 1.2.
const omniComponent = "01000000 01000100 01000000 01000105 09010100 01000000 09010100"

func TestComponent(t *testing.T) {
	t.Parallel()
	b := unhex(t, omniComponent)
	c, err := codeset.ParseComponent(b)
	if err != nil {
		t.Fatal(err)
	}
	if c.Char.Native != codeset.IDLatin1 || len(c.Char.Conversion) != 1 || c.Char.Conversion[0] != codeset.IDUTF8 || c.Wchar.Native != codeset.IDUTF16 {
		t.Errorf("got %+v", c)
	}
	if got := c.Append(nil); !bytes.Equal(got, b) {
		t.Errorf("built again: %x, want %x", got, b)
	}
	for n := range b {
		if c, err := codeset.ParseComponent(b[:n]); err == nil {
			t.Errorf("%d octets parse as %+v", n, c)
		}
	}
}

// TestComponentLimit: a component names as many sets of a kind as a limit says, and no more.
func TestComponentLimit(t *testing.T) {
	t.Parallel()
	for n, good := range map[int]bool{0: true, 64: true, 65: false} {
		b := codeset.Component{Char: codeset.Support{Native: 1, Conversion: make([]uint32, n)}}.Append(nil)
		_, err := codeset.ParseComponent(b)
		var limit *limits.Error
		if good && err != nil || !good && (!errors.As(err, &limit) || limit.Name != limits.Profiles) {
			t.Errorf("%d sets: %v", n, err)
		}
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	s := func(ids ...uint32) codeset.Support {
		return codeset.Support{Native: ids[0], Conversion: ids[1:]}
	}
	const latin2, latin9, eucTW, unknown = 0x00010002, 0x0001000f, 0x00050010, 0x77777777
	for _, c := range []struct {
		what           string
		client, server codeset.Component
		want           codeset.Choice
		incompatible   bool
	}{
		{"the client's native set, which the server converts, before others in common", codeset.Component{Char: s(latin2, codeset.IDLatin1), Wchar: s(codeset.IDUCS4, codeset.IDUTF16)},
			codeset.Component{Char: s(latin9, codeset.IDLatin1, latin2), Wchar: s(codeset.IDUCS2, codeset.IDUTF16, codeset.IDUCS4)}, codeset.Choice{Char: latin2, Wchar: codeset.IDUCS4}, false},
		{"ourselves", codeset.Ours(), codeset.Ours(), codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}, false},
		{"omniORB", codeset.Ours(), codeset.Component{Char: s(codeset.IDLatin1, codeset.IDLatin1, codeset.IDUTF8), Wchar: s(codeset.IDUTF16, codeset.IDUTF16)},
			codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}, false},
		{"only Latin-1 there", codeset.Ours(), codeset.Component{Char: s(codeset.IDLatin1), Wchar: s(0)}, codeset.Choice{Char: codeset.IDLatin1}, false},
		{"in both conversion sets", codeset.Component{Char: s(latin2, codeset.IDLatin1), Wchar: s(0)}, codeset.Component{Char: s(latin9, codeset.IDLatin1), Wchar: s(0)},
			codeset.Choice{Char: codeset.IDLatin1}, false},
		{"the server's native set, to which the client converts", codeset.Component{Char: s(latin2, latin9), Wchar: s(codeset.IDUCS2, codeset.IDUTF16)},
			codeset.Component{Char: s(latin9, latin2), Wchar: s(codeset.IDUTF16, codeset.IDUCS2)}, codeset.Choice{Char: latin9, Wchar: codeset.IDUTF16}, false},
		{"the client's native set, from which the server converts", codeset.Component{Char: s(latin2), Wchar: s(codeset.IDUCS4)},
			codeset.Component{Char: s(latin9, latin2), Wchar: s(codeset.IDUTF16, codeset.IDUCS4)}, codeset.Choice{Char: latin2, Wchar: codeset.IDUCS4}, false},
		{"native to both, although both convert", codeset.Component{Char: s(latin2, codeset.IDUTF8), Wchar: s(codeset.IDUCS2, codeset.IDUTF16)},
			codeset.Component{Char: s(latin2, codeset.IDUTF8), Wchar: s(codeset.IDUCS2, codeset.IDUTF16)}, codeset.Choice{Char: latin2, Wchar: codeset.IDUCS2}, false},
		{"the first in common in the server's order", codeset.Component{Char: s(latin2, codeset.IDASCII, codeset.IDLatin1), Wchar: s(0)},
			codeset.Component{Char: s(latin9, codeset.IDEUCJP, codeset.IDLatin1, codeset.IDASCII), Wchar: s(0)}, codeset.Choice{Char: codeset.IDLatin1}, false},
		{"Unicode is not given up", codeset.Ours(), codeset.Component{Char: s(codeset.IDLatin1, codeset.IDUTF8), Wchar: s(codeset.IDUCS2, codeset.IDUTF16)},
			codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}, false},
		{"a host, to which the client converts", codeset.Any(), codeset.Component{Char: s(codeset.IDIBM1047), Wchar: s(codeset.IDUCS4)},
			codeset.Choice{Char: codeset.IDIBM1047, Wchar: codeset.IDUCS4}, false},
		{"fallback", codeset.Component{Char: s(latin2), Wchar: s(codeset.IDUCS4)}, codeset.Component{Char: s(codeset.IDLatin1), Wchar: s(codeset.IDUCS2)},
			codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}, false},
		{"fallback for a set that is known by name", codeset.Any(), codeset.Component{Char: s(eucTW), Wchar: s(0)}, codeset.Choice{Char: codeset.IDUTF8}, false},
		{"no native set there, but conversions", codeset.Ours(), codeset.Component{Char: s(0, codeset.IDLatin1), Wchar: s(0, codeset.IDUCS2)},
			codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUCS2}, false},
		{"no wide characters here", codeset.Component{Char: s(codeset.IDUTF8), Wchar: s(0, codeset.IDUCS4)}, codeset.Component{Char: s(codeset.IDUTF8), Wchar: s(unknown, codeset.IDUCS4)},
			codeset.Choice{Char: codeset.IDUTF8}, false},
		{"nothing at all there", codeset.Ours(), codeset.Component{}, codeset.Choice{}, false},
		{"nothing in common", codeset.Ours(), codeset.Component{Char: s(unknown), Wchar: s(0)}, codeset.Choice{}, true},
		{"nothing wide in common", codeset.Ours(), codeset.Component{Char: s(codeset.IDUTF8), Wchar: s(unknown)}, codeset.Choice{}, true},
	} {
		got, err := codeset.Negotiate(c.client, c.server, true)
		if c.incompatible {
			if !errors.Is(err, exc.CodesetIncompatible) {
				t.Errorf("%s: got %+v, %v, want CODESET_INCOMPATIBLE", c.what, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v, want %+v", c.what, got, err, c.want)
		}
	}
}

// TestNegotiateByTheBook: who does not prefer Unicode converts to the server's native set wherever it can.
func TestNegotiateByTheBook(t *testing.T) {
	t.Parallel()
	s := func(native uint32, conversion ...uint32) codeset.Support {
		return codeset.Support{Native: native, Conversion: conversion}
	}
	for _, c := range []struct {
		what   string
		server codeset.Component
		want   codeset.Choice
	}{
		{"JacORB in the C locale", codeset.Component{Char: s(codeset.IDLatin1, 0x0001000f, codeset.IDUTF8), Wchar: s(codeset.IDUTF16, codeset.IDUTF8, codeset.IDUCS2)},
			codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUTF16}},
		{"JacORB in a locale of UTF-8", codeset.Component{Char: s(codeset.IDUTF8, codeset.IDLatin1), Wchar: s(codeset.IDUTF8, codeset.IDUTF16)},
			codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF8}},
		{"a native set that is not known here", codeset.Component{Char: s(0x0badf00d, codeset.IDUTF8), Wchar: s(0x0badf00d, codeset.IDUTF16)},
			codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}},
	} {
		if got, err := codeset.Negotiate(codeset.Any(), c.server, false); err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v, want %+v", c.what, got, err, c.want)
		}
	}
}

// TestCheck holds which choices of a client a server takes: what it has offered for that kind of character, nothing, and the fallback.
func TestCheck(t *testing.T) {
	t.Parallel()
	const latin2 = 0x00010002
	few := codeset.Component{Char: codeset.Support{Native: codeset.IDLatin1}, Wchar: codeset.Support{Native: codeset.IDUCS2, Conversion: []uint32{codeset.IDUCS4}}}
	for _, c := range []struct {
		choice codeset.Choice
		ours   codeset.Component
		kind   string // that was not offered; empty: taken
	}{
		{codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUCS2}, few, ""},
		{codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUCS4}, few, ""},
		{codeset.Choice{}, few, ""},
		{codeset.Choice{}, codeset.Component{}, ""},
		{codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}, codeset.Component{}, ""},
		{codeset.Choice{Char: latin2}, codeset.Ours(), "char"},
		{codeset.Choice{Char: latin2, Wchar: codeset.IDUCS2}, few, "char"},
		{codeset.Choice{Wchar: codeset.IDUCS4}, codeset.Ours(), "wchar"},
		{codeset.Choice{Wchar: codeset.IDUCS2}, codeset.Component{Char: few.Char}, "wchar"},
		{codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDLatin1}, few, "wchar"}, // offered, but for char
		{codeset.Choice{Char: codeset.IDUCS4, Wchar: codeset.IDUCS4}, few, "char"},
		{codeset.Choice{Char: codeset.IDUTF16}, few, "char"}, // the fallback of the other kind
		{codeset.Choice{Wchar: codeset.IDUTF8}, few, "wchar"},
	} {
		err := c.choice.Check(c.ours)
		if c.kind == "" {
			if err != nil {
				t.Errorf("%+v of %+v: %v", c.choice, c.ours, err)
			}
			continue
		}
		if !errors.Is(err, exc.CodesetIncompatible) || exc.From(err, exc.No).Minor != exc.MinorCodeSetUnsupported || !strings.Contains(err.Error(), " "+c.kind+" in ") {
			t.Errorf("%+v of %+v: got %v, want CODESET_INCOMPATIBLE for %s", c.choice, c.ours, err, c.kind)
		}
	}
}

func TestChoice(t *testing.T) { // not parallel: it counts allocations
	c := codeset.Choice{Char: codeset.IDLatin1, Wchar: codeset.IDUTF16}
	b := c.Append(nil)
	if got, want := hex.EncodeToString(b), "010000000100010009010100"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, err := codeset.ParseContext(b); err != nil || got != c {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = codeset.ParseContext(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for n := range b {
		if got, err := codeset.ParseContext(b[:n]); err == nil {
			t.Errorf("%d octets parse as %+v", n, got)
		}
	}
	if err := codeset.Any().Err(); err != nil {
		t.Error(err)
	}
	if err := (codeset.Component{Char: codeset.Support{Native: codeset.IDUTF16}}).Err(); !errors.Is(err, exc.CodesetIncompatible) {
		t.Errorf("UTF-16 as the set of char: %v", err)
	}
	narrow, wide, err := codeset.Default.Sets()
	if err != nil || narrow.ID() != codeset.IDLatin1 || wide != nil {
		t.Errorf("default: %v, %v, %v", narrow, wide, err)
	}
	for _, c := range []codeset.Choice{{Wchar: 0x00050010}, {Wchar: 7}, {Char: codeset.IDUTF16}, {Char: 0x00050010}, {Char: 7}} {
		if n, w, err := c.Sets(); !errors.Is(err, exc.CodesetIncompatible) {
			t.Errorf("%+v: %v, %v, %v", c, n, w, err)
		}
	}
}
