package interop_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	dsomtls "github.com/opendsom/dsom/transport/tls"
)

// A pki is an authority, and what of it each side needs.
type pki struct {
	ca   *certs.Authority
	ours dsomtls.Config
}

func newPKI(t *testing.T) *pki {
	t.Helper()
	p := &pki{ca: certs.New(t, "interop")}
	pair := p.ca.Issue(t, certs.Order{Name: "dsom"})
	p.ours = dsomtls.Config{Certificate: pair.Cert, Key: pair.Key, Authorities: p.ca.File, Clients: p.ca.File}
	return p
}

// omni returns what omniORB is told: it wants certificates of the authority, and shows its own, which name is for.
func (p *pki) omni(t *testing.T, name string) *omniorb.TLS {
	t.Helper()
	return &omniorb.TLS{Authority: p.ca.File, Key: p.ca.Issue(t, certs.Order{Name: name}).Both(t), Peer: true}
}

// takesNoPlain demands that a reference names no port of plain IIOP, and that its port of TLS speaks that.
func takesNoPlain(t *testing.T, ref string) {
	t.Helper()
	u, err := ior.ParseURL(ref)
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	s, ok := p.TLS()
	if !ok || p.Port != 0 {
		t.Fatalf("the reference names port %d, and of TLS %+v", p.Port, s)
	}
	c, err := tls.Dial("tcp", net.JoinHostPort(p.Host, fmt.Sprint(s.Port)), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		if !strings.Contains(err.Error(), "handshake") && !strings.Contains(err.Error(), "certificate") {
			t.Errorf("port %d speaks no TLS: %v", s.Port, err)
		}
		return
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("port %d takes a client without a certificate: %v", s.Port, err)
	}
}

// TestTLSToOmniORB runs all cases of this project's client against omniORB's server, over TLS with certificates on both sides, callbacks too.
func TestTLSToOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	p := newPKI(t)
	for _, version := range []string{"1.1", "1.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			port := freeport.Hold(t)
			s := cpp.Start(t, omniorb.Options{Version: version, Endpoint: fmt.Sprintf("giop:ssl:127.0.0.1:%d", port), TLS: p.omni(t, "omniORB")})
			takesNoPlain(t, s.IOR)
			r := gopeer.Run(t, gopeer.Options{Version: version, Network: "tls", Port: freeport.Hold(t), TLS: &p.ours, Require: true}, s.IOR)
			s.Stop(t)
			checkSealed(t, omniorb.Peer, false, version, r)
		})
	}
}

// TestTLSFromOmniORB runs all cases of omniORB's client against this project's server, over TLS with certificates on both sides, callbacks too.
func TestTLSFromOmniORB(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	p := newPKI(t)
	for _, version := range []string{"1.1", "1.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := gopeer.Start(t, gopeer.Options{Version: version, Network: "tls", Port: freeport.Hold(t), TLS: &p.ours, Require: true})
			takesNoPlain(t, s.IOR)
			r := cpp.Run(t, omniorb.Options{Endpoint: fmt.Sprintf("giop:ssl:127.0.0.1:%d", freeport.Hold(t)), TLS: p.omni(t, "omniORB")}, s.IOR,
				sealable(cpp.Cases(t))...)
			s.Stop(t)
			checkSealed(t, omniorb.Peer, true, version, r)
		})
	}
}

// sealable are the cases that go over TLS: one makes an address of plain IIOP of what the reference names, which is port 0. Those that are run
// only when asked for are left out.
func sealable(all []string) []string {
	return slices.DeleteFunc(all, func(name string) bool {
		return name == "ex_unknown_key" || name == "rebind" || slices.Contains(matrix.Seams.Cases, name)
	})
}

// checkSealed demands that all cases went as they do over TCP, but for what sealable leaves out.
func checkSealed(t *testing.T, p matrix.Peer, client bool, version string, r peer.Report) {
	t.Helper()
	_, wrong := matrix.Judge(r, version, matrix.Suites, matrix.Of(p.Limits, client, version))
	for _, w := range wrong {
		if !client || w != "ex_unknown_key was not run" {
			t.Errorf("GIOP %s: %s", version, w)
		}
	}
}

// TestTLSJacORB runs all cases between this project's ORB and JacORB's, both ways, over TLS with certificates on both sides, callbacks too.
func TestTLSJacORB(t *testing.T) {
	t.Parallel()
	jac := jacorb.Build(t, &tally)
	p := newPKI(t)
	theirs := func(t *testing.T) java.Options {
		pair := p.ca.Issue(t, certs.Order{Name: "JacORB", RSA: true})
		return java.Options{Version: "1.2", Properties: jacorb.TLS(t, pair.Cert, pair.Key, p.ca.File)}
	}
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		s := jac.Start(t, theirs(t))
		takesNoPlain(t, s.IOR)
		r := gopeer.Run(t, gopeer.Options{Network: "tls", Port: freeport.Hold(t), TLS: &p.ours, Require: true}, s.IOR)
		s.Stop(t)
		checkSealed(t, jacorb.Peer, false, "1.2", r)
	})
	t.Run("client", func(t *testing.T) {
		t.Parallel()
		s := gopeer.Start(t, gopeer.Options{Network: "tls", Port: freeport.Hold(t), TLS: &p.ours, Require: true})
		takesNoPlain(t, s.IOR)
		r := jac.Run(t, theirs(t), s.IOR, sealable(jac.Cases(t))...)
		s.Stop(t)
		checkSealed(t, jacorb.Peer, true, "1.2", r)
	})
}
