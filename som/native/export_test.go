//go:build cgo && unix

package native

import "github.com/opendsom/dsom/som"

// Description is what other languages are told of a class that was made without IDL.
var Description = description

// HasUnsigned32 tells the methods that some machines' ABIs do not let be called with words.
var HasUnsigned32 = hasUnsigned32

// Lend has C call a method of r that lends what do returns.
func Lend(r som.Ref, m *som.Method, do func() som.Object) error {
	e := &entry{class: r.Class(), method: m, sig: &signature{out: &slot{typ: refType}, outs: 1, borrowed: true}}
	return callOf(e.callBy, r, func([]any) ([]any, error) { return []any{do()}, nil })
}

func callOf[T any](call func(r som.Ref, args, result *T, do func([]any) ([]any, error)) error, r som.Ref, do func([]any) ([]any, error)) error {
	return call(r, nil, new(T), do)
}
