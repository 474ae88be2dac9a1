package probe

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/subject"
)

// seal shakes hands with the server that dial leads to, whose certificate must be for the host that is connected to.
func (a *attempt) seal(ctx context.Context, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	open := func(ctx context.Context) (transport.Conn, error) {
		c, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		return transport.Wrap(c), nil
	}
	sealed, err := a.tls.Seal(ctx, transport.Endpoint{Network: a.tls.Name(), Host: a.host, Port: a.finding.port}, open, nil)
	if err != nil {
		return nil, err
	}
	a.finding.Sealed = fmt.Sprint(sealed)
	if k := transport.IdentityOf(sealed); len(k.Certificates) > 0 {
		own := k.Certificates[0]
		a.finding.Sealed += fmt.Sprintf("; certificate of %s by %s, until %s", subject.Text(own.RawSubject), subject.Text(own.RawIssuer), own.NotAfter.UTC().Format("2006-01-02 15:04"))
	}
	return sealed, nil
}

// ofHandshake is the outcome of a handshake that failed.
func ofHandshake(e *transport.HandshakeError) Outcome {
	switch e.Reason {
	case transport.CertificateExpired:
		return TLSExpired
	case transport.CertificateEarly:
		return TLSEarly
	case transport.WrongName:
		return TLSName
	case transport.UnknownAuthority:
		return TLSUnknown
	case transport.BadCertificate:
		return TLSCertificate
	case transport.NotTLS:
		return NotTLS
	case transport.NoCertificate:
		return TLSWanted
	case transport.CertificateRefused:
		return TLSRefused
	case transport.NoCommonVersion:
		return TLSVersion
	case transport.HandshakeTimeout:
		return Silent
	}
	return TLSFailed
}

// ofTLS says what is wrong with TLS, and what to do.
func ofTLS(f *Finding) (problem, advice string) {
	port := strconv.Itoa(int(f.port))
	switch f.Outcome {
	case TLSExpired:
		return "the server's certificate has expired: " + f.Detail, "put a new one in its place: a server of DSOM takes it up without being started again"
	case TLSEarly:
		return "the server's certificate is not valid yet: " + f.Detail, "see whether the clocks of both machines are right"
	case TLSName:
		return "the server's certificate is not for " + f.host + ": " + f.Detail, "have one made for the name or address that references have, publish a name that it is for, or set DSOM_TLS_SERVER_NAME here"
	case TLSUnknown:
		return "the server's certificate is of an authority that is not known here: " + f.Detail, "name the file of the authority's certificate in DSOM_TLS_AUTHORITIES, if it can be trusted"
	case TLSCertificate:
		return "the server's certificate is not good: " + f.Detail, "have another one made"
	case NotTLS:
		return "port " + port + " does not speak TLS, though the reference says so: " + f.Detail, "see who listens at this port now"
	case TLSWanted:
		return "the server wants a certificate of its client, and none is configured here", "name its file in DSOM_TLS_CERTIFICATE, and that of its key in DSOM_TLS_KEY"
	case TLSRefused:
		return "the server does not take the certificate that it is shown: " + f.Detail, "see that DSOM_TLS_CERTIFICATE is of an authority that the server knows clients by, and has not expired"
	case TLSVersion:
		return "the server speaks other versions of TLS: " + f.Detail, "DSOM_TLS_12=true allows 1.2; older ones are not safe, and not spoken"
	}
	return "TLS cannot be agreed on: " + f.Detail, "see the server's log"
}
