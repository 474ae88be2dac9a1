package som

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
)

// MaxTokens is how many numbers the classes of a process have that live at once, each of them one for itself and one for each method that it
// introduces. A table has no more slots: in one of so many no two numbers meet.
const MaxTokens = 1 << 24

// A tokenRange is a row of numbers.
type tokenRange struct{ at, n uint32 }

// maxFreeRanges are given back and kept for others; maxTriedRanges of those that are long enough are tried for a class. What is beyond is lost to the process.
const maxFreeRanges, maxTriedRanges = 4096, 64

// tokenRanges are the numbers of classes. A class gives its own back when the collector has taken it: who keeps a [Token] or a Method keeps
// the class, so that no number means another's method to anybody.
type tokenRanges struct {
	mu   sync.Mutex
	next uint32       // the first that no class has had since; from there on all are free
	free []tokenRange // below next, by at; no two touch
	most uint32
}

var tokens = tokenRanges{most: MaxTokens}

// take takes n numbers in a row that are free, and so in a table of which some slots are taken: false if the table has no room.
func (t *tokenRanges) take(name string, taken []bool, n int) (base uint32, ok bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slot := func(token uint32) int { return int(token) & (len(taken) - 1) }
	tried := 0
	for i, r := range t.free {
		if int(r.n) < n {
			continue
		}
		if tried++; tried > maxTriedRanges {
			break
		}
		if skip, ok := fit(taken, slot(r.at), n); ok && skip+n <= int(r.n) {
			base, end := r.at+uint32(skip), r.at+r.n
			t.free = slices.Delete(t.free, i, i+1)
			t.insert(tokenRange{r.at, base - r.at})
			t.insert(tokenRange{base + uint32(n), end - base - uint32(n)})
			return base, true, nil
		}
	}
	skip, ok := fit(taken, slot(t.next), n)
	if !ok {
		return 0, false, nil
	}
	if int(t.most)-int(t.next) < skip+n {
		return 0, false, fail(CodeMethods, name, "the process has no numbers left for it and %d methods: the classes that live at once can have %d (MaxTokens)", n-1, t.most)
	}
	base = t.next + uint32(skip)
	was := t.next
	t.next = base + uint32(n)
	t.insert(tokenRange{was, uint32(skip)})
	return base, true, nil
}

// give takes numbers back.
func (t *tokenRanges) give(r tokenRange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.insert(r)
}

func (t *tokenRanges) insert(r tokenRange) {
	if r.n == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(t.free, r.at, func(f tokenRange, at uint32) int { return cmp.Compare(f.at, at) })
	if i < len(t.free) && r.at+r.n == t.free[i].at {
		r.n += t.free[i].n
		t.free = slices.Delete(t.free, i, i+1)
	}
	if i > 0 && t.free[i-1].at+t.free[i-1].n == r.at {
		i--
		r = tokenRange{t.free[i].at, t.free[i].n + r.n}
		t.free = slices.Delete(t.free, i, i+1)
	}
	switch {
	case r.at+r.n == t.next:
		t.next = r.at
	case len(t.free) < maxFreeRanges:
		t.free = slices.Insert(t.free, i, r)
	}
}

// place gives c its tokens and an empty table with room for all of its ancestors' too.
func place(c *Class) error {
	total := 0
	for _, a := range c.order {
		total += 1 + len(a.methods)
	}
	mine, size := 1+len(c.methods), 8
	for size < total {
		size *= 2
	}
	for ; ; size *= 2 { // MaxTokens at most
		taken, ok := c.taken(size)
		if !ok {
			continue
		}
		base, ok, err := tokens.take(c.Name(), taken, mine)
		if err != nil {
			return err
		}
		if ok {
			c.base = base
			break
		}
	}
	runtime.AddCleanup(c, tokens.give, tokenRange{c.base, uint32(mine)})
	for i, m := range c.methods {
		m.token = c.base + 1 + uint32(i)
	}
	c.table = &table{make([]slot, size)}
	c.front.Store(c.table)
	return nil
}

// taken are the slots of a table of some size that the ancestors of c have; false if two of them meet.
func (c *Class) taken(size int) ([]bool, bool) {
	taken := make([]bool, size)
	for _, a := range c.order[1:] {
		for i := range 1 + len(a.methods) {
			at := int(a.base+uint32(i)) & (size - 1)
			if taken[at] {
				return nil, false
			}
			taken[at] = true
		}
	}
	return taken, true
}

// fit returns how far from the slot start on n slots in a row are free.
func fit(taken []bool, start, n int) (int, bool) {
	size, free := len(taken), 0
	for i := range size + n {
		if taken[(start+i)%size] {
			free = 0
		} else if free++; free == n {
			return i + 1 - n, true
		}
	}
	return 0, false
}
