package nats

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/opendsom/dsom/store"
)

// A change is a message of the stream.
type change struct {
	key     string
	guard   bool // it is of no key
	value   []byte
	deleted bool
	seq     uint64
	commit  string
	rest    string
}

// A held is the last message of a key.
type held struct {
	value    []byte // never changed
	revision uint64 // 0: the key is deleted
	seq      uint64
}

// An image is the copy of the stream.
type image struct {
	mu      sync.RWMutex
	all     map[string]held
	keys    order  // those that are there
	seq     uint64 // of the last message that was taken up
	pending []change
	moved   chan struct{}     // closed when seq grows
	wanted  map[string]uint64 // commits of this process whose answer is waited for: their revision, 0 as long as they have not come
	watches map[*watch]bool
}

// A watch is who wants to see changes.
type watch struct {
	prefixes []string
	see      func([]store.Change)
}

func newImage() *image {
	return &image{all: map[string]held{}, moved: make(chan struct{}), wanted: map[string]uint64{}, watches: map[*watch]bool{}}
}

// take takes up a message. Those of one commit are seen together: a commit is complete with its last message, or, where that has been
// replaced since, with the first of another one.
func (m *image) take(c change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.pending) > 0 && m.pending[0].commit != c.commit {
		m.apply()
	}
	c.value = bytes.Clone(c.value)
	m.pending = append(m.pending, c)
	if c.rest == "" || c.rest == "0" {
		m.apply()
	}
}

// apply takes up the messages that are pending.
func (m *image) apply() {
	for _, c := range m.pending {
		rest, _ := strconv.ParseUint(c.rest, 10, 16)
		m.seq = c.seq
		if _, ours := m.wanted[c.commit]; ours {
			m.wanted[c.commit] = c.seq + rest
		}
		if c.guard {
			continue
		}
		h := held{c.value, c.seq + rest, c.seq}
		if c.deleted {
			h.value, h.revision = nil, 0
		}
		switch was := m.all[c.key]; {
		case was.revision == 0 && h.revision != 0:
			m.keys.add(c.key)
		case was.revision != 0 && h.revision == 0:
			m.keys.remove(c.key)
		}
		m.all[c.key] = h
	}
	for w := range m.watches {
		w.show(m.pending)
	}
	clear(m.pending)
	m.pending = m.pending[:0]
	close(m.moved)
	m.moved = make(chan struct{})
}

// wants reports whether changes of a key are wanted.
func (w *watch) wants(key string) bool {
	for _, p := range w.prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// show has changes seen, those that are wanted.
func (w *watch) show(all []change) {
	var some []store.Change
	for _, c := range all {
		if c.guard || !w.wants(c.key) {
			continue
		}
		rest, _ := strconv.ParseUint(c.rest, 10, 16)
		to := store.Change{Entry: store.Entry{Key: c.key, Value: c.value, Revision: c.seq + rest}, Deleted: c.deleted}
		if c.deleted {
			to.Value = nil
		}
		some = append(some, to)
	}
	if len(some) > 0 {
		w.see(some)
	}
}

// watch has changes seen from now on, and before that what is there.
func (m *image) watch(see func([]store.Change), prefixes []string) (stop func()) {
	w := &watch{prefixes, see}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range prefixes {
		var page []store.Change
		m.keys.from(p, "", func(k string) bool {
			h := m.all[k]
			if page = append(page, store.Change{Entry: store.Entry{Key: k, Value: h.value, Revision: h.revision}}); len(page) == store.MaxList {
				see(page)
				page = nil
			}
			return true
		})
		if len(page) > 0 {
			see(page)
		}
	}
	m.watches[w] = true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.watches, w)
	}
}

// await waits until a sequence was taken up.
func (m *image) await(ctx context.Context, seq uint64) error {
	for {
		m.mu.RLock()
		done, moved := m.seq >= seq, m.moved
		m.mu.RUnlock()
		if done {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// last returns the sequence of the last message that was taken up.
func (m *image) last() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.seq
}

// get returns what a key has.
func (m *image) get(key string) (held, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	h := m.all[key]
	return h, h.revision != 0
}

// list is store.Store.List.
func (m *image) list(prefix, after string, limit int) []store.Entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var page []store.Entry
	m.keys.from(prefix, after, func(k string) bool {
		if h := m.all[k]; k != after {
			page = append(page, store.Entry{Key: k, Value: bytes.Clone(h.value), Revision: h.revision})
		}
		return len(page) < limit
	})
	return page
}

// snapshot returns all entries as they are now. Their values must not be changed.
func (m *image) snapshot() []store.Entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	all := make([]store.Entry, 0, m.keys.n)
	m.keys.from("", "", func(k string) bool {
		h := m.all[k]
		all = append(all, store.Entry{Key: k, Value: h.value, Revision: h.revision})
		return true
	})
	return all
}

// want has the image note whether a commit comes; drop ends that, and came returns its revision if it has.
func (m *image) want(commit string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wanted[commit] = 0
}

func (m *image) drop(commit string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.wanted, commit)
}

func (m *image) came(commit string) (revision uint64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.wanted[commit]
}
