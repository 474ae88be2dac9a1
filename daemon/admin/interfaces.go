package admin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// MaxSpecification bounds the octets of a packed specification that is registered, and MaxSpecifications those of all together.
const (
	MaxSpecification  = 64 << 20
	MaxSpecifications = 320 << 20 // packed they have no more than unpacked
)

// ServerSpecification is the name under which the interfaces of a server's objects are registered with it. They go when the server is removed.
func ServerSpecification(server string) string { return "server " + server }

// ServerClasses is the name under which a server itself registers the interfaces of its classes, beside those that were registered with it. They go with the server, too.
func ServerClasses(server string) string { return "classes of server " + server }

// A Specification is what is registered in the interface repository under a name: files that
// were compiled together, with all that they include.
type Specification struct {
	Name       string    `json:"name"`
	Files      []string  `json:"files"`  // the main ones
	Octets     int       `json:"octets"` // as JSON
	Registered time.Time `json:"registered"`
	Disputed   string    `json:"disputed,omitempty"` // why nobody is answered from it: others say different things
}

// Specifications lists what is registered in the interface repository, by name.
func (c *Client) Specifications(ctx context.Context) (list []Specification, err error) {
	return list, c.call(ctx, http.MethodGet, "/v1/interfaces", nil, &list)
}

// RegisterSpecification registers a packed specification (JSON as package model writes it, in the form of
// gzip), in place of the one that has the name.
func (c *Client) RegisterSpecification(ctx context.Context, name string, packed []byte) (s Specification, err error) {
	return c.putSpecification(ctx, specificationPath(name), packed)
}

// Describe registers the interfaces of the classes of a lease's server, packed as for RegisterSpecification, under the name ServerClasses. Those of a version that
// an upgrade tries out are registered once it serves. The error is CodeInvalid where others say different things: then nobody is answered from either.
func (c *Client) Describe(ctx context.Context, lease string, packed []byte) (Specification, error) {
	return c.putSpecification(ctx, "/v1/leases/"+url.PathEscape(lease)+"/interfaces", packed)
}

func (c *Client) putSpecification(ctx context.Context, path string, packed []byte) (s Specification, err error) {
	if len(packed) > MaxSpecification {
		return s, &Error{Code: CodeInvalid, Message: fmt.Sprintf("a specification of %d octets, packed; the limit is %d", len(packed), MaxSpecification)}
	}
	res, err := c.send(ctx, http.MethodPut, path, "application/gzip", packed)
	if err != nil {
		return s, err
	}
	defer func() { _ = res.Body.Close() }()
	return s, decode(res.Body, &s)
}

// RemoveSpecification takes a specification out of the interface repository.
func (c *Client) RemoveSpecification(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, specificationPath(name), nil, nil)
}

// Specification returns all that the interface repository has, packed.
func (c *Client) Specification(ctx context.Context) ([]byte, error) {
	res, err := c.do(ctx, http.MethodGet, "/v1/spec", nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, MaxSpecifications+1))
	if err == nil && len(b) > MaxSpecifications {
		err = fmt.Errorf("the daemon's answer has more than %d octets", MaxSpecifications)
	}
	return b, err
}

func specificationPath(name string) string { return "/v1/interfaces/" + url.PathEscape(name) }
