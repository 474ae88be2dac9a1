package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Lease registers a server program. The lease is held until the stream ends.
func (c *Client) Lease(ctx context.Context, reg Registration) (*Stream, error) {
	res, err := c.do(ctx, http.MethodPost, "/v1/leases", reg)
	if err != nil {
		return nil, err
	}
	return &Stream{res.Body, bufio.NewReaderSize(res.Body, MaxMessage)}, nil
}

// SetEndpoints says where the server of a lease takes calls.
func (c *Client) SetEndpoints(ctx context.Context, lease string, endpoints []string) error {
	return c.call(ctx, http.MethodPut, "/v1/leases/"+url.PathEscape(lease)+"/endpoints", endpoints, nil)
}

// Report says how many calls the server of a lease serves.
func (c *Client) Report(ctx context.Context, lease string, r Report) error {
	return c.call(ctx, http.MethodPut, "/v1/leases/"+url.PathEscape(lease)+"/report", r, nil)
}

// Renew returns for how long, counted from before it was called, the holder of a lease may be the server; 0: for good.
func (c *Client) Renew(ctx context.Context, lease string) (hold time.Duration, err error) {
	var d Duration
	err = c.call(ctx, http.MethodPut, "/v1/leases/"+url.PathEscape(lease)+"/renew", nil, &d)
	return time.Duration(d), err
}

// Release says that the server of a lease is done: it writes nothing any more, so that
// another may be started.
func (c *Client) Release(ctx context.Context, lease string) error {
	return c.call(ctx, http.MethodDelete, "/v1/leases/"+url.PathEscape(lease), nil, nil)
}

// A Stream is what the daemon has to say to the holder of a lease.
type Stream struct {
	body  io.ReadCloser
	lines *bufio.Reader
}

// Next waits for the next message. It is called by one goroutine; Close ends it.
func (s *Stream) Next() (Message, error) {
	line, err := s.lines.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return Message{}, fmt.Errorf("a message of the daemon is longer than %d octets", MaxMessage)
	}
	if err != nil {
		return Message{}, err
	}
	var m Message
	if err := json.Unmarshal(line, &m); err != nil {
		return Message{}, fmt.Errorf("a message of the daemon is not readable: %w", err)
	}
	return m, nil
}

// Close ends the lease without a word; the daemon takes it for lost.
func (s *Stream) Close() error { return s.body.Close() }

// Quiet says that the process of a lease, which was told that another version has taken its place, has nothing under way any more that it had the naming service say.
func (c *Client) Quiet(ctx context.Context, lease string) error {
	return c.call(ctx, http.MethodPut, "/v1/leases/"+url.PathEscape(lease)+"/quiet", nil, nil)
}

// Said says that the process of a lease, which was told by MessageServes that it serves, has had the naming service say all that it had put aside until then.
func (c *Client) Said(ctx context.Context, lease string) error {
	return c.call(ctx, http.MethodPut, "/v1/leases/"+url.PathEscape(lease)+"/said", nil, nil)
}
