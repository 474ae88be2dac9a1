package objects

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb/dii"
)

// Call calls an operation of an object. Its error is that the call could not be made for what was asked.
func (o *Objects) Call(ctx context.Context, in admin.Call) (out admin.Outcome, err error) {
	if in.Timeout < 0 || time.Duration(in.Timeout) > admin.MaxCallTime {
		return out, invalid("timeout %v is not between 0 and %v", time.Duration(in.Timeout), admin.MaxCallTime)
	}
	if in.Timeout == 0 {
		in.Timeout = admin.Duration(admin.MaxCallTime)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(in.Timeout))
	defer cancel()
	ref, err := o.resolve(ctx, in.URL)
	if err != nil {
		return out, err
	}
	f, known := found{}, false
	if in.Interface != "" {
		if f, known = o.c.Library.lookup(ctx, in.Interface); !known {
			return out, &admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("no interface %.200q is known", in.Interface)}
		}
	} else if f, err = o.interfaceOf(ctx, ref); err != nil {
		return out, err
	}
	name, write := strings.CutSuffix(in.Operation, "=")
	m, err := dii.Member(f.i, name)
	if err != nil {
		return out, invalid("%w", err)
	}
	sig, err := signature(m, write)
	if err != nil {
		return out, invalid("%w", err)
	}
	args, err := dii.UnmarshalArguments(sig, in.Arguments, o.options(ctx, f.spec))
	if err != nil {
		return out, invalid("%w", err)
	}
	begin := time.Now()
	results, err := dii.Call(ctx, ref, sig, args...)
	out.Took = admin.Duration(time.Since(begin))
	var raised *dii.UserException
	switch {
	case errors.As(err, &raised):
		if out.Exception, err = dyn.MarshalJSON(raised.Value); err != nil {
			out.Error = fmt.Sprintf("%v, whose members cannot be shown: %v", raised, err)
		}
	case err != nil:
		out.Error = err.Error()
	default:
		if out.Result, err = dii.MarshalResults(sig, results); err != nil {
			out.Error = fmt.Sprintf("the call has succeeded; its results cannot be shown: %v", err)
		}
	}
	return out, nil
}

// options says how URLs and names of types in JSON are looked up.
func (o *Objects) options(ctx context.Context, spec *model.Spec) dyn.JSONOptions {
	return dyn.JSONOptions{
		Types: dii.TypesOf(spec),
		Ref: func(url string) (*ior.IOR, error) {
			ref, err := o.resolve(ctx, url)
			if err != nil {
				return nil, err
			}
			return ref.IOR(), nil
		},
	}
}
