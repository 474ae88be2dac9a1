package freeport_test

import (
	"fmt"
	"net"
	"strconv"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
)

// TestHold: whoever is told a port gets it, again and again, and until then nobody is there.
func TestHold(t *testing.T) {
	t.Parallel()
	given := map[int]bool{}
	for range 50 {
		port := freeport.Hold(t)
		if given[port] {
			t.Errorf("port %d is given twice", port)
		}
		given[port] = true
		for _, host := range []string{"127.0.0.1", "", "127.0.0.1"} {
			address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
			if c, err := net.Dial("tcp", address); err == nil {
				c.Close()
				t.Errorf("somebody is at %s", address)
			}
			l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
			if err != nil {
				t.Fatal(err)
			}
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			l.Close()
		}
	}
}

// TestDead: nobody is at a dead address.
func TestDead(t *testing.T) {
	t.Parallel()
	a := freeport.Dead(t)
	if c, err := net.Dial("tcp", a); err == nil {
		c.Close()
		t.Errorf("somebody is at %s", a)
	}
	if host, _, err := net.SplitHostPort(a); host != "127.0.0.1" || err != nil {
		t.Error(fmt.Sprint(a, err))
	}
}

// TestUDP: a port of UDP is given once, can be had at each address, again and again, and is nobody's who takes any.
func TestUDP(t *testing.T) {
	t.Parallel()
	given := map[int]bool{}
	for range 50 {
		port := freeport.UDP(t)
		if given[port] {
			t.Errorf("port %d is given twice", port)
		}
		given[port] = true
		for _, host := range []string{"127.0.0.1", "", "127.0.0.1"} {
			c, err := net.ListenPacket("udp4", net.JoinHostPort(host, strconv.Itoa(port)))
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
	}
	for range 1000 {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if port := c.LocalAddr().(*net.UDPAddr).Port; given[port] {
			t.Errorf("port %d is given away", port)
		}
		c.Close()
	}
}
