package somdd_test

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd"
	"github.com/opendsom/dsom/svc/somdd/client"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// servers are a daemon's servers in memory. A server that is started runs when it says that it is up, and has stopped when it
// says that it is down.
type servers struct {
	orb *orb.ORB // to ask servers to end

	mu      sync.Mutex
	changed chan struct{}
	all     map[wire.ID]wire.Definition
	classes map[wire.ID][]string
	up      map[wire.ID]*ior.IOR
	failed  map[wire.ID]wire.Code
	begin   func(id wire.ID) // starts the server's program
}

var _ somdd.Servers = (*servers)(nil)

func newServers() *servers {
	return &servers{
		changed: make(chan struct{}), all: map[wire.ID]wire.Definition{}, classes: map[wire.ID][]string{},
		up: map[wire.ID]*ior.IOR{}, failed: map[wire.ID]wire.Code{}, begin: func(wire.ID) {},
	}
}

// update changes the state by f and wakes all who wait.
func (s *servers) update(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := f()
	close(s.changed)
	s.changed = make(chan struct{})
	return err
}

// await waits until ok.
func (s *servers) await(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *servers) All(context.Context) ([]wire.Definition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []wire.Definition
	for _, d := range s.all {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b wire.Definition) int { return cmp.Compare(a.Alias, b.Alias) })
	return all, nil
}

func (s *servers) Get(_ context.Context, id wire.ID) (wire.Definition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.all[id]
	if !ok {
		return d, somdd.ErrUnknown
	}
	return d, nil
}

func (s *servers) ByAlias(_ context.Context, alias string) (wire.Definition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.all {
		if d.Alias == alias {
			return d, nil
		}
	}
	return wire.Definition{}, somdd.ErrUnknown
}

func (s *servers) Add(_ context.Context, d wire.Definition) error {
	return s.update(func() error {
		id, err := wire.ParseID(d.ID)
		if err != nil {
			return &somdd.InvalidError{Err: err}
		}
		if _, there := s.all[id]; there {
			return somdd.ErrExists
		}
		s.all[id] = d
		return nil
	})
}

func (s *servers) Update(_ context.Context, d wire.Definition) error {
	return s.update(func() error {
		id, err := wire.ParseID(d.ID)
		if err != nil {
			return &somdd.InvalidError{Err: err}
		}
		if _, there := s.all[id]; !there {
			return somdd.ErrUnknown
		}
		s.all[id] = d
		return nil
	})
}

func (s *servers) Remove(_ context.Context, id wire.ID) error {
	return s.update(func() error {
		if _, there := s.all[id]; !there {
			return somdd.ErrUnknown
		}
		delete(s.all, id)
		return nil
	})
}

func (s *servers) Classes(_ context.Context, id wire.ID) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.all[id]; !there {
		return nil, somdd.ErrUnknown
	}
	return s.classes[id], nil
}

func (s *servers) WithClass(ctx context.Context, class string) ([]wire.Definition, error) {
	all, err := s.All(ctx)
	return slices.DeleteFunc(all, func(d wire.Definition) bool {
		id, err := wire.ParseID(d.ID)
		list, err2 := s.Classes(ctx, id)
		return err != nil || err2 != nil || !slices.Contains(list, class)
	}), err
}

func (s *servers) SetClasses(_ context.Context, id wire.ID, change func([]string) ([]string, error)) error {
	return s.update(func() error {
		if _, there := s.all[id]; !there {
			return somdd.ErrUnknown
		}
		list, err := change(s.classes[id])
		if err == nil {
			slices.Sort(list)
			s.classes[id] = list
		}
		return err
	})
}

func (s *servers) Runs(_ context.Context, id wire.ID) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up[id] != nil, nil
}

func (s *servers) Start(ctx context.Context, id wire.ID) error {
	s.begin(id)
	return s.await(ctx, func() bool { return s.up[id] != nil })
}

func (s *servers) Stop(ctx context.Context, id wire.ID) error {
	s.mu.Lock()
	ref := s.up[id]
	s.mu.Unlock()
	if err := client.Interrupt(ctx, s.orb.NewRef(ref)); err != nil {
		return err
	}
	return s.await(ctx, func() bool { return s.up[id] == nil })
}

func (s *servers) SetDisabled(_ context.Context, id wire.ID, to bool) error {
	return s.update(func() error {
		d, there := s.all[id]
		if !there {
			return somdd.ErrUnknown
		}
		d.Flags &^= wire.Disabled
		if to {
			d.Flags |= wire.Disabled
		}
		s.all[id] = d
		return nil
	})
}

func (s *servers) Up(_ context.Context, id wire.ID, server *ior.IOR) error {
	return s.update(func() error {
		if _, there := s.all[id]; !there {
			return somdd.ErrUnknown
		}
		s.up[id] = server
		return nil
	})
}

func (s *servers) Down(_ context.Context, id wire.ID) error {
	return s.update(func() error { delete(s.up, id); return nil })
}

func (s *servers) Failed(_ context.Context, id wire.ID, code wire.Code) error {
	return s.update(func() error { s.failed[id] = code; return nil })
}

func (s *servers) Find(_ context.Context, id wire.ID, key []byte) (*ior.IOR, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := s.up[id]
	if ref == nil {
		return nil, somdd.ErrUnknown
	}
	p, err := ref.Profiles[0].IIOP()
	if err != nil {
		return nil, err
	}
	p.Key = key
	return &ior.IOR{Profiles: []ior.Profile{p.Profile()}}, nil
}
