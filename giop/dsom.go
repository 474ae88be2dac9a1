package giop

import (
	"bytes"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// somString begins a string in the Principal of a DSOM client, as in a stream of the Externalization Service.
const somString = 0xfa

// FromDSOM reports whether the Principal of a request is that of a client of IBM's DSOM or its kind: the names of
// a user and of a host, each between an octet 0xfa and a zero. Nothing of what it names is proven.
func FromDSOM(principal []byte) bool {
	_, _, ok := DSOMPrincipal(principal)
	return ok
}

// DSOMPrincipal returns the user and the host that the Principal of a DSOM client names, as views.
func DSOMPrincipal(principal []byte) (user, host []byte, ok bool) {
	if user, principal, ok = cutString(principal); ok {
		host, principal, ok = cutString(principal)
	}
	return user, host, ok && len(principal) == 0
}

func cutString(b []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != somString {
		return nil, b, false
	}
	return bytes.Cut(b[1:], []byte{0})
}

// AppendDSOMPrincipal appends the Principal of a DSOM client. What follows a zero octet in a name is left out.
func AppendDSOMPrincipal(dst []byte, user, host string) []byte {
	for _, s := range []string{user, host} {
		s, _, _ = strings.Cut(s, "\x00")
		dst = append(append(append(dst, somString), s...), 0)
	}
	return dst
}

// somHead begins the ids of system exceptions that DSOM sends and understands.
const somHead = "::StExcep::"

// PutDSOMException is [PutSystemException] for a DSOM client: the exception goes by the name it has there. What CORBA has added
// since is told as what was said before for want of it.
func PutDSOMException(e *cdr.Encoder, x *exc.SystemException) {
	k := x.Kind
	if k > exc.CodesetIncompatible {
		if k == exc.Timeout {
			k = exc.NoResponse
		} else {
			k = exc.Unknown
		}
	}
	e.RawString(somHead + k.Name())
	e.ULong(x.Minor)
	e.ULong(uint32(x.Completed))
}
