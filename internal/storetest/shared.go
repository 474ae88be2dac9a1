package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/store"
)

// A Hub is a store in memory that several have, each with a copy of its own: what daemons of several machines share, without the machines.
type Hub struct {
	mu    sync.Mutex
	all   map[string]store.Entry
	log   [][]store.Change // commits, in order
	last  uint64           // revision
	views []*View

	serving map[string]func(context.Context, []byte) []byte // by the name; of Relay
}

// NewHub returns an empty one.
func NewHub() *Hub {
	return &Hub{all: map[string]store.Entry{}, serving: map[string]func(context.Context, []byte) []byte{}}
}

// View returns a new copy, which has all that there is.
func (h *Hub) View() *View {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := &View{hub: h, all: map[string]store.Entry{}, watches: map[*sharedWatch]bool{}}
	h.views = append(h.views, v)
	v.catchUp(h.log)
	return v
}

// A View is a store.Watcher on a Hub.
type View struct {
	hub *Hub

	mu      sync.Mutex
	all     map[string]store.Entry
	at      int // commits taken up
	watches map[*sharedWatch]bool
	held    bool
	cut     bool
	closed  bool
}

var (
	_ store.Watcher = (*View)(nil)
	_ store.Relay   = (*View)(nil)
)

type sharedWatch struct {
	see      func([]store.Change)
	prefixes []string
}

// Hold keeps the copy as it is, as if nothing came any more, or, with false, lets it catch up. What it commits itself it sees at once, with all before.
func (v *View) Hold(hold bool) {
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	v.mu.Lock()
	v.held = hold
	v.mu.Unlock()
	if !hold {
		v.catchUp(v.hub.log)
	}
}

// Cut parts the copy from the hub: commits fail with store.ErrUnreached and nothing comes, until it is called with false.
func (v *View) Cut(cut bool) {
	v.mu.Lock()
	v.cut = cut
	v.mu.Unlock()
	v.Hold(cut)
}

// catchUp takes up the commits of a log. The hub's lock is held.
func (v *View) catchUp(log [][]store.Change) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for ; v.at < len(log); v.at++ {
		for _, c := range log[v.at] {
			if c.Deleted {
				delete(v.all, c.Key)
			} else {
				v.all[c.Key] = c.Entry
			}
		}
		for w := range v.watches {
			w.show(log[v.at])
		}
	}
}

func (w *sharedWatch) show(all []store.Change) {
	var some []store.Change
	for _, c := range all {
		if slices.ContainsFunc(w.prefixes, func(p string) bool { return strings.HasPrefix(c.Key, p) }) {
			some = append(some, c)
		}
	}
	if len(some) > 0 {
		w.see(some)
	}
}

func (v *View) begun(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if v.closed {
		return &store.Error{Kind: store.ErrClosed}
	}
	return nil
}

// Get implements store.Store.
func (v *View) Get(ctx context.Context, key string) (store.Entry, error) {
	if err := store.CheckKey(key); err != nil {
		return store.Entry{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.begun(ctx); err != nil {
		return store.Entry{}, err
	}
	e, ok := v.all[key]
	if !ok {
		return store.Entry{}, &store.Error{Kind: store.ErrNotFound, Key: key}
	}
	e.Value = append([]byte{}, e.Value...)
	return e, nil
}

// List implements store.Store.
func (v *View) List(ctx context.Context, prefix, after string, limit int) ([]store.Entry, error) {
	if limit < 1 || limit > store.MaxList {
		limit = store.MaxList
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.begun(ctx); err != nil {
		return nil, err
	}
	return v.list(prefix, after, limit), nil
}

func (v *View) list(prefix, after string, limit int) (page []store.Entry) {
	for k, e := range v.all {
		if strings.HasPrefix(k, prefix) && k > after {
			e.Value = bytes.Clone(e.Value)
			page = append(page, e)
		}
	}
	slices.SortFunc(page, func(a, b store.Entry) int { return strings.Compare(a.Key, b.Key) })
	return page[:min(len(page), limit)]
}

// Commit implements store.Store.
func (v *View) Commit(ctx context.Context, ops ...store.Op) (uint64, error) {
	if err := store.CheckOps(ops); err != nil {
		return 0, err
	}
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	v.mu.Lock()
	err, cut := v.begun(ctx), v.cut
	v.mu.Unlock()
	if cut {
		err = errors.Join(err, &store.Error{Kind: store.ErrUnreached})
	}
	if err != nil {
		return 0, err
	}
	h := v.hub
	for _, o := range ops {
		if h.all[o.Key].Revision != o.Want() {
			v.catchUp(h.log)
			return 0, &store.Error{Kind: store.ErrConflict, Key: o.Key}
		}
	}
	h.last++
	var all []store.Change
	for _, o := range ops {
		c := store.Change{Entry: store.Entry{Key: o.Key, Revision: h.last}}
		switch o.Kind {
		case store.OpExpect:
			continue
		case store.OpDelete:
			c.Deleted = true
			delete(h.all, o.Key)
		default:
			c.Value = append([]byte{}, o.Value...)
			h.all[o.Key] = c.Entry
		}
		all = append(all, c)
	}
	h.log = append(h.log, all)
	for _, other := range h.views {
		other.mu.Lock()
		held := other.held && other != v
		other.mu.Unlock()
		if !held {
			other.catchUp(h.log)
		}
	}
	return h.last, nil
}

// Watch implements store.Watcher.
func (v *View) Watch(see func([]store.Change), prefixes ...string) (stop func()) {
	w := &sharedWatch{see, prefixes}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range prefixes {
		var all []store.Change
		for _, e := range v.list(p, "", len(v.all)) {
			all = append(all, store.Change{Entry: e})
		}
		if len(all) > 0 {
			see(all)
		}
	}
	v.watches[w] = true
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.watches, w)
	}
}

// Close implements store.Store.
func (v *View) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	return nil
}

// isCut reports whether the copy is parted from the hub.
func (v *View) isCut() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.cut
}

// Serve implements store.Relay. A view that is cut is not heard, nor does it hear.
func (v *View) Serve(name string, answer func(context.Context, []byte) []byte) (stop func(), err error) {
	ctx, end := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	stopped := false
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	v.hub.serving[name] = func(ask context.Context, request []byte) []byte {
		if v.isCut() {
			return nil
		}
		var out []byte
		done := make(chan struct{})
		v.hub.mu.Lock()
		if stopped { // between that it was found and now
			v.hub.mu.Unlock()
			return nil
		}
		wg.Go(func() { defer close(done); out = answer(ctx, request) })
		v.hub.mu.Unlock()
		select {
		case <-done:
			return out
		case <-ask.Done():
			return nil
		}
	}
	return sync.OnceFunc(func() {
		v.hub.mu.Lock()
		delete(v.hub.serving, name)
		stopped = true
		v.hub.mu.Unlock()
		end()
		wg.Wait()
	}), nil
}

// Ask implements store.Relay.
func (v *View) Ask(ctx context.Context, name string, request []byte) ([]byte, error) {
	v.mu.Lock()
	err := v.begun(ctx)
	v.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if v.isCut() {
		return nil, &store.Error{Kind: store.ErrUnreached}
	}
	v.hub.mu.Lock()
	answer := v.hub.serving[name]
	v.hub.mu.Unlock()
	if answer == nil {
		return nil, store.ErrNobody
	}
	if out := answer(ctx, request); out != nil && !v.isCut() {
		return out, nil
	}
	<-ctx.Done() // nobody hears, or the answer is lost
	return nil, ctx.Err()
}
