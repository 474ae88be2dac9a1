package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"testing"
)

// The ports that UDP gives, unless the system gives those to who takes any.
const (
	leastUDP = 10000
	mostUDP  = 20000
)

// UDP returns a port of UDP that nobody has at any address of IPv4, and that nobody takes by chance: the system gives it to nobody who takes any, and UDP to no other test, in
// whatever process, until the test has ended. A socket cannot keep it, since it would take what comes to the program; the same port of TCP stands for it.
func UDP(t testing.TB) int {
	t.Helper()
	limit := mostUDP
	if b, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil { // of Linux; others take higher ones
		var n int
		if _, err := fmt.Sscan(string(b), &n); err == nil {
			limit = max(n, leastUDP+1000)
		}
	}
	for range 1000 {
		port := leastUDP + rand.IntN(limit-leastUDP)
		lock, err := net.Listen("tcp4", fmt.Sprint("127.0.0.1:", port))
		if err != nil {
			continue
		}
		if c, err := net.ListenPacket("udp4", fmt.Sprint(":", port)); err == nil {
			c.Close()
			t.Cleanup(func() { lock.Close() })
			return port
		}
		lock.Close()
	}
	t.Fatal("no port of UDP is free")
	return 0
}
