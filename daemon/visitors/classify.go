package visitors

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/transport/ws"
)

// A Kind says what came instead of a client. Its text is stable.
type Kind string

// The kinds.
const (
	Silent  Kind = "silent"  // connected, said nothing, and went: a scanner of ports, or somebody's health check
	TLS     Kind = "tls"     // a ClientHello: a client that wants TLS, or a scanner
	HTTP    Kind = "http"    // a request of HTTP
	SSH     Kind = "ssh"     // a client of SSH
	SMB     Kind = "smb"     // a client of SMB, or of NetBIOS' sessions
	RDP     Kind = "rdp"     // a client of remote desktops
	Zeros   Kind = "zeros"   // nothing but zeros, as scanners send
	Partial Kind = "partial" // the beginning of a message of GIOP, and no more
	Version Kind = "version" // GIOP of a version that there is not
	Other   Kind = "other"

	TLSRefused   Kind = "tls-refused"       // a client of TLS with which hands were not shaken: for its certificate, as a rule
	WebRefused   Kind = "websocket-refused" // one that asked for a WebSocket and did not get it, or broke its protocol
	ProxyRefused Kind = "proxy-refused"     // a proxy whose header of the PROXY protocol was no good

	UDP        Kind = "udp"         // a datagram that is nothing a client says
	UDPRefused Kind = "udp-refused" // one that is not answered by UDP, or one of too many

	DSOM        Kind = "dsom"         // a program of SOM's DSOM that is let in
	DSOMRefused Kind = "dsom-refused" // and one that is not
)

// Kinds are all of them, in the order in which people are told.
var Kinds = []Kind{Silent, TLS, HTTP, SSH, SMB, RDP, Zeros, Partial, Version, Other, TLSRefused, WebRefused, ProxyRefused, UDP, UDPRefused, DSOM, DSOMRefused}

// Classify tells by the first octets who has come that has said no whole message of GIOP, and what he said, if that is text.
func Classify(first []byte) (k Kind, said string) {
	switch {
	case len(first) == 0:
		return Silent, ""
	case len(first) > 2 && first[0] == 0x16 && first[1] == 3:
		return TLS, ""
	case bytes.HasPrefix(first, []byte("SSH-")):
		return SSH, line(first)
	case bytes.HasPrefix(first, []byte("GIOP")):
		if len(first) > 5 && (first[4] != 1 || first[5] > 2) {
			return Version, "GIOP " + strconv.Itoa(int(first[4])) + "." + strconv.Itoa(int(first[5]))
		}
		return Partial, ""
	case len(first) > 8 && first[0] == 0 && (bytes.Equal(first[5:8], []byte("SMB")) && (first[4] == 0xff || first[4] == 0xfe)), len(first) > 4 && first[0] == 0x81 && first[1] == 0:
		return SMB, ""
	case len(first) > 5 && first[0] == 3 && first[1] == 0 && first[5] == 0xe0:
		return RDP, ""
	case len(bytes.Trim(first, "\x00")) == 0:
		return Zeros, ""
	case isHTTP(first):
		return HTTP, line(first)
	}
	return Other, line(first)
}

// refused tells whom the transport has refused, and why.
func refused(why error) (k Kind, said string) {
	var web *ws.RefusedError
	var frame *ws.FrameError
	k = TLSRefused
	if errors.As(why, &web) || errors.As(why, &frame) {
		k = WebRefused
	}
	return k, line([]byte(why.Error()))
}

// isHTTP reports whether a request of HTTP, of any version, begins so.
func isHTTP(b []byte) bool {
	word, rest, ok := bytes.Cut(b, []byte(" "))
	if !ok || len(word) < 3 || len(word) > 8 || len(rest) == 0 {
		return false
	}
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return rest[0] == '/' || rest[0] == '*' || bytes.Contains(rest, []byte("HTTP/")) || bytes.Contains(rest, []byte("://")) || string(word) == "CONNECT"
}

// line returns the first line, with what cannot be printed escaped.
func line(b []byte) string {
	l, _, _ := bytes.Cut(b, []byte("\n"))
	q := strconv.QuoteToASCII(strings.TrimRight(string(l), "\r"))
	return q[1 : len(q)-1]
}
