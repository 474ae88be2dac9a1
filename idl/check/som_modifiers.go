package check

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
)

// place is what a modifier can be given to, as a set.
type place uint8

const (
	onClass     place = 1 << iota
	onMethod          // that the class introduces
	onInherited       // method
	onAttribute
	onVariable
	onType

	onNothing place = 0
)

var placeNames = []string{"a class", "a method that the class introduces", "an inherited method", "an attribute", "a variable", "a type"}

// String names the places: "an attribute or a type".
func (p place) String() string {
	var names []string
	for i, n := range placeNames {
		if p&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// one names a single place.
func (p place) one() string {
	switch p {
	case onAttribute:
		return "attribute"
	case onVariable:
		return "variable"
	case onType:
		return "type"
	}
	if p == onInherited {
		return "inherited method"
	}
	return "method"
}

// modifierValue is what a modifier's value can be.
type modifierValue uint8

const (
	noValue modifierValue = iota
	someValue
	anyValue // or none
	number
	listOfNames // also behind a colon
)

var valueNames = [...]string{noValue: "none", someValue: "any", anyValue: "none or any", number: "number", listOfNames: "list"}

// modifierRule is what is known of a modifier.
type modifierRule struct {
	places place
	value  modifierValue
	oneOf  []string // the possible values, if they are few
}

// modifierRules are the modifiers of SOM 3.0, and those that its own files have besides. Any
// other word is a user's modifier, of which nothing is known.
var modifierRules = map[string]modifierRule{
	"abstract":          {places: onClass},
	"abstractparents":   {places: onClass, value: listOfNames},
	"align":             {places: onClass | onVariable | onType, value: number},
	"baseproxyclass":    {places: onClass, value: someValue},
	"callstyle":         {places: onClass, value: someValue, oneOf: []string{"idl", "oidl"}},
	"classinit":         {places: onClass, value: someValue},
	"directinitclasses": {places: onClass, value: listOfNames},
	"dllname":           {places: onClass, value: someValue},
	"externalprefix":    {places: onClass, value: someValue},
	"externalstem":      {places: onClass, value: someValue},
	"factory":           {places: onClass, value: someValue},
	"filestem":          {places: onClass, value: someValue},
	"functionprefix":    {places: onClass, value: someValue},
	"local":             {places: onClass},
	"majorversion":      {places: onClass, value: number},
	"memory_management": {places: onClass, value: someValue, oneOf: []string{"corba"}},
	"metaclass":         {places: onClass, value: someValue},
	"minorversion":      {places: onClass, value: number},
	"nomplans":          {places: onClass},
	"nonportable":       {places: onClass | onMethod | onInherited | onAttribute | onVariable | onType, value: anyValue},
	"persistent":        {places: onClass | onAttribute | onVariable, value: anyValue},
	"releaseorder":      {places: onClass, value: listOfNames},
	"somallocate":       {places: onClass, value: someValue},
	"somdeallocate":     {places: onClass, value: someValue},

	"impldef_prompts":    {places: onAttribute | onClass, value: anyValue},
	"indirect":           {places: onAttribute},
	"nodata":             {places: onAttribute},
	"noget":              {places: onAttribute},
	"nonstaticaccessors": {places: onAttribute | onClass},
	"noset":              {places: onAttribute},

	"const":              {places: onMethod | onInherited},
	"init":               {places: onMethod | onInherited},
	"method":             {places: onMethod},
	"migrate":            {places: onInherited, value: someValue},
	"mplan":              {places: onMethod | onInherited | onClass, value: someValue},
	"namelookup":         {places: onMethod | onInherited},
	"nocall":             {places: onMethod | onInherited},
	"noenv":              {places: onMethod},
	"nonstatic":          {places: onMethod},
	"nooverride":         {places: onMethod | onInherited},
	"noself":             {places: onMethod},
	"offset":             {places: onMethod | onInherited},
	"override":           {places: onInherited},
	"procedure":          {places: onMethod},
	"reintroduce":        {places: onMethod},
	"select":             {places: onInherited, value: someValue},
	"caller_owns_result": {places: onMethod | onInherited},
	"dual_owned_result":  {places: onMethod | onInherited},
	"object_owns_result": {places: onMethod | onInherited},

	"caller_owns_parameters":    {places: onMethod | onInherited, value: listOfNames},
	"dual_owned_parameters":     {places: onMethod | onInherited, value: listOfNames},
	"object_owns_parameters":    {places: onMethod | onInherited, value: listOfNames},
	"suppress_inout_free":       {places: onMethod | onInherited, value: listOfNames},
	"pass_by_copy_parameters":   {places: onMethod | onInherited, value: listOfNames},
	"maybe_by_value_parameters": {places: onMethod | onInherited, value: listOfNames},
	"nullable_parameters":       {places: onMethod | onInherited, value: listOfNames},
	"nullable_result":           {places: onMethod | onInherited | onAttribute},
	"pass_by_copy_result":       {places: onMethod | onInherited},
	"maybe_by_value_result":     {places: onMethod | onInherited},

	"staticdata": {places: onVariable},

	"impctx":  {places: onType, value: someValue},
	"length":  {places: onType, value: number},
	"pointer": {places: onType, value: anyValue},
	"struct":  {places: onType, value: anyValue},
}

// modifierNames are the names in modifierRules, sorted.
var modifierNames = slices.Sorted(maps.Keys(modifierRules))

// A Modifier is what is known of a modifier of SOM IDL, for tools.
type Modifier struct {
	Name string
	// Class and so on say what it can be given to; Own is a method that the class introduces.
	Class, Own, Inherited, Attribute, Variable, Type bool
	// Value is "none", "any", "none or any", "number" or "list".
	Value string
	// OneOf are the possible values, if they are few.
	OneOf []string
}

// Modifiers returns the modifiers of SOM IDL, sorted by name.
func Modifiers() []Modifier {
	var ms []Modifier
	for _, n := range modifierNames {
		r := modifierRules[n]
		at := func(p place) bool { return r.places&p != 0 }
		ms = append(ms, Modifier{
			Name: n, Class: at(onClass), Own: at(onMethod), Inherited: at(onInherited), Attribute: at(onAttribute), Variable: at(onVariable), Type: at(onType),
			Value: valueNames[r.value], OneOf: slices.Clone(r.oneOf),
		})
	}
	return ms
}

// checkValue holds a modifier's value against what is known of it.
func (c *checker) checkValue(t *syntax.ModifierTerm) {
	rule, known := modifierRules[t.Name]
	if !known {
		return
	}
	name := "modifier " + quote(t.Name)
	if t.Value == nil {
		switch {
		case rule.value == number:
			c.errorf(CodeModifierValue, t.Span, "%s needs a number: %s = 1", name, t.Name)
		case len(rule.oneOf) > 0:
			c.errorf(CodeModifierValue, t.Span, "%s needs a value: %s = %s", name, t.Name, rule.oneOf[0])
		case rule.value == someValue, rule.value == listOfNames:
			c.errorf(CodeModifierValue, t.Span, "%s needs a value", name)
		}
		return
	}
	v := t.Value.Text
	switch {
	case rule.value == noValue:
		c.errorf(CodeModifierValue, t.Value.Span, "%s has no value", name)
	case rule.value == number && !isNumber(v):
		c.errorf(CodeModifierValue, t.Value.Span, "the value of %s is a number from 0 to %d, not %s", name, maxModifierNumber, quote(v))
	case len(rule.oneOf) > 0 && !slices.Contains(rule.oneOf, v):
		c.errorf(CodeModifierValue, t.Value.Span, "the value of %s is %s, not %s", name, strings.Join(rule.oneOf, " or "), quote(v))
	case rule.value == someValue && strings.TrimSpace(v) == "" && t.Name != "functionprefix" && t.Name != "externalprefix":
		c.errorf(CodeModifierValue, t.Value.Span, "the value of %s is empty", name)
	}
}

// maxModifierNumber bounds versions, lengths and alignments: what fits the long of SOM's structures.
const maxModifierNumber = 1<<31 - 1

func isNumber(s string) bool {
	n, err := strconv.ParseInt(s, 0, 64)
	return err == nil && n >= 0 && n <= maxModifierNumber
}
