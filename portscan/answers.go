package portscan

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// Keys of objects: one that nobody has, and one that naming services have (corbaloc::host/NameService).
var (
	nobody = []byte("dsom port\x00nobody")
	naming = []byte("NameService")
)

// locateRequest is a LocateRequest of GIOP 1.0, which everybody reads.
func locateRequest(id uint32, key []byte) []byte {
	var e cdr.Encoder
	e.Reset(nil, true, nil)
	giop.PutLocateRequest(&e, cdr.V10, id, key, nil)
	return e.Bytes()
}

// existRequest is a Request of GIOP 1.0 for _non_existent, which an ORB answers itself.
func existRequest(id uint32, key []byte) []byte {
	var e cdr.Encoder
	e.Reset(nil, true, nil)
	giop.Finish(&e, giop.BeginRequest(&e, cdr.V10, &giop.RequestHead{ID: id, Flags: giop.SyncTarget, Key: key, Operation: "_non_existent"}))
	return e.Bytes()
}

// ourContexts is what contexts of the naming service are that this project's daemon has, and nobody else's.
const ourContexts = "IDL:opendsom.org/DSOMNaming/NamingContext:1.0"

// isARequest is a Request of GIOP 1.0 for _is_a, which calls nothing of the object's either.
func isARequest(id uint32, key []byte, what string) []byte {
	var e cdr.Encoder
	e.Reset(nil, true, nil)
	m := giop.BeginRequest(&e, cdr.V10, &giop.RequestHead{ID: id, Flags: giop.SyncTarget, Key: key, Operation: "_is_a"})
	e.RawString(what)
	giop.Finish(&e, m)
	return e.Bytes()
}

// yes reports whether b is a Reply whose result is TRUE.
func yes(b []byte) bool {
	h, err := parse(b)
	if err != nil || h.Type != giop.TypeReply || len(b) < giop.HeaderSize+int(h.Size) {
		return false
	}
	var d cdr.Decoder
	d.Reset(b[:giop.HeaderSize+int(h.Size)], giop.HeaderSize, h.Little, nil)
	var r giop.Reply
	if err := r.Parse(h, &d); err != nil || r.Status != giop.NoException {
		return false
	}
	is := d.Boolean()
	return d.Err() == nil && is
}

// negotiate is how SMB begins (MS-SMB2 2.2.3): a header and one dialect, 2.1, framed as in a NetBIOS session.
var negotiate = func() []byte {
	b := make([]byte, 4+64+36+2)
	b[3] = byte(len(b) - 4)
	copy(b[4:], "\xfeSMB")
	b[8] = 64                                           // the header's size
	b[4+64] = 36                                        // the request's
	b[4+66] = 1                                         // dialects
	b[4+68] = 1                                         // signing is known
	binary.LittleEndian.PutUint16(b[len(b)-2:], 0x0210) // 2.1
	return b
}()

// first tells by the first octets what speaks without being asked.
func first(b []byte) Identity {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	said := strings.TrimSpace(string(line))
	for _, k := range []struct {
		begin string
		is    Protocol
	}{{"SSH-", SSH}, {"220", Mail}, {"* OK", Mail}, {"+OK", Mail}, {"INFO {", NATS}, {"RFB ", RFB}} {
		if bytes.HasPrefix(b, []byte(k.begin)) {
			return Identity{Protocol: k.is, Detail: said}
		}
	}
	if len(b) > 5 && b[4] == 10 && int(b[0]) <= len(b) && b[1] == 0 { // a packet, and version 10 of the handshake
		version, _, _ := bytes.Cut(b[5:], []byte{0})
		return Identity{Protocol: MySQL, Detail: string(version)}
	}
	if found, sure := answer(b); sure {
		return found
	}
	return Identity{Protocol: Unknown, Detail: shown(b)}
}

// answer tells by an answer what gave it, and reports whether it is sure.
func answer(b []byte) (Identity, bool) {
	switch h, err := parse(b); {
	case err == nil:
		return Identity{Protocol: GIOP, Detail: said(h, b)}, true
	case bytes.HasPrefix(b, []byte("GIOP")):
		return Identity{Protocol: GIOP, Detail: err.Error()}, true
	case bytes.HasPrefix(b, []byte("HTTP/")), bytes.HasPrefix(bytes.ToLower(b), []byte("<!doctype html")), bytes.HasPrefix(bytes.ToLower(b), []byte("<html")):
		return Identity{Protocol: HTTP, Detail: server(b)}, true
	case len(b) >= 7 && b[0] == 21 && b[1] == 3: // an alert, of any version
		return Identity{Protocol: TLS}, false // the hello tells more
	case len(b) >= 8 && (string(b[4:8]) == "\xfeSMB" || string(b[4:8]) == "\xffSMB"):
		return Identity{Protocol: SMB, Detail: map[byte]string{0xfe: "version 2 or 3", 0xff: "version 1"}[b[4]]}, true
	}
	return Identity{Protocol: Unknown, Detail: shown(b)}, false
}

func parse(b []byte) (giop.Header, error) {
	if len(b) < giop.HeaderSize || !bytes.HasPrefix(b, []byte("GIOP")) {
		return giop.Header{}, errors.New("it is not whole")
	}
	return giop.ParseHeader(b)
}

// said puts a GIOP answer in words.
func said(h giop.Header, b []byte) string {
	order := "big-endian"
	if h.Little {
		order = "little-endian"
	}
	what := h.Type.String()
	if status, ok := status(h, b); ok {
		what += " " + status.String()
	}
	return fmt.Sprintf("GIOP %v, %s, %s", h.Version, order, what)
}

// here reports whether b is a LocateReply that says that the object is here, or where it is.
func here(b []byte) bool {
	h, err := parse(b)
	if err != nil {
		return false
	}
	s, ok := status(h, b)
	return ok && (s == giop.ObjectHere || s == giop.ObjectForward || s == giop.ObjectForwardPerm)
}

func status(h giop.Header, b []byte) (giop.LocateStatus, bool) {
	if h.Type != giop.TypeLocateReply {
		return 0, false
	}
	var d cdr.Decoder
	d.Reset(b, giop.HeaderSize, h.Little, nil)
	var r giop.LocateReply
	if err := r.Parse(h, &d); err != nil {
		return 0, false
	}
	return r.Status, true
}

// server is what an HTTP answer says of its server.
func server(b []byte) string {
	for l := range strings.Lines(string(b)) {
		name, value, ok := strings.Cut(l, ":")
		if ok && strings.EqualFold(strings.TrimSpace(name), "Server") {
			return strings.TrimSpace(value)
		}
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}

// alert reports whether a handshake failed because the other side said so in TLS, or speaks a version of it that is none of ours.
func alert(err error) bool {
	var said tls.AlertError
	return errors.As(err, &said) || strings.Contains(err.Error(), "remote error: tls:") || strings.Contains(err.Error(), "unsupported versions")
}

// shown is the beginning of what was said, as a Go string where it is no text.
func shown(b []byte) string {
	const most = 60
	if len(b) > most {
		b = b[:most]
	}
	return fmt.Sprintf("%q", b)
}
