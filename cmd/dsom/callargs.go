package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typecode"
)

// A binder makes typed values of the words of a command line.
type binder struct {
	ctx  context.Context
	orb  *orb.ORB
	spec *model.Spec // for the names of types in anys; may be nil
}

// options says how URLs and names of types in JSON are looked up.
func (b *binder) options() dyn.JSONOptions {
	return dyn.JSONOptions{
		Types: dii.TypesOf(b.spec),
		Ref: func(url string) (*ior.IOR, error) {
			ref, err := b.orb.Resolve(b.ctx, url)
			if err != nil || ref == nil {
				return nil, err
			}
			return ref.IOR(), nil
		},
	}
}

// bind returns the arguments of a call: one for each word, or by name from a JSON object.
func (b *binder) bind(sig *dii.Signature, words []string, named string) ([]dyn.Any, error) {
	in := sig.Inputs()
	if named != "" {
		if len(words) > 0 {
			return nil, usage("give the arguments by --args or as words, not both")
		}
		return b.bindNamed(sig, named)
	}
	if len(words) != len(in) {
		return nil, usage("%s takes %s, not %d", sig.Operation, dii.Wanted(in), len(words))
	}
	var args []dyn.Any
	for i, p := range in {
		a, err := dyn.UnmarshalJSON(p.Type, document(p.Type, words[i]), b.options())
		if err != nil {
			return nil, badArgument(p, err)
		}
		args = append(args, a)
	}
	return args, nil
}

func (b *binder) bindNamed(sig *dii.Signature, named string) ([]dyn.Any, error) {
	values, err := members(named)
	if err != nil {
		return nil, usage("--args: %w", err)
	}
	args, err := dii.UnmarshalArguments(sig, values, b.options())
	if wrong := (*dii.ArgumentError)(nil); errors.As(err, &wrong) {
		return nil, badArgument(wrong.Param, wrong.Err)
	}
	if err != nil {
		return nil, usage("--args: %w", err)
	}
	return args, nil
}

// members returns the members of a JSON object as they are written.
func members(text string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(strings.NewReader(text))
	var m map[string]json.RawMessage
	if err := d.Decode(&m); err != nil || m == nil {
		return nil, fmt.Errorf(`a JSON object such as {"name": value} is wanted: %w`, or(err, errors.New("this is null")))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return m, nil
}

func or(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// badArgument says which argument is wrong and why.
func badArgument(p dii.Param, err error) error {
	text := err.Error()
	if sys := (*exc.SystemException)(nil); errors.As(err, &sys) {
		if sys.Remote || sys.Kind != exc.BadParam && sys.Kind != exc.DataConversion {
			return fmt.Errorf("argument %s: %w", p.Name, err) // a URL that could not be looked up
		}
		text = sys.Reason
	}
	return usage("argument %s: %s", p.Name, text)
}

// document returns a word of the command line as JSON. Where the type is written as a JSON
// string, a bare word stands for that string.
func document(tc *typecode.TypeCode, word string) []byte {
	bare := false
	switch tc.Unalias().Kind() {
	case typecode.TkString, typecode.TkWString, typecode.TkChar, typecode.TkWChar, typecode.TkEnum, typecode.TkTypeCode:
		bare = true
	case typecode.TkObjref:
		bare = strings.Contains(word, ":")
	case typecode.TkFloat, typecode.TkDouble, typecode.TkLongDouble:
		bare = strings.HasSuffix(word, "NaN") || strings.HasSuffix(word, "Infinity")
	}
	if bare && !isJSONString(word) {
		b := new(bytes.Buffer)
		e := json.NewEncoder(b)
		if err := e.Encode(word); err == nil { // a string: it cannot fail
			return b.Bytes()
		}
	}
	return []byte(word)
}

// isJSONString reports whether a word is a string as JSON writes it. A word that merely
// begins with a quote is taken as it is.
func isJSONString(word string) bool {
	var s string
	return strings.HasPrefix(word, `"`) && json.Unmarshal([]byte(word), &s) == nil
}
