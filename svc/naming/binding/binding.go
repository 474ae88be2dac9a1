// Package binding binds names in whatever naming service a reference leads to, as its client.
package binding

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// Bind binds obj to a stringified name, such as bank/main, from a root context on, over whatever had the name before, and makes the contexts on the way.
func Bind(ctx context.Context, root *orb.Ref, name string, obj orb.Object) error {
	n, err := ior.ParseName(name)
	if err != nil {
		return err
	}
	from := cosnaming.NamingContextClass.Unchecked(root)
	full := make(cosnaming.Name, len(n))
	for i, c := range n {
		full[i] = cosnaming.NameComponent{Id: c.ID, Kind: c.Kind}
	}
	for i := 1; i < len(full); i++ {
		_, err := from.BindNewContext(ctx, full[:i])
		if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); err != nil && !errors.As(err, &bound) {
			return fmt.Errorf("binding %s: context %s: %w", name, n[:i], err)
		}
	}
	if err := from.Rebind(ctx, full, obj); err != nil {
		return fmt.Errorf("binding %s: %w", name, err)
	}
	return nil
}
