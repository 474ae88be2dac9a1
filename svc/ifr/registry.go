package ifr

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/typelib"
)

// Limits of what is registered; errors name them as in the comments.
const (
	MaxEntries  = 1024      // ifr-entries: specifications that are registered
	MaxName     = 256       // ifr-name-octets: octets of a specification's name
	MaxSpec     = 64 << 20  // ifr-spec-octets: octets of a specification as JSON
	MaxPacked   = 16 << 20  // ifr-packed-octets: octets of a specification as it is kept, packed
	MaxRegistry = 256 << 20 // ifr-octets: octets of all specifications as JSON
)

// What can be wrong with a registration, to be found with errors.Is. See also [LimitError].
var (
	ErrUnknown = errors.New("no such specification is registered")
	ErrInvalid = errors.New("it cannot be registered")
)

// A LimitError says which limit was exceeded, its value, and the value that exceeded it.
type LimitError struct {
	Name       string
	Limit, Got int
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("limit %s of %d exceeded: got %d", e.Name, e.Limit, e.Got)
}

func within(name string, limit, got int) error {
	if got > limit {
		return &LimitError{name, limit, got}
	}
	return nil
}

// An Entry is a specification that is registered: one or more files that were compiled together,
// with all that they include.
type Entry struct {
	Name       string    `json:"name"`
	Files      []string  `json:"files"` // the main ones
	Octets     int       `json:"octets"`
	Registered time.Time `json:"registered"`
}

// manifest is an entry as it is kept: the specification lies in pieces beside it.
type manifest struct {
	Entry
	Pieces     int    `json:"pieces"`
	Generation uint64 `json:"generation"` // in the keys of the pieces; grows with each registration of the name
}

// The entries in the store:
//
//	ifr/spec/NAME               a manifest
//	ifr/piece/NAME/GENERATION/N  a piece of the specification, as JSON packed by gzip
//	ifr/turn                    written with every change, where several daemons share the store
const (
	turnKey     = "ifr/turn"
	prefixSpec  = "ifr/spec/"
	prefixPiece = "ifr/piece/"
	pieceSize   = 256 << 10
)

// A registered is an entry with what it is.
type registered struct {
	manifest
	revision uint64
	spec     *model.Spec
}

// A Registry is the specifications in a store, and what they come to together. It is safe for
// concurrent use. Reads are answered from memory.
type Registry struct {
	store store.Store

	turn     chan struct{}          // holds a token while somebody changes the registry
	all      map[string]*registered // of the holder of turn
	doubtful bool                   // the store may differ from all
	stale    atomic.Bool            // the store, which others write to as well, has told of a change since all was read
	watch    func()                 // ends that; nil: nobody else writes

	now  atomic.Pointer[snapshot]
	once sync.Mutex // of who makes the first snapshot
}

// OpenRegistry returns the registry in a store. Its error is store.ErrCorrupt for entries that cannot
// be read, and names the first, or the store's.
func OpenRegistry(ctx context.Context, s store.Store) (*Registry, error) {
	r := &Registry{store: s, turn: make(chan struct{}, 1)}
	if w, ok := s.(store.Watcher); ok {
		r.watch = w.Watch(func([]store.Change) { r.stale.Store(true) }, prefixSpec)
	}
	r.doubtful = true
	if err := r.refresh(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close ends following the store.
func (r *Registry) Close() {
	if r.watch != nil {
		r.watch()
	}
}

// refresh reads the store again if it may differ from what is known. The caller holds turn.
func (r *Registry) refresh(ctx context.Context) error {
	for again := loadAttempts; r.doubtful || r.stale.Load(); again-- {
		err := r.load(ctx)
		if err != nil && again > 0 && r.stale.Load() { // it was changed while it was read
			continue
		}
		if err != nil {
			return fmt.Errorf("the interface repository's state could not be read: %w", err)
		}
		if again <= 0 { // what has come since will be read the next time
			break
		}
	}
	return nil
}

// loadAttempts bounds how often the store is read again because others change it meanwhile.
const loadAttempts = 5

// guard returns what has to be committed with every change where others write to the store as well: two changes at the same time, each
// right by itself, could contradict one another.
func (r *Registry) guard(ctx context.Context) ([]store.Op, error) {
	if r.watch == nil {
		return nil, nil
	}
	e, err := r.store.Get(ctx, turnKey)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return []store.Op{store.Create(turnKey, nil)}, nil
	case err != nil:
		return nil, err
	}
	return []store.Op{store.Update(turnKey, nil, e.Revision)}, nil
}

// load reads the store. The caller holds turn, or nobody else has the registry.
func (r *Registry) load(ctx context.Context) error {
	r.doubtful = true
	r.stale.Store(false) // before it is read: what comes meanwhile is read the next time
	all := map[string]*registered{}
	for e, err := range store.All(ctx, r.store, prefixSpec) {
		if err != nil {
			return err
		}
		x := &registered{revision: e.Revision}
		if err := json.Unmarshal(e.Value, &x.manifest); err != nil || specKey(x.Name) != e.Key {
			return damaged(e.Key, "not the entry of a specification", err)
		}
		if old := r.all[x.Name]; old != nil && old.revision == x.revision {
			x.spec = old.spec
		} else if x.spec, err = r.read(ctx, x.manifest); err != nil {
			return err
		}
		all[x.Name] = x
	}
	r.all, r.doubtful = all, false
	r.now.Store(nil)
	return nil
}

// read puts the pieces of a specification together.
func (r *Registry) read(ctx context.Context, m manifest) (*model.Spec, error) {
	var packed []byte
	for i := range m.Pieces {
		e, err := r.store.Get(ctx, m.pieceKey(i))
		if errors.Is(err, store.ErrNotFound) {
			return nil, damaged(m.pieceKey(i), "a piece is missing", err)
		}
		if err != nil {
			return nil, err
		}
		packed = append(packed, e.Value...)
	}
	spec, _, err := Unpack(packed)
	if err != nil {
		return nil, damaged(specKey(m.Name), "the specification cannot be read", err)
	}
	return spec, nil
}

func damaged(key, detail string, err error) error {
	return &store.Error{Kind: store.ErrCorrupt, Key: key, Detail: detail, Help: "restore the state from a backup", Err: err}
}

func specKey(name string) string { return prefixSpec + store.EscapeKey(name) }

func (m manifest) pieceKey(i int) string {
	return prefixPiece + store.EscapeKey(m.Name) + "/" + strconv.FormatUint(m.Generation, 10) + "/" + strconv.Itoa(i)
}

// Pack returns a specification as it is registered.
func Pack(spec *model.Spec) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := json.NewEncoder(w).Encode(spec); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

// Unpack returns the specification that Pack has packed, and its octets as JSON.
func Unpack(packed []byte) (*model.Spec, int, error) {
	if err := within("ifr-packed-octets", MaxPacked, len(packed)); err != nil {
		return nil, 0, err
	}
	return unpack(packed, "ifr-spec-octets", MaxSpec)
}

// UnpackAll is Unpack for all that a registry has together, with what the daemon itself serves.
func UnpackAll(packed []byte) (*model.Spec, error) {
	spec, _, err := unpack(packed, "ifr-octets", MaxRegistry+MaxSpec)
	return spec, err
}

func unpack(packed []byte, limit string, most int) (*model.Spec, int, error) {
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, 0, err
	}
	text, err := io.ReadAll(io.LimitReader(in, int64(most)+1))
	if err != nil {
		return nil, 0, err
	}
	if err := within(limit, most, len(text)); err != nil {
		return nil, 0, err
	}
	spec, err := model.Read(bytes.NewReader(text))
	return spec, len(text), err
}

// sameSpec reports whether two specifications are the same, octet by octet.
func sameSpec(a, b *model.Spec) bool {
	one, err := json.Marshal(a)
	other, bad := json.Marshal(b)
	return err == nil && bad == nil && bytes.Equal(one, other)
}

// attempts bounds how often a change is tried again because somebody else changed the registry.
const attempts = 20

// change runs plan on the present state and commits what it returns, and again should the store
// have been changed by somebody else.
func (r *Registry) change(ctx context.Context, plan func() (ops []store.Op, done func(revision uint64), err error)) error {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for range attempts {
		guard, err := r.guard(ctx) // before what it guards is read
		if err != nil {
			return err
		}
		if err := r.refresh(ctx); err != nil {
			return err
		}
		ops, done, err := plan()
		if err != nil || len(ops) == 0 {
			return err
		}
		revision, err := r.store.Commit(ctx, append(ops, guard...)...)
		if err == nil {
			done(revision)
			return nil
		}
		if r.doubtful = true; !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("the interface repository's state could not be written: %w", err)
		}
	}
	return fmt.Errorf("the interface repository: %w, %d times in a row", store.ErrConflict, attempts)
}

// Put registers a packed specification under a name, in place of the one that has it; the same again changes nothing, nor the time of registration. Where it says
// of something else than another one does, or what it needs is missing, the error is ErrInvalid and tells
// what; then nothing is changed.
func (r *Registry) Put(ctx context.Context, name string, packed []byte) (Entry, error) {
	if err := checkName(name); err != nil {
		return Entry{}, err
	}
	spec, octets, err := Unpack(packed)
	if err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	x := &registered{spec: spec, manifest: manifest{
		Entry:  Entry{Name: name, Octets: octets, Registered: time.Now().UTC().Truncate(time.Second)},
		Pieces: (len(packed) + pieceSize - 1) / pieceSize,
	}}
	for _, f := range spec.Files {
		if f.Main {
			x.Files = append(x.Files, f.Path)
		}
	}
	err = r.change(ctx, func() ([]store.Op, func(uint64), error) {
		old := r.all[name]
		if old != nil && old.Octets == octets && sameSpec(old.spec, spec) {
			x.manifest = old.manifest // as it is each time that a server registers itself
			return nil, nil, nil
		}
		next := maps.Clone(r.all)
		next[name] = x
		sum := 0
		for _, e := range next {
			sum += e.Octets
		}
		if err := errors.Join(within("ifr-entries", MaxEntries, len(next)), within("ifr-octets", MaxRegistry, sum)); err != nil {
			return nil, nil, err
		}
		made, err := newSnapshot(next)
		if err != nil {
			return nil, nil, err
		}
		x.Generation = 1
		if old != nil {
			x.Generation = old.Generation + 1
		}
		text, err := json.Marshal(x.manifest)
		if err != nil {
			return nil, nil, err
		}
		ops := []store.Op{store.Create(specKey(name), text)}
		if old != nil {
			if ops, err = r.pieceDeletes(ctx, old.manifest); err != nil {
				return nil, nil, err
			}
			ops = append(ops, store.Update(specKey(name), text, old.revision))
		}
		i := 0
		for piece := range slices.Chunk(packed, pieceSize) {
			ops = append(ops, store.Create(x.pieceKey(i), piece))
			i++
		}
		return ops, func(revision uint64) {
			x.revision = revision
			r.all = next
			r.now.Store(made)
		}, nil
	})
	return x.Entry, err
}

func checkName(name string) error {
	if err := within("ifr-name-octets", MaxName, len(name)); err != nil {
		return err
	}
	if strings.TrimSpace(name) == "" {
		return fmt.Errorf("%w: it has no name", ErrInvalid)
	}
	return nil
}

// pieceDeletes returns what removes the pieces of an entry.
func (r *Registry) pieceDeletes(ctx context.Context, m manifest) (ops []store.Op, err error) {
	for i := range m.Pieces {
		e, err := r.store.Get(ctx, m.pieceKey(i))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		ops = append(ops, store.Delete(e.Key, e.Revision))
	}
	return ops, nil
}

// Remove takes a specification out. Its error is ErrUnknown where there is none of the name, or
// ErrInvalid where another one is built on it.
func (r *Registry) Remove(ctx context.Context, name string) error {
	return r.change(ctx, func() ([]store.Op, func(uint64), error) {
		old := r.all[name]
		if old == nil {
			return nil, nil, fmt.Errorf("%q: %w", name, ErrUnknown)
		}
		next := maps.Clone(r.all)
		delete(next, name)
		made, err := newSnapshot(next)
		if err != nil {
			return nil, nil, err
		}
		ops, err := r.pieceDeletes(ctx, old.manifest)
		if err != nil {
			return nil, nil, err
		}
		return append(ops, store.Delete(specKey(name), old.revision)), func(uint64) {
			r.all = next
			r.now.Store(made)
		}, nil
	})
}

// Entries lists what is registered, by name.
func (r *Registry) Entries(ctx context.Context) ([]Entry, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	list := make([]Entry, 0, len(r.all))
	for _, x := range r.all {
		list = append(list, x.Entry)
	}
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// Spec returns all that is registered as one specification, with what the daemon itself serves. It
// must not be changed.
func (r *Registry) Spec() (*model.Spec, error) {
	x, err := r.current()
	if err != nil {
		return nil, err
	}
	return x.spec, nil
}

// current returns the present snapshot.
func (r *Registry) current() (*snapshot, error) {
	if x := r.now.Load(); x != nil && !r.stale.Load() {
		return x, nil
	}
	r.once.Lock()
	defer r.once.Unlock()
	r.turn <- struct{}{} // it is held for as long as a commit takes, or another snapshot
	defer func() { <-r.turn }()
	if err := r.refresh(context.Background()); err != nil { // it is in memory where others write
		return nil, err
	}
	if x := r.now.Load(); x != nil {
		return x, nil
	}
	x, err := newSnapshot(r.all)
	if err == nil {
		r.now.Store(x)
	}
	return x, err
}

// own is what the daemon serves itself, as it is registered beside the rest.
var own = sync.OnceValues(func() (*model.Spec, error) {
	const all = "#include <dsomnaming.idl>\n#include <ir.idl>\n"
	c, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"daemon.idl": all}}, "daemon.idl")
	if err != nil {
		return nil, err
	}
	return c.Spec, nil
})

// newSnapshot puts specifications together. What the daemon serves itself is left out where others
// have another release of it.
func newSnapshot(all map[string]*registered) (*snapshot, error) {
	var specs []*model.Spec
	for _, name := range slices.Sorted(maps.Keys(all)) {
		specs = append(specs, all[name].spec)
	}
	base, err := own()
	if err != nil {
		return nil, err
	}
	spec, err := typelib.Merge(append(specs, base)...)
	if err != nil && len(specs) > 0 {
		if spec, err = typelib.Merge(specs...); err != nil {
			return nil, fmt.Errorf("%w: %w; register the files that say different things of it anew, together or after one another", ErrInvalid, err)
		}
	}
	if err != nil {
		return nil, err
	}
	return index(spec)
}
