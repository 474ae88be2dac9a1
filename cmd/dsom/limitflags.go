package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/opendsom/dsom/limits"
)

// A limitFlags is a struct, made at run time, with a field for each limit: package limits is
// the one place that knows their names, defaults and meanings.
type limitFlags struct{ fields reflect.Value }

// newLimitFlags returns the flags for all limits.
func newLimitFlags() limitFlags {
	var fields []reflect.StructField
	for i, n := range limits.Names() {
		std := n.Default()
		if std == "" {
			std = "a quarter of the memory"
		}
		doc := strings.ToUpper(n.Doc()[:1]) + n.Doc()[1:]
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Limit%d", i),
			Type: reflect.TypeFor[string](),
			Tag:  reflect.StructTag(fmt.Sprintf("name:%q placeholder:%q group:%q help:%q", n.String(), "N", "Limits:", doc+". Default: "+std+".")),
		})
	}
	return limitFlags{reflect.New(reflect.StructOf(fields))}
}

// plugin is what Kong takes the flags from.
func (f limitFlags) plugin() any { return f.fields.Interface() }

// limits returns the limits as the flags set them.
func (f limitFlags) limits() (*limits.Limits, error) {
	l := new(limits.Limits)
	for i, n := range limits.Names() {
		text := f.fields.Elem().Field(i).String()
		if text == "" {
			continue
		}
		v, err := n.Parse(text)
		if err != nil {
			return nil, usage("--%w", err)
		}
		l.Set(n, v)
	}
	return l, nil
}
