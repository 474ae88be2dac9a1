// Package names is the Go side of the suite of naming services: the cases that a client runs against the root context of one,
// in this order, under random names. Clients in other languages run the same.
//
//	name_context  a context is made and bound, and is found again
//	name_bind     an object is bound in it
//	name_resolve  it is found from the root, by a name of two parts
//	name_twice    binding it again raises AlreadyBound
//	name_missing  another name raises NotFound: missing_node, and the part that is missing
//	name_rebind   another object is bound in its place, and found
//	name_text     a name with all special characters becomes text and a name again, and is found by its text
//	name_url      the object is found by a corbaname URL
//	name_list     more names than come at once are listed, the rest by the iterator
//	name_full     a context in which something is bound is not destroyed, and is when all is unbound
//	name_hub      the suite's Hub, which its server has bound as HubName, is found and answers
package names

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// HubName is what servers bind their Hub as.
const HubName = "interop/some.servers/hub"

const (
	listed = 25 // names of the case name_list
	page   = 7  // of which come at once
)

// Args returns the arguments of a client in another language for the root context at url.
func Args(t testing.TB, url string) []string {
	t.Helper()
	return []string{"-seed", strconv.FormatInt(peer.Seed(t), 10), url, HubName}
}

// A Client runs the cases.
type Client struct {
	ORB  *orb.ORB
	Root cosnaming.NamingContextExt
	URL  string     // corbaloc of the root
	A, B orb.Object // two objects to bind
	Rand *rand.Rand
	Made func() int // how many requests the ORB has sent

	dir     cosnaming.NameComponent
	context cosnaming.NamingContext
}

// Run runs all cases and reports.
func (c *Client) Run(ctx context.Context) peer.Report {
	c.dir = cosnaming.NameComponent{Id: fmt.Sprint("dir", c.Rand.Uint64()), Kind: "folder"}
	var r peer.Report
	for _, k := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"name_context", c.newContext},
		{"name_bind", func(ctx context.Context) error { return c.context.Bind(ctx, object, c.A) }},
		{"name_resolve", func(ctx context.Context) error { return c.found(ctx, c.A) }},
		{"name_twice", c.twice},
		{"name_missing", c.missing},
		{"name_rebind", c.rebind},
		{"name_text", c.text},
		{"name_url", c.byURL},
		{"name_list", c.list},
		{"name_full", c.full},
		{"name_hub", c.hub},
	} {
		r.Outcomes = append(r.Outcomes, peer.Attempt(k.name, c.Made, func() error { return k.run(ctx) }))
	}
	r.Made = c.Made()
	return r
}

// object is what A and B are bound as.
var object = cosnaming.Name{{Id: "main", Kind: "object"}}

func (c *Client) within(n cosnaming.Name) cosnaming.Name {
	return append(cosnaming.Name{c.dir}, n...)
}

func (c *Client) newContext(ctx context.Context) error {
	var err error
	if c.context, err = c.Root.BindNewContext(ctx, cosnaming.Name{c.dir}); err != nil {
		return err
	}
	got, err := c.Root.Resolve(ctx, cosnaming.Name{c.dir})
	if err != nil {
		return err
	}
	_, err = cosnaming.NamingContextClass.Narrow(ctx, got)
	return err
}

func (c *Client) found(ctx context.Context, want orb.Object) error {
	got, err := c.Root.Resolve(ctx, c.within(object))
	return same(got, want, err)
}

func same(got, want orb.Object, err error) error {
	if err == nil && !orb.Same(got, want) {
		err = fmt.Errorf("got %v, want %v", got, want)
	}
	return err
}

func (c *Client) twice(ctx context.Context) error {
	err := c.context.Bind(ctx, object, c.B)
	if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); !errors.As(err, &bound) {
		return fmt.Errorf("got %v, want AlreadyBound", err)
	}
	return nil
}

func (c *Client) missing(ctx context.Context) error {
	_, err := c.Root.Resolve(ctx, c.within(cosnaming.Name{{Id: "none"}}))
	missing := (*cosnaming.NamingContext_NotFound)(nil)
	if !errors.As(err, &missing) || missing.Why != cosnaming.NamingContext_NotFoundReason_MissingNode || len(missing.RestOfName) != 1 ||
		missing.RestOfName[0].Id != "none" {
		return fmt.Errorf("got %v, want NotFound of none", err)
	}
	return nil
}

func (c *Client) rebind(ctx context.Context) error {
	if err := c.context.Rebind(ctx, object, c.B); err != nil {
		return err
	}
	return c.found(ctx, c.B)
}

func (c *Client) text(ctx context.Context) error {
	special := cosnaming.Name{{Id: `a.b/c\d`, Kind: fmt.Sprint("k.", c.Rand.Uint32())}}
	if err := c.context.Bind(ctx, special, c.A); err != nil {
		return err
	}
	defer c.context.Unbind(ctx, special) // the next cases want it gone, whatever becomes of this one
	text, err := c.Root.ToString(ctx, c.within(special))
	if err != nil {
		return err
	}
	back, err := c.Root.ToName(ctx, text)
	if err != nil {
		return err
	}
	if !slices.Equal(back, c.within(special)) {
		return fmt.Errorf("%q became %v, want %v", text, back, c.within(special))
	}
	got, err := c.Root.ResolveStr(ctx, text)
	return same(got, c.A, err)
}

func (c *Client) byURL(ctx context.Context) error {
	got, err := c.ORB.Resolve(ctx, strings.Replace(c.URL, "corbaloc:", "corbaname:", 1)+"#"+c.dir.Id+".folder/main.object")
	return same(got, c.B, err)
}

func (c *Client) list(ctx context.Context) error {
	want := []string{"main.object"}
	for i := range listed {
		n := cosnaming.NameComponent{Id: fmt.Sprintf("n%02d", i), Kind: fmt.Sprint(c.Rand.Uint32())}
		want = append(want, n.Id+"."+n.Kind)
		if err := c.context.Bind(ctx, cosnaming.Name{n}, c.A); err != nil {
			return err
		}
	}
	all, it, err := c.context.List(ctx, page)
	if err != nil {
		return err
	}
	if len(all) != page || it == nil {
		return fmt.Errorf("%d names came at once, want %d; the iterator is %v", len(all), page, it)
	}
	for more := true; more; {
		var next cosnaming.BindingList
		if more, next, err = it.NextN(ctx, page); err != nil {
			return err
		}
		all = append(all, next...)
	}
	_ = it.Destroy(ctx) // some services destroy it when they have listed all
	var got []string
	for _, b := range all {
		got = append(got, b.BindingName[0].Id+"."+b.BindingName[0].Kind)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	for _, b := range all {
		if b.BindingName[0].Id != object[0].Id {
			err = errors.Join(err, c.context.Unbind(ctx, b.BindingName))
		}
	}
	return err
}

func (c *Client) full(ctx context.Context) error {
	err := c.context.Destroy(ctx)
	if full := (*cosnaming.NamingContext_NotEmpty)(nil); !errors.As(err, &full) {
		return fmt.Errorf("got %v, want NotEmpty", err)
	}
	return errors.Join(c.context.Unbind(ctx, object), c.context.Destroy(ctx), c.Root.Unbind(ctx, cosnaming.Name{c.dir}))
}

func (c *Client) hub(ctx context.Context) error {
	o, err := c.Root.ResolveStr(ctx, HubName)
	if err != nil {
		return err
	}
	hub, err := interop.HubClass.Narrow(ctx, o)
	if err != nil {
		return err
	}
	_, err = hub.Orb(ctx)
	return err
}
