// Package kin is the transport between a program and processes that it has started itself: nobody else can connect to either, since there is no port and no
// name for it. A [Parent] starts a process, which finds in its environment that it is an [Heir].
//
// Between the two is one pair of sockets. To connect, the parent makes another pair and sends one end of it over the first, so that there are as many
// connections as there would be over TCP, each of which ends by itself. When the first pair ends, one of the two processes has.
//
// Both are transports of the network that they stand beside, TCP: an endpoint is private by its host, a name that nobody else has, under .alt, where the DNS has nothing for good
// (RFC 9476). So references name it as any other host, and lead nowhere but in the parent.
//
// There is this on Unix alone; elsewhere [Parent.Start] is an error.
package kin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/opendsom/dsom/transport"
)

// The variables by which a process is told that it is an heir.
const (
	EnvSocket = "DSOM_PARENT_SOCKET" // the number of the file that is its end
	EnvHost   = "DSOM_PARENT_HOST"   // the host at which it listens
)

// MaxWord is how many octets a child says of itself at most.
const MaxWord = 64 << 10

// Port is that of private endpoints.
const Port = 1

// ErrEnded is the error of a connection to a child that has ended, or is about to.
var ErrEnded = errors.New("the process has ended")

// A Parent is a transport that reaches the children of this process besides what another reaches. Its methods may be called concurrently.
type Parent struct {
	beside transport.Transport

	mu       sync.Mutex
	children map[string]*Child // by host
}

var _ transport.Transport = (*Parent)(nil)

// NewParent returns a parent without children, beside a transport.
func NewParent(beside transport.Transport) *Parent {
	return &Parent{beside: beside, children: map[string]*Child{}}
}

// Name returns that of the transport beside it.
func (p *Parent) Name() string { return p.beside.Name() }

// Listen listens where the transport beside it does.
func (p *Parent) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	return p.beside.Listen(ctx, e)
}

// Dial connects to a child, or by the transport beside it.
func (p *Parent) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	p.mu.Lock()
	c := p.children[e.Host]
	p.mu.Unlock()
	switch {
	case c != nil:
		return c.dial(e)
	case IsPrivate(e.Host):
		return nil, fmt.Errorf("%s: %w, or is another process's child", e.Host, ErrEnded)
	}
	return p.beside.Dial(ctx, e)
}

// Has reports whether a host is one of the children that live.
func (p *Parent) Has(host string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.children[host] != nil
}

// The form of a private host.
const (
	hostPrefix = "child-"
	hostSuffix = ".dsom.alt"
)

// IsPrivate reports whether a host is that of a child of some process.
func IsPrivate(host string) bool {
	return strings.HasPrefix(host, hostPrefix) && strings.HasSuffix(host, hostSuffix)
}

// A Child is a process that the parent has started.
type Child struct {
	p       *Parent
	cmd     *exec.Cmd
	host    string
	control *control

	word chan string // what it says of itself, once
	gone chan struct{}
	once sync.Once // of gone
	done chan struct{}
	err  error // how it ended, when done is closed
}

// Host returns the host at which it is reached.
func (c *Child) Host() string { return c.host }

// PID returns the number of the process.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Done is closed when the process has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Gone is closed when the process cannot be reached any more: it has ended, or is about to.
func (c *Child) Gone() <-chan struct{} { return c.gone }

// lose has the child be known no more.
func (c *Child) lose() {
	c.once.Do(func() {
		if c.p != nil {
			c.p.mu.Lock()
			delete(c.p.children, c.host)
			c.p.mu.Unlock()
		}
		close(c.gone)
	})
}

// Word waits until the child says what it is, and returns that; its error is ErrEnded, with how it ended, or ctx's.
func (c *Child) Word(ctx context.Context) (string, error) {
	select {
	case w := <-c.word:
		c.word <- w // for who asks again
		return w, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case <-c.done:
	}
	select {
	case w := <-c.word:
		c.word <- w
		return w, nil
	default:
		return "", c.ended()
	}
}

func (c *Child) ended() error {
	if c.err == nil {
		return ErrEnded
	}
	return fmt.Errorf("%w: %s: %w", ErrEnded, c.cmd.Path, c.err)
}

// Kill ends the process at once, and waits for that.
func (c *Child) Kill() {
	_ = c.cmd.Process.Kill()
	<-c.done
}

// Leave tells the child that it is not needed any more, as the end of this process does. It ends in order, if it does.
func (c *Child) Leave() { c.control.close() }

// An Heir is the transport of a process that its parent has started for itself: it listens where the parent alone can connect, and connects by the transport beside it.
type Heir struct {
	beside  transport.Transport
	host    string
	control *control
	orphan  chan struct{}

	mu       sync.Mutex
	listened bool
	queue    chan transport.Conn
}

var _ transport.Transport = (*Heir)(nil)

// Name returns that of the transport beside it.
func (h *Heir) Name() string { return h.beside.Name() }

// Host returns the host at which it listens.
func (h *Heir) Host() string { return h.host }

// Endpoint returns where it listens, as a text.
func (h *Heir) Endpoint() string {
	return transport.Endpoint{Network: h.Name(), Host: h.host, Port: Port}.String()
}

// Dial connects by the transport beside it. It reaches no child of others.
func (h *Heir) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if IsPrivate(e.Host) {
		return nil, fmt.Errorf("%s is reached by its parent alone", e.Host)
	}
	return h.beside.Dial(ctx, e)
}

// Listen takes the parent's connections, once, or listens where the transport beside it does.
func (h *Heir) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	if e.Host != h.host {
		return h.beside.Listen(ctx, e)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listened {
		return nil, fmt.Errorf("%s is listened at already", e.Host)
	}
	h.listened = true
	e.Network, e.Port = h.Name(), Port
	return &listener{h: h, at: e, closed: make(chan struct{})}, nil
}

// Orphan is closed when the parent has ended, or needs the process no more.
func (h *Heir) Orphan() <-chan struct{} { return h.orphan }

// Say tells the parent what this process is: a text of at most MaxWord octets, without a line's end. It is said once.
func (h *Heir) Say(word string) error {
	if len(word) > MaxWord || strings.Contains(word, "\n") {
		return fmt.Errorf("kin: a word has at most %d octets (MaxWord), in one line", MaxWord)
	}
	return h.control.say(word + "\n")
}

// listener hands out the connections that the parent makes.
type listener struct {
	h      *Heir
	at     transport.Endpoint
	once   sync.Once
	closed chan struct{}
}

func (l *listener) Accept() (transport.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-l.h.queue:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Endpoint() transport.Endpoint { return l.at }

// environ is the environment of a child: what the process has, without what says of it that it is a child itself.
func environ(given []string, more ...string) []string {
	if given == nil {
		given = os.Environ()
	}
	var all []string
	for _, v := range given {
		name, _, _ := strings.Cut(v, "=")
		if name != EnvSocket && name != EnvHost {
			all = append(all, v)
		}
	}
	return append(all, more...)
}
