// Package node is a node of NetBIOS over TCP/IP as its name service sees it (RFC 1001, clauses 10 and 15; RFC 1002, clause 5): it registers names, keeps and
// defends them, finds those of others, and is a name server if it is told to be.
//
// Nothing here is trusted that it need not be. Responses are taken from who was asked, to questions whose numbers are drawn at random; what nobody asked for, what comes from
// elsewhere, and requests in the name of others are counted and dropped. Still the protocol has no secrets: who is on the same network can say he has any name. What a name
// leads to is therefore never proof of who is there.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

// The protocol's times and counts (RFC 1002, clause 6).
const (
	BroadcastTries = 3
	BroadcastTime  = 250 * time.Millisecond // between them
	UnicastTries   = 3
	UnicastTime    = 5 * time.Second
	ConflictTime   = time.Second     // for which further answers to a query are heeded, after the first
	DefaultTTL     = 72 * time.Hour  // for which a name is registered at a name server, if nothing else is said
	mostWait       = 2 * time.Minute // that a server may have a question wait for its answer
	leastRefresh   = time.Second
	registerAgain  = 30 * time.Second // between attempts to register a name at a name server that was silent
	verifyTime     = 10 * time.Second // between looks whether a name that somebody disputes is still this node's
)

// The bounds of what a node keeps. Their names stand in the errors that they cause.
const (
	MostNames      = 64    // netbios-names: that a node has
	MostQuestions  = 1024  // netbios-questions: under way
	MostRecords    = 16384 // netbios-records: names that a name server keeps
	MostOfAddress  = 256   // netbios-records-per-address: of those, that have an owner at one address
	MostOwners     = 25    // netbios-owners: of a group, as a name server keeps them
	MostChallenges = 64    // netbios-challenges: of owners, that a name server has under way
	mostRedirects  = 4     // netbios-redirects: from one name server to another
)

// A LimitError says which bound was met.
type LimitError struct {
	Limit string
	Most  int
}

func (e *LimitError) Error() string { return fmt.Sprintf("limit %s: %d at most", e.Limit, e.Most) }

// A NameError is what another node, or a name server, has said of a name.
type NameError struct {
	Name nbname.Name
	Code nbns.Code
	From netip.AddrPort // who has said it
}

func (e *NameError) Error() string {
	return fmt.Sprintf("%v: %v, says %v", e.Name, e.Code, e.From.Addr())
}

// another reports whether it says that the name is another's: others are about who was asked, and may be otherwise the next time.
func (e *NameError) another() bool { return e.Code == nbns.ActiveErr || e.Code == nbns.ConflictErr }

// A SilenceError says that nobody has answered.
type SilenceError struct {
	Name nbname.Name
	At   string // who was asked
}

func (e *SilenceError) Error() string { return fmt.Sprintf("%v: no answer from %s", e.Name, e.At) }

// Timeout reports true.
func (e *SilenceError) Timeout() bool { return true }

// A Carrier carries datagrams. Its methods are called concurrently, ReadFrom by one goroutine.
type Carrier interface {
	ReadFrom(b []byte) (n int, from netip.AddrPort, err error)
	WriteTo(b []byte, to netip.AddrPort) error
	Close() error // wakes ReadFrom, whose error is net.ErrClosed then
}

// A Config says what a node is.
type Config struct {
	Type nbns.NodeType

	Unicast   Carrier    // at the node's address
	Broadcast Carrier    // by which is heard what is sent to all; nil: it is not
	Addr      netip.Addr // of IPv4
	All       netip.Addr // to which is sent what is for all; zero: nothing is
	Port      uint16     // of other nodes; 0: 137

	Servers []netip.AddrPort // name servers, asked in this order
	TTL     time.Duration    // of registrations, in whole seconds; 0: DefaultTTL

	Serve   bool          // be a name server
	MostTTL time.Duration // that it grants; 0: DefaultTTL

	Unit [6]byte      // the hardware address that status tells
	Log  *slog.Logger // nil: nothing is logged
}

// A Node is a node at work. Methods are safe for concurrent use.
type Node struct {
	c      Config
	ctx    context.Context // ends with the node
	cancel context.CancelFunc
	work   sync.WaitGroup
	counts counts

	mu      sync.Mutex
	asked   map[uint16]*question
	held    map[nbname.Name]*held
	records records
	busy    map[nbname.Name]bool // challenges under way
	changed chan struct{}        // wakes who refreshes
}

// Start makes a node of c, whose carriers it closes when it ends.
func Start(c Config) (*Node, error) {
	switch {
	case !c.Addr.Is4():
		return nil, fmt.Errorf("a node of NetBIOS has an address of IPv4, and not %v", c.Addr)
	case c.Type != nbns.B && len(c.Servers) == 0:
		return nil, fmt.Errorf("a node of type %v asks a name server, and none is named", c.Type)
	case c.Type != nbns.P && c.Broadcast != nil && !c.All.Is4():
		return nil, errors.New("a node of NetBIOS that is no P node needs the address to which is sent what is for all")
	}
	if c.Port == 0 {
		c.Port = nbns.Port
	}
	if c.TTL == 0 {
		c.TTL = DefaultTTL
	}
	if c.MostTTL == 0 {
		c.MostTTL = DefaultTTL
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	n := &Node{c: c, asked: map[uint16]*question{}, held: map[nbname.Name]*held{}, records: records{of: map[nbname.Name]*record{}, has: map[netip.Addr]int{}}, busy: map[nbname.Name]bool{}, changed: make(chan struct{}, 1)}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	for _, r := range []Carrier{c.Unicast, c.Broadcast} {
		if r != nil {
			n.work.Go(func() { n.read(r) })
		}
	}
	n.work.Go(n.refresh)
	return n, nil
}

// Close ends the node, without a word to others: Release says that a name is given up.
func (n *Node) Close() error {
	n.mu.Lock() // no work begins after that
	n.cancel()
	n.mu.Unlock()
	err := n.c.Unicast.Close()
	if n.c.Broadcast != nil {
		err = errors.Join(err, n.c.Broadcast.Close())
	}
	n.work.Wait()
	return err
}

// Addr returns the node's address.
func (n *Node) Addr() netip.Addr { return n.c.Addr }

// Type returns the node's type.
func (n *Node) Type() nbns.NodeType { return n.c.Type }

// Has reports whether a name is the node's, and whether it is a group's.
func (n *Node) Has(name nbname.Name) (group, has bool) {
	h := n.mine(name)
	return h != nil && h.group, h != nil
}

// read takes what comes.
func (n *Node) read(r Carrier) {
	b := make([]byte, nbns.MostRead)
	for {
		size, from, err := r.ReadFrom(b)
		if errors.Is(err, net.ErrClosed) || n.ctx.Err() != nil {
			return
		}
		if err != nil { // such as that nobody was at a port
			select {
			case <-time.After(time.Millisecond):
			case <-n.ctx.Done():
			}
			continue
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		p, err := nbns.Parse(b[:size])
		if err != nil || !from.Addr().Is4() {
			n.counts.malformed.Add(1)
			continue
		}
		if p.Response {
			n.answered(p, from)
		} else if !p.Broadcast || from != netip.AddrPortFrom(n.c.Addr, n.c.Port) { // its own word to all
			n.requested(p, from, r == n.c.Broadcast)
		}
	}
}

// send sends a packet. What cannot be sent is as good as lost on the way.
func (n *Node) send(p *nbns.Packet, to netip.AddrPort) {
	if err := n.c.Unicast.WriteTo(p.Append(nil), to); err != nil {
		n.c.Log.Debug("a packet of the name service cannot be sent", "to", to, "error", err)
	}
}

// all is where what is for all is sent.
func (n *Node) all() netip.AddrPort { return netip.AddrPortFrom(n.c.All, n.c.Port) }

// entry is this node as the owner of a name.
func (n *Node) entry(group bool) nbns.Entry {
	return nbns.Entry{Group: group, Type: n.c.Type, Addr: n.c.Addr}
}

// seconds are the whole seconds of a time.
func seconds(d time.Duration) uint32 { return uint32(min(max(d/time.Second, 0), 1<<31)) }
