package naming

import (
	"cmp"
	"container/list"
	"context"
	"crypto/rand"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// IteratorLimits bound the iterators. Clients forget to destroy them, so what is above a limit ends the iterators that
// have not been used for longest. Calls of those are OBJECT_NOT_EXIST then, for which the specification has
// clients prepared. A field that is zero stands for its default.
type IteratorLimits struct {
	All      int           // naming-iterators: at a time; 1024
	OfClient int           // naming-iterators-of-client: of the clients at one address; 256
	Octets   int           // naming-iterator-octets: of the names and properties that are held for them; 64 MiB
	Idle     time.Duration // naming-iterator-idle: that one lives which is not used; 15 minutes
}

func (l IteratorLimits) orDefault() IteratorLimits {
	return IteratorLimits{cmp.Or(l.All, 1024), cmp.Or(l.OfClient, 256), cmp.Or(l.Octets, 64<<20), cmp.Or(l.Idle, 15*time.Minute)}
}

// iteratorOctets is what an iterator is counted as that holds nothing.
const iteratorOctets = 256

// An iterators is the live iterators of a service.
type iterators struct {
	tree    *tree.Tree
	objects *poa.POA
	limits  IteratorLimits

	mu       sync.Mutex
	byID     map[string]*list.Element
	used     *list.List     // of *living, the latest used in front
	byClient map[string]int // how many
	octets   int
}

// A living is an iterator that has not been destroyed.
type living struct {
	id, client string
	octets     int
	used       time.Time
	servant    orb.Servant
}

func newIterators(root *poa.Root, t *tree.Tree, l IteratorLimits) (_ *iterators, err error) {
	x := &iterators{
		tree: t, limits: l.orDefault(),
		byID: map[string]*list.Element{}, used: list.New(), byClient: map[string]int{},
	}
	x.objects, err = root.Create(iteratorsAdapter, poa.Options{
		IDAssignment: poa.UserID, ServantRetention: poa.NonRetain,
		RequestProcessing: poa.UseServantManager, ServantLocator: poa.LocatorFunc(x.servant),
	})
	return x, err
}

// A place is where an iterator stands among the others; it is part of each.
type place struct {
	all *iterators
	id  string
}

// Destroy ends the iterator.
func (p *place) Destroy(context.Context) error {
	p.all.mu.Lock()
	defer p.all.mu.Unlock()
	if e := p.all.byID[p.id]; e != nil {
		p.all.remove(e)
	}
	return nil
}

// add makes an iterator an object of the client of ctx; octets is what it holds, and at its place.
func (x *iterators) add(ctx context.Context, s orb.Servant, at *place, octets int) (*orb.Ref, error) {
	id := rand.Text() // not to be guessed: whoever knows it may go on with it
	ref, err := x.objects.Reference(id, s.Interface())
	if err != nil {
		return nil, err
	}
	*at = place{x, id}
	l := &living{id: id, client: clientOf(ctx), octets: octets + iteratorOctets, used: time.Now(), servant: s}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.endIdle()
	if x.byClient[l.client] >= x.limits.OfClient {
		e := x.used.Back()
		for e.Value.(*living).client != l.client {
			e = e.Prev()
		}
		x.remove(e)
	}
	for x.used.Len() >= x.limits.All || x.used.Len() > 0 && x.octets+l.octets > x.limits.Octets {
		x.remove(x.used.Back())
	}
	x.byID[id] = x.used.PushFront(l)
	x.byClient[l.client]++
	x.octets += l.octets
	return ref, nil
}

// endIdle ends the iterators that have not been used for too long. The caller holds mu.
func (x *iterators) endIdle() {
	for e := x.used.Back(); e != nil && time.Since(e.Value.(*living).used) > x.limits.Idle; e = x.used.Back() {
		x.remove(e)
	}
}

// remove ends an iterator. The caller holds mu.
func (x *iterators) remove(e *list.Element) {
	l := x.used.Remove(e).(*living)
	delete(x.byID, l.id)
	x.octets -= l.octets
	if x.byClient[l.client]--; x.byClient[l.client] == 0 {
		delete(x.byClient, l.client)
	}
}

// servant returns the servant of an iterator that is being called.
func (x *iterators) servant(_ context.Context, id string) (orb.Servant, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.endIdle()
	e := x.byID[id]
	if e == nil {
		return nil, nil
	}
	x.used.MoveToFront(e)
	l := e.Value.(*living)
	l.used = time.Now()
	return l.servant, nil
}

// clientOf returns the address of the client of ctx; "" is this process.
func clientOf(ctx context.Context) string {
	peer := orb.Peer(ctx)
	if peer == nil {
		return ""
	}
	if peer.Network() == "unix" { // of a user all processes together
		who, _, _ := strings.Cut(peer.String(), ", pid ")
		return who
	}
	host, _, err := net.SplitHostPort(peer.String())
	if err != nil {
		return peer.String()
	}
	return host
}
