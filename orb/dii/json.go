package dii

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typecode"
)

// An ArgumentError says that the value of a parameter could not be read.
type ArgumentError struct {
	Param Param
	Err   error
}

// Error names the parameter.
func (e *ArgumentError) Error() string { return fmt.Sprintf("argument %s: %v", e.Param.Name, e.Err) }

// Unwrap returns what was wrong.
func (e *ArgumentError) Unwrap() error { return e.Err }

// UnmarshalArguments reads the arguments of a call, in order, from JSON values by the names of the in and inout parameters. Each must be
// there, and no others. Where a value is wrong the error is an *ArgumentError.
func UnmarshalArguments(s *Signature, values map[string]json.RawMessage, opt dyn.JSONOptions) ([]dyn.Any, error) {
	in := s.Inputs()
	names := make([]string, len(in))
	for i, p := range in {
		names[i] = p.Name
	}
	for name := range values {
		if !slices.Contains(names, name) {
			hint := ""
			if near := diag.Closest(name, names); near != "" {
				hint = fmt.Sprintf("; did you mean %s?", near)
			}
			return nil, fmt.Errorf("%s has no parameter %q%s; it takes %s", s.Operation, name, hint, Wanted(in))
		}
	}
	var args []dyn.Any
	for _, p := range in {
		raw, ok := values[p.Name]
		if !ok {
			return nil, fmt.Errorf("%s is missing; %s takes %s", p.Name, s.Operation, Wanted(in))
		}
		a, err := dyn.UnmarshalJSON(p.Type, raw, opt)
		if err != nil {
			return nil, &ArgumentError{p, err}
		}
		args = append(args, a)
	}
	return args, nil
}

// TypesOf returns the function by which values in JSON find types: those that spec declares, by their scoped names. spec may be nil.
func TypesOf(spec *model.Spec) func(name string) *typecode.TypeCode {
	return func(name string) *typecode.TypeCode {
		if spec == nil {
			return nil
		}
		d := spec.Lookup(name)
		if d == nil {
			return nil
		}
		tc, err := model.TypeCodeOf(d)
		if err != nil {
			return nil
		}
		return tc
	}
}

// MarshalResults returns what a call brought back as JSON: the value alone, or, where there are out parameters, an object with them by
// name and the value as "return" ("_return", if a parameter is called that); nil where there is nothing.
func MarshalResults(s *Signature, r Results) ([]byte, error) {
	void := s.Result.Unalias().Kind() == typecode.TkVoid
	outputs := s.Outputs()
	if s.Oneway || void && len(outputs) == 0 {
		return nil, nil
	}
	if len(outputs) == 0 {
		return dyn.MarshalJSON(r.Return)
	}
	var b []byte
	member := func(name string, v dyn.Any) error {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		value, err := dyn.MarshalJSON(v)
		b = append(append(append(append(b, ','), key...), ':'), value...)
		return err
	}
	if !void {
		name := "return"
		if slices.ContainsFunc(outputs, func(p Param) bool { return p.Name == name }) {
			name = "_return"
		}
		if err := member(name, r.Return); err != nil {
			return nil, err
		}
	}
	for i, p := range outputs {
		if err := member(p.Name, r.Out[i]); err != nil {
			return nil, err
		}
	}
	b[0] = '{'
	return append(b, '}'), nil
}

// Wanted lists parameters for people: "2 arguments, to (objref Account), amount (double)".
func Wanted(in []Param) string {
	switch len(in) {
	case 0:
		return "no arguments"
	}
	var list []string
	for _, p := range in {
		list = append(list, p.Name+" ("+typeName(p.Type)+")")
	}
	if len(in) == 1 {
		return "1 argument, " + list[0]
	}
	return fmt.Sprintf("%d arguments, %s", len(in), strings.Join(list, ", "))
}

// typeName names a type in few words.
func typeName(tc *typecode.TypeCode) string {
	switch tc.Kind() {
	case typecode.TkAlias:
		return tc.Name()
	case typecode.TkStruct, typecode.TkUnion, typecode.TkEnum, typecode.TkObjref:
		return strings.TrimSpace(tc.Kind().String() + " " + tc.Name())
	case typecode.TkSequence:
		return "sequence of " + typeName(tc.Content())
	case typecode.TkArray:
		return fmt.Sprintf("array of %d %s", tc.Length(), typeName(tc.Content()))
	}
	return tc.String()
}
