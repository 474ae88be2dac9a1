package typelib

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// Parse reads one typelib, from its first octet on. What it returns can be read as any other
// specification; positions in it have the file and, for a line, the number of the declaration in
// the typelib. b is not kept. An error says what is wrong, and mostly at which octet.
func Parse(b []byte) (*model.Spec, error) {
	spec, n, err := parse(b, true)
	if err == nil && n < len(b) {
		err = fmt.Errorf("typelib: %d octets follow the typelib", len(b)-n)
	}
	if err != nil {
		return nil, err
	}
	return spec, nil
}

// At reads the typelib that lies at a place of memory, as a class's description points to one (som.Class.Typelib): it says itself how
// long it is, which nobody else knows. So read has to tell whether there is as much: it returns the first n octets from that place, or an error.
func At(read func(n int) ([]byte, error)) (*model.Spec, error) {
	head, err := read(headerSize)
	if err != nil {
		return nil, fmt.Errorf("typelib: its header: %w", err)
	}
	size := binary.LittleEndian.Uint32(head[offSize:])
	if string(head[:len(magic)]) != magic || size < headerSize {
		return nil, fmt.Errorf("typelib: there is none at this place: it begins with %q and has %d octets", head[:len(magic)], size)
	}
	if size > MaxSize {
		return nil, exceeded("typelib-size", MaxSize, "it is said to have %d octets", size)
	}
	b, err := read(int(size))
	if err != nil {
		return nil, fmt.Errorf("typelib: damaged: it is said to have %d octets: %w", size, err)
	}
	return Parse(b)
}

// ParseSection reads all the typelibs of a section, one for each object file that had any:
// linkers concatenate them, perhaps with zero octets between, and each says how long it is.
func ParseSection(b []byte) ([]*model.Spec, error) {
	if len(b) > MaxSection {
		return nil, exceeded("typelib-section", MaxSection, "the section has %d octets", len(b))
	}
	var specs []*model.Spec
	for at := 0; ; {
		for at < len(b) && b[at] == 0 {
			at++
		}
		if at == len(b) {
			return specs, nil
		}
		spec, n, err := parse(b[at:], true)
		if err != nil {
			if at > 0 {
				err = fmt.Errorf("behind %d octets: %w", at, err)
			}
			return nil, err
		}
		specs = append(specs, spec)
		at += n
	}
}

// parse reads the typelib with which b begins, and returns its size. Without its checksum the
// reader has to hold by itself, which is what tests ask for.
func parse(b []byte, sum bool) (*model.Spec, int, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, 0, fmt.Errorf("typelib: this is none: it begins with %q, not %q", b[:min(len(b), len(magic))], magic)
	}
	if len(b) < headerSize {
		return nil, 0, fmt.Errorf("typelib: truncated: %d octets, of which the header alone has %d", len(b), headerSize)
	}
	if b[offMajor] != major {
		return nil, 0, fmt.Errorf("typelib: its format is version %d.%d; this program reads version %d", b[offMajor], b[offMinor], major)
	}
	header, size := int(binary.LittleEndian.Uint16(b[offHeader:])), binary.LittleEndian.Uint32(b[offSize:])
	switch {
	case size > MaxSize:
		return nil, 0, exceeded("typelib-size", MaxSize, "it is said to have %d octets", size)
	case uint64(size) > uint64(len(b)):
		return nil, 0, fmt.Errorf("typelib: truncated: %d octets of %d", len(b), size)
	case header < headerSize || header > int(size) || header > headerSize && b[offMinor] <= minor || size%alignment != 0:
		return nil, 0, fmt.Errorf("typelib: its header cannot be: %d octets of %d", header, size)
	}
	b = b[:size]
	if got, want := crc32.ChecksumIEEE(b[offSum+4:]), binary.LittleEndian.Uint32(b[offSum:]); sum && got != want {
		return nil, 0, fmt.Errorf("typelib: damaged: its checksum is %08x, and it should be %08x", got, want)
	}
	d := &decoder{newer: b[offMinor] > minor, text: string(b)}
	r := &reader{d: d, b: b, at: header}
	spec := d.all(r, b)
	if r.err == nil && !d.newer && (len(b)-r.at >= alignment || strings.Trim(string(b[r.at:]), "\x00") != "") {
		r.fail("%d octets are left over", len(b)-r.at)
	}
	if r.err == nil {
		r.err = d.resolveLater()
	}
	if r.err != nil {
		return nil, 0, r.err
	}
	if err := finish(spec); err != nil {
		return nil, 0, err
	}
	return spec, int(size), nil
}

// decoder holds the tables of a typelib. The first entry of each is number 1.
type decoder struct {
	newer bool   // a later minor version: records may be longer, and of kinds unknown here
	text  string // the whole typelib: strings share its memory

	strs  []string
	files []*model.File
	types []*model.Type
	depth []int   // of types
	texts []int64 // octets of the texts in types
	decls []model.Decl

	enumerators []later        // values of which the enumerators are to be found
	modules     map[int]string // scoped names of the modules, by number less one
	nodes       int
	used        int64 // octets of texts so far
}

// all reads the tables, which follow the header b.
func (d *decoder) all(r *reader, b []byte) *model.Spec {
	table := func(off int, name string, limit int) []*reader {
		n := binary.LittleEndian.Uint32(b[off:])
		if r.err == nil && n > uint32(limit) {
			r.err = exceeded(name, limit, "it is said to have %d entries of a table", n)
		}
		return r.records(int(min(n, uint32(limit))), off == offStrings)
	}
	for _, s := range table(offStrings, "typelib-nodes", MaxNodes) {
		d.strs = append(d.strs, d.text[s.at:len(s.b)])
	}
	files := table(offFiles, "typelib-nodes", MaxNodes)
	types := table(offTypes, "typelib-types", MaxTypes)
	decls := table(offDecls, "typelib-nodes", MaxNodes)
	if r.err != nil {
		return nil
	}
	// What is referred to is there before it is read.
	for range files {
		d.files = append(d.files, new(model.File))
	}
	d.decls = make([]model.Decl, len(decls))
	for i, x := range decls {
		if d.decls[i] = newDecl(x.num()); d.decls[i] == nil && !d.newer {
			x.fail("unknown kind of declaration")
		}
		r.join(x)
	}
	spec := &model.Spec{Files: d.files}
	includes := make([][]int, len(files))
	for i, x := range files {
		includes[i] = x.file(d.files[i])
		r.join(x)
	}
	for i, numbers := range includes {
		for _, n := range numbers {
			if n > 0 {
				d.files[i].Includes = append(d.files[i].Includes, d.files[n-1].Path)
			}
		}
	}
	for _, x := range types {
		if r.err != nil {
			return nil
		}
		x.typeRecord()
		r.join(x)
	}
	depth, names := make([]int, len(decls)), make([]int, len(decls))
	parts := map[string]int{}
	for i, x := range decls {
		if r.err != nil {
			return nil
		}
		if d.decls[i] != nil {
			x.decl(spec, i, depth, names, parts)
		}
		r.join(x)
	}
	return spec
}

// A reader reads a record. The first error stays, and all that is read after it is zero.
type reader struct {
	d   *decoder
	b   []byte // up to the end of the record, from the begin of the typelib
	at  int
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("typelib: at octet %d: %w", r.at, fmt.Errorf(format, args...))
		r.at = len(r.b)
	}
}

// join takes over the error of a record that was read, which must have been read to its end.
func (r *reader) join(x *reader) {
	if r.err == nil {
		r.err = x.err
	}
}

// end holds that nothing of the record is left.
func (r *reader) end() {
	if r.err == nil && r.at < len(r.b) && !r.d.newer {
		r.fail("%d octets of a record are left over", len(r.b)-r.at)
	}
}

var errEnd = errors.New("the record ends too early")

// num reads a number.
func (r *reader) num() uint64 {
	v, n := binary.Uvarint(r.b[r.at:])
	switch {
	case n == 0:
		r.fail("%w", errEnd)
		return 0
	case n < 0 || n > 1 && r.b[r.at+n-1] == 0: // more than 64 bits, or longer than it need be
		r.fail("a number is malformed")
		return 0
	}
	r.at += n
	return v
}

// signed reads a number with a sign.
func (r *reader) signed() int64 {
	u := r.num()
	return int64(u>>1) ^ -int64(u&1)
}

// bits reads bits of which only the lowest n can be set.
func (r *reader) bits(n int) int {
	v := r.num()
	if v>>n != 0 && !r.d.newer {
		r.fail("bits %#x are set, which mean nothing", v)
	}
	return int(v & (1<<n - 1))
}

// index reads the number of an entry of a table that has n, or 0.
func (r *reader) index(n int, what string) int {
	v := r.num()
	if v > uint64(n) {
		r.fail("%s %d of %d", what, v, n)
		return 0
	}
	return int(v)
}

// str reads a string.
func (r *reader) str() string {
	if n := r.index(len(r.d.strs), "text"); n > 0 {
		r.use(int64(len(r.d.strs[n-1])))
		return r.d.strs[n-1]
	}
	return ""
}

// use counts octets of text against their limit.
func (r *reader) use(n int64) {
	if r.d.used += n; r.d.used > MaxText && r.err == nil {
		r.err = exceeded("typelib-text", MaxText, "its texts have too many octets")
		r.at = len(r.b)
	}
}

// count reads the length of a list whose elements have an octet each at least.
func (r *reader) count() int {
	n := r.num()
	if n > uint64(len(r.b)-r.at) {
		r.fail("a list of %d elements, and %d octets of the record are left", n, len(r.b)-r.at)
		return 0
	}
	return r.declared(int(n))
}

// declared counts against the limit of nodes.
func (r *reader) declared(n int) int {
	if r.d.nodes += n; r.d.nodes > MaxNodes && r.err == nil {
		r.err = exceeded("typelib-nodes", MaxNodes, "it declares too much, members and the like counted")
		r.at = len(r.b)
	}
	if r.err != nil {
		return 0
	}
	return n
}

// list reads a list by reading its elements.
func list[T any](r *reader, one func() T) []T {
	n := r.count()
	if n == 0 {
		return nil
	}
	all := make([]T, 0, n)
	for range n {
		if r.err != nil {
			return nil
		}
		all = append(all, one())
	}
	return all
}

// records reads n records, each with its length in front; texts end with a zero octet besides.
func (r *reader) records(n int, texts bool) []*reader {
	if r.err != nil {
		return nil
	}
	if n > len(r.b)-r.at {
		r.fail("a table of %d entries, and %d octets are left", n, len(r.b)-r.at)
		return nil
	}
	all := make([]reader, n)
	out := make([]*reader, n)
	for i := range all {
		size := r.num()
		if size > uint64(len(r.b)-r.at) {
			r.fail("a record of %d octets, and %d are left", size, len(r.b)-r.at)
		}
		if r.err != nil {
			return nil
		}
		end := r.at + int(size)
		all[i] = reader{d: r.d, b: r.b[:end], at: r.at}
		out[i] = &all[i]
		if texts {
			if strings.IndexByte(r.d.text[r.at:end], 0) >= 0 || end == len(r.b) || r.b[end] != 0 {
				r.fail("a text does not end with its only zero octet")
				return nil
			}
			end++
		}
		r.at = end
	}
	return out
}

// file reads the record of a file, and returns the numbers of those that it includes.
func (r *reader) file(f *model.File) (includes []int) {
	f.Path = r.str()
	flags := r.bits(2)
	f.Main, f.Standard = flags&fileMain != 0, flags&fileStandard != 0
	includes = list(r, func() int {
		n := r.index(len(r.d.files), "file")
		if n == 0 {
			r.fail("no file is included")
		}
		return n
	})
	f.Doc = r.comments()
	if f.Path == "" {
		r.fail("a file has no name")
	}
	r.end()
	return includes
}

// place is the position of the i-th declaration, in a file.
func place(f *model.File, i int) diag.Span {
	if f == nil {
		return diag.Span{}
	}
	p := diag.Position{File: f.Path, Line: i + 1, Column: 1, Offset: i}
	return diag.Span{Start: p, End: p}
}
