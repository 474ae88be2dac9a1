// Package omninames reads the data files of omniNames, omniORB's naming service: its names can be
// had in another service then.
//
// The file is a log, a line an operation: port, persistent, create, destroy, bind and unbind. Words are
// separated by spaces; \ stands before a space or \ that is meant, \n and \t are what they are in C. What
// is read is the state behind the last line that is whole: a line without an end is one that omniNames had not
// finished when it was killed, and has not acknowledged.
package omninames

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/ior"
)

// Limits of what is read; errors name them as in the comments.
const (
	MaxLine     = 1 << 20 // omninames-line-octets: octets of a line
	MaxBindings = 1 << 20 // omninames-bindings: names at a time
	MaxContexts = 1 << 20 // omninames-contexts: contexts at a time
)

// A File is the state in a data file.
type File struct {
	Root     string              // the key of the root context
	Contexts map[string]*Context // by key

	// Unfinished reports that the file ends within a line, which was left out.
	Unfinished bool

	bindings         int
	port, persistent string
	hosts            map[string]bool // in the references of its own contexts
}

// A Context is a naming context.
type Context struct {
	Key   string
	Order []ior.NameComponent // in the order of their first binding
	Bound map[ior.NameComponent]Binding
}

// A Binding is what a name is bound to.
type Binding struct {
	Context bool     // it was bound as a context
	Own     string   // the key of the context of this file that it is, or ""
	Ref     *ior.IOR // as it stands in the file
}

// A LineError says what is wrong with a file, and where.
type LineError struct {
	Line    int
	Problem string
}

// Error names the line.
func (e *LineError) Error() string {
	return fmt.Sprintf("line %d of the data file of omniNames: %s", e.Line, e.Problem)
}

// Read reads a data file. Its error is a *LineError, or the reader's.
func Read(r io.Reader) (*File, error) {
	f := &File{Contexts: map[string]*Context{}, hosts: map[string]bool{}}
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(in)
		switch {
		case errors.Is(err, errLong):
			return nil, &LineError{n, fmt.Sprintf("limit omninames-line-octets of %d exceeded", MaxLine)}
		case errors.Is(err, io.EOF):
			f.Unfinished = len(line) > 0
			if f.Root == "" {
				return nil, &LineError{n, "the file ends without a root context: it is not one of omniNames"}
			}
			f.drop()
			return f, nil
		case err != nil:
			return nil, err
		}
		if err := f.apply(words(line)); err != nil {
			return nil, &LineError{n, err.Error()}
		}
	}
}

var errLong = errors.New("a line is too long")

// readLine returns a line without its end; with io.EOF what stands behind the last end.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		if len(line)+len(piece) > MaxLine {
			return nil, errLong
		}
		line = append(line, piece...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(line, []byte("\n")), err
		}
	}
}

// words takes a line apart. A word may be empty: the kind of a name.
func words(line []byte) []string {
	var all []string
	var w strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ':
			all = append(all, w.String())
			w.Reset()
		case c == '\\' && i+1 < len(line):
			i++
			switch c = line[i]; c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			}
			w.WriteByte(c)
		default:
			w.WriteByte(c)
		}
	}
	return append(all, w.String())
}

// apply does the operation of a line.
func (f *File) apply(w []string) error {
	need := map[string]int{"port": 2, "persistent": 2, "create": 2, "destroy": 2, "bind": 6, "unbind": 4}[w[0]]
	switch {
	case need == 0:
		return fmt.Errorf("%.40q is no operation of its log", w[0])
	case need != len(w):
		return fmt.Errorf("%s has %d words, not %d", w[0], len(w), need)
	}
	switch w[0] {
	case "create":
		return f.create(w[1])
	case "destroy":
		c, err := f.context(w[1])
		if err != nil {
			return err
		}
		f.bindings -= len(c.Bound)
		delete(f.Contexts, c.Key)
		return nil
	case "bind":
		return f.bind(w)
	case "unbind":
		return f.unbind(w)
	case "port":
		f.port = w[1]
	case "persistent":
		f.persistent = w[1]
	}
	return nil
}

// create is a context's beginning; the first is the root.
func (f *File) create(text string) error {
	key, err := hex.DecodeString(text)
	if err != nil || len(key) == 0 {
		return fmt.Errorf("%.40q is no object key", text)
	}
	if len(f.Contexts) == MaxContexts {
		return fmt.Errorf("limit omninames-contexts of %d exceeded", MaxContexts)
	}
	k := string(key)
	if f.Contexts[k] != nil {
		return fmt.Errorf("the context %s is created twice", text)
	}
	f.Contexts[k] = &Context{Key: k, Bound: map[ior.NameComponent]Binding{}}
	if f.Root == "" {
		f.Root = k
	}
	return nil
}

func (f *File) bind(w []string) error {
	in, err := f.context(w[1])
	if err != nil {
		return err
	}
	ref, err := reference(w[5])
	if err != nil {
		return err
	}
	name := ior.NameComponent{ID: w[2], Kind: w[3]}
	b := Binding{Ref: ref}
	switch w[4] {
	case "ncontext":
		b.Context = true
		b.Own = f.own(ref)
	case "nobject":
	default:
		return fmt.Errorf("%.40q is neither nobject nor ncontext", w[4])
	}
	if _, again := in.Bound[name]; !again {
		if f.bindings == MaxBindings {
			return fmt.Errorf("limit omninames-bindings of %d exceeded", MaxBindings)
		}
		f.bindings++
		in.Order = append(in.Order, name)
	}
	in.Bound[name] = b
	return nil
}

func (f *File) unbind(w []string) error {
	in, err := f.context(w[1])
	if err != nil {
		return err
	}
	name := ior.NameComponent{ID: w[2], Kind: w[3]}
	if _, ok := in.Bound[name]; !ok {
		return fmt.Errorf("%q is unbound, which was not bound", name.String())
	}
	f.bindings--
	delete(in.Bound, name) // its place in the order is dropped with the rest at the end
	return nil
}

// drop takes the names out of the orders that are not bound any more, and those out that were bound twice.
func (f *File) drop() {
	for _, c := range f.Contexts {
		kept := c.Order[:0]
		seen := make(map[ior.NameComponent]bool, len(c.Bound))
		for _, n := range c.Order {
			if _, ok := c.Bound[n]; ok && !seen[n] {
				seen[n] = true
				kept = append(kept, n)
			}
		}
		c.Order = kept
	}
}

// context returns the context of the file that an operation was done in: its reference is one of
// this omniNames, whatever its address was then.
func (f *File) context(text string) (*Context, error) {
	ref, err := reference(text)
	if err != nil {
		return nil, err
	}
	for _, p := range ref.Profiles {
		b, err := p.IIOP()
		if err != nil {
			continue
		}
		if c := f.byKey(b.Key); c != nil {
			f.hosts[b.Host] = true
			return c, nil
		}
	}
	return nil, errors.New("the reference is of no context that the file has created")
}

// persistentPrefix stands before the keys of contexts other than the root: the name of their adapter.
const persistentPrefix = "\xff\x00"

// tagPersistentID is the component by which omniORB 4.2 and later tells whose a key is: what the line persistent has.
const tagPersistentID = 0x41545403

// byKey returns the context of the file that an object key is of.
func (f *File) byKey(key []byte) *Context {
	if c := f.Contexts[string(key)]; c != nil {
		return c
	}
	return f.Contexts[strings.TrimPrefix(string(key), persistentPrefix)]
}

// own returns the key of the context of the file that a reference refers to, or "". The root of
// another omniNames has the same key: what tells them apart is the component or, where a reference has
// none, the address.
func (f *File) own(ref *ior.IOR) string {
	for _, p := range ref.Profiles {
		b, err := p.IIOP()
		if err != nil {
			continue
		}
		id, told := b.Find(tagPersistentID)
		if told && hex.EncodeToString(id) != f.persistent || !told && (f.port != strconv.Itoa(int(b.Port)) || !f.here(b.Host)) {
			continue
		}
		if c := f.byKey(b.Key); c != nil {
			return c.Key
		}
	}
	return ""
}

// here reports whether a host is the one that the file is of.
func (f *File) here(host string) bool {
	ip, err := netip.ParseAddr(host)
	return f.hosts[host] || strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

func reference(text string) (*ior.IOR, error) {
	u, err := ior.ParseURL(text)
	if err != nil {
		return nil, fmt.Errorf("a reference that cannot be read: %w", err)
	}
	if u.IOR == nil {
		return nil, fmt.Errorf("%.40q is no stringified reference", text)
	}
	return u.IOR, nil
}
