// Package objects answers what people ask the daemon about names, classes and objects: what is bound, what a reference says and whether
// it is reached, which operations an object has; and it calls them.
//
// It is the daemon's own client: what it calls is called as by any other program of this machine.
package objects

import (
	"context"
	"errors"
	"log/slog"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/ior/explain"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/transport"
)

// A Config says where things are.
type Config struct {
	Server     *orb.ORB      // that takes the daemon's calls
	Naming     *orb.Ref      // its root context
	Daemon     string        // the address by which it is called, as in corbaloc URLs
	Transports transport.Set // by which objects are called; nil: TCP
	Connect    string        // rules for the addresses that are connected to: see [reach.ParseConnect]
	Library    *Library      // what is known of classes
}

// Objects answers questions. Its methods may be called concurrently; how long they take is for ctx to say.
type Objects struct {
	c      Config
	root   cosnaming.NamingContext
	client *orb.ORB
	rules  *reach.Connect
}

// New returns an Objects, which must be closed.
func New(c Config) (*Objects, error) {
	rules, err := reach.ParseConnect(c.Connect)
	if err != nil {
		return nil, err
	}
	client, err := orb.New(orb.Config{
		Transports: c.Transports, Connect: c.Connect, Logger: slog.New(slog.DiscardHandler), // what it would log is in the errors that it returns
		InitialReferences: map[string]string{"NameService": "corbaloc:" + c.Daemon + "/NameService"},
	})
	if err != nil {
		return nil, err
	}
	return &Objects{c, cosnaming.NamingContextClass.Unchecked(c.Naming), client, rules}, nil
}

// Close ends the calls under way.
func (o *Objects) Close(ctx context.Context) error { return o.client.Shutdown(ctx) }

// Counts returns what the daemon itself has counted.
func (o *Objects) Counts() admin.Counts { return admin.CountsOf(o.c.Server) }

// parse parses a URL that somebody has entered.
func parse(url string) (*ior.URL, error) {
	if len(url) > admin.MaxURL {
		return nil, invalid("the reference has %d octets, the limit is %d", len(url), admin.MaxURL)
	}
	u, err := ior.ParseURL(url)
	if err != nil {
		return nil, invalid("%w", err)
	}
	return u, nil
}

// Reference takes a reference apart, and tries its addresses if it is to.
func (o *Objects) Reference(ctx context.Context, q admin.Question) (out admin.Reference, err error) {
	u, err := parse(q.URL)
	if err != nil {
		return out, err
	}
	if len(u.Name) > 0 || u.IOR == nil && u.Reference().IsNil() { // what is meant is known when it has been looked up
		ref, err := o.resolve(ctx, q.URL)
		if err != nil {
			return out, err
		}
		u = &ior.URL{Scheme: "IOR", IOR: ref.IOR()}
	}
	out.Reference = explain.Of(u)
	if r := u.Reference(); q.Probe && !r.IsNil() {
		p := probe.Prober{Connect: o.rules}
		out.Probe = p.Probe(ctx, r)
	}
	return out, nil
}

// resolve returns the object of a URL.
func (o *Objects) resolve(ctx context.Context, url string) (*orb.Ref, error) {
	if _, err := parse(url); err != nil {
		return nil, err
	}
	ref, err := o.client.Resolve(ctx, url)
	if err != nil {
		return nil, failed(err)
	}
	if ref == nil {
		return nil, invalid("this is a nil reference: it refers to no object")
	}
	return ref, nil
}

// failed is an error of a call that had to be made to answer.
func failed(err error) error {
	if e := (*admin.Error)(nil); errors.As(err, &e) {
		return err
	}
	return &admin.Error{Code: admin.CodeFailed, Message: err.Error()}
}
