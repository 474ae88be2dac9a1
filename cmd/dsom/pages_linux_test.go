//go:build linux

package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/freeport"
)

// TestTLSPage runs the commands of docs/tls.md, in order, in one folder; a block of text behind one is what it prints.
func TestTLSPage(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		absent.Skip(t, "openssl makes the certificates of the page: %v", err)
	}
	h := newHouse(t)
	playedPage{"../../docs/tls.md", 4, strings.NewReplacer(":3055", fmt.Sprintf(":%d", freeport.Hold(t))), ""}.play(t, h)
	h.stopDaemon()
}

// TestWebPage runs the commands of docs/websockets.md.
func TestWebPage(t *testing.T) {
	h := newHouse(t)
	playedPage{"../../docs/websockets.md", 3, nil, ""}.play(t, h)
	h.stopDaemon()
}

// TestUDPPage runs the commands of docs/udp.md, in a network of its own: the page's daemon joins the group that all daemons join.
func TestUDPPage(t *testing.T) {
	h := newHouse(t)
	h.under = []string{"nsenter", "--net", "--target", aNetwork(t)}
	h.within = h.under
	if out, err := exec.Command(h.under[0], append(h.under[1:len(h.under):len(h.under)], "ip", "link", "set", "lo", "up")...).CombinedOutput(); err != nil {
		absent.Skip(t, "networks cannot be made here: %v: %s", err, out)
	}
	playedPage{"../../docs/udp.md", 4, nil, "daemons on the link are looked for"}.play(t, h)
	h.stopDaemon()
}
