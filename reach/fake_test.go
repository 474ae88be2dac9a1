package reach_test

import "net/netip"

// laptop is a machine with a cable, a radio, a bridge of containers and no luck.
type laptop struct{}

func (laptop) Name() string    { return "laptop.example.org" }
func (laptop) Outward() string { return "192.0.2.10" }
func (laptop) Addresses(network string) ([]netip.Addr, bool) {
	all := map[string][]string{
		"lo":      {"127.0.0.1", "::1"},
		"eth0":    {"192.0.2.10", "2001:db8::10", "fe80::10"},
		"docker0": {"172.17.0.1"},
		"ll0":     {"fe80::99"},
	}
	var list []netip.Addr
	for _, name := range []string{"lo", "eth0", "docker0", "ll0"} {
		if network == "" || network == name {
			for _, a := range all[name] {
				list = append(list, netip.MustParseAddr(a))
			}
		}
	}
	return list, list != nil
}
