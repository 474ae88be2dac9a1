package portscan_test

import (
	"net"
	"os"
	"os/exec"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/portscan"
)

const envLoopback = "DSOM_TEST_LOOPBACK"

// TestNoLoopback6 asks who listens at all addresses, of both versions of IP, where the machine's loopback has IPv4 alone. It runs in a network of its own.
func TestNoLoopback6(t *testing.T) {
	if os.Getenv(envLoopback) == "" {
		t.Parallel()
		for _, tool := range []string{"unshare", "ip"} {
			if _, err := exec.LookPath(tool); err != nil {
				absent.Skip(t, "%s is not installed; Debian's packages are util-linux and iproute2", tool)
			}
		}
		if os.Geteuid() != 0 {
			absent.Skip(t, "networks are made by root")
		}
		const up = "ip link set lo up && ip -6 addr flush dev lo"
		if out, err := exec.Command("unshare", "--net", "sh", "-c", up).CombinedOutput(); err != nil {
			absent.Skip(t, "in a network of its own this machine does not let root do %q: %v: %s", up, err, out)
		}
		cmd := exec.Command("unshare", "--net", "sh", "-c", up+` && exec "$0" -test.run '^TestNoLoopback6$' -test.v`, os.Args[0])
		cmd.Env = append(os.Environ(), envLoopback+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	l, err := net.Listen("tcp", "[::]:0")
	if err != nil {
		t.Skip("no IPv6 here:", err) // and so nobody listens so
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n"))
			_ = c.Close()
		}
	}()
	all, err := portscan.Listeners(t.Context(), uint16(l.Addr().(*net.TCPAddr).Port))
	if err != nil || len(all) != 1 || !all[0].Addr.Addr().Is6() {
		t.Fatalf("got %+v, %v", all, err)
	}
	is, err := portscan.Identify(t.Context(), all[0].Reachable())
	if err != nil || is.Protocol != portscan.SSH {
		t.Errorf("asked at %v it is %+v, %v", all[0].Reachable(), is, err)
	}
}
