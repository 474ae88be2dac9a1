package daemon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits/hostrate"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/naming"
)

// onLink is the daemon's part in finding others on a link.
type onLink struct {
	*neighbours.Link
	networks []netip.Prefix
	orb      *orb.ORB      // by which hints are checked
	checkAll time.Duration // for all of an answer
}

// The bounds of checking what was heard.
const (
	checkTime   = 2 * time.Second  // for a daemon to say what it is
	checkAll    = 10 * time.Second // for all of them
	checkedOnce = 8                // daemons that are asked at a time
	checkedAt   = 3                // addresses of one that are tried
)

// openLink begins to take part, if that is wanted.
func (f *front) openLink(d *Daemon, names *naming.Service) error {
	if f.c.Link == "" {
		return nil
	}
	networks, err := neighbours.Networks(f.c.Link)
	if err != nil {
		return fmt.Errorf("--link: %w", err)
	}
	self, err := f.self(d, networks)
	if err != nil {
		return err
	}
	l, err := neighbours.Open(neighbours.Config{Interface: f.c.Link, Self: self, Log: f.seldom, Has: func(ctx context.Context, what string) (string, error) { return has(ctx, d, names, what) }})
	if err != nil {
		return fmt.Errorf("daemons on the link of %s cannot be found: %w", f.c.Link, err)
	}
	f.link.Store(&onLink{Link: l, networks: networks, orb: f.orb, checkAll: checkAll})
	if _, err := f.root.ActivateKey(neighbours.Key, l.Servant()); err != nil {
		return err
	}
	f.c.Log.Info("daemons on the link are looked for", "interface", f.c.Link, "group", neighbours.Group, "address", self.Addresses[0])
	return nil
}

// self is what the daemon says of itself: first where it takes calls on the link.
func (f *front) self(d *Daemon, networks []netip.Prefix) (neighbours.Self, error) {
	s := neighbours.Self{ID: f.orb.ServerID(), Started: d.started}
	s.Name, _ = os.Hostname()
	if d.machines != nil { // whose servers' references name the same daemon, which several are
		s.Name = d.machines.Name()
		sum := sha256.Sum256(append(s.ID[:], s.Name...))
		copy(s.ID[:], sum[:])
	}
	for _, e := range f.orb.Endpoints() {
		if e.Network != "tcp" || e.Port == 0 {
			continue
		}
		at, err := netip.ParseAddr(e.Host)
		if e.Host == "" || err == nil && at.IsUnspecified() {
			at = networks[0].Addr()
		}
		if neighbours.Near(networks, at) {
			s.Addresses = append(s.Addresses, netip.AddrPortFrom(at, e.Port).String())
		}
	}
	if len(s.Addresses) == 0 {
		return s, fmt.Errorf("--link: no calls are taken on %s, so that there is nothing to be found: --listen says where they are", f.c.Link)
	}
	for _, a := range f.addresses() {
		if !slices.Contains(s.Addresses, a) {
			s.Addresses = append(s.Addresses, a)
		}
	}
	return s, nil
}

// has says what of a name is here: without a call of anybody else, and nothing is started.
func has(ctx context.Context, d *Daemon, names *naming.Service, what string) (string, error) {
	if n, err := ior.ParseName(what); err == nil && names.Holds(n) {
		return neighbours.Name, nil
	}
	if _, err := d.sup.Records().ByName(ctx, what); err == nil {
		return neighbours.Server, nil
	} else if !errors.Is(err, implrepo.ErrUnknown) {
		return "", err
	}
	if names.HoldsKind(inMap, what) { // and no search: anybody on the link may ask
		return neighbours.Class, nil
	}
	return "", nil
}

// close ends it; n may be nil.
func (n *onLink) close() error {
	if n == nil {
		return nil
	}
	return n.Link.Close()
}

// status is what the daemon says of it.
func (n *onLink) status() *admin.LinkStatus {
	if n == nil {
		return nil
	}
	c := n.Counts()
	return &admin.LinkStatus{Interface: n.Interface(), Heard: len(n.Daemons()), Counts: map[string]uint64{
		"announcements": c.Announcements, "questions": c.Questions, "answered": c.Answered, "said": c.Said, "asked": c.Asked,
		"limited": c.Limited, "refused": c.Refused, "foreign": c.Foreign, "too-long": c.TooLong,
	}}
}

// listLink answers GET /v1/link.
func (d *Daemon) listLink(c *call) error {
	var n *onLink
	if d.o.link != nil {
		n = d.o.link()
	}
	if n == nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: "this daemon does not look for others: start it with --link and the interface on which it is to"}
	}
	name := c.r.URL.Query().Get("name")
	hints, err := n.Ask(c.r.Context(), name)
	if limit := (*hostrate.LimitError)(nil); errors.As(err, &limit) {
		if limit.Name == "link-name" {
			return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the name: %v octets", err)}
		}
		if name != "" {
			return &admin.Error{Code: admin.CodeUnavailable, Message: fmt.Sprintf("too much is asked at once: %v; ask again", err)}
		}
		err = nil // what was heard before is told
	}
	if err != nil {
		return err
	}
	if name == "" {
		hints = n.Daemons()
	}
	return c.reply(admin.Neighbours{Interface: n.Interface(), Name: name, Daemons: n.check(c.r.Context(), hints, name)})
}

// check asks all by a call whether they are what the hints say, within checkAll; those of which the time does not suffice are not.
func (n *onLink) check(ctx context.Context, hints []neighbours.Hint, name string) []admin.Neighbour {
	all := make([]admin.Neighbour, len(hints)) // JSON: an empty list is []
	places := make(chan struct{}, checkedOnce)
	var work sync.WaitGroup
	ctx, cancel := context.WithTimeout(ctx, n.checkAll)
	defer cancel()
	for i, h := range hints {
		all[i] = admin.Neighbour{Name: h.Name, Addresses: h.Addresses, Started: h.Started, From: h.From.String(), Heard: h.Last}
		work.Go(func() {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
			}
			if ctx.Err() != nil {
				all[i].Why = fmt.Sprintf("not asked: the others have taken the %v that there are for all", n.checkAll)
				return
			}
			defer func() { <-places }()
			n.checkOne(ctx, &all[i], h, name)
			if !all[i].Answers && ctx.Err() != nil { // it had no time to answer
				all[i].Why = fmt.Sprintf("no answer in what was left of the %v that there are for all", n.checkAll)
				return
			}
			n.Answered(h, all[i].Answers)
		})
	}
	work.Wait()
	slices.SortStableFunc(all, func(a, b admin.Neighbour) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(strings.Join(a.Addresses, " "), strings.Join(b.Addresses, " ")))
	})
	return all
}

// checkOne asks one daemon, at addresses of the link alone: a datagram does not lead elsewhere.
func (n *onLink) checkOne(ctx context.Context, to *admin.Neighbour, h neighbours.Hint, name string) {
	var why error
	tried := 0
	for _, a := range h.Addresses {
		at, err := netip.ParseAddrPort(a)
		if err != nil || at.Port() == 0 || !neighbours.Near(n.networks, at.Addr()) || tried == checkedAt {
			continue
		}
		tried++
		why = n.ask(ctx, at, to, h, name)
		switch {
		case why == nil:
			return
		case errors.Is(why, exc.Timeout):
			why = fmt.Errorf("nobody answers at %v within %v", at, checkTime)
		}
	}
	if tried == 0 {
		why = errors.New("it names no address of this link")
	}
	to.Why = why.Error()
}

// ask asks at one address.
func (n *onLink) ask(ctx context.Context, at netip.AddrPort, to *admin.Neighbour, h neighbours.Hint, name string) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	u := ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "iiop", Version: cdr.V12, Host: at.Addr().String(), Port: at.Port()}}, Key: []byte(neighbours.Key)}
	ref, err := n.orb.Resolve(ctx, u.String())
	if err != nil {
		return err
	}
	there := dsomlink.DaemonClass.Unchecked(ref)
	who, err := there.Who(ctx)
	if err != nil {
		return err
	}
	self, ok := neighbours.Read(who)
	if !ok || self.ID != h.ID {
		return fmt.Errorf("another daemon answers at %v", at)
	}
	to.Name, to.Addresses, to.Started, to.Answers, to.At = self.Name, self.Addresses, self.Started, true, at.String()
	if name == "" {
		return nil
	}
	has, err := there.Has(ctx, name)
	switch {
	case err != nil:
		to.Why = err.Error()
	case has != neighbours.Name && has != neighbours.Server && has != neighbours.Class:
		to.Why = "it has nothing of that name"
	default:
		to.Has = has
	}
	return nil
}
