package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/typecode"
)

type namePropertiesCmd struct {
	namingFlags
	Remove []string `sep:"none" placeholder:"PROPERTY" help:"Take a property away; may be repeated."`
	Clear  bool     `help:"Take all properties away that the name has, before others are set."`
	Name   string   `arg:"" help:"The name, such as bank/main."`
	Set    []string `arg:"" optional:"" name:"property=value" help:"Properties to set. A number, true and false are taken for what they are; in quotes, they are texts as all else is."`
}

func (namePropertiesCmd) Help() string {
	return `Without anything to change, prints the properties of a name. They belong to the name, not to the object: dsom name find
finds the name by them. Binding over a name (--rebind) leaves its properties.

Example:

    dsom name properties cars/1 class=Car alias=east speed=120
    dsom name properties cars/1 number='"007"'
    dsom name properties cars/1 --remove alias
    dsom name properties cars/1`
}

func (v namePropertiesCmd) Run(ctx context.Context, c *console) error {
	name, err := parseName(v.Name)
	if err != nil {
		return err
	}
	set, err := parseProperties(v.Set)
	if err != nil {
		return err
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	in, err := n.extendedAt(ctx, "")
	if err != nil {
		return err
	}
	if v.Clear {
		if err := in.RemoveAllProperties(ctx, name); err != nil {
			return extendedError(v.Name, err)
		}
	}
	if len(v.Remove) > 0 {
		if err := in.RemoveProperties(ctx, name, v.Remove); err != nil {
			return extendedError(v.Name, err)
		}
	}
	if len(set) > 0 {
		if err := in.AddProperties(ctx, name, set); err != nil {
			return extendedError(v.Name, err)
		}
	}
	have, err := allProperties(ctx, in, name)
	if err != nil {
		return extendedError(v.Name, err)
	}
	values, err := propertyValues(have)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(values)
	}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		c.printf("%s=%s\n", safe(k), safe(fmt.Sprint(values[k])))
	}
	return nil
}

// rawJSON prints as what it is.
type rawJSON []byte

func (r rawJSON) String() string               { return string(r) }
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// propertyText returns properties in a line, by name.
func propertyText(values map[string]any) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, fmt.Sprintf("%s=%v", k, values[k]))
	}
	return strings.Join(parts, " ")
}

// parseProperties reads the words NAME=VALUE.
func parseProperties(words []string) (list extendednaming.PropertyList, err error) {
	for _, w := range words {
		name, text, ok := strings.Cut(w, "=")
		if !ok || name == "" {
			return nil, usage("%q is no property: write NAME=VALUE", w)
		}
		v, err := propertyValue(text)
		if err != nil {
			return nil, &usageError{err: fmt.Errorf("%s: %w", w, err)}
		}
		list = append(list, extendednaming.PropertyStruct{Binding: extendednaming.PropertyBindingStruct{PropertyName: name}, Value: v})
	}
	return list, nil
}

// propertyValue reads a value: an integer of 32 or 64 bits, another number, as a double, true or false, or a text, which
// may stand in double quotes.
func propertyValue(text string) (dyn.Any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if math.MinInt32 <= n && n <= math.MaxInt32 {
			return dyn.Of(typecode.Long, int32(n))
		}
		return dyn.Of(typecode.LongLong, n)
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return dyn.Of(typecode.ULongLong, n)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, "0123456789") {
		return dyn.Of(typecode.Double, f)
	}
	switch text {
	case "true", "false":
		return dyn.Of(typecode.Boolean, text == "true")
	}
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal([]byte(text), &text); err != nil {
			return dyn.Any{}, errors.New(`what begins with " is to be a text as in JSON`)
		}
	}
	return dyn.Of(typecode.String, text)
}
