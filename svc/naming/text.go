package naming

import (
	"context"
	"strings"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// The operations of NamingContextExt, which deal with names as text (clause 2.5). They use
// no state but for resolve_str.

func (c *namingContext) ToString(_ context.Context, n cosnaming.Name) (string, error) {
	if len(n) == 0 {
		return "", new(cosnaming.NamingContext_InvalidName)
	}
	return fromName(n).String(), nil
}

func (c *namingContext) ToName(_ context.Context, sn string) (cosnaming.Name, error) {
	n, err := ior.ParseName(sn)
	if err != nil {
		return nil, new(cosnaming.NamingContext_InvalidName)
	}
	return toName(n), nil
}

// ToUrl returns a corbaname URL. addr stands in it as it was given; an empty sn names the
// naming context at addr itself.
func (c *namingContext) ToUrl(_ context.Context, addr, sn string) (string, error) {
	u, err := ior.ParseURL("corbaname:" + addr)
	if err != nil || addr == "" || strings.Contains(addr, "#") || strings.TrimSpace(addr) != addr {
		return "", new(cosnaming.NamingContextExt_InvalidAddress)
	}
	if sn == "" {
		return "corbaname:" + addr, nil
	}
	if u.Name, err = ior.ParseName(sn); err != nil {
		return "", new(cosnaming.NamingContext_InvalidName)
	}
	_, name, _ := strings.Cut(u.String(), "#")
	return "corbaname:" + addr + "#" + name, nil
}

func (c *namingContext) ResolveStr(ctx context.Context, sn string) (orb.Object, error) {
	n, err := ior.ParseName(sn)
	if err != nil {
		return nil, new(cosnaming.NamingContext_InvalidName)
	}
	return c.resolve(ctx, n)
}
