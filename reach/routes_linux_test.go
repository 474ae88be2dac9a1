package reach

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

const envRoutes = "DSOM_TEST_ROUTES"

// TestRoutesChange holds that what is kept is what the system would answer now, whatever happens to addresses, routes and rules. It runs in a network of its own.
func TestRoutesChange(t *testing.T) {
	t.Parallel()
	if os.Getenv(envRoutes) == "" {
		for _, tool := range []string{"unshare", "ip"} {
			if _, err := exec.LookPath(tool); err != nil {
				absent.Skip(t, "%s is not installed; Debian's packages are util-linux and iproute2", tool)
			}
		}
		if os.Geteuid() != 0 {
			absent.Skip(t, "networks are made by root")
		}
		for _, can := range []string{"true", "ip link add one type veth peer name three", "ip -6 addr add 2001:db8:5::1/64 dev lo"} { // not in each container, nor with each kernel
			if out, err := exec.Command("unshare", append([]string{"--net"}, strings.Fields(can)...)...).CombinedOutput(); err != nil {
				absent.Skip(t, "in a network of its own this machine does not let root do %q: %v: %s", can, err, out)
			}
		}
		cmd := exec.Command("unshare", "--net", os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), envRoutes+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	var kept routed
	for _, step := range []struct{ do, want string }{
		{"link set lo up", ""},
		{"link add one type veth peer name three", ""},
		{"link set three up", ""},
		{"addr add 198.51.100.7/24 dev one", ""},
		{"link set one up", ""},
		{"route add default via 198.51.100.1", "198.51.100.7"},
		{"link add two type veth peer name four", "198.51.100.7"},
		{"link set four up", "198.51.100.7"},
		{"addr add 203.0.113.9/24 dev two", "198.51.100.7"},
		{"link set two up", "198.51.100.7"},
		{"route add 192.0.2.0/24 dev two", "203.0.113.9"},
		{"route add default via 203.0.113.1 table 77", "203.0.113.9"},
		{"route del 192.0.2.0/24", "198.51.100.7"},
		{"rule add to 192.0.2.1 table 77", "203.0.113.9"},
		{"rule del to 192.0.2.1 table 77", "198.51.100.7"},
		{"link set one down", ""},
		{"-6 addr add 2001:db8:5::1/64 dev two nodad", ""},
		{"-6 route add default dev two", "2001:db8:5::1"},
		{"addr flush dev two", ""},
	} {
		if out, err := exec.Command("ip", strings.Fields(step.do)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v: %s", step.do, err, out)
		}
		for range 2 {
			fresh, ok := outwardSource()
			got, has := kept.outward()
			if has != ok || ok && got != fresh.String() {
				t.Errorf("after ip %s: %q, %v, and the system says %v, %v", step.do, got, has, fresh, ok)
			}
			if got != step.want {
				t.Errorf("after ip %s: %q, want %q", step.do, got, step.want)
			}
		}
		if kept.state == routedKept != (step.want != "") {
			t.Errorf("after ip %s: state %d", step.do, kept.state)
		}
	}
}

// TestRoutesLost: of a socket that has ended nothing is kept.
func TestRoutesLost(t *testing.T) {
	t.Parallel()
	kept := routed{fd: -1, state: routedKept, text: "192.0.2.77"}
	fresh, ok := outwardSource()
	if got, has := kept.outward(); has != ok || ok && got != fresh.String() {
		t.Errorf("%q, %v, and the system says %v, %v", got, has, fresh, ok)
	}
	if kept.state != routedNone {
		t.Errorf("state %d", kept.state)
	}
}
