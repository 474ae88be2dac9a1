package conn_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// A cutoff is a connection whose writes fail from a moment on, as those to a peer that has closed do, whatever there is to be read. Part
// of what is written last goes through.
type cutoff struct {
	transport.Conn
	cut  atomic.Bool
	part int
	hold chan struct{} // if set, a write that fails does so when this is closed

	refusal error // if set, the end is read as this
}

func (c *cutoff) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, c.end(err)
}

func (c *cutoff) ReadChunk() (*transport.Chunk, int, error) {
	b, n, err := c.Conn.ReadChunk()
	return b, n, c.end(err)
}

func (c *cutoff) end(err error) error {
	if err == io.EOF && c.refusal != nil {
		return c.refusal
	}
	return err
}

// State has an end read that says why, as TLS does.
func (c *cutoff) State() transport.State {
	if s := c.Conn.State(); s != transport.Gone || c.refusal == nil {
		return s
	}
	return transport.Waiting
}

func (c *cutoff) Write(b []byte) (int, error) {
	if !c.cut.Load() {
		return c.Conn.Write(b)
	}
	if c.hold != nil {
		<-c.hold
	}
	return min(c.part, len(b)), syscall.EPIPE
}

func (c *cutoff) WriteBuffers(v *net.Buffers) (int64, error) {
	if !c.cut.Load() {
		return c.Conn.WriteBuffers(v)
	}
	n := 0
	for _, b := range *v {
		n += len(b)
	}
	return int64(min(c.part, n)), syscall.EPIPE
}

// TestLastWords: a write fails, and the peer has said something before it went. Calls end as that deserves, whoever reads it: one
// that waits already, or the one whose write it was.
func TestLastWords(t *testing.T) {
	t.Parallel()
	closing := giop.AppendCloseConnection(nil, cdr.V12, true)
	safe := func(t *testing.T, err error) { is(t, err, exc.Transient, exc.MinorPeerClosed, exc.No) }
	maybe := func(t *testing.T, err error) { is(t, err, exc.CommFailure, exc.MinorConnectionLost, exc.Maybe) }
	no := func(t *testing.T, err error) { is(t, err, exc.CommFailure, exc.MinorConnectionLost, exc.No) }
	refused := func(t *testing.T, err error) { is(t, err, exc.NoPermission, exc.MinorHandshake, exc.No) }
	for _, c := range []struct {
		name   string
		says   func(waits uint32) []byte // the id of the call that waits
		ends   bool
		part   int // octets of the write that fail go out, or all
		waits  func(t *testing.T, err error)
		writes func(t *testing.T, err error)
		took   time.Duration
		end    error // what the end is read as, if not as that
	}{
		{"an end in order", func(uint32) []byte { return closing }, true, 1 << 20, safe, safe, 0, nil},
		{"an end in order, and no end", func(uint32) []byte { return closing }, false, 1 << 20, safe, safe, 0, nil},
		{"a reply and an end in order", func(id uint32) []byte { return append(reply(id, "body"), closing...) }, true, 1 << 20,
			func(t *testing.T, err error) {
				if err != nil {
					t.Errorf("got %v, want a reply", err)
				}
			}, safe, 0, nil},
		{"an end", func(uint32) []byte { return nil }, true, 1 << 20, maybe, maybe, 0, nil},
		{"an end, and a part of the request is there", func(uint32) []byte { return nil }, true, 20, maybe, no, 0, nil},
		{"half an end in order", func(uint32) []byte { return closing[:7] }, true, 1 << 20, maybe, maybe, 0, nil},
		{"nothing", func(uint32) []byte { return nil }, false, 1 << 20, maybe, maybe, time.Second, nil},
		{"nothing, and nothing of the request is there", func(uint32) []byte { return nil }, false, 0, maybe, no, time.Second, nil},
		{"nonsense", func(uint32) []byte { return []byte("SSH-2.0-OpenSSH") }, false, 1 << 20,
			func(t *testing.T, err error) { is(t, err, exc.CommFailure, exc.MinorProtocol, exc.Maybe) },
			func(t *testing.T, err error) { is(t, err, exc.CommFailure, exc.MinorProtocol, exc.Maybe) }, 0, nil},
		{"a refusal", func(uint32) []byte { return nil }, true, 1 << 20, refused, refused, 0, &transport.HandshakeError{}},
		{"a refusal to resume a session", func(uint32) []byte { return nil }, true, 1 << 20, safe, safe, 0, &transport.HandshakeError{Resumed: true}},
	} {
		for _, alone := range []bool{false, true} {
			for _, both := range []bool{false, true} {
				if alone && c.name == "a reply and an end in order" {
					continue // there is nobody to have it
				}
				synctest.Test(t, func(t *testing.T) {
					ours, theirs := mem.New().Pipe()
					broken := &cutoff{Conn: ours, part: c.part, refusal: c.end}
					var cl *conn.Conn
					if both {
						cl = conn.Both(broken, conn.Options{}, fastHandler{})
					} else {
						cl = conn.Client(broken, conn.Options{})
					}
					r := raw{t, theirs}
					defer cl.Close()
					defer theirs.Close()
					var waits chan outcome
					id := uint32(0)
					if !alone {
						waits = begin(t.Context(), cl, 0, "a")
						id = r.expect(giop.TypeRequest)
					}
					broken.cut.Store(true)
					// The writer is in his write when the words come: what is there before is found before the write, as a rule.
					writes := begin(t.Context(), cl, 0, "b")
					began := time.Now()
					r.write(c.says(id))
					if c.ends {
						theirs.Close()
					}
					if c.took > 0 { // meanwhile: nothing begins on it
						synctest.Wait()
						o := <-begin(t.Context(), cl, 0, "c")
						is(t, o.err, exc.Transient, exc.MinorPeerClosed, exc.No)
						if cl.Usable() {
							t.Errorf("%s: it can be used", c.name)
						}
					}
					c.writes(t, (<-writes).err)
					if !alone {
						c.waits(t, (<-waits).err)
					}
					if took := time.Since(began); took != c.took && !both || took > c.took+10*time.Millisecond {
						t.Errorf("%s: it took %v, want %v", c.name, took, c.took)
					}
					if t.Failed() {
						t.Fatalf("%s, alone=%v, both=%v", c.name, alone, both)
					}
				})
			}
		}
	}
}

// TestLastWordsToOneway: what the peer said last is read although nobody waits for a reply: the write that failed was of a request without
// one, or who waited has given up.
func TestLastWordsToOneway(t *testing.T) {
	t.Parallel()
	for _, waits := range []bool{false, true} {
		for _, both := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := mem.New().Pipe()
				broken := &cutoff{Conn: ours, part: 20}
				var cl *conn.Conn
				if both {
					cl = conn.Both(broken, conn.Options{NoCancel: true}, fastHandler{})
				} else {
					cl = conn.Client(broken, conn.Options{NoCancel: true})
				}
				r := raw{t, theirs}
				defer cl.Close()
				defer theirs.Close()
				ctx, giveUp := context.WithCancel(t.Context())
				defer giveUp()
				var waiter chan outcome
				if waits {
					waiter = begin(ctx, cl, 0, "a")
					r.expect(giop.TypeRequest)
				}
				broken.cut.Store(true)
				began := time.Now()
				ended := make(chan error, 1)
				go func() {
					var call conn.Call
					id, err := cl.Reserve(t.Context(), &call, time.Time{})
					if err == nil {
						err = cl.Send(t.Context(), &call, request(id, "op", "b"))
					}
					ended <- err
				}()
				synctest.Wait()
				if waits {
					giveUp()
					is(t, (<-waiter).err, exc.Transient, exc.MinorCancelled, exc.Maybe, context.Canceled)
				}
				synctest.Wait()
				r.write(giop.AppendCloseConnection(nil, cdr.V12, true))
				is(t, <-ended, exc.Transient, exc.MinorPeerClosed, exc.No)
				if took := time.Since(began); took > 10*time.Millisecond {
					t.Errorf("another waited=%v, both=%v: it took %v", waits, both, took)
				}
			})
		}
	}
}

// TestUnwrittenIsForgotten: what waits behind a write that fails, and what handlers answer later, is in the account of no budget when the
// connection has ended.
func TestUnwrittenIsForgotten(t *testing.T) {
	t.Parallel()
	for _, words := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := mem.New().Pipe()
			broken := &cutoff{Conn: ours, part: 20, hold: make(chan struct{})}
			release := make(chan struct{})
			h := &handler{serve: func(_ *conn.Work, _ string, body []byte) ([]byte, bool) {
				<-release
				return bytes.Repeat([]byte("r"), 12_000), true
			}}
			cl := conn.Both(broken, conn.Options{}, h)
			r := raw{t, theirs}
			defer cl.Close()
			defer theirs.Close()
			waiter := begin(t.Context(), cl, 0, "a")
			r.expect(giop.TypeRequest)
			for id := range uint32(5) {
				r.write(request(2*id+1, "op", ""))
				synctest.Wait()
			}
			served := cl.BudgetUsed()
			broken.cut.Store(true)
			calls := []chan outcome{waiter, begin(t.Context(), cl, 0, "b")} // whose write is held
			for range 3 {
				calls = append(calls, begin(t.Context(), cl, 0, strings.Repeat("c", 12_000)))
			}
			if n := cl.BudgetUsed() - served; n < 36_000 {
				t.Errorf("%d octets are charged for three requests of 12000", n)
			}
			close(broken.hold)
			synctest.Wait()
			if words {
				r.write(giop.AppendCloseConnection(nil, cdr.V12, true))
			}
			for _, c := range calls {
				if o := <-c; o.err == nil {
					t.Error("a call went well")
				}
			}
			close(release)
			synctest.Wait()
			if n := cl.BudgetUsed(); n != 0 {
				t.Errorf("words=%v: %d octets of the budget are used", words, n)
			}
		})
	}
}

// TestLastWordsOverTCP has a server end a connection in order to which a client is just about to write.
func TestLastWordsOverTCP(t *testing.T) {
	t.Parallel()
	for range 50 {
		ours, theirs := tcpConns(t)
		broken := &cutoff{Conn: ours, part: 1 << 20}
		c := conn.Client(broken, conn.Options{})
		var call conn.Call
		id, err := c.Reserve(t.Context(), &call, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := theirs.Write(giop.AppendCloseConnection(nil, cdr.V12, true)); err != nil {
			t.Fatal(err)
		}
		theirs.Close()
		broken.cut.Store(true)
		err = c.RoundTrip(t.Context(), &call, request(id, "op", ""))
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Minor != exc.MinorPeerClosed || sys.Completed != exc.No {
			t.Errorf("got %v, want that it may be made again", err)
		}
		c.Close()
	}
}
