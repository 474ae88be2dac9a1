package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/transport/subject"
)

const (
	maxCertificates = 1 << 20             // octets of a file of certificates that is read
	mostNamed       = 8                   // hosts in a finding
	soonExpired     = 30 * 24 * time.Hour // a certificate that has no longer to go is told of
)

// TLS names the files of certificates by which the daemon takes calls; the zero value: it takes none by TLS.
type TLS struct{ Certificate, Authorities, Clients string }

// certificates looks at those that the daemon that runs says it has been told of, or else the configuration: the daemon's own, those by which others are known, and those by
// which the servers of a shared store are. Where calls go in clear, it says so.
func (e *exam) certificates(context.Context) {
	const about = "certificates"
	const soon = ": it is in force for the next connection"
	of := e.TLS
	if e.status != nil && e.status.TLS != nil {
		of = TLS{e.status.TLS.Certificate, e.status.TLS.Authorities, e.status.TLS.Clients}
	}
	for _, named := range []struct{ file, flag, what, refused, then string }{
		{of.Certificate, "--tls-certificate", "by which the daemon is known", "clients that check it do not call", soon},
		{of.Authorities, "--tls-authorities", "by which other servers are known", "servers that are known by it are not called", soon},
		{of.Clients, "--tls-clients", "by which clients are known", "clients that are known by it are refused", soon},
		{e.Shared.CA, "--store-ca", "by which the store's servers are known", "servers that are known by it are refused", ", and start the daemon again"},
	} {
		if named.file == "" {
			continue
		}
		all, err := readCertificates(named.file)
		if err != nil {
			e.say(about, Bad, "have "+named.flag+" name a file of certificates in PEM that the daemon can read", "those %s: %v", named.what, err)
		}
		for _, c := range all {
			e.certificate(about, named.file, named.refused, named.then, c)
		}
		if named.file == of.Certificate && len(all) > 0 {
			e.isFor(about, named.file, all[0])
		}
	}
	switch {
	case e.callsSealed():
		e.say(about, Good, "", "calls are taken by TLS alone")
	case e.status == nil || onlyLoopback(e.status.Addresses):
	case of.Certificate != "":
		e.say(about, Note, "let nobody but trusted networks reach the port for calls in clear, or take those on loopback alone: dsom daemon --listen 127.0.0.1:3053",
			"other machines may call by TLS, and unencrypted at the port beside")
	default:
		e.say(about, Note, "let nobody but trusted networks reach the port, or take calls on loopback alone: dsom daemon --listen 127.0.0.1:3053",
			"there are none for calls: those from other machines come unencrypted")
	}
}

// certificate says whether one holds at the machine's time.
func (e *exam) certificate(about, file, refused, then string, c *x509.Certificate) {
	const day = "2 January 2006"
	now := e.Machine.Now()
	who, mend := subject.Text(c.RawSubject), "put a new one into "+file+then
	switch {
	case now.Before(c.NotBefore):
		e.say(about, Bad, "see to the clock, or wait", "that of %s in %s is good from %s on, and it is %s here", who, file, c.NotBefore.Format(day), now.Format(day))
	case now.After(c.NotAfter):
		e.say(about, Bad, mend, "that of %s in %s has expired on %s: %s", who, file, c.NotAfter.Format(day), refused)
	case now.Add(soonExpired).After(c.NotAfter):
		e.say(about, Note, mend, "that of %s in %s expires on %s", who, file, c.NotAfter.Format(day))
	default:
		e.say(about, Good, "", "that of %s in %s is good until %s", who, file, c.NotAfter.Format(day))
	}
}

// isFor says whether the daemon's certificate is for the hosts that references name: clients that check it call no other.
func (e *exam) isFor(about, file string, c *x509.Certificate) {
	if e.status == nil {
		return
	}
	var not []string
	for _, a := range e.status.Addresses {
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			continue
		}
		if c.VerifyHostname(host) != nil && !slices.Contains(not, host) {
			not = append(not, host)
		}
	}
	if len(not) == 0 {
		return
	}
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	for _, list := range []*[]string{&not, &names} { // a file may have any number of them
		if len(*list) > mostNamed {
			*list = append((*list)[:mostNamed:mostNamed], "…")
		}
	}
	is := "names no host (subjectAltName)"
	if len(names) > 0 {
		is = "is for " + strings.Join(names, ", ")
	}
	e.say(about, Bad, "put one into "+file+" that is for "+strings.Join(not, ", ")+" (subjectAltName)"+": it is in force for the next connection; or have references name a host that it is for: dsom daemon --publish HOST",
		"that of %s in %s %s, and references name %s: clients that check it do not call there", subject.Text(c.RawSubject), file, is, strings.Join(not, ", "))
}

// readCertificates reads the certificates of a file, at least one.
func readCertificates(file string) (all []*x509.Certificate, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxCertificates+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxCertificates {
		return nil, fmt.Errorf("%s is longer than %d octets (maxCertificates)", file, maxCertificates)
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.New(file + " has no certificate in PEM")
	}
	return all, nil
}
