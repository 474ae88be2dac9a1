// Package tshark records what crosses the loopback interface during a test and lets Wireshark's dissector, which knows
// nothing of this project, say what GIOP messages there were and whether any was malformed.
package tshark

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/peer"
)

const (
	pollTime  = 20 * time.Millisecond
	bufferMiB = "64" // of the kernel, so that 1 MiB messages in a row lose nothing
)

// A Capture is a recording under way.
type Capture struct {
	file   string
	ports  []int
	marker *net.UDPConn // what is sent here is recorded too, to know how far the recording is
	errs   peer.Buffer
	cmd    *exec.Cmd
	over   chan struct{} // closed when the recorder has ended
	end    sync.Once
}

// Start records the TCP ports on the loopback interface, from now on: it returns when a packet sent on purpose is in the
// file. Recording needs root or the like; where it is not allowed, or tshark is missing, the test is skipped.
func Start(t testing.TB, ports ...int) *Capture {
	t.Helper()
	peer.Need(t, peer.Tool{Name: "tshark", Package: "tshark"}, peer.Tool{Name: "dumpcap", Package: "tshark"})
	c := &Capture{file: filepath.Join(t.TempDir(), "capture.pcapng"), ports: ports, over: make(chan struct{})}
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	c.marker = sink
	filter := "udp port " + strconv.Itoa(sink.LocalAddr().(*net.UDPAddr).Port)
	for _, port := range ports {
		filter += " or tcp port " + strconv.Itoa(port)
	}
	c.cmd = exec.Command("dumpcap", "-q", "-i", "lo", "-B", bufferMiB, "-f", filter, "-w", c.file)
	c.cmd.Stderr = &c.errs
	if err := c.cmd.Start(); err != nil {
		_ = sink.Close()
		t.Fatalf("start dumpcap: %v", err)
	}
	go func() {
		defer close(c.over)
		_ = c.cmd.Wait() // what matters is on its error output
	}()
	t.Cleanup(func() { c.halt(t) })
	if err := c.mark("begin"); err != nil {
		if strings.Contains(c.errs.String(), "permission") {
			peer.Lacking(t, "no permission to record: "+c.errs.String())
		}
		t.Fatalf("%v; dumpcap says:\n%s", err, c.errs.String())
	}
	return c
}

// mark sends datagrams until one is in the file.
func (c *Capture) mark(what string) error {
	token := []byte(fmt.Sprintf("dsom interop mark %s %d", what, time.Now().UnixNano()))
	for end := time.Now().Add(peer.Patience); time.Now().Before(end); {
		if _, err := c.marker.WriteToUDP(token, c.marker.LocalAddr().(*net.UDPAddr)); err != nil {
			return err
		}
		content, err := os.ReadFile(c.file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if bytes.Contains(content, token) {
			return nil
		}
		select {
		case <-c.over:
			return fmt.Errorf("mark %q was not recorded: dumpcap has ended", what)
		case <-time.After(pollTime):
		}
	}
	return fmt.Errorf("mark %q was not recorded within %v", what, peer.Patience)
}

// Stop ends the recording, when all that has been sent until now is in it, and decodes it. A recording from which packets
// were dropped fails the test.
func (c *Capture) Stop(t testing.TB) []Message {
	t.Helper()
	if err := c.mark("end"); err != nil {
		t.Fatal(err)
	}
	c.halt(t)
	messages, err := Decode(t.Context(), c.file, c.ports...)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// File is the recording, in pcapng form; it goes away with the test.
func (c *Capture) File() string { return c.file }

func (c *Capture) halt(t testing.TB) {
	t.Helper()
	c.end.Do(func() {
		_ = c.marker.Close()
		_ = c.cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(peer.Patience, func() { _ = c.cmd.Process.Kill() })
		<-c.over
		late.Stop()
		said := c.errs.String()
		if _, counts, ok := strings.Cut(said, "received/dropped on interface"); ok && !strings.Contains(counts, "/0 (") {
			t.Errorf("dumpcap dropped packets: %s", said)
		}
	})
}
