package somd

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// An object of a placed class has its state in its target, so that another target is made only when that one is known to be gone: it says so itself, or
// the process that had it has another in its place. A call that failed on its way says neither.

// reached is reference, and makes a target where one is to be made.
func (p *proxy) reached(ctx context.Context) (*Domain, *orb.Ref, error) {
	p.mu.Lock()
	d, ref, from, doubt := p.d, p.ref, p.from, p.doubt
	p.mu.Unlock()
	if from == nil || ref != nil && !doubt {
		ref, err := p.reference()
		return d, ref, err
	}
	silence := error(nil)
	if doubt {
		var none bool
		if none, silence = ref.NonExistent(ctx); silence == nil && !none {
			p.mu.Lock()
			p.doubt = p.doubt && p.ref != ref
			p.mu.Unlock()
			return d, ref, nil
		}
	}
	made, err := from.create(ctx)
	if err != nil {
		return nil, nil, err
	}
	if silence != nil && !otherProcess(ref, made) {
		from.discard(ctx, made)
		return nil, nil, exc.New(exc.Transient, exc.MinorConnect, exc.No, "the object is not reached, though the process that has it runs; its state is there, and the next call tries again: %w", silence)
	}
	p.mu.Lock()
	if p.from == nil || p.ref != ref && p.ref != nil { // the object has ended, or another call has made one meanwhile; one that has found the target gone has not
		other := p.ref
		p.mu.Unlock()
		from.discard(ctx, made)
		return from.d, other, nil
	}
	p.d, p.ref, p.owner, p.doubt = from.d, made, true, false
	p.mu.Unlock()
	return from.d, made, nil
}

// otherProcess reports whether a reference is of another process than one before, so that the objects of that are gone.
func otherProcess(before, now *orb.Ref) bool {
	b, ours := ior.ParseKey([]byte(before.ObjectKey()))
	n, too := ior.ParseKey([]byte(now.ObjectKey()))
	return ours && too && b.Incarnation != 0 && n.Incarnation != 0 && (b.Server != n.Server || b.Incarnation != n.Incarnation)
}

// failed is what a call of the target has come to, with what it means for an object of a placed class. It makes no target yet: who calls is to be told first
// that the state is lost.
func (p *proxy) failed(ctx context.Context, ref *orb.Ref, err error) error {
	var x *exc.SystemException
	if !errors.As(err, &x) {
		return err
	}
	p.mu.Lock()
	mine := p.from != nil && p.ref == ref
	p.mu.Unlock()
	switch {
	case !mine:
	case x.Kind == exc.ObjectNotExist:
		if none, silence := ref.NonExistent(ctx); silence != nil || !none {
			return err // about another object, such as one that was passed, if the target answers
		}
		p.mu.Lock()
		if p.ref == ref {
			p.ref, p.owner, p.doubt = nil, false, false
		}
		p.mu.Unlock()
		return exc.New(x.Kind, x.Minor, x.Completed, "the object is gone, and its state with it; the next call makes another: %w", err)
	case !x.Remote && (x.Kind == exc.CommFailure || x.Kind == exc.Transient):
		p.mu.Lock()
		p.doubt = p.doubt || p.ref == ref
		p.mu.Unlock()
		return exc.New(x.Kind, x.Minor, x.Completed, "the object was not reached; if the process that has it has ended, its state is gone, and the next call makes another: %w", err)
	}
	return err
}
