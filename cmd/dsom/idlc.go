package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	emitc "github.com/opendsom/dsom/emit/c"
)

// A cFlag is the flag --c, with or without the parts to be made.
type cFlag struct {
	on, compat, pointers bool
	parts                emitc.Parts
}

// cParts are the parts by name.
var cParts = map[string]emitc.Parts{"h": emitc.Usage, "ih": emitc.Implementation, "c": emitc.Template}

// IsBool says that the flag needs no value.
func (*cFlag) IsBool() bool { return true }

// Decode reads the flag, and its value if one is behind an equals sign.
func (f *cFlag) Decode(ctx *kong.DecodeContext) error {
	f.on = true
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		return nil
	}
	for word := range strings.SplitSeq(fmt.Sprint(ctx.Scan.Pop().Value), ",") {
		part, ok := cParts[word]
		if !ok && word != "compat" && word != "corba" {
			return fmt.Errorf("%q is not h, ih, c, compat or corba", word)
		}
		f.parts |= part
		f.compat = f.compat || word == "compat"
		f.pointers = f.pointers || word == "corba"
	}
	return nil
}

// An xhFlag is the flag --xh, with or without the parts to be made.
type xhFlag struct {
	on    bool
	parts emitc.Parts
}

// IsBool says that the flag needs no value.
func (*xhFlag) IsBool() bool { return true }

// Decode reads the flag, and its value if one is behind an equals sign.
func (f *xhFlag) Decode(ctx *kong.DecodeContext) error {
	f.on = true
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		f.parts = emitc.Classes
		return nil
	}
	for word := range strings.SplitSeq(fmt.Sprint(ctx.Scan.Pop().Value), ",") {
		switch word {
		case "xh":
			f.parts |= emitc.Classes
		case "cpp":
			f.parts |= emitc.CxxTemplate
		default:
			return fmt.Errorf("%q is not xh or cpp", word)
		}
	}
	return nil
}

// inC are the options of the emitter of C by --c and --xh, which has the headers for C in IBM's names beside its own.
func (v idlBuildCmd) inC() emitc.Options {
	parts := v.C.parts
	if v.Xh.on && parts&(emitc.Usage|emitc.Implementation) == 0 {
		parts |= emitc.Usage | emitc.Implementation
	}
	return emitc.Options{Parts: parts | v.Xh.parts, Library: v.Library, Compat: v.C.compat, Pointers: v.C.pointers, Typelib: v.Typelib, Existing: existing(v.Out)}
}
