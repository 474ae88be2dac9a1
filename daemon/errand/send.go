package errand

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/opendsom/dsom/store"
)

// An Error is why another machine has not answered.
type Error struct {
	Machine string
	Begun   bool // it is not known whether it has done what was asked for
	Err     error
}

// Error says what is known.
func (e *Error) Error() string {
	s := fmt.Sprintf("the machine %q has not answered, by way of the store that it shares with this one: %v", e.Machine, e.Err)
	if e.Begun {
		s += "; it is not known whether it has done what was asked for"
	}
	return s
}

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// errReach is the error where messages are lost.
var errReach = fmt.Errorf("nothing was heard of it for %v", reachTime)

// A Transport sends requests to the machines that their URLs name as hosts. It is an http.RoundTripper, whose errors are *Error, or say what is wrong with a request.
type Transport struct {
	Relay store.Relay
	By    string // this machine
}

var _ http.RoundTripper = Transport{}

// RoundTrip implements http.RoundTripper. The request's context holds until its answer's body is closed.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &want{Method: r.Method, Path: r.URL.RequestURI(), Type: r.Header.Get("Content-Type"), By: t.By}
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
		var err error
		if w.Body, err = io.ReadAll(io.LimitReader(r.Body, MaxBody+1)); err != nil {
			return nil, err
		}
		if len(w.Body) > MaxBody {
			return nil, fmt.Errorf("a request of more than %d octets does not go to another machine", MaxBody)
		}
	}
	e := &sent{t: t, ctx: r.Context(), machine: r.URL.Host, ask: ask{ID: rand.Text(), Want: w}}
	for e.last.Status == 0 {
		if err := e.next(); err != nil {
			e.end()
			return nil, err
		}
	}
	e.ask.Want = nil
	h := http.Header{}
	if e.last.Type != "" {
		h.Set("Content-Type", e.last.Type)
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", e.last.Status, http.StatusText(e.last.Status)), StatusCode: e.last.Status, Header: h, Body: e, ContentLength: -1,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
	}, nil
}

// sent is an errand from the side that sends it, and its answer's body.
type sent struct {
	t       Transport
	ctx     context.Context
	machine string
	ask     ask
	last    reply
	data    []byte // of it, not read yet
	begun   bool
	ended   bool
}

// next asks for what has come.
func (e *sent) next() error {
	request, err := json.Marshal(e.ask)
	if err != nil {
		return err
	}
	heard := time.Now()
	for {
		limited, cancel := context.WithTimeout(e.ctx, lookTime+askTime)
		b, err := e.t.Relay.Ask(limited, e.machine, request)
		cancel()
		patience := reachTime
		if errors.Is(err, store.ErrNobody) {
			patience = nobodyFor
		} else {
			e.begun = true
		}
		if err == nil {
			return e.take(b)
		}
		switch {
		case e.ctx.Err() != nil:
			return e.failed(e.ctx.Err())
		case errors.Is(err, store.ErrClosed):
			return e.failed(err)
		case time.Since(heard) >= patience:
			if errors.Is(err, context.DeadlineExceeded) {
				err = errReach
			}
			return e.failed(err)
		}
		t := time.NewTimer(askPause)
		select {
		case <-t.C:
		case <-e.ctx.Done():
			t.Stop()
			return e.failed(e.ctx.Err())
		}
	}
}

func (e *sent) failed(err error) error { return &Error{e.machine, e.begun, err} }

// take notes a reply.
func (e *sent) take(b []byte) error {
	e.last = reply{}
	if err := json.Unmarshal(b, &e.last); err != nil {
		return e.failed(fmt.Errorf("its answer is not readable: %w", err))
	}
	switch {
	case e.last.Error != "":
		if e.ask.Want != nil && e.ask.From == 0 {
			e.begun = false
		}
		return e.failed(errors.New(e.last.Error))
	case e.last.Broken && len(e.last.Data) == 0:
		return e.failed(errors.New("its answer broke off"))
	case e.last.Status != 0 && (e.last.Status < 200 || e.last.Status > 599):
		return e.failed(fmt.Errorf("its answer has the status %d", e.last.Status))
	}
	e.data = e.last.Data
	e.ask.From += int64(len(e.data))
	return nil
}

// Read implements io.Reader.
func (e *sent) Read(b []byte) (int, error) {
	for len(e.data) == 0 {
		switch {
		case e.last.Done && e.last.Broken:
			return 0, e.failed(errors.New("its answer broke off"))
		case e.last.Done:
			return 0, io.EOF
		case e.ended:
			return 0, http.ErrBodyReadAfterClose
		}
		if err := e.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, e.data)
	e.data = e.data[n:]
	return n, nil
}

// Close implements io.Closer.
func (e *sent) Close() error {
	e.end()
	return nil
}

// end says that nothing more is wanted; who does not hear it finds out.
func (e *sent) end() {
	if e.ended || !e.begun {
		return
	}
	e.ended = true
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), endTime)
	defer cancel()
	if b, err := json.Marshal(ask{ID: e.ask.ID, End: true}); err == nil {
		_, _ = e.t.Relay.Ask(ctx, e.machine, b)
	}
}
