package rrbc_test

import (
	"fmt"
	"strings"
)

// measuring gives Animal a method of a parameter, and what that needs.
func measuring(param, types string) []edit {
	return []edit{{"// Pets.", types + "\n  // Tags."}, {"long drink(in long n);", "long drink(in long n); void measure(" + param + ");"}, {"digest, drink;", "digest, drink, measure;"}}
}

// procedure gives Animal a procedure.
func procedure(modifiers string) []edit {
	return []edit{{"long drink(in long n);", "long drink(in long n); long run(in long n);"}, {"digest, drink;", "digest, drink, run; run: procedure" + modifiers + ";"}}
}

// fitting gives Animal the method that is odd.
func fitting(params, types string) []edit {
	return []edit{{"// Pets.", types + "\n  // Tags."}, {"long drink(in long n);", "long drink(in long n); long fit(" + params + ");"}, {"digest, drink;", "digest, drink, fit;"}}
}

// Classes of objects that methods take and return: a Cat is a Seal, and a Box is none.
const seals = `interface Seal : SOMObject { long weigh(in long n); implementation { releaseorder: weigh; }; };
  interface Cat : Seal { implementation { releaseorder:; }; };
  interface Box : SOMObject { long high(in long n); implementation { releaseorder: high; }; };`

// fitted gives Animal a method with the name of the odd one, which has to do with those.
func fitted(method string) []edit {
	return []edit{{"// Pets.", seals + "\n  // Tags."}, {"long drink(in long n);", "long drink(in long n); " + method}, {"digest, drink;", "digest, drink, fit;"}}
}

// sealed is what the odd method is when it returns an object: it returns none.
var sealed = &odd{"NULL", "{}", "int32_t v = FIT(o, &ev, 3) ? 1 : 2", "std::int32_t v = o.fit(3) ? 1 : 2", [2]int32{2, 2}}

// many declares more exceptions than texts of signatures had room for, of names that come first in the order of ids.
var many = []edit{{"// Keepers.", numbered("exception Alas%d { long why; };\n  ", 50) + "// Keepers."}}

// alas are the names of those exceptions, each with a comma behind it.
var alas = numbered("Alas%d, ", 50)

// far are as many members of an exception, of which the last are beyond what is told in full.
func far(n int) string { return numbered("unsigned long far%d; ", n) }

// numbered is a text as often as it is asked for, each time with another number.
func numbered(format string, n int) string {
	var b strings.Builder
	for k := range n {
		fmt.Fprintf(&b, format, k+10)
	}
	return b.String()
}

// overridesAge lets Puppy have an attribute of Animal's in a way of its own.
var overridesAge = edit{" bark: override;", " bark: override; _get_age: override; _set_age: override;"}

// ordered declares two classes with an attribute of a type each, and two that have them as parents, in both orders.
func ordered(parent, typ string) string {
	return fmt.Sprintf(`interface Night : %[1]s { attribute %[2]s called; implementation { releaseorder: _get_called, _set_called; }; };
  interface Day : %[1]s { attribute %[2]s until; implementation { releaseorder: _get_until, _set_until; }; };
  interface Early : Night, Day { implementation { releaseorder:; }; };
  interface Late : Day, Night { implementation { releaseorder:; }; };
  // Tags.`, parent, typ)
}
