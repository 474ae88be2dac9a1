package ifr

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// Spec returns all that is registered as one specification, with what the daemon itself serves, and without what is disputed, or does not
// fit to the rest. It must not be changed. It waits for changes that are under way as long as ctx lets it.
func (r *Registry) Spec(ctx context.Context) (*model.Spec, error) {
	x, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	return x.whole()
}

// A state is what the repository has at a time.
type state struct {
	*snapshot
	whole func() (*model.Spec, error) // made when somebody wants it
	unfit map[string]error            // what whole has left out, and why
}

// left returns what does not fit to the rest, by name, and so is left out where all is wanted together, though what asks for it alone is answered. The error is that of whole.
func (x *state) left() (map[string]error, error) {
	_, err := x.whole()
	return x.unfit, err
}

// current returns the present state. What it has to do costs what is registered, once after changes, however many they were. The error is ctx's where it is not its turn within that, or the store's.
func (r *Registry) current(ctx context.Context) (*state, error) {
	if x := r.now.Load(); x != nil && !r.stale.Load() {
		return x, nil
	}
	select {
	case r.turn <- struct{}{}: // it is held for as long as a commit takes, or this
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	if x := r.now.Load(); x != nil {
		return x, nil
	}
	mine, err := r.body.possessions()
	if err != nil {
		return nil, err
	}
	disputed := r.body.disputes(r.all)
	var parts []part
	for _, name := range slices.Sorted(maps.Keys(r.all)) {
		if disputed.by[name] == nil {
			parts = append(parts, part{name, r.all[name].spec})
		}
	}
	parts = append(parts, mine...)
	x := &state{snapshot: index(specsOf(parts), disputed)}
	x.whole = sync.OnceValues(func() (*model.Spec, error) {
		spec, unfit, err := together(parts)
		if err != nil {
			return nil, fmt.Errorf("the interface repository cannot be put together: %w", err)
		}
		x.unfit = unfit
		return spec, nil
	})
	r.now.Store(x)
	return x, nil
}

// A part is what was registered under a name; "": what the daemon serves itself.
type part struct {
	name string
	spec *model.Spec
}

func specsOf(parts []part) []*model.Spec {
	specs := make([]*model.Spec, len(parts))
	for i, p := range parts {
		specs[i] = p.spec
	}
	return specs
}

// mostMerges bounds what is tried to find which parts do not fit.
const mostMerges = 64 // ifr-merges

// together merges all parts, which say nothing different of one name, but for those that do not fit to the ones before them all the same: they are returned
// with the reason. What is not fitted in within mostMerges is left out with the rest.
func together(parts []part) (*model.Spec, map[string]error, error) {
	spec, err := typelib.Merge(specsOf(parts)...)
	if err == nil {
		return spec, nil, nil
	}
	unfit := map[string]error{}
	var good []part
	merges := 0
	half := len(parts) / 2
	for todo := [][]part{parts[half:], parts[:half]}; len(todo) > 0; {
		some := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if merges++; merges > mostMerges {
			for _, p := range some {
				unfit[p.name] = fmt.Errorf("it was not found out whether it fits to the rest: %w", within("ifr-merges", mostMerges, merges))
			}
			continue
		}
		merged, err := typelib.Merge(specsOf(slices.Concat(good, some))...)
		switch half := len(some) / 2; {
		case err == nil:
			good, spec = append(good, some...), merged
		case half == 0:
			unfit[some[0].name] = fmt.Errorf("it does not fit to what else is registered, and is left out where all is wanted together: %w", err)
		default:
			todo = append(todo, some[half:], some[:half])
		}
	}
	if len(good) == 0 {
		return nil, nil, err
	}
	delete(unfit, "")
	return spec, unfit, nil
}
