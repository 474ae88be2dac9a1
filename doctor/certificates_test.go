package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/doctor"
)

// certificate is one in PEM that is good between two times.
func certificate(t *testing.T, name string, from, until time.Time, hosts ...string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until, IsCA: true}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestCertificates looks at those of each kind that the configuration names.
func TestCertificates(t *testing.T) {
	t.Parallel()
	now := well().now
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"good":    {certificate(t, "a", now.Add(-day), now.Add(90*day)), []string{"good that of CN=a in FILE is good until 27 February 2027"}},
		"expired": {certificate(t, "b", now.Add(-9*day), now.Add(-day)), []string{"bad that of CN=b in FILE has expired on 28 November 2026"}},
		"soon":    {certificate(t, "c", now.Add(-9*day), now.Add(9*day)), []string{"note that of CN=c in FILE expires on 8 December 2026"}},
		"later":   {certificate(t, "d", now.Add(day), now.Add(9*day)), []string{"bad that of CN=d in FILE is good from 30 November 2026 on"}},
		"two": {certificate(t, "e", now.Add(-day), now.Add(90*day)) + "and\n" + certificate(t, "f", now.Add(-9*day), now.Add(-day)),
			[]string{"good that of CN=e in FILE", "bad that of CN=f in FILE"}},
		"none":   {"nothing", []string{"bad those by which the store's servers are known: FILE has no certificate in PEM"}},
		"broken": {"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", []string{"bad those by which the store's servers are known: FILE: x509"}},
		"long":   {strings.Repeat("\n", 1<<20+1), []string{"bad those by which the store's servers are known: FILE is longer than 1048576 octets"}},
		"absent": {"", []string{"bad those by which the store's servers are known: open FILE"}},
	} {
		file := filepath.Join(t.TempDir(), "ca.pem")
		if c.text != "" {
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for what, p := range map[string]doctor.Patient{
			"the store's servers are": {Shared: doctor.Shared{CA: file}}, "the daemon is": {TLS: doctor.TLS{Certificate: file}},
			"clients are": {TLS: doctor.TLS{Clients: file}}, "other servers are": {TLS: doctor.TLS{Authorities: file}},
		} {
			p.State, p.Machine, p.Timeout = t.TempDir(), well(), 50*time.Millisecond
			var got []string
			for _, f := range doctor.Look(t.Context(), p) {
				if f.About == "certificates" {
					got = append(got, string(f.Grade)+" "+strings.ReplaceAll(strings.ReplaceAll(f.Says, file, "FILE"), what, "the store's servers are"))
				}
			}
			ok := len(got) == len(c.want)
			for i := 0; ok && i < len(got); i++ {
				ok = strings.HasPrefix(got[i], c.want[i])
			}
			if !ok {
				t.Errorf("%s, by which %s known: got %q, want %q", name, what, got, c.want)
			}
		}
	}
}

// TestCertificatesInForce looks at the certificates that a daemon says it has been told of, whatever the configuration names, and whether its own is for the hosts that references name.
func TestCertificatesInForce(t *testing.T) {
	t.Parallel()
	now, day := well().now, 24*time.Hour
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "x.pem")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := func(hosts ...string) string {
		return write(certificate(t, "a", now.Add(-day), now.Add(90*day), hosts...))
	}
	expired := write(certificate(t, "b", now.Add(-9*day), now.Add(-day), "bank.example"))
	for name, c := range map[string]struct {
		told       admin.TLS
		addresses  []string
		want, mend string
	}{
		"expired":         {admin.TLS{Certificate: expired}, nil, "certificates bad that of CN=b in " + expired + " has expired", "in force for the next connection"},
		"clients expired": {admin.TLS{Certificate: good(), Clients: expired}, nil, "certificates bad that of CN=b in " + expired + " has expired", "in force for the next connection"},
		"servers expired": {admin.TLS{Authorities: expired}, nil, "certificates bad that of CN=b in " + expired + " has expired", "in force for the next connection"},
		"another host":    {admin.TLS{Certificate: good("bank.example", "192.0.2.1")}, []string{"till.example:3053"}, "certificates bad that of CN=a in ", "is for till.example (subjectAltName)"},
		"no host":         {admin.TLS{Certificate: good()}, []string{"127.0.0.1:3053"}, "certificates bad that of CN=a in ", "is for 127.0.0.1 (subjectAltName)"},
		"one of two":      {admin.TLS{Certificate: good("bank.example")}, []string{"bank.example:3053", "[::1]:3053"}, "certificates bad that of CN=a in ", "is for ::1 (subjectAltName)"},
		"the host":        {admin.TLS{Certificate: good("bank.example", "192.0.2.1", "::1")}, []string{"bank.example:3053", "192.0.2.1:1", "[::1]:3053"}, "certificates good that of CN=a in ", ""},
		"by a wild card":  {admin.TLS{Certificate: good("*.example")}, []string{"till.example:3053"}, "certificates good that of CN=a in ", ""},
	} {
		p := doctor.Patient{State: t.TempDir(), Version: "1", Machine: well(), Timeout: 50 * time.Millisecond, TLS: doctor.TLS{Certificate: "/not/in/force.pem"}}
		s := admin.Status{PID: 7, Version: "1", Started: now.Add(-time.Hour), Addresses: c.addresses, TLS: &c.told}
		p.Daemon = aDaemon(t, s)
		found := doctor.Look(t.Context(), p)
		t.Log(name)
		has(t, found, c.want, c.mend)
		for _, f := range found {
			if strings.Contains(f.Says, "/not/in/force.pem") || c.mend == "" && f.About == "certificates" && f.Grade == doctor.Bad {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}
