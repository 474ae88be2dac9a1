package nats

import (
	"bytes"
	"context"
	"slices"
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
	value    []byte
	revision uint64 // 0: the key is deleted
	seq      uint64
}

// An image is the copy of the stream.
type image struct {
	mu      sync.RWMutex
	all     map[string]held
	keys    []string // those that are there, in order; meaningful if sorted
	sorted  bool
	seq     uint64 // of the last message that was taken up
	pending []change
	moved   chan struct{}     // closed when seq grows
	wanted  map[string]uint64 // commits of this process whose answer is waited for: their revision, 0 as long as they have not come
}

func newImage() *image {
	return &image{all: map[string]held{}, sorted: true, moved: make(chan struct{}), wanted: map[string]uint64{}}
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
		if was := m.all[c.key]; (was.revision == 0) != (h.revision == 0) {
			m.sorted = false
		}
		m.all[c.key] = h
	}
	m.pending = m.pending[:0]
	close(m.moved)
	m.moved = make(chan struct{})
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
	if !m.sorted {
		m.mu.RUnlock()
		m.sort()
		m.mu.RLock()
	}
	defer m.mu.RUnlock()
	var page []store.Entry
	i, _ := slices.BinarySearch(m.keys, max(prefix, after))
	for ; i < len(m.keys) && strings.HasPrefix(m.keys[i], prefix) && len(page) < limit; i++ {
		k := m.keys[i]
		if h := m.all[k]; k != after && h.revision != 0 {
			page = append(page, store.Entry{Key: k, Value: bytes.Clone(h.value), Revision: h.revision})
		}
	}
	return page
}

// sort makes the list of keys anew.
func (m *image) sort() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sorted {
		return
	}
	m.keys = m.keys[:0]
	for k, h := range m.all {
		if h.revision != 0 {
			m.keys = append(m.keys, k)
		}
	}
	slices.Sort(m.keys)
	m.sorted = true
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
