package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/socket"
	"github.com/opendsom/dsom/transport/tls"
)

// An attempt is the trying of one address.
type attempt struct {
	ctx     context.Context
	net     Network
	target  target
	finding *Finding
	tls     *tls.Transport
	named   transport.Transport // by names of NetBIOS
	spx     transport.Transport // by SPX
	web     transport.Set       // by WebSocket
	rules   *reach.Connect
	host    string // that the server's certificate is to be for
}

// run tries the address. It returns where the server forwards to, if it does.
func (a *attempt) run(rules *reach.Connect) *ior.IOR {
	f := a.finding
	if a.rules = rules; a.target.direct.Network != "" {
		c := a.connectDirect()
		if c == nil {
			return nil
		}
		defer c.Close()
		return a.ask(c)
	}
	way, err := rules.Way(f.endpoint())
	if err != nil {
		return a.is(Forbidden, err)
	}
	if way.Rule != "" {
		f.Tried, f.rule = way.To.Address(), way.Rule
	}
	if f.addrs, err = a.net.Lookup(a.ctx, way.To.Host); err != nil {
		if a.late(err) {
			return a.is(Unresolved, errors.New("the name service did not answer in time"))
		}
		return a.is(Unresolved, err)
	}
	if _, err := netip.ParseAddr(way.To.Host); err != nil {
		for _, at := range f.addrs {
			f.Resolved = append(f.Resolved, at.String())
		}
	}
	c := a.connect(rules, way)
	if c == nil {
		return nil
	}
	defer c.Close()
	return a.ask(c)
}

// is notes the outcome.
func (a *attempt) is(o Outcome, err error) *ior.IOR {
	a.finding.Outcome, a.finding.Detail = o, ""
	if err != nil {
		a.finding.Detail = err.Error()
	}
	return nil
}

// late reports whether err is that the time is over.
func (a *attempt) late(err error) bool {
	var n net.Error
	return a.ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// connect connects to the first address that takes it. Each has its share of the time.
func (a *attempt) connect(rules *reach.Connect, way reach.Way) net.Conn {
	a.host = way.To.Host
	for i, at := range a.finding.addrs {
		if way.Open {
			if err := rules.Check(way.To, at); err != nil {
				a.is(Forbidden, err)
				continue
			}
		}
		if to := at.Unmap(); to.IsUnspecified() || to.IsMulticast() || to == broadcast {
			a.is(BadAddress, nil)
			continue
		}
		c, err := a.dial(netip.AddrPortFrom(at, way.To.Port), len(a.finding.addrs)-i)
		if err == nil {
			return c
		}
		var shake *transport.HandshakeError
		switch {
		case errors.As(err, &shake):
			a.is(ofHandshake(shake), shake.Err)
		case socket.IsRefused(err):
			a.is(Refused, err)
		case nowhere(err):
			a.is(NoRoute, err)
		case a.late(err):
			a.is(TimedOut, nil)
		default:
			a.is(Failed, err)
		}
	}
	return nil
}

func (a *attempt) dial(at netip.AddrPort, share int) (net.Conn, error) {
	a.finding.Peer = at.String()
	until, _ := a.ctx.Deadline()
	ctx, cancel := context.WithTimeout(a.ctx, time.Until(until)/time.Duration(share))
	defer cancel()
	dial := func(ctx context.Context) (net.Conn, error) { return a.net.Dial(ctx, at) }
	if a.finding.TLS {
		plain := dial
		dial = func(ctx context.Context) (net.Conn, error) { return a.seal(ctx, plain) }
	}
	c, err := dial(ctx)
	if err == nil {
		err = c.SetDeadline(until)
	}
	return c, err
}

// ask asks for the object: where it is, and then whether it is there. What the first answer
// says is kept where the second does not come.
func (a *attempt) ask(c net.Conn) *ior.IOR {
	v := a.target.version
	if v.AtLeast(cdr.V12) {
		v = cdr.V12
	}
	here := false
	h, msg, err := a.locate(c, v)
	silent := err != nil && a.late(err)
	switch {
	case silent: // which may hold for this message alone
	case err != nil:
		a.broken(c, err)
		return nil
	case h.Type == giop.TypeMessageError && v.AtLeast(h.Version) && h.Version != v:
		return a.is(OldVersion, fmt.Errorf("the server answered in GIOP %v", h.Version))
	case h.Type == giop.TypeLocateReply:
		to, final := a.located(h, msg)
		if final {
			return to
		}
		here = true
	}
	again := c
	if !here { // an ORB that does not know the message: it has closed, or says nothing
		if again, err = a.again(); err != nil && silent {
			return a.is(Silent, nil)
		} else if err != nil {
			return a.is(Failed, err)
		}
		defer again.Close()
	}
	return a.request(again, v, here)
}

// locate asks where the object is, and gives half of the time that is left to the answer: Combat answers no LocateRequest for an
// object that it has not, and does answer a request.
func (a *attempt) locate(c net.Conn, v cdr.Version) (giop.Header, []byte, error) {
	e := cdr.NewEncoder(nil, true, &cdr.Env{Version: v})
	giop.PutLocateRequest(e, v, locateID, a.target.key, nil)
	until, _ := a.ctx.Deadline()
	if err := c.SetDeadline(time.Now().Add(time.Until(until) / 2)); err != nil {
		return giop.Header{}, nil, err
	}
	h, msg, err := a.exchange(c, e.Bytes())
	if err == nil {
		err = c.SetDeadline(until)
	}
	return h, msg, err
}

// request asks the object whether it exists, again in another form if the server wants that. here says that it is
// known to the server.
func (a *attempt) request(c net.Conn, v cdr.Version, here bool) *ior.IOR {
	head := giop.RequestHead{ID: firstRequest, Flags: giop.SyncTarget, Key: a.target.key, Operation: "_non_existent"}
	for ; ; head.ID++ {
		e := cdr.NewEncoder(nil, true, &cdr.Env{Version: v})
		giop.Finish(e, giop.BeginRequest(e, v, &head))
		if err := e.Err(); err != nil {
			return a.is(Failed, err)
		}
		h, msg, err := a.exchange(c, e.Bytes())
		switch {
		case err != nil && here && a.late(err):
			return a.is(Silent, errors.New("the server knows the object, which does not answer in time"))
		case err != nil:
			a.broken(c, err)
			return nil
		case h.Type == giop.TypeMessageError:
			return a.is(OldVersion, fmt.Errorf("the server rejects GIOP %v", v))
		case h.Type == giop.TypeCloseConnection:
			return a.is(Closed, errors.New("the server closed the connection in order: it may be at its limit of connections"))
		case h.Type != giop.TypeReply:
			return a.is(Failed, fmt.Errorf("the server answered with a %v", h.Type))
		}
		var d cdr.Decoder
		giop.Open(&d, h, msg, &cdr.Env{Version: h.Version})
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil {
			return a.is(Failed, err)
		}
		if r.ID != head.ID {
			return a.is(Failed, fmt.Errorf("the server answered request %d, and was sent request %d", r.ID, head.ID))
		}
		if r.Status != giop.NeedsAddressingMode {
			return a.replied(&r, &d)
		}
		how := d.UShort()
		if d.Err() != nil || how > uint16(giop.ReferenceAddr) || head.Target != nil || !v.AtLeast(cdr.V12) {
			return a.is(Failed, errors.New("the server wants its targets named in yet another way (NEEDS_ADDRESSING_MODE)"))
		}
		head.Target = a.target.named(giop.Addressing(how))
	}
}

// The ids of the messages that are sent.
const (
	locateID     = 1
	firstRequest = 2
)

// named returns the target as how says, in a little-endian message.
func (t *target) named(how giop.Addressing) *giop.Target {
	p := t.ior.Profiles[t.finding.Profile]
	n := &giop.Target{Kind: how, Tag: p.Tag, Profile: p.Data, Index: uint32(t.finding.Profile)}
	if how == giop.ReferenceAddr {
		e := cdr.NewEncoder(nil, true, nil)
		ior.Put(e, t.ior)
		n.IOR = e.Bytes()
	}
	return n
}

// located takes a LocateReply. final is false where the request is to follow.
func (a *attempt) located(h giop.Header, msg []byte) (to *ior.IOR, final bool) {
	var d cdr.Decoder
	giop.Open(&d, h, msg, &cdr.Env{Version: h.Version})
	var r giop.LocateReply
	if err := r.Parse(h, &d); err != nil {
		return a.is(Failed, err), true
	}
	if r.ID != locateID {
		return a.is(Failed, fmt.Errorf("the server answered request %d, and was sent request %d", r.ID, locateID)), true
	}
	if r.Status != giop.ObjectForward && r.Status != giop.ObjectForwardPerm {
		return nil, false // an unknown object, too: the request tells why
	}
	return a.forward(&d), true
}

// replied takes the reply to the request, whose body d reads.
func (a *attempt) replied(r *giop.Reply, d *cdr.Decoder) *ior.IOR {
	switch r.Status {
	case giop.NoException:
		gone := d.Boolean()
		if err := d.Err(); err != nil {
			return a.is(Failed, fmt.Errorf("the answer has no result: %w", err))
		}
		if gone {
			return a.is(NotExist, nil)
		}
		return a.is(Reachable, nil)
	case giop.LocationForward, giop.LocationForwardPerm:
		return a.forward(d)
	case giop.SystemException:
		sys, err := giop.GetSystemException(d)
		if err != nil {
			return a.is(Failed, err)
		}
		if data, ok := r.Contexts.Find(giop.ContextExceptionDetail); ok && sys.Reason == "" {
			sys.Reason = giop.ParseExceptionDetail(data)
		}
		switch sys.Kind {
		case exc.ObjectNotExist:
			return a.is(NotExist, sys)
		case exc.BadOperation, exc.NoImplement: // of an old or small ORB: the object has answered all the same
			return a.is(Reachable, sys)
		}
		return a.is(Raised, sys)
	}
	return a.is(Raised, fmt.Errorf("the server answered %v", r.Status))
}

func (a *attempt) forward(d *cdr.Decoder) *ior.IOR {
	to := ior.Get(d)
	if err := d.Err(); err != nil {
		return a.is(Failed, err)
	}
	if to.IsNil() {
		return a.is(Failed, errors.New("the server forwards to a nil reference"))
	}
	return to
}

// A notGIOP is an answer of another protocol.
type notGIOP struct{ what string }

func (e *notGIOP) Error() string { return e.what }

// exchange sends a message and reads the answer, whole, be it in fragments.
func (a *attempt) exchange(c net.Conn, out []byte) (giop.Header, []byte, error) {
	if _, err := c.Write(out); err != nil {
		return giop.Header{}, nil, err
	}
	var parts giop.Assembler
	for size := 0; ; {
		h, msg, err := read(c, maxMessage-size)
		if err != nil {
			return h, nil, err
		}
		size += len(msg)
		if h, msg, err = parts.Add(h, msg); err != nil || msg != nil {
			return h, msg, err
		}
	}
}

// read reads a message or fragment of most octets at most.
func read(c net.Conn, most int) (h giop.Header, msg []byte, err error) {
	msg = make([]byte, giop.HeaderSize)
	n, err := io.ReadFull(c, msg)
	if n >= 4 && string(msg[:4]) != "GIOP" || n > 0 && n < 4 {
		return h, nil, &notGIOP{protocol(msg[:n])}
	}
	if err != nil {
		return h, nil, err
	}
	if h, err = giop.ParseHeader(msg); err != nil {
		return h, nil, err
	}
	if int64(h.Size) > int64(most) {
		return h, nil, fmt.Errorf("the answer, a %v of %d octets, is longer than is read here, %d octets", h.Type, h.Size, maxMessage)
	}
	rest := make([]byte, h.Size)
	if _, err = io.ReadFull(c, rest); err != nil {
		return h, nil, err
	}
	return h, append(msg, rest...), nil
}

// broken notes why there is no answer.
func (a *attempt) broken(c net.Conn, err error) {
	var other *notGIOP
	var shake *transport.HandshakeError
	switch {
	case errors.As(err, &shake): // a server of TLS 1.3 says so late
		a.is(ofHandshake(shake), shake.Err)
	case errors.As(err, &other):
		a.finding.seen = other.what
		a.is(NotGIOP, nil)
	case a.late(err):
		a.is(Silent, nil)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), hungUp(err):
		a.is(Closed, nil)
	default:
		a.is(Failed, err)
	}
}

// protocol says what an answer looks like that is no GIOP.
func protocol(b []byte) string {
	s := string(b)
	switch {
	case strings.HasPrefix(s, "HTTP/"), strings.HasPrefix(s, "<!DOC"), strings.HasPrefix(s, "<html"):
		return "HTTP"
	case len(b) >= 3 && (b[0] == 0x15 || b[0] == 0x16) && b[1] == 3:
		return "TLS"
	case strings.HasPrefix(s, "SSH-"):
		return "SSH"
	case strings.HasPrefix(s, "ZIOP"):
		return "ZIOP (compressed GIOP)"
	case strings.HasPrefix(s, "IceP"):
		return "Ice"
	case strings.HasPrefix(s, "220 "), strings.HasPrefix(s, "220-"):
		return "SMTP or FTP"
	case len(b) >= 9 && b[0] == 0 && b[3] == 4: // the frame SETTINGS, which servers begin with
		return "HTTP/2"
	}
	return fmt.Sprintf("%q", b)
}
