package tls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"syscall"
	"time"

	"github.com/opendsom/dsom/transport"
)

// The alerts by which a peer says what it has against this side (RFC 8446, section 6.2).
const (
	alertHandshakeFailure    tls.AlertError = 40
	alertBadCertificate      tls.AlertError = 42
	alertUnsupportedCert     tls.AlertError = 43
	alertCertificateRevoked  tls.AlertError = 44
	alertCertificateExpired  tls.AlertError = 45
	alertCertificateUnknown  tls.AlertError = 46
	alertUnknownCA           tls.AlertError = 48
	alertAccessDenied        tls.AlertError = 49
	alertProtocolVersion     tls.AlertError = 70
	alertCertificateRequired tls.AlertError = 116
)

// explain returns an error of the handshake as what it is.
func (c *conn) explain(err error) error {
	var e *transport.HandshakeError
	if errors.As(err, &e) {
		return err
	}
	return &transport.HandshakeError{Reason: c.reason(err), Peer: c.peer, Err: err}
}

func (c *conn) reason(err error) transport.Reason {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	if alert, ok := alertOf(err); ok {
		return c.byAlert(alert)
	}
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if invalid.Cert != nil && time.Now().Before(invalid.Cert.NotBefore) {
			return transport.CertificateEarly
		}
		return transport.CertificateExpired
	case errors.As(err, &name):
		return transport.WrongName
	case errors.As(err, &unknown):
		return transport.UnknownAuthority
	case errors.As(err, &verification):
		return transport.BadCertificate
	case errors.As(err, &record):
		return transport.NotTLS
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return transport.HandshakeTimeout
	case err.Error() == showedNone:
		return transport.NoCertificate
	case !c.server && c.carrier.nothing() && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return transport.NotTLS // it closed without a word
	}
	return transport.HandshakeFailed
}

// byAlert says what a peer's alert means.
func (c *conn) byAlert(a tls.AlertError) transport.Reason {
	switch a {
	case alertCertificateRequired:
		return transport.NoCertificate
	case alertProtocolVersion:
		return transport.NoCommonVersion
	case alertBadCertificate, alertUnsupportedCert, alertCertificateRevoked, alertCertificateExpired, alertCertificateUnknown, alertUnknownCA, alertAccessDenied:
		if c.asked.Load() && !c.shown.Load() {
			return transport.NoCertificate // as those say it that speak TLS 1.2
		}
		return transport.CertificateRefused
	case alertHandshakeFailure:
		if c.asked.Load() && !c.shown.Load() {
			return transport.NoCertificate
		}
	}
	return transport.HandshakeFailed
}

// alertOf returns the alert that the peer has sent: of a type that package tls keeps to itself.
func alertOf(err error) (tls.AlertError, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		return 0, false
	}
	if v := reflect.ValueOf(op.Err); v.Kind() == reflect.Uint8 {
		return tls.AlertError(v.Uint()), true
	}
	return 0, false
}

// showedNone is what package tls says of a client that must show a certificate and does not.
const showedNone = "tls: client didn't provide a certificate"
