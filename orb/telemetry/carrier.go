package telemetry

import (
	"context"
	"slices"

	"go.opentelemetry.io/otel/propagation"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/limits"
)

// A carrier holds the fields of a propagator. On the wire it is the data of a service context giop.ContextTrace: an encapsulation of
//
//	struct Field { string name; string value; };
//	typedef sequence<Field> TraceContext;
//
// whose strings are octets, ASCII where the propagators are W3C's.
type carrier []field

type field struct{ name, value string }

// Get returns the value of a field, "" if there is none.
func (c *carrier) Get(name string) string {
	for _, f := range *c {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// Set gives a field a value.
func (c *carrier) Set(name, value string) {
	for i := range *c {
		if (*c)[i].name == name {
			(*c)[i].value = value
			return
		}
	}
	*c = append(*c, field{name, value})
}

// Keys returns the names of all fields.
func (c *carrier) Keys() []string {
	names := make([]string, len(*c))
	for i, f := range *c {
		names[i] = f.name
	}
	return names
}

var _ propagation.TextMapCarrier = (*carrier)(nil)

// inject returns the octets of what p has to say of ctx, nil for nothing, and for more than the receiver takes by default.
func inject(ctx context.Context, p propagation.TextMapPropagator, l *limits.Limits) []byte {
	var c carrier
	p.Inject(ctx, &c)
	if len(c) == 0 {
		return nil
	}
	e := cdr.NewEncoder(nil, true, nil)
	e.Boolean(true)
	e.Count(len(c))
	for _, f := range c {
		e.RawString(f.name)
		e.RawString(f.value)
	}
	if most := l.Get(limits.TraceContext); int64(e.Len()) > most {
		l.Exceeded(limits.TraceContext, int64(e.Len())) // counted there: the request goes without
		return nil
	}
	if e.Err() != nil {
		return nil
	}
	return e.Bytes()
}

// keysOf returns the fields that p reads.
func keysOf(p propagation.TextMapPropagator) []string {
	keys := slices.Clone(p.Fields())
	slices.Sort(keys)
	return slices.Compact(keys)
}

// extract returns ctx with what data says to p, which reads the fields keys. Data that is malformed, or longer than the limit, says nothing; of fields that
// come twice the first counts, and others than keys are passed over.
func extract(ctx context.Context, p propagation.TextMapPropagator, keys []string, data []byte, l *limits.Limits) context.Context {
	if most := l.Get(limits.TraceContext); int64(len(data)) > most {
		l.Exceeded(limits.TraceContext, int64(len(data))) // counted there: the request is served
		return ctx
	}
	var d cdr.Decoder
	d.Reset(data, 0, false, nil)
	little := d.Boolean()
	if d.Err() != nil {
		return ctx
	}
	d.Reset(data, 1, little, nil)
	var c carrier
	for range d.Count(leastField) {
		name, value := d.RawStringView(), d.RawStringView()
		if d.Err() != nil {
			return ctx
		}
		i := slices.IndexFunc(keys, func(k string) bool { return k == string(name) })
		if i >= 0 {
			c = append(c, field{keys[i], string(value)})
		}
	}
	if d.Err() != nil || len(c) == 0 {
		return ctx
	}
	return p.Extract(ctx, &c)
}

// leastField is how many octets a field takes at least: two empty strings.
const leastField = 10
