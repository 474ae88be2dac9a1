package cases

import (
	"io"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
)

// locate sends a LocateRequest by hand, on a connection of its own: this ORB never asks where an object is, it calls it.
func locate(c *Client) {
	p := profile(c.ref(c.calls))
	at := transport.Endpoint{Network: c.Transport.Name(), Host: p.Host, Port: p.Port}
	if s, sealed := p.TLS(); sealed {
		at.Port = s.Port
	}
	if path := socket(p); path != "" {
		at.Host, at.Port = path, 0
	}
	conn := ok(c.Transport.Dial(c.ctx, at))
	defer conn.Close()
	done(conn.SetDeadline(time.Now().Add(time.Minute)))
	for i, k := range []struct {
		key  []byte
		want giop.LocateStatus
	}{{p.Key, giop.ObjectHere}, {[]byte("no such key"), giop.UnknownObject}} {
		e := cdr.NewEncoder(nil, i == 0, nil)
		giop.PutLocateRequest(e, p.Version, uint32(i), k.key, nil)
		done(e.Err())
		ok(conn.Write(e.Bytes()))
		head := make([]byte, giop.HeaderSize)
		ok(io.ReadFull(conn, head))
		h := ok(giop.ParseHeader(head))
		check(h.Type == giop.TypeLocateReply && h.Size < 1000, "a %v of %d octets came", h.Type, h.Size)
		msg := append(head, make([]byte, h.Size)...)
		ok(io.ReadFull(conn, msg[giop.HeaderSize:]))
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		var r giop.LocateReply
		done(r.Parse(h, &d))
		check(r.ID == uint32(i) && r.Status == k.want, "request %d: the answer to request %d is %v", i, r.ID, r.Status)
	}
}
