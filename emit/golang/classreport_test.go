package golang_test

import (
	"context"
	"fmt"
	"io"

	"github.com/opendsom/dsom/som"
)

// report tells all that matters of a class. It is compiled into the program that generated classes are tested with, too.
func report(w io.Writer, c *som.Class) {
	fmt.Fprintln(w, c, c.Version(), c.Abstract(), c.Order(), c.Metaclass(), c.InitOrder(), c.Procedures())
	for _, m := range c.Methods() {
		if m.Class().Name()[0] == 'S' {
			continue
		}
		_, owner, err := c.Entry(m)
		fmt.Fprintln(w, "  ", m, m.Kind(), owner, err != nil)
	}
	o, err := c.New()
	if err != nil {
		return
	}
	for _, m := range append(c.Methods(), c.Procedures()...) {
		if m.Class().Name()[0] == 'S' {
			continue
		}
		r, err := o.Invoke(context.Background(), m.String())
		fmt.Fprintln(w, "  ", m, r, err != nil)
	}
	fmt.Fprintln(w, "  ", o.Release())
}
