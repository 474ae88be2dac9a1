package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/opendsom/dsom/emit/cxx"
)

// A cxxFlag is the flag --cxx, with or without the parts to be made.
type cxxFlag struct {
	on    bool
	parts cxx.Parts
}

// cxxParts are the parts by name.
var cxxParts = map[string]cxx.Parts{"hpp": cxx.Usage, "ih": cxx.Implementation, "cpp": cxx.Template}

// IsBool says that the flag needs no value.
func (*cxxFlag) IsBool() bool { return true }

// Decode reads the flag, and its value if one is behind an equals sign.
func (f *cxxFlag) Decode(ctx *kong.DecodeContext) error {
	f.on = true
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		return nil
	}
	for word := range strings.SplitSeq(fmt.Sprint(ctx.Scan.Pop().Value), ",") {
		part, ok := cxxParts[word]
		if !ok {
			return fmt.Errorf("%q is not hpp, ih or cpp", word)
		}
		f.parts |= part
	}
	return nil
}
