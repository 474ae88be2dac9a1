package transport

import (
	"fmt"
	"net/netip"
)

// ParseNetwork reads an address, or a network in the form 10.0.0.0/8, as a network that addresses are held against when they are unmapped and have no
// zone: one of mapped addresses (::ffff:10.0.0.0/104) is that of IPv4 which it stands for.
func ParseNetwork(s string) (netip.Prefix, error) {
	if at, err := netip.ParseAddr(s); err == nil && at.Zone() == "" {
		at = at.Unmap()
		return netip.PrefixFrom(at, at.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", s)
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return p, fmt.Errorf("%q is a network of mapped addresses, which have a prefix of 96 bits at least; write it as one of IPv4, such as 10.0.0.0/8", s)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}
