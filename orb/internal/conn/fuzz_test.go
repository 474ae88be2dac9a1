package conn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport/mem"
)

// A program is octets read as operations of a protocol, with their operands.
type program struct{ b []byte }

func (p *program) more() bool { return len(p.b) > 0 }

func (p *program) octet() byte {
	if len(p.b) == 0 {
		return 0
	}
	o := p.b[0]
	p.b = p.b[1:]
	return o
}

func (p *program) octets(n int) []byte {
	n = min(n, len(p.b))
	b := p.b[:n]
	p.b = p.b[n:]
	return b
}

// FuzzProtocol lets a program play the peer of a server, or of a client and its callers. Whatever it does,
// nothing panics or hangs, each call ends once, and nobody gets what is for another.
func FuzzProtocol(f *testing.F) {
	for _, s := range []string{
		"\x00\x00\x05\x01\x08\x02\x07\x05\x03\x00\x03\x01\x06",     // a server: echo, slow, wait, cancel, sleep, end
		"\x00\x04\x0cGIOP\x01\x02\x01\x00\xff\xff\xff\x7f",         // a server: a promise of much
		"\x00\x07\x20\x00\x09\x08\x01\x05",                         // a server: fragments
		"\x01\x00\x05\x00\x06\x05\x00\x05\x01\x03\x05\x06",         // a client: calls, replies out of turn
		"\x01\x01\x03\x00\x04\x03\x0a\x05\x01\x05\x00\x07",         // a client: deadlines, a late reply, CloseConnection
		"\x01\x00\x01\x02\x05\x04\x04\x08GIOP\x01\x02\x00\x05",     // a client: a message in pieces
		"\x11\x00\x05\x0a\x00\x0a\x01\x03\x00\x0c\x01\x05\x09",     // one that is called as well, while it calls
		"\x15\x0a\x00\x0a\x00\x0a\x00\x0a\x00\x0a\x01\x00\x05\x03", // the same, asked more than it may be
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 400 {
			return
		}
		p := &program{b}
		synctest.Test(t, func(t *testing.T) {
			if mode := p.octet(); mode&1 == 0 {
				playClient(t, p, mode)
			} else {
				playServer(t, p, mode)
			}
		})
	})
}

func options(mode byte) (*mem.Network, conn.Options) {
	n := mem.New()
	if mode&2 != 0 {
		n.Buffer = 50
	}
	o := conn.Options{Limits: new(limits.Limits), Logger: new(logbook).logger()}
	if mode&4 != 0 {
		o.Limits.Set(limits.OutstandingRequests, 3)
	}
	if mode&8 != 0 {
		o.FragmentSize = 40
	}
	return n, o
}

// playClient is a client that the program plays.
func playClient(t *testing.T, p *program, mode byte) {
	n, o := options(mode)
	r, c := serveRawOver(t, n, o, sleeper())
	asked := map[uint32]string{} // replies that may come
	var mu sync.Mutex            // guards these two
	garbage := false
	var wg sync.WaitGroup
	wg.Go(func() { // what comes
		var in giop.Assembler
		for {
			h, msg, err := r.try()
			if err != nil {
				return
			}
			if h, msg, err = in.Add(h, msg); err != nil {
				t.Errorf("a malformed message: %v", err)
				return
			}
			if msg == nil || h.Type != giop.TypeReply {
				continue
			}
			id, err := giop.RequestID(h, msg)
			b, err2 := replyBody(h, msg)
			if err != nil || err2 != nil {
				t.Errorf("a malformed reply: %v %v", err, err2)
			}
			mu.Lock()
			if want, ok := asked[id]; !garbage && (!ok || want != "" && want != string(b)) {
				t.Errorf("a reply to %d with %q; asked was %q (%v)", id, b, want, ok)
			}
			delete(asked, id)
			mu.Unlock()
		}
	})
	id := uint32(0)
	ask := func(body string) {
		mu.Lock()
		defer mu.Unlock()
		asked[id] = body
	}
	write := func(b []byte) {
		r.SetWriteDeadline(time.Now().Add(10 * time.Second))
		r.Write(b)
	}
	for p.more() {
		id++
		body := fmt.Sprintf("%d:%s", id, bytes.Repeat([]byte{'x'}, int(id%50)))
		switch p.octet() % 10 {
		case 0:
			ask(body)
			write(request(id, "echo", body))
		case 1:
			ask(body)
			write(request(id, "slow", body))
		case 2:
			ask("")
			write(request(id, "wait", body))
		case 3:
			write(giop.AppendCancelRequest(nil, cdr.V12, true, uint32(p.octet())))
		case 4:
			mu.Lock()
			garbage = true
			mu.Unlock()
			write(p.octets(int(p.octet())))
		case 5:
			time.Sleep(time.Duration(p.octet()) * time.Millisecond)
		case 6:
			r.CloseWrite()
		case 7:
			ask(body)
			b, _ := giop.Split(nil, request(id, "echo", body), int(p.octet()))
			for len(b) > 0 {
				k := min(len(b), 1+int(p.octet()))
				write(b[:k])
				b = b[k:]
			}
		case 8:
			time.Sleep(time.Duration(p.octet()) * time.Second)
		case 9:
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				c.Shutdown(ctx)
			})
		}
	}
	time.Sleep(2 * time.Minute)
	r.Conn.Close()
	wg.Wait()
	time.Sleep(10 * time.Second)
	if mode&4 == 0 && c.Usable() { // while as many are served as may be, the end may lie behind what is not read {
		t.Error("the peer is gone, and the connection usable")
	}
}

// playServer is a server that the program plays, and what its callers do.
func playServer(t *testing.T, p *program, mode byte) {
	n, o := options(mode)
	var c *conn.Conn
	var r raw
	both := mode&16 != 0 // it may call as well
	ops := byte(10)
	if both {
		ours, theirs := n.Pipe()
		c, r, ops = conn.Both(ours, o, sleeper()), raw{t, theirs}, 13
	} else {
		c, r = callRawOver(t, n, o)
	}
	type played struct {
		body string
		err  error
		got  []byte
	}
	var mu sync.Mutex
	var garbage atomic.Bool
	var got []uint32              // requests that came and have no reply yet
	bodies := map[uint32]string{} // of these
	replied := map[string]bool{}
	asked := map[uint32]string{} // requests of the program, and what they are answered with
	var peer sync.WaitGroup
	peer.Go(func() {
		var in giop.Assembler
		for {
			h, msg, err := r.try()
			if err == nil {
				h, msg, err = in.Add(h, msg)
			}
			if err != nil {
				var sys *exc.SystemException
				if errors.As(err, &sys) {
					t.Errorf("what the client sends: %v", err)
				}
				return
			}
			if msg != nil && h.Type == giop.TypeReply {
				id, err := giop.RequestID(h, msg)
				b, err2 := replyBody(h, msg)
				mu.Lock()
				if want, ok := asked[id]; err != nil || err2 != nil || !ok && !garbage.Load() || want != "" && want != string(b) {
					t.Errorf("a reply to %d with %q (%v, %v); asked was %q (%v)", id, b, err, err2, want, ok)
				}
				delete(asked, id)
				mu.Unlock()
			}
			if msg == nil || h.Type != giop.TypeRequest {
				continue
			}
			var d cdr.Decoder
			giop.Open(&d, h, msg, nil)
			var q giop.Request
			if err := q.Parse(h, &d); err != nil {
				t.Errorf("what the client sends: %v", err)
				return
			}
			mu.Lock()
			got = append(got, q.ID)
			bodies[q.ID] = string(d.OctetSeqView())
			mu.Unlock()
		}
	})
	write := func(b []byte) {
		r.SetWriteDeadline(time.Now().Add(10 * time.Second))
		r.Write(b)
	}
	answer := func(k int) []byte {
		mu.Lock()
		defer mu.Unlock()
		if len(got) == 0 {
			return nil
		}
		k %= len(got)
		id := got[k]
		got = slices.Delete(got, k, k+1)
		replied[bodies[id]] = true
		return reply(id, "re:"+bodies[id])
	}
	var calls sync.WaitGroup
	var all []*played
	for asks := uint32(1); p.more(); {
		switch p.octet() % ops {
		case 10, 11:
			op, body := "echo", fmt.Sprint("asked ", asks)
			if p.octet()%3 == 0 {
				op = "slow"
			}
			mu.Lock()
			asked[asks] = body
			mu.Unlock()
			write(request(asks, op, body))
			asks += 2
		case 12:
			write(giop.AppendCancelRequest(nil, cdr.V12, true, uint32(p.octet())))
		case 0, 1:
			var limit time.Duration
			if k := p.octet(); k%3 != 0 {
				limit = time.Duration(k) * time.Millisecond
			}
			body := fmt.Sprint("call ", len(all))
			f := &played{body: body}
			all = append(all, f)
			calls.Go(func() {
				var call conn.Call
				var deadline time.Time
				if limit > 0 {
					deadline = time.Now().Add(limit)
				}
				f.got, f.err = do(context.Background(), c, &call, deadline, "op", []byte(body))
			})
		case 2:
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.octet())*time.Millisecond)
			calls.Go(func() {
				defer cancel()
				var call conn.Call
				if id, err := c.Reserve(ctx, &call, time.Time{}); err == nil {
					c.Send(ctx, &call, appendRequest(nil, cdr.V12, id, "note", make([]byte, 100)))
				}
			})
		case 3:
			write(answer(int(p.octet())))
		case 4:
			garbage.Store(true)
			write(p.octets(int(p.octet())))
		case 5:
			time.Sleep(time.Duration(p.octet()) * time.Millisecond)
		case 6:
			b, _ := giop.Split(nil, answer(0), int(p.octet()))
			for len(b) > 0 {
				k := min(len(b), 1+int(p.octet()))
				write(b[:k])
				b = b[k:]
				time.Sleep(time.Millisecond)
			}
		case 7:
			write(giop.AppendCloseConnection(nil, cdr.V12, false))
		case 8:
			time.Sleep(time.Duration(p.octet()) * time.Second)
		case 9:
			r.CloseWrite()
		}
		synctest.Wait()
	}
	time.Sleep(2 * time.Minute)
	r.Conn.Close()
	c.Close()
	calls.Wait()
	peer.Wait()
	for _, f := range all {
		var sys *exc.SystemException
		switch {
		case f.err == nil && !garbage.Load() && (!replied[f.body] || string(f.got) != "re:"+f.body):
			t.Errorf("%s got %q", f.body, f.got)
		case f.err != nil && !errors.As(f.err, &sys) && !garbage.Load():
			t.Errorf("%s: %v", f.body, f.err)
		}
	}
}
