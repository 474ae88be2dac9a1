package typelib

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// Append appends the typelib of a specification to dst. The same specification always makes the
// same octets, wherever its files are. It is an error if there is no class to describe
// (ErrNoClasses), if one reaches a type for which SOM has no form, such as a valuetype, or
// if a limit is exceeded. Its size is a multiple of eight octets.
func Append(dst []byte, spec *model.Spec, o Options) ([]byte, error) {
	s, err := selectFrom(spec, o)
	if err != nil {
		return nil, err
	}
	e := &encoder{selection: s, texts: map[string]uint64{"": 0}, types: map[string]uint64{}, decls: map[model.Decl]uint64{}, files: map[*model.File]uint64{}}
	for i, f := range s.files {
		e.files[f] = uint64(i) + 1
	}
	for i, d := range s.decls {
		e.decls[d] = uint64(i) + 1
	}
	files := e.fileRecords()
	var decls []byte
	for _, d := range s.decls {
		decls = appendRecord(decls, e.decl(d))
	}
	var texts []byte
	for _, t := range e.text {
		if strings.ContainsRune(t, 0) {
			return nil, fmt.Errorf("typelib: a text holds a zero octet: %q", t)
		}
		texts = append(appendRecord(texts, []byte(t)), 0)
	}
	if e.failed != nil {
		return nil, e.failed
	}
	var types []byte
	for _, t := range e.typeOrder {
		types = appendRecord(types, []byte(t))
	}

	body := slices.Concat(texts, files, types, decls)
	size := (headerSize + len(body) + alignment - 1) / alignment * alignment
	if size > MaxSize {
		return nil, exceeded("typelib-size", MaxSize, "it has %d octets", size)
	}
	at := len(dst)
	dst = append(dst, make([]byte, size)...)
	b := dst[at:]
	copy(b, magic)
	b[offMajor], b[offMinor] = major, minor
	binary.LittleEndian.PutUint16(b[offHeader:], headerSize)
	binary.LittleEndian.PutUint32(b[offSize:], uint32(size))
	for off, n := range map[int]int{offStrings: len(e.text), offFiles: len(s.files), offTypes: len(e.typeOrder), offDecls: len(s.decls)} {
		binary.LittleEndian.PutUint32(b[off:], uint32(n))
	}
	copy(b[headerSize:], body)
	seal(b)
	if _, _, err := parse(b, true); err != nil { // which holds it against all limits
		return nil, err
	}
	return dst, nil
}

// seal writes the checksum of a typelib.
func seal(b []byte) {
	binary.LittleEndian.PutUint32(b[offSum:], crc32.ChecksumIEEE(b[offSum+4:]))
}

// appendRecord appends a record with its length in front.
func appendRecord(dst, rec []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(rec))), rec...)
}

// encoder makes the tables of a typelib. In all of them the first entry is number 1, and 0 is none.
type encoder struct {
	*selection
	texts     map[string]uint64
	text      []string          // from number 1
	types     map[string]uint64 // by record
	typeOrder []string
	decls     map[model.Decl]uint64
	files     map[*model.File]uint64
	failed    error

	methods map[string]*model.Method // of the interface being encoded
}

// record is a record being made.
type record struct {
	e *encoder
	b []byte
}

// num appends a number, seven bits an octet, the lowest first.
func (r *record) num(n uint64) { r.b = binary.AppendUvarint(r.b, n) }

// signed appends a number with a sign: 0, -1, 1, -2 … as 0, 1, 2, 3 …
func (r *record) signed(n int64) { r.b = binary.AppendVarint(r.b, n) }

// bits appends what is true of some bits.
func (r *record) bits(of ...any) {
	n := uint64(0)
	for i := 0; i < len(of); i += 2 {
		if of[i].(bool) {
			n |= uint64(of[i+1].(int))
		}
	}
	r.num(n)
}

// str appends a string, by its number.
func (r *record) str(s string) {
	n, ok := r.e.texts[s]
	if !ok {
		r.e.text = append(r.e.text, s)
		n = uint64(len(r.e.text))
		r.e.texts[s] = n
	}
	r.num(n)
}

// count appends the length of a list.
func (r *record) count(n int) { r.num(uint64(n)) }

func (r *record) strs(ss []string) {
	r.count(len(ss))
	for _, s := range ss {
		r.str(s)
	}
}

// ref appends the number of a declaration.
func (r *record) ref(d model.Decl) {
	n, ok := r.e.decls[d]
	if !ok && r.e.failed == nil {
		r.e.failed = fmt.Errorf("typelib: %s is referred to and not part of it", d.About().ScopedName())
	}
	r.num(n)
}

// fileRecords makes the records of the files.
func (e *encoder) fileRecords() []byte {
	var all []byte
	names := e.paths()
	byPath := map[string]int{}
	for i, f := range e.selection.files {
		byPath[f.Path] = i + 1
	}
	for i, f := range e.selection.files {
		r := &record{e: e}
		r.str(names[i])
		r.bits(e.main[f], fileMain, f.Standard, fileStandard)
		var included []int
		for _, name := range f.Includes {
			if n := byPath[name]; n > 0 {
				included = append(included, n)
			}
		}
		r.count(len(included))
		for _, n := range included {
			r.num(uint64(n))
		}
		var doc model.Comments
		if e.main[f] {
			doc = f.Doc
		}
		r.comments(doc)
		all = appendRecord(all, r.b)
	}
	return all
}
