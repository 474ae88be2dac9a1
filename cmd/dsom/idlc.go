package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	emitc "github.com/opendsom/dsom/emit/c"
)

// A cFlag is the flag --c, with or without the parts to be made.
type cFlag struct {
	on, compat bool
	parts      emitc.Parts
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
		if !ok && word != "compat" {
			return fmt.Errorf("%q is not h, ih, c or compat", word)
		}
		f.parts |= part
		f.compat = f.compat || word == "compat"
	}
	return nil
}
