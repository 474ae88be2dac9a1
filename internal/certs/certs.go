// Package certs makes authorities and certificates for tests, good ones and bad ones.
package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An Authority issues certificates.
type Authority struct {
	File string // of its own certificate

	cert *x509.Certificate
	key  crypto.Signer
	dir  string
}

// A Pair is the files of a certificate and its private key. The key is in PKCS #8.
type Pair struct{ Cert, Key string }

// An Order says what a certificate is to be like. The zero value is good for 127.0.0.1, ::1 and localhost, from an hour ago to tomorrow.
type Order struct {
	Name  string   // the common name; "" is localhost
	Hosts []string // names and addresses that it is for; nil is those of this machine
	From  time.Time
	Until time.Time
	RSA   bool // a key of RSA, not of P-256

	Subject []byte // in DER; nil is Name in the organization DSOM
}

// New returns an authority whose files end with the test.
func New(t testing.TB, name string) *Authority {
	t.Helper()
	a := &Authority{dir: t.TempDir()}
	a.key = newKey(t, false)
	template := &x509.Certificate{
		SerialNumber: serial(t), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.File = filepath.Join(a.dir, "authority.pem")
	Write(t, a.File, "CERTIFICATE", der)
	return a
}

// Issue returns a certificate in files of their own.
func (a *Authority) Issue(t testing.TB, o Order) Pair {
	t.Helper()
	dir, err := os.MkdirTemp(a.dir, "pair")
	if err != nil {
		t.Fatal(err)
	}
	p := Pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	a.IssueTo(t, o, p)
	return p
}

// IssueTo writes a certificate to p, over what is there: in one step each, the key first.
func (a *Authority) IssueTo(t testing.TB, o Order, p Pair) {
	t.Helper()
	if o.Name == "" {
		o.Name = "localhost"
	}
	if o.Hosts == nil {
		o.Hosts = []string{"127.0.0.1", "::1", "localhost"}
	}
	if o.From.IsZero() {
		o.From = time.Now().Add(-time.Hour)
	}
	if o.Until.IsZero() {
		o.Until = time.Now().Add(24 * time.Hour)
	}
	template := &x509.Certificate{
		SerialNumber: serial(t), Subject: pkix.Name{CommonName: o.Name, Organization: []string{"DSOM"}}, NotBefore: o.From, NotAfter: o.Until,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	template.RawSubject = o.Subject
	for _, h := range o.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	key := newKey(t, o.RSA)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	Write(t, p.Key, "PRIVATE KEY", secret)
	Write(t, p.Cert, "CERTIFICATE", der)
}

// Both writes certificate and key into one file beside them, and returns it: as OpenSSL's users have it.
func (p Pair) Both(t testing.TB) string {
	t.Helper()
	var all []byte
	for _, name := range []string{p.Key, p.Cert} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	name := filepath.Join(filepath.Dir(p.Cert), "both.pem")
	if err := os.WriteFile(name, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Write writes a file in PEM, in one step.
func Write(t testing.TB, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

func newKey(t testing.TB, isRSA bool) (key crypto.Signer) {
	t.Helper()
	var err error
	if isRSA {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func serial(t testing.TB) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
