package somd

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

var sendToken = som.MustBind[func(som.Self, context.Context, *som.Method, []any) ([]any, error)](ClientProxy, "sommProxyDispatch")

// A proxy is what an object of a class of proxies knows of its target.
type proxy struct {
	som.Base

	mu     sync.Mutex
	d      *Domain
	ref    *orb.Ref
	target *som.Class
	owner  bool   // it has a reference to the target, which it gives back at its end
	doubt  bool   // nobody answered the last call: the target may be gone
	from   *place // where the target is made, of an object of a placed class; nil: it is made by nobody here

	beside []*proxy // of the other placed classes that a program's own class descends from: each has a target of its own

	lent lent // what its callers borrow
}

// begin makes the target of an object of a placed class, or of a descendant of that and perhaps of others that are placed.
func (p *proxy) begin(target *som.Class, from *place) error {
	p.mu.Lock()
	part := p
	if p.from == nil {
		p.target, p.from = target, from
	} else {
		part = &proxy{target: target, from: from}
		p.beside = append(p.beside, part)
	}
	p.mu.Unlock()
	_, _, err := part.reached(context.Background())
	return err
}

// parts are the proxy itself, and those beside it.
func (p *proxy) parts() []*proxy {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*proxy{p}, p.beside...)
}

// part is the first for whose target is holds, or else the proxy itself.
func (p *proxy) part(is func(target *som.Class) bool) *proxy {
	p.mu.Lock()
	one := p.beside == nil
	p.mu.Unlock()
	if !one {
		for _, x := range p.parts() {
			if is(x.SomGetClass()) {
				return x
			}
		}
	}
	return p
}

// sentBy is the key of the placed class, in the context of a call that an object of a descendant sends on.
type sentBy struct{}

// partFor is the part whose target a method is called of: that of the placed class whose method it is by the object's table or by a call of a parent's, or where a
// program's own dispatch has lost that, the first which has it.
func (p *proxy) partFor(ctx context.Context, m *som.Method) *proxy {
	return p.part(func(target *som.Class) bool {
		if by, ok := ctx.Value(sentBy{}).(*som.Class); ok {
			return target == by
		}
		return target.DescendsFrom(m.Class())
	})
}

// partAs is the part whose target is an object of a class of a name, as which the proxy is passed.
func (p *proxy) partAs(class string) *proxy {
	return p.part(func(target *som.Class) bool {
		return slices.ContainsFunc(target.Order(), func(a *som.Class) bool { return a.Name() == class })
	})
}

// changed reports whether an object of a placed class's descendant does something else than its target does: another class than the placed one is who implements what the target is called by. Such an
// object is what others are to call, and not its target.
func (p *proxy) changed(r som.Ref) bool {
	p.mu.Lock()
	placed, target := p.from != nil, p.target
	p.mu.Unlock()
	c := r.Class()
	if !placed || c == target {
		return false
	}
	parts := p.parts()
	for _, x := range parts {
		for _, m := range x.SomGetClass().Methods() {
			if isRoot(m.Class()) || ClientProxy.DescendsFrom(m.Class()) {
				continue
			}
			_, by, err := c.Entry(m)
			if err == nil && !slices.ContainsFunc(parts, func(y *proxy) bool { return y.SomGetClass() == by }) {
				return true
			}
		}
	}
	return false
}

func proxyOf(self som.Self) *proxy {
	p, _ := som.FindState[proxy](self.Ref())
	return p
}

func (p *proxy) bind(d *Domain, ref *orb.Ref, target *som.Class, owner bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.d, p.ref, p.target, p.owner = d, ref, target, owner
}

// Reference returns the reference of a proxy's target, and false if the object is no proxy, or of a placed class whose target is gone.
func Reference(o som.Object) (*orb.Ref, bool) {
	p, ok := som.FindState[proxy](o.SOM())
	if !ok {
		return nil, false
	}
	ref, err := p.reference()
	return ref, err == nil
}

// IsProxy reports whether an object stands for one of another process.
func IsProxy(o som.Object) bool {
	_, ok := som.FindState[proxy](o.SOM())
	return ok
}

func (p *proxy) reference() (*orb.Ref, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ref == nil {
		return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the proxy has no target: it was freed, or its server has ended; make another")
	}
	return p.ref, nil
}

// SommProxyDispatch calls the target. All methods that a proxy sends on come here, so that a class of proxies may override it.
func (p *proxy) SommProxyDispatch(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	x := methodOf(m)
	p = p.partFor(ctx, m)
	d, ref, err := p.reached(ctx)
	if err != nil {
		x.took(args)
		return nil, err
	}
	d.named(m, args)
	out, err := x.call(ctx, d, ref, &p.lent, args)
	if err != nil {
		return nil, p.failed(ctx, ref, err)
	}
	return out, nil
}

// named has the class be found that the program names to a server which is to make objects of it, so that it is the process's own where there is one, and
// not known by the server's description from then on.
func (d *Domain) named(m *som.Method, args []any) {
	if d.Find == nil || m.Class().Name() != ServerClass.Name() || m.Name() != "somdCreateObj" && m.Name() != "somdFactory" || len(args) == 0 {
		return
	}
	if name, _ := args[0].(string); d.unknown(name) {
		if c, err := d.Find(name); err == nil { // else it is described
			d.Know(c)
		}
	}
}

// free ends the target, and those beside it, and leaves the proxy without.
func (p *proxy) free(ctx context.Context) (err error) {
	for _, x := range p.parts() {
		err = errors.Join(err, x.freeOwn(ctx))
	}
	return err
}

func (p *proxy) freeOwn(ctx context.Context) error {
	ref, err := p.reference()
	if err != nil {
		return err
	}
	if err := freeTarget(ctx, ref); err != nil {
		return err
	}
	p.mu.Lock()
	p.ref, p.owner, p.from = nil, false, nil
	p.mu.Unlock()
	return nil
}

func freeTarget(ctx context.Context, ref *orb.Ref) error {
	c := orb.StartCall(ctx, ref, opRelease, 0)
	for c.Next() {
	}
	c.Returned()
	return c.End()
}

// SomDestruct gives back the reference to the target, if one was given. Who releases the last reference to a proxy is not told whether that could be done: the
// server may be gone, and its objects with it.
func (p *proxy) SomDestruct() {
	parts := p.parts()
	waits := make([]func(), len(parts))
	for i, x := range parts {
		waits[i] = x.end()
	}
	for _, x := range parts {
		x.lent.release()
	}
	for _, wait := range waits {
		wait()
	}
}

// end gives back the reference to the target of a part, and returns what waits for that.
func (p *proxy) end() (wait func()) {
	p.mu.Lock()
	d, ref, owner := p.d, p.ref, p.owner
	p.ref, p.owner = nil, false
	p.mu.Unlock()
	if !owner || ref == nil {
		return func() {}
	}
	return d.ends.give(ref)
}

// SomFree ends both, the target and the reference to the proxy, which ends with its last.
func (p *proxy) SomFree() error {
	ctx, stop := context.WithTimeout(context.Background(), endTimeout)
	defer stop()
	if err := p.free(ctx); err != nil {
		return err
	}
	return p.SOM().Release()
}

// SomGetClass is the target's class, or what stands for it in this process.
func (p *proxy) SomGetClass() *som.Class {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

// SomGetClassName is that of the target's class as the target says, or if that does not answer as its reference says.
func (p *proxy) SomGetClassName() string {
	name := ""
	if ref, err := p.reference(); err == nil {
		ctx, stop := context.WithTimeout(context.Background(), endTimeout)
		defer stop()
		c := orb.StartCall(ctx, ref, opClassName, 0)
		for c.Next() {
		}
		if c.Returned() {
			name = c.In.String()
		}
		if c.End() == nil {
			return name
		}
	}
	if t := p.SomGetClass(); t != nil {
		return t.Name()
	}
	return ""
}

// SomPrintSelf writes what the target is.
func (p *proxy) SomPrintSelf(w io.Writer) error { return p.SomDumpSelf(w, 0) }

// SomDumpSelf writes what the target says of itself.
func (p *proxy) SomDumpSelf(w io.Writer, level int) error {
	ref, err := p.reference()
	if err != nil {
		return err
	}
	c := orb.StartCall(context.Background(), ref, opPrint, 0)
	for c.Next() {
		c.Out.Long(int32(level))
	}
	said := ""
	if c.Returned() {
		said = c.In.String()
	}
	if err := c.End(); err != nil {
		return err
	}
	_, err = io.WriteString(w, said)
	return err
}

// SomDefaultCopyInit refuses: two proxies that own one target would end it twice.
func (p *proxy) SomDefaultCopyInit(*proxy) error { return errCopied }

// SomDefaultAssign refuses.
func (p *proxy) SomDefaultAssign(*proxy) error { return errCopied }

var errCopied = exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "a proxy is not copied: keep another reference to it")
