package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxResponse bounds what a client reads of an answer that is not a stream, in octets.
const MaxResponse = 64 << 20

// A Client speaks to a daemon. Its methods may be called concurrently; how long they may
// take is for the context to say. Errors are *Error where the daemon answered, ErrNoDaemon where none did.
type Client struct {
	access  Access
	http    *http.Client
	machine string
}

// NewClient returns a client of the daemon that is reached by a. It keeps no connection.
func NewClient(a Access) *Client {
	dial := &net.Dialer{Timeout: 5 * time.Second}
	return &Client{access: a, http: &http.Client{
		Transport: &http.Transport{DialContext: dial.DialContext, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the daemon's API does not redirect")
		},
	}}
}

// At returns a client by which another machine answers, that shares its state with the daemon's: what is asked about one server, and who visits. Of a daemon that
// shares its state with no other the errors are CodeInvalid, of a machine that is not up CodeNotFound, of one that does not answer CodeUnavailable.
func (c *Client) At(machine string) *Client {
	return &Client{c.access, c.http, machine}
}

// Open returns a client of the daemon of a state folder.
func Open(state string) (*Client, error) {
	a, err := ReadAccess(state)
	if err != nil {
		return nil, err
	}
	return NewClient(a), nil
}

// Status returns how the daemon is.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.call(ctx, http.MethodGet, "/v1/status", nil, &s)
}

// Servers returns all registered servers, ordered by name.
func (c *Client) Servers(ctx context.Context) (s []Server, err error) {
	return s, c.call(ctx, http.MethodGet, "/v1/servers", nil, &s)
}

// Server returns one server.
func (c *Client) Server(ctx context.Context, name string) (s Server, err error) {
	return s, c.call(ctx, http.MethodGet, serverPath(name), nil, &s)
}

// Add registers a server program.
func (c *Client) Add(ctx context.Context, in Server) (out Server, err error) {
	return out, c.call(ctx, http.MethodPost, "/v1/servers", in, &out)
}

// Update changes a server's record. What runs already is not changed by it.
func (c *Client) Update(ctx context.Context, name string, change Change) (s Server, err error) {
	return s, c.call(ctx, http.MethodPatch, serverPath(name), change, &s)
}

// Remove deletes a server's record. A server that runs is stopped first if stop says so, otherwise it is a CodeBusy error.
func (c *Client) Remove(ctx context.Context, name string, stop bool) error {
	return c.call(ctx, http.MethodDelete, serverPath(name)+"?stop="+strconv.FormatBool(stop), nil, nil)
}

// Start starts a server and returns when it takes calls; one that does already is left alone.
func (c *Client) Start(ctx context.Context, name string) (s Server, err error) {
	return s, c.call(ctx, http.MethodPost, serverPath(name)+"/start", nil, &s)
}

// Stop stops a server and returns when it has ended. Unless it is disabled, the next call of one of its
// objects starts an on-demand server again.
func (c *Client) Stop(ctx context.Context, name string) (s Server, err error) {
	return s, c.call(ctx, http.MethodPost, serverPath(name)+"/stop", nil, &s)
}

// Upgrade replaces a server's program while it serves, and returns when the old processes have ended. If the new ones do not
// come up it is a CodeFailed error, and the server is as it was.
func (c *Client) Upgrade(ctx context.Context, name string, up Upgrade) (out Upgraded, err error) {
	return out, c.call(ctx, http.MethodPost, serverPath(name)+"/upgrade", up, &out)
}

// Logs returns the last lines of what a server wrote and, with follow, all that it writes
// until ctx ends or the reader is closed.
func (c *Client) Logs(ctx context.Context, name string, lines int, follow bool) (io.ReadCloser, error) {
	q := url.Values{"lines": {strconv.Itoa(lines)}, "follow": {strconv.FormatBool(follow)}}
	res, err := c.do(ctx, http.MethodGet, serverPath(name)+"/logs?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

func serverPath(name string) string { return "/v1/servers/" + url.PathEscape(name) }

// call makes a request with a JSON body and decodes the answer into out, unless that is nil.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	res, err := c.do(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if out == nil {
		return nil
	}
	if err := decode(res.Body, out); err != nil {
		return fmt.Errorf("the daemon's answer to %s %s is not readable: %w", method, path, err)
	}
	return nil
}

func decode(body io.Reader, out any) error {
	return json.NewDecoder(io.LimitReader(body, MaxResponse)).Decode(out)
}

// do makes a request and returns the answer if it is a good one.
func (c *Client) do(ctx context.Context, method, path string, in any) (*http.Response, error) {
	if in == nil {
		return c.send(ctx, method, path, "", nil)
	}
	b, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	if len(b) > MaxRequest {
		return nil, &Error{Code: CodeInvalid, Message: fmt.Sprintf("a request of %d octets, the limit is %d", len(b), MaxRequest)}
	}
	return c.send(ctx, method, path, "application/json", b)
}

// send makes a request with a body of some type, "" for none, and returns the answer if it is a good one.
func (c *Client) send(ctx context.Context, method, path, contentType string, b []byte) (*http.Response, error) {
	var body io.Reader
	if contentType != "" {
		body = bytes.NewReader(b)
	}
	if c.machine != "" {
		mark := "?"
		if strings.Contains(path, "?") {
			mark = "&"
		}
		path += mark + "machine=" + url.QueryEscape(c.machine)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.access.Address+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.access.Token)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct{ Error Error }
	_ = json.NewDecoder(io.LimitReader(res.Body, MaxRequest)).Decode(&answer) // an answer of something else has a status at least
	answer.Error.Status = res.StatusCode
	return nil, &answer.Error
}

// unreachable says what it means that no answer came.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("the daemon at %s has not answered: %w", c.access.Address, ctx.Err())
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w: nothing answers at %s, where process %d was: %v", ErrNoDaemon, c.access.Address, c.access.Process.PID, op.Err)
	}
	return fmt.Errorf("the daemon at %s: %w", c.access.Address, err)
}
