//go:build linux

package interop_test

import (
	"bufio"
	"context"
	"encoding/xml"
	"net"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// TestNmap: nmap calls the daemon's port giop, by the probe that it has for that, whether TLS and WebSockets are taken there too or not; and after all of its probes, and its scripts, several at once, the daemon serves on.
func TestNmap(t *testing.T) {
	t.Parallel()
	peer.Need(t, peer.Tool{Name: "nmap", Package: "nmap"})
	program, err := dsomProgram()
	if err != nil {
		t.Fatal(err)
	}
	pki := newPKI(t)
	for name, more := range map[string][]string{"plain": nil, "with others": {"--web", "--tls-listen", "same", "--tls-certificate", pki.ours.Certificate, "--tls-key", pki.ours.Key}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := daemonAlone(t, program, append([]string{"--listen", "127.0.0.1:0", "--state", t.TempDir(), "--console", "off"}, more...)...)
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				t.Fatal(err)
			}
			type service struct {
				Name   string `xml:"name,attr"`
				Method string `xml:"method,attr"`
			}
			scan := func(args ...string) (string, service, error) {
				ctx, cancel := context.WithTimeout(t.Context(), peer.Patience)
				defer cancel()
				out, err := exec.CommandContext(ctx, "nmap", append(args, "-oX", "-", "-n", "-Pn", "-p", port, "127.0.0.1")...).Output()
				var r struct {
					Host struct {
						Ports struct {
							Port []struct {
								Service service `xml:"service"`
							} `xml:"port"`
						} `xml:"ports"`
					} `xml:"host"`
				}
				if bad := xml.Unmarshal(out, &r); err == nil {
					err = bad
				}
				if err != nil || len(r.Host.Ports.Port) != 1 {
					return string(out), service{}, err
				}
				return string(out), r.Host.Ports.Port[0].Service, nil
			}
			out, found, err := scan("-sV", "--version-all")
			if err != nil || found.Name != "giop" || found.Method != "probed" {
				t.Errorf("nmap says %+v, %v:\n%s", found, err, out)
			}
			done := make(chan error, 4)
			for range cap(done) {
				go func() {
					_, _, err := scan("-sV", "--version-all", "-sC", "--script-timeout", "20s")
					done <- err
				}()
			}
			for range cap(done) {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			o := newORB(t, orb.Config{})
			root, err := cosnaming.NamingContextClass.Bind(t.Context(), o, "corbaloc:iiop:1.2@"+address+"/NameService")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := root.BindNewContext(t.Context(), cosName("scanned")); err != nil {
				t.Errorf("after the scans: %v", err)
			}
		})
	}
}

// daemonAlone runs a daemon until the test ends, and returns where it takes calls.
func daemonAlone(t *testing.T, program string, args ...string) (address string) {
	t.Helper()
	cmd := exec.Command(program, append([]string{"daemon"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	late := time.AfterFunc(peer.Patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said += lines.Text() + "\n"
		if m := regexp.MustCompile(`Taking calls at (\S+)`).FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() {
				}
			}()
			return m[1]
		}
	}
	t.Fatalf("the daemon ended early:\n%s", said)
	return ""
}
