package daemon

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/orb"
)

// TestCheckEnds has many hints name a host that takes connections and says nothing: all together are given so much time, and what was not asked says so.
func TestCheckEnds(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	l, err := neighbours.Open(neighbours.Config{Interface: "127.0.0.1", Group: netip.MustParseAddrPort("239.255.31.253:20253"), Self: neighbours.Self{Name: "a"}, Has: func(context.Context, string) (string, error) { return "", nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	const many = 20 * checkedOnce
	hints := make([]neighbours.Hint, many)
	for i := range hints {
		hints[i].Self = neighbours.Self{ID: [16]byte{byte(i), 1}, Name: fmt.Sprint(i), Addresses: []string{silent.Addr().String()}}
		hints[i].From = netip.MustParseAddr("127.0.0.1")
	}
	n := &onLink{Link: l, networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, orb: o, checkAll: 300 * time.Millisecond}
	all := n.check(t.Context(), hints, "")
	unasked := 0
	for _, x := range all {
		if x.Answers || x.Why == "" {
			t.Errorf("%+v", x)
		}
		if strings.Contains(x.Why, "not asked") {
			unasked++
		}
	}
	if unasked < many/2 { // a call may end a little before its time, and another gets its place
		t.Errorf("of %d, %d were not asked", many, unasked)
	}
}
