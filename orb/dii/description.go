package dii

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A description tells interceptors of a call, from either side. results has none until they are known.
type description struct {
	ctx     context.Context // whose properties are sent, or have come
	sig     *Signature
	args    []dyn.Any
	results *Results
}

var _ orb.Description = (*description)(nil)

func (d *description) Arguments() []orb.Argument {
	in, out := d.args, d.results.Out
	take := func(from *[]dyn.Any) (a dyn.Any) {
		if len(*from) > 0 {
			a, *from = (*from)[0], (*from)[1:]
		}
		return a
	}
	list := make([]orb.Argument, len(d.sig.Params))
	for i, p := range d.sig.Params {
		a := orb.Argument{In: p.Direction != model.Out, Out: p.Direction != model.In}
		if a.In {
			a.Value = take(&in)
		}
		if a.Out {
			if v := take(&out); !v.IsNull() || !a.In {
				a.Value = v
			}
		}
		list[i] = a
	}
	return list
}

func (d *description) Result() dyn.Any {
	if d.sig.Result.Kind() == typecode.TkVoid {
		return void
	}
	return d.results.Return
}

// void is what stands for no result.
var void, _ = dyn.Of(typecode.Void, nil)

func (d *description) Exceptions() []*typecode.TypeCode { return d.sig.Raises }
func (d *description) Contexts() []string               { return d.sig.Context }
func (d *description) OperationContext() []string {
	return orb.PropertiesFor(d.ctx, d.sig.Context...)
}
