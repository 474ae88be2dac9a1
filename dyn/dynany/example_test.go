package dynany_test

import (
	"fmt"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/dyn/dynany"
	"github.com/opendsom/dsom/typecode"
)

// A value of a type that is known at run time only is filled in and read.
func Example() {
	account, err := typecode.Parse("struct Account {string owner; sequence<double> entries;}", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := dynany.New(account)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := dynany.Insert(v, dyn.String, "Ada"); err != nil { // the first member is current
		fmt.Println(err)
		return
	}
	v.Next()
	member, _ := v.Current()
	entries, _ := member.Sequence()
	if err := entries.SetLen(2); err != nil {
		fmt.Println(err)
		return
	}
	for ok := true; ok; ok = entries.Next() { // the first new element is current
		if err := dynany.Insert(member, dyn.Double, 0.5); err != nil {
			fmt.Println(err)
			return
		}
	}
	a, err := v.Any()
	fmt.Println(a.Value(), err)
	// Output: [{owner Ada} {entries [0.5 0.5]}] <nil>
}
