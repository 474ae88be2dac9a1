// Package tunnel carries IPX over UDP in the form of DOSBox's IPXNET: each datagram is a packet, and all go by a server, which knows its clients by the
// address that it has given them.
//
// A client registers by a packet to socket 2 of node 0; the server's answer says which node the client is: that of DOSBox makes it of the client's IPv4 address
// and port. It answers nobody who has not registered, but that is all that it knows of anybody.
package tunnel

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// Port is the port of UDP that DOSBox suggests.
const Port = 213

// Most is how many octets a packet may have: DOSBox cuts off what is longer.
const Most = 1424

// How a client registers, and how it stays registered with NATs on the way.
const (
	registerEvery = time.Second
	registerTries = 5
	keepAlive     = 20 * time.Second

	// mostMissing is how many packets to itself in succession a client has not got back when it takes it that the server has forgotten it.
	mostMissing = 3
)

// socketBuffer is what is asked of the system for each direction of a socket; it gives less, it may be.
const socketBuffer = 1 << 20

// A Client is a carrier by a server.
type Client struct {
	c    *net.UDPConn
	addr ipx.Addr
	srv  ipx.Node
	done chan struct{}

	log    *slog.Logger
	keep   time.Duration    // between packets to itself
	nonces [2]atomic.Uint64 // in the last of those, and in the one before: others do not know them
	echoes atomic.Uint64    // of those that came back
	asked  atomic.Bool      // a registration has no answer yet
	moved  atomic.Bool      // the server knows this client as another node, which it cannot become
}

var _ ipx.Carrier = (*Client)(nil)

// ErrSilent is the error of registering with a server that does not answer.
var ErrSilent = errors.New("the server of the IPX tunnel does not answer")

// Dial registers with the server at an address of UDP, HOST[:PORT]. network is the one that the server's clients are on; 0: the server does not say, and it is none in particular.
// A client whose server has forgotten it, since it was started again, registers again. log is told if it is another node then; nil: nothing is logged.
func Dial(ctx context.Context, server string, network uint32, log *slog.Logger) (*Client, error) {
	return dial(ctx, server, network, keepAlive, log)
}

func dial(ctx context.Context, server string, network uint32, keep time.Duration, log *slog.Logger) (*Client, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, fmt.Sprint(Port))
	}
	var d net.Dialer
	raw, err := d.DialContext(ctx, "udp4", server)
	if err != nil {
		return nil, err
	}
	c := &Client{c: raw.(*net.UDPConn), done: make(chan struct{}), keep: keep, log: log}
	_ = c.c.SetReadBuffer(socketBuffer)
	_ = c.c.SetWriteBuffer(socketBuffer)
	if err := c.register(ctx, network); err != nil {
		raw.Close()
		return nil, fmt.Errorf("%s: %w", server, err)
	}
	go c.stay()
	return c, nil
}

// registration is what a client says to be told which node it is.
func registration() []byte {
	p := ipx.Packet{Type: ipx.TypeEcho, Dst: ipx.Addr{Socket: ipx.SocketEcho}, Src: ipx.Addr{Socket: ipx.SocketEcho}}
	return p.Append(nil)
}

func (c *Client) register(ctx context.Context, network uint32) error {
	stop := context.AfterFunc(ctx, func() { _ = c.c.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	b := make([]byte, Most)
	for range registerTries {
		if _, err := c.c.Write(registration()); err != nil {
			return err
		}
		until := time.Now().Add(registerEvery)
		_ = c.c.SetReadDeadline(until)
		for {
			n, err := c.c.Read(b)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
				break
			}
			if err != nil { // nobody is at that port, it may be: yet, it may be
				select {
				case <-time.After(time.Until(until)):
				case <-ctx.Done():
					return context.Cause(ctx)
				}
				break
			}
			p, err := ipx.Parse(b[:n])
			if err != nil || !registered(p) {
				continue
			}
			c.addr, c.srv = ipx.Addr{Net: network, Node: p.Dst.Node}, p.Src.Node
			return c.c.SetReadDeadline(time.Time{})
		}
	}
	return fmt.Errorf("%w: %d registrations, a second apart", ErrSilent, registerTries)
}

// registered reports whether p is the answer to a registration.
func registered(p ipx.Packet) bool {
	return p.Dst.Socket == ipx.SocketEcho && p.Src.Socket == ipx.SocketEcho && p.Dst.Node != (ipx.Node{}) && p.Dst.Node != ipx.Broadcast
}

// stay keeps the client known, to NATs on the way too. It sends packets to itself, each with a nonce, as a server may relay what others send in the client's name: of a second registration DOSBox's server would make a second client. If they have come back,
// and then several do not, the server has forgotten the client, or will have when it is there again: that registers anew. A server from which none has ever come back sends no
// client its own packets, and says nothing by that.
func (c *Client) stay() {
	p := ipx.Packet{Type: ipx.TypeEcho, Dst: ipx.Addr{Net: c.addr.Net, Node: c.addr.Node, Socket: 0}, Src: c.addr}
	for missing := 0; ; {
		before := c.echoes.Load()
		p.Data = c.draw()
		_, _ = c.c.Write(p.Append(nil))
		if !c.wait(min(registerEvery, c.keep)) {
			return
		}
		if now := c.echoes.Load(); now == 0 || now != before || c.moved.Load() {
			if missing = 0; !c.wait(c.keep - registerEvery) {
				return
			}
		} else if missing++; missing >= mostMissing {
			missing = 0
			c.asked.Store(true)
			_, _ = c.c.Write(registration())
		}
	}
}

// draw returns the nonce of the next packet to itself.
func (c *Client) draw() []byte {
	var b [8]byte
	_, _ = rand.Read(b[:])
	c.nonces[1].Store(c.nonces[0].Load())
	c.nonces[0].Store(binary.BigEndian.Uint64(b[:]))
	return b[:]
}

// echoed reports whether a packet to itself is its own.
func (c *Client) echoed(p ipx.Packet) bool {
	if len(p.Data) != 8 {
		return false
	}
	nonce := binary.BigEndian.Uint64(p.Data)
	return nonce != 0 && (nonce == c.nonces[0].Load() || nonce == c.nonces[1].Load())
}

// again takes the answer to a later registration. What nobody has asked for says nothing.
func (c *Client) again(node ipx.Node) {
	if !c.asked.Swap(false) {
		return
	}
	moved := node != c.addr.Node
	if moved && !c.moved.Load() {
		c.log.Error("the server of the IPX tunnel knows this client as another node now, which it cannot become: what is sent to it does not come; start the program again", "server", c.At(), "node", c.addr.Node, "now", node)
	}
	c.moved.Store(moved)
}

// wait waits for a time, and reports whether the client is still there.
func (c *Client) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.done:
		return false
	}
}

// Addr returns the node that the server has named, on the network that Dial was told.
func (c *Client) Addr() ipx.Addr { return c.addr }

// Server returns the server's node, of the port and the address that it listens at, if it knows that.
func (c *Client) Server() ipx.Node { return c.srv }

// At returns the server's address.
func (c *Client) At() netip.AddrPort { return c.c.RemoteAddr().(*net.UDPAddr).AddrPort() }

// Most returns Most.
func (*Client) Most() int { return Most }

// Send sends a packet to the server, which knows from it where it is to go.
func (c *Client) Send(_ ipx.Node, packet []byte) error {
	_, err := c.c.Write(packet)
	return err
}

// Receive waits for a packet. What is between the client and its server it keeps to itself.
func (c *Client) Receive(b []byte) (int, error) {
	for {
		n, err := c.c.Read(b)
		if err != nil {
			return n, err
		}
		p, err := ipx.Parse(b[:n])
		switch {
		case err != nil:
		case p.Dst.Node == c.addr.Node && p.Src.Node == c.addr.Node && p.Dst.Socket == 0:
			if c.echoed(p) {
				c.echoes.Add(1)
			}
			continue
		case registered(p) && p.Src.Node == c.srv:
			c.again(p.Dst.Node)
			continue
		}
		return n, nil
	}
}

// Close leaves the server. It is not told: the protocol has no word for that.
func (c *Client) Close() error {
	select {
	case <-c.done:
		return net.ErrClosed
	default:
	}
	close(c.done)
	return c.c.Close()
}
