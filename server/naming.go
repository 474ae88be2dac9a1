package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// bind binds o to a name in the naming service of o's ORB.
func bind(ctx context.Context, o *orb.ORB, name string, obj orb.Object) error {
	n, err := ior.ParseName(name)
	if err != nil {
		return err
	}
	ref, err := o.InitialReference(ctx, "NameService")
	if err != nil {
		return err
	}
	root := cosnaming.NamingContextClass.Unchecked(ref)
	full := make(cosnaming.Name, len(n))
	for i, c := range n {
		full[i] = cosnaming.NameComponent{Id: c.ID, Kind: c.Kind}
	}
	for i := 1; i < len(full); i++ {
		_, err := root.BindNewContext(ctx, full[:i])
		if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); err != nil && !errors.As(err, &bound) {
			return fmt.Errorf("binding %s: context %s: %w", name, n[:i], err)
		}
	}
	if err := root.Rebind(ctx, full, obj); err != nil {
		return fmt.Errorf("binding %s: %w", name, err)
	}
	return nil
}
