package doctor

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

func (thisMachine) Synchronised() (yes, known bool) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return t.Status&unix.STA_UNSYNC == 0 && state != unix.TIME_ERROR, err == nil
}

// Filters looks which of the kernel's packet filters are in use: their rules are for root alone to see.
func (thisMachine) Filters() (string, bool) {
	var in []string
	for _, f := range []string{"/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"} {
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), "filter") {
			in = append(in, "iptables")
			break
		}
	}
	b, err := os.ReadFile("/proc/modules")
	if err != nil {
		return strings.Join(in, " and "), len(in) > 0
	}
	for l := range strings.Lines(string(b)) {
		if w := strings.Fields(l); len(w) > 2 && w[0] == "nf_tables" && w[2] != "0" {
			in = append(in, "nftables")
		}
	}
	return strings.Join(in, " and "), true
}
