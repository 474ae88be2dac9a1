package transport

import "fmt"

// A HandshakeError says why two ends could not agree to speak with one another: a certificate that is not good, for instance. Nothing of
// what was written after it has been carried out. It is what Dial, or the first Read or Write, fails with.
type HandshakeError struct {
	Reason Reason
	Peer   string // its address
	Err    error

	// Resumed says that a session of an earlier connection was resumed, at which the peer may have taken offence. It is forgotten: another connection does without it.
	Resumed bool
}

func (e *HandshakeError) Error() string {
	s := "TLS with " + e.Peer + ": " + e.Reason.String()
	if e.Err != nil {
		s += fmt.Sprintf(" (%v)", e.Err)
	}
	return s
}

func (e *HandshakeError) Unwrap() error { return e.Err }

// A Reason is a kind of [HandshakeError].
type Reason uint8

// The reasons.
const (
	HandshakeFailed    Reason = iota // anything else; see Err
	CertificateExpired               // the peer's is not good any more
	CertificateEarly                 // the peer's is not good yet
	WrongName                        // the peer's is for another host
	UnknownAuthority                 // the peer's is of an authority that is not trusted here
	BadCertificate                   // the peer's is wrong in another way
	NotTLS                           // the peer speaks something else
	NoCertificate                    // the peer wants a certificate of this side, which has shown none
	CertificateRefused               // the peer does not take the certificate of this side
	NoCommonVersion                  // the peer speaks other versions of TLS
	HandshakeTimeout                 // the peer did not answer in time
	numReasons
)

var reasons = [numReasons]string{
	HandshakeFailed:    "the handshake failed",
	CertificateExpired: "the peer's certificate has expired",
	CertificateEarly:   "the peer's certificate is not valid yet",
	WrongName:          "the peer's certificate is for another name",
	UnknownAuthority:   "the peer's certificate is of an authority that is not known here",
	BadCertificate:     "the peer's certificate is not good",
	NotTLS:             "the peer does not speak TLS",
	NoCertificate:      "the peer wants a certificate, and was shown none",
	CertificateRefused: "the peer does not take the certificate that it was shown",
	NoCommonVersion:    "the peer speaks other versions of TLS",
	HandshakeTimeout:   "the peer did not answer in time",
}

// String returns the reason in words.
func (r Reason) String() string { return reasons[r] }
