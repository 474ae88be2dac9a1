package bbolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// The layout of the library's file, format 2. Numbers are in the machine's own order.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	pageHead   = 16 // id 8, flags 2, count 2, overflow 4
	elemSize   = 16 // leaf: flags 4, position 4, key size 4, value size 4; branch: position 4, key size 4, page 8
	metaSize   = 64 // magic, version, page size, flags 4 each; root, sequence, freelist, end, transaction, checksum 8 each
	maxDepth   = 64 // no tree of less than 2^64 pages is deeper
	minPage    = 1 << 10
	maxPage    = 1 << 24
	noFreelist = ^uint64(0)

	flagBranch, flagLeaf, flagFreelist = 0x01, 0x02, 0x10

	elemBucket = 0x01
)

var native = binary.NativeEndian

// meta is one of the two pages that say where the tree begins.
type meta struct {
	pageSize            int64
	root, freelist, end uint64
	txid                uint64
}

// checker walks a file without mapping it. Every page may be met once, which also ends cycles.
type checker struct {
	r    io.ReaderAt
	m    meta
	seen map[uint64]bool
}

// checkFile returns what is wrong with the structure of a file of the given size: everything
// the library would follow without looking.
func checkFile(r io.ReaderAt, size int64) error {
	m, err := findMeta(r, size)
	if err != nil {
		return err
	}
	if m.end < 4 || m.end > uint64(size/m.pageSize) {
		return fmt.Errorf("cut off: it should have %d pages of %d octets, but has %d octets", m.end, m.pageSize, size)
	}
	c := &checker{r: r, m: m, seen: map[uint64]bool{0: true, 1: true}}
	if err := c.tree(m.root, 0); err != nil {
		return err
	}
	if m.freelist == noFreelist {
		return nil
	}
	return c.freelist()
}

// findMeta returns the newer of the valid meta pages.
func findMeta(r io.ReaderAt, size int64) (meta, error) {
	var best meta
	found := false
	take := func(at int64) bool {
		m, ok := readMeta(r, at)
		if ok && (!found || m.txid > best.txid) {
			best, found = m, true
		}
		return ok
	}
	if take(0) {
		take(best.pageSize)
	} else {
		for at := int64(minPage); at <= maxPage && at < size && !found; at *= 2 {
			take(at)
		}
	}
	if !found {
		return meta{}, errors.New("it has no valid head: not a database, or its beginning was overwritten")
	}
	return best, nil
}

func readMeta(r io.ReaderAt, at int64) (meta, bool) {
	b := make([]byte, pageHead+metaSize)
	if _, err := r.ReadAt(b, at); err != nil {
		return meta{}, false
	}
	b = b[pageHead:]
	h := fnv.New64a()
	_, _ = h.Write(b[:56])
	m := meta{
		pageSize: int64(native.Uint32(b[8:])),
		root:     native.Uint64(b[16:]),
		freelist: native.Uint64(b[32:]),
		end:      native.Uint64(b[40:]),
		txid:     native.Uint64(b[48:]),
	}
	ok := native.Uint32(b) == boltMagic && native.Uint32(b[4:]) == boltVersion && native.Uint64(b[56:]) == h.Sum64() &&
		m.pageSize >= minPage && m.pageSize <= maxPage && m.pageSize&(m.pageSize-1) == 0
	return m, ok
}

// page reads a page with its overflow, checks its head, and marks it as met.
func (c *checker) page(id uint64) ([]byte, error) {
	if id < 2 || id >= c.m.end {
		return nil, fmt.Errorf("page %d is referred to, but there are %d", id, c.m.end)
	}
	head := make([]byte, pageHead)
	at := int64(id) * c.m.pageSize
	if _, err := c.r.ReadAt(head, at); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	if got := native.Uint64(head); got != id {
		return nil, fmt.Errorf("page %d says it is page %d", id, got)
	}
	more := uint64(native.Uint32(head[12:]))
	if more >= c.m.end-id {
		return nil, fmt.Errorf("page %d reaches beyond the end", id)
	}
	for i := id; i <= id+more; i++ {
		if c.seen[i] {
			return nil, fmt.Errorf("page %d is in use twice", i)
		}
		c.seen[i] = true
	}
	b := make([]byte, int64(more+1)*c.m.pageSize)
	if _, err := c.r.ReadAt(b, at); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	return b, nil
}

// tree checks the pages from id down.
func (c *checker) tree(id uint64, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("page %d is deeper than any tree", id)
	}
	b, err := c.page(id)
	if err != nil {
		return err
	}
	if err := c.nodes(b, depth); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// nodes checks the elements of a page, or of a small bucket that lies in a value, and what they refer to.
func (c *checker) nodes(b []byte, depth int) error {
	flags, count := native.Uint16(b[8:]), int(native.Uint16(b[10:]))
	if flags != flagBranch && flags != flagLeaf {
		return fmt.Errorf("unknown kind %#x", flags)
	}
	if count*elemSize > len(b)-pageHead || flags == flagBranch && count == 0 {
		return fmt.Errorf("%d elements", count)
	}
	var last []byte
	for i := range count {
		at := pageHead + i*elemSize
		e := b[at : at+elemSize]
		pos, ksize, vsize := native.Uint32(e), native.Uint32(e[4:]), uint32(0)
		if flags == flagLeaf {
			pos, ksize, vsize = native.Uint32(e[4:]), native.Uint32(e[8:]), native.Uint32(e[12:])
		}
		from := uint64(at) + uint64(pos)
		if from < uint64(pageHead+count*elemSize) || from+uint64(ksize)+uint64(vsize) > uint64(len(b)) {
			return fmt.Errorf("element %d lies outside", i)
		}
		key := b[from : from+uint64(ksize)]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return fmt.Errorf("element %d is out of order", i)
		}
		last = key
		var err error
		switch {
		case flags == flagBranch:
			err = c.tree(native.Uint64(e[8:]), depth+1)
		case native.Uint32(e)&elemBucket != 0:
			err = c.bucket(b[from+uint64(ksize):from+uint64(ksize)+uint64(vsize)], depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket checks the value that stands for a bucket.
func (c *checker) bucket(v []byte, depth int) error {
	if len(v) < 16 || depth > maxDepth {
		return errors.New("a bucket is not readable")
	}
	if root := native.Uint64(v); root != 0 {
		return c.tree(root, depth)
	}
	if len(v) < 16+pageHead {
		return errors.New("a bucket is not readable")
	}
	if native.Uint16(v[16+8:]) != flagLeaf {
		return errors.New("a bucket in a value has inner pages")
	}
	return c.nodes(v[16:], depth)
}

// freelist checks that what may be overwritten is not in use.
func (c *checker) freelist() error {
	b, err := c.page(c.m.freelist)
	if err != nil {
		return fmt.Errorf("list of free pages: %w", err)
	}
	if native.Uint16(b[8:]) != flagFreelist {
		return fmt.Errorf("list of free pages: page %d is of another kind", c.m.freelist)
	}
	n, ids := uint64(native.Uint16(b[10:])), b[pageHead:]
	if n == 0xFFFF {
		n, ids = native.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return fmt.Errorf("list of free pages: %d pages", n)
	}
	for i := range n {
		id := native.Uint64(ids[8*i:])
		if id < 2 || id >= c.m.end || c.seen[id] {
			return fmt.Errorf("list of free pages: page %d is in use, or twice in it, or does not exist", id)
		}
		c.seen[id] = true
	}
	return nil
}
