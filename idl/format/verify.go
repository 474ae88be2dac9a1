package format

import (
	"context"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// Verify holds that two texts of a file mean the same where it is compiled: that the
// preprocessor makes the same tokens of them, includes read and macros expanded. Source itself
// has compared what is written; what can still differ is a macro that tells the number of its
// line, or makes a string of what stands between blanks. Files that are missing are missing
// for both. The error is an *Error.
func Verify(ctx context.Context, cfg syntax.Config, name string, was, is []byte) error {
	read := func(text []byte) *syntax.Preprocessor {
		c := cfg
		c.Resolver = overlaid{cfg.Resolver, name, text}
		c.Report = &diag.Report{Max: 1}
		return syntax.NewPreprocessor(ctx, c, name)
	}
	a, b := read(was), read(is)
	for {
		x, y := a.Next(), b.Next()
		if x.Kind != y.Kind || x.Text != y.Text {
			return &Error{x.Span.Start, "cannot format: a macro makes something else of this in another layout, since it uses the number of the line or the blanks between words"}
		}
		if x.Kind == syntax.EOF {
			return nil
		}
	}
}

// overlaid is a Resolver in which one file has another text.
type overlaid struct {
	syntax.Resolver
	name string
	text []byte
}

func (o overlaid) Open(name string) ([]byte, error) {
	if name == o.name {
		return o.text, nil
	}
	return o.Resolver.Open(name)
}
