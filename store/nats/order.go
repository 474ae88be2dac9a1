package nats

import (
	"slices"
	"sort"
	"strings"
)

// chunkKeys is how many keys a chunk has at most.
const chunkKeys = 512

// An order is keys in order, in chunks: one that comes or goes moves a chunk's keys, and not all. The zero value has none.
type order struct {
	chunks [][]string // none of them empty
	n      int
}

// place returns the chunk in which a key is, or belongs; len(chunks) without any.
func (o *order) place(key string) int {
	i := sort.Search(len(o.chunks), func(i int) bool { return o.chunks[i][0] > key })
	return max(i-1, 0)
}

func (o *order) add(key string) {
	if len(o.chunks) == 0 {
		o.chunks = [][]string{{key}}
		o.n = 1
		return
	}
	i := o.place(key)
	at, there := slices.BinarySearch(o.chunks[i], key)
	if there {
		return
	}
	o.chunks[i] = slices.Insert(o.chunks[i], at, key)
	o.n++
	if c := o.chunks[i]; len(c) > chunkKeys {
		half := len(c) / 2
		if i == len(o.chunks)-1 && at == len(c)-1 { // keys that come in order leave full chunks
			half = len(c) - 1
		}
		o.chunks[i] = slices.Clone(c[:half])
		o.chunks = slices.Insert(o.chunks, i+1, slices.Clone(c[half:]))
	}
}

func (o *order) remove(key string) {
	if len(o.chunks) == 0 {
		return
	}
	i := o.place(key)
	at, there := slices.BinarySearch(o.chunks[i], key)
	if !there {
		return
	}
	o.n--
	if o.chunks[i] = slices.Delete(o.chunks[i], at, at+1); len(o.chunks[i]) == 0 {
		o.chunks = slices.Delete(o.chunks, i, i+1)
	}
}

// from calls yield with the keys that begin with a prefix, from a key on, until that says false.
func (o *order) from(prefix, key string, yield func(string) bool) {
	key = max(prefix, key)
	for i := o.place(key); i < len(o.chunks); i++ {
		c := o.chunks[i]
		at, _ := slices.BinarySearch(c, key)
		for _, k := range c[at:] {
			if !strings.HasPrefix(k, prefix) || !yield(k) {
				return
			}
		}
	}
}
