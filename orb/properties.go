package orb

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/opendsom/dsom/cdr"
)

// An operation with a context clause sends, behind its arguments, those properties of the
// caller whose names the clause lists, as a sequence of names and values (CORBA 3.3 part 1,
// clause 7.13; part 2, clause 9.4.2.2).

type propertiesKey struct{ CallersOwn }

// WithProperties returns a ctx that carries properties for operations with a context clause.
// The map must not be changed afterwards.
func WithProperties(ctx context.Context, properties map[string]string) context.Context {
	return context.WithValue(ctx, propertiesKey{}, properties)
}

// Properties returns the properties that ctx carries: those of WithProperties, in a servant
// those that the client sent, none if the operation has no context clause. It must not be changed.
func Properties(ctx context.Context) map[string]string {
	p, _ := ctx.Value(propertiesKey{}).(map[string]string)
	return p
}

// PropertiesFor returns the properties of ctx that a context clause lists, as they are sent: name, value, and so on. A name in the clause that
// ends in * stands for all that begin so.
func PropertiesFor(ctx context.Context, clause ...string) []string {
	properties := Properties(ctx)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		for _, pattern := range clause {
			prefix, open := strings.CutSuffix(pattern, "*")
			if name == pattern || open && strings.HasPrefix(name, prefix) {
				list = append(list, name, properties[name])
				break
			}
		}
	}
	return list
}

// PutContext writes the properties of ctx that a context clause lists: see [PropertiesFor].
func PutContext(e *cdr.Encoder, ctx context.Context, clause ...string) {
	list := PropertiesFor(ctx, clause...)
	e.Count(len(list))
	for _, text := range list {
		e.String(text)
	}
}

// GetContext reads the properties that the client sent behind the arguments, and returns the
// request's context with them.
func GetContext(r *ServerRequest) context.Context {
	n := r.In.Count(4)
	properties := map[string]string{}
	for range (n + 1) / 2 { // a name without a value is one with an empty value
		name, value := r.In.String(), ""
		if n -= 2; n >= 0 {
			value = r.In.String()
		}
		if r.In.Err() != nil {
			break
		}
		properties[name] = value
	}
	return WithProperties(r.Context(), properties)
}
