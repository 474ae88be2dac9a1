package main

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/orb"
)

// unbindDead takes away the names that are found dead, each unless it was bound to something else meanwhile, or its object has come: it is asked once more.
func (v nameUnbindCmd) unbindDead(ctx context.Context, c *console) error {
	check := nameCheckCmd{namingFlags: v.namingFlags, Timeout: checkTimeout}
	n, in, at, err := v.openAt(ctx, v.Name)
	if err != nil {
		return err
	}
	defer n.close()
	checked, failed, err := check.check(ctx, n, in, at)
	if err != nil {
		return namingError(v.Name, err)
	}
	again, err := check.checker(ctx, n)
	if err != nil {
		return err
	}
	unbound := []string{}
	for _, x := range checked {
		if x.Verdict != deadName {
			continue
		}
		now, err := in.Resolve(ctx, x.name)
		if ref := orb.RefOf(now); err == nil && (ref == nil || x.ref == nil || ref.String() != x.ref.String()) || vanished(err) {
			continue
		}
		if verdict, _ := again.verdict(ctx, x.Kind, orb.RefOf(now), err); verdict != deadName { // others were waited for since it was asked
			continue
		}
		if err = in.Unbind(ctx, x.name); vanished(err) {
			continue
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", x.Name, namingError(x.Name, err)))
			continue
		}
		unbound = append(unbound, x.Name)
		if !c.json {
			c.printf("%s\n", safe(x.Name))
		}
	}
	if c.json {
		err = c.printJSON(map[string][]string{"unbound": unbound})
	}
	for _, f := range failed {
		c.complain(f, "")
		err = errReported
	}
	return err
}
