package ifr

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
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

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/typelib"
)

// Limits of what is registered; errors name them as in the comments.
const (
	MaxEntries  = 4096      // ifr-entries: specifications that are registered
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
	Disputed   string    `json:"disputed,omitempty"` // why nobody is answered from it: others say different things
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
	sum      [sha256.Size]byte // of it as JSON
	says     []typelib.Statement
	ids      map[string]string // the qualified name that each has
}

// parse takes a packed specification in.
func (x *registered) parse(packed []byte) error {
	text, err := unpack(packed, "ifr-spec-octets", MaxSpec)
	if err != nil {
		return err
	}
	if x.spec, err = model.Read(bytes.NewReader(text)); err != nil {
		return err
	}
	x.sum, x.Octets = sha256.Sum256(text), len(text)
	if x.says, err = typelib.Statements(x.spec); err != nil {
		return err
	}
	x.ids, err = idsOf(x.spec)
	return err
}

// newRegistered returns what is registered under a name; ErrInvalid and limits are its errors.
func newRegistered(name string, packed []byte) (*registered, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := within("ifr-packed-octets", MaxPacked, len(packed)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	x := &registered{manifest: manifest{
		Entry:  Entry{Name: name, Registered: time.Now().UTC().Truncate(time.Second)},
		Pieces: (len(packed) + pieceSize - 1) / pieceSize,
	}}
	if err := x.parse(packed); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	for _, f := range x.spec.Files {
		if f.Main {
			x.Files = append(x.Files, f.Path)
		}
	}
	return x, nil
}

// An Examined is what a server says of itself, and whether it can be registered whatever else is. It is registered once at a time.
type Examined struct {
	name   string
	packed []byte
	x      *registered // nil if it cannot
	err    error
}

// Examine reads a packed specification that a server says under a name.
func Examine(name string, packed []byte) *Examined {
	x, err := newRegistered(name, packed)
	return &Examined{name, packed, x, err}
}

// As returns the same as said under another name.
func (e *Examined) As(name string) *Examined {
	if e.x == nil {
		return &Examined{name, e.packed, nil, e.err}
	}
	if err := checkName(name); err != nil {
		return &Examined{name, e.packed, nil, err}
	}
	x := *e.x
	x.Name = name
	return &Examined{name, e.packed, &x, nil}
}

// Err returns why it cannot be registered whatever else is: ErrInvalid and limits.
func (e *Examined) Err() error { return e.err }

// Entry returns the entry that its registration has, or will have.
func (e *Examined) Entry() Entry {
	if e.x == nil {
		return Entry{}
	}
	return e.x.Entry
}

// A Registry is the specifications in a store, and what they come to together. It is safe for
// concurrent use. Reads are answered from memory.
type Registry struct {
	store store.Store

	turn     chan struct{}          // holds a token while somebody changes the registry
	all      map[string]*registered // of the holder of turn
	body     *body                  // what they say, as well
	doubtful bool                   // the store may differ from all
	watch    func()                 // ends following the store, which others write to as well; nil: nobody else does
	stale    atomic.Bool            // the store has told of what is not in all yet

	toldMu sync.Mutex
	told   map[string]store.Change // that, by key; set while stale

	now atomic.Pointer[state]
}

// OpenRegistry returns the registry in a store. Its error is store.ErrCorrupt for entries that cannot
// be read, and names the first, or the store's.
func OpenRegistry(ctx context.Context, s store.Store) (*Registry, error) {
	r := &Registry{store: s, turn: make(chan struct{}, 1), body: newBody()}
	if w, ok := s.(store.Watcher); ok {
		r.watch = w.Watch(r.tell, prefixSpec)
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

// tell notes what a commit has changed, one of this process's, too.
func (r *Registry) tell(all []store.Change) {
	r.toldMu.Lock()
	defer r.toldMu.Unlock()
	if r.told == nil {
		r.told = make(map[string]store.Change, len(all))
	}
	for _, c := range all {
		r.told[c.Key] = c
	}
	r.stale.Store(true)
}

// taken returns what the store has told of, which the caller has to take up.
func (r *Registry) taken() map[string]store.Change {
	r.toldMu.Lock()
	defer r.toldMu.Unlock()
	told := r.told
	r.told = nil
	r.stale.Store(false)
	return told
}

// untaken gives back what could not be taken up. What has been told of since is newer.
func (r *Registry) untaken(told map[string]store.Change) {
	r.toldMu.Lock()
	defer r.toldMu.Unlock()
	maps.Copy(told, r.told)
	r.told = told
	r.stale.Store(true)
}

// refresh takes up what the store has told of, or reads all of it again where that may differ from what is known. The caller holds turn.
func (r *Registry) refresh(ctx context.Context) error {
	for again := loadAttempts; r.doubtful || r.stale.Load(); again-- {
		read := r.follow
		if r.doubtful {
			read = r.load
		}
		err := read(ctx)
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
	r.taken() // before it is read: what comes meanwhile is taken up the next time
	all := map[string]*registered{}
	for e, err := range store.All(ctx, r.store, prefixSpec) {
		if err != nil {
			return err
		}
		m, err := readManifest(e)
		if err != nil {
			return err
		}
		x := &registered{manifest: m, revision: e.Revision}
		if old := r.all[x.Name]; old != nil && old.revision == x.revision {
			x = old
		} else if err := r.read(ctx, x); err != nil {
			return err
		}
		all[x.Name] = x
	}
	for name, x := range r.all {
		if all[name] != x {
			r.body.remove(x)
		}
	}
	for name, x := range all {
		if r.all[name] != x {
			r.body.add(x)
		}
	}
	r.all, r.doubtful = all, false
	r.now.Store(nil)
	return nil
}

// follow takes up what the store has told of, which costs what that is, however much is registered. The caller holds turn.
func (r *Registry) follow(ctx context.Context) error {
	told := r.taken()
	for key, c := range told {
		if err := r.see(ctx, c); err != nil {
			r.untaken(told)
			return err
		}
		delete(told, key)
	}
	return nil
}

// see takes up a change of a manifest.
func (r *Registry) see(ctx context.Context, c store.Change) error {
	name, ok := store.UnescapeKey(strings.TrimPrefix(c.Key, prefixSpec))
	if !ok {
		return damaged(c.Key, "not the entry of a specification", nil)
	}
	old := r.all[name]
	if old != nil && !c.Deleted && old.revision == c.Revision { // it is this process's own
		return nil
	}
	var x *registered
	if !c.Deleted {
		x = &registered{revision: c.Revision}
		if err := json.Unmarshal(c.Value, &x.manifest); err != nil || x.Name != name {
			return damaged(c.Key, "not the entry of a specification", err)
		}
		if err := r.read(ctx, x); err != nil {
			return err
		}
	}
	if old != nil {
		r.body.remove(old)
		delete(r.all, name)
	}
	if x != nil {
		r.body.add(x)
		r.all[name] = x
	}
	if old != nil || x != nil {
		r.now.Store(nil)
	}
	return nil
}

// read puts the pieces of a specification together.
func (r *Registry) read(ctx context.Context, x *registered) error {
	var packed []byte
	for i := range x.Pieces {
		e, err := r.store.Get(ctx, x.pieceKey(i))
		if errors.Is(err, store.ErrNotFound) {
			return damaged(x.pieceKey(i), "a piece is missing", err)
		}
		if err != nil {
			return err
		}
		packed = append(packed, e.Value...)
	}
	if err := x.parse(packed); err != nil {
		return damaged(specKey(x.Name), "the specification cannot be read", err)
	}
	return nil
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

// UnpackAll returns the specification that Pack has packed of all that a registry has together, with what the daemon itself serves.
func UnpackAll(packed []byte) (*model.Spec, error) {
	text, err := unpack(packed, "ifr-octets", MaxRegistry+MaxSpec)
	if err != nil {
		return nil, err
	}
	return model.Read(bytes.NewReader(text))
}

// unpack returns the JSON that was packed.
func unpack(packed []byte, limit string, most int) ([]byte, error) {
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(in, int64(most)+1))
	if err != nil {
		return nil, err
	}
	return text, within(limit, most, len(text))
}

// attempts bounds how often a change is tried again because somebody else changed the registry.
const attempts = 20

// change runs plan on the present state and commits what it returns, and again should the store
// have been changed by somebody else; while has to hold.
func (r *Registry) change(ctx context.Context, while store.Guard, plan func() (ops []store.Op, done func(revision uint64), err error)) error {
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
		holds, err := while.Ops(ctx)
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
		revision, err := r.store.Commit(ctx, slices.Concat(ops, guard, holds)...)
		if err == nil {
			done(revision)
			return nil
		}
		r.doubtful = r.watch == nil // else what has happened is told of
		if !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("the interface repository's state could not be written: %w", err)
		}
	}
	return fmt.Errorf("the interface repository: %w, %d times in a row", store.ErrConflict, attempts)
}

// Put registers a packed specification under a name, in place of the one that has it; the same again changes nothing, nor the time of registration. Where it says
// of something else than another one does the error is ErrInvalid and tells what; then nothing is changed.
func (r *Registry) Put(ctx context.Context, name string, packed []byte) (Entry, error) {
	x, err := newRegistered(name, packed)
	if err != nil {
		return Entry{}, err
	}
	return x.Entry, r.put(ctx, x, packed, false, nil)
}

// Describe registers what a server says of itself. It is taken whole, in place of what the server has said before, since that is true no longer, and what was said before is gone even
// where the error says that it cannot be registered, ErrInvalid or a limit's; another error is the store's, and another attempt may go better. Where it says of something else than others do, the error is ErrInvalid and tells what; then it is registered all the same, and
// nobody is answered from it and from what it contradicts, until they agree or one of them is gone. While, which may be nil, has to hold; its error is returned as it is.
func (r *Registry) Describe(ctx context.Context, said *Examined, while store.Guard) (Entry, error) {
	x, err := said.x, said.err
	if err == nil {
		err = r.put(ctx, x, said.packed, true, while)
	}
	var limit *LimitError
	switch {
	case err == nil:
		return x.Entry, nil
	case x != nil && x.Disputed != "": // it is there
	case errors.Is(err, ErrInvalid), errors.As(err, &limit):
		if gone := r.Remove(ctx, said.name, while); gone != nil && !errors.Is(gone, ErrUnknown) {
			err = fmt.Errorf("%v; and what was said before stays registered: %w", err, gone) // which another attempt may mend
		}
	}
	return Entry{}, err
}

// put registers x. Where it contradicts others it is registered only if it may be disputed, and the error is ErrInvalid in both cases.
func (r *Registry) put(ctx context.Context, x *registered, packed []byte, disputable bool, while store.Guard) error {
	var disputed error
	err := r.change(ctx, while, func() ([]store.Op, func(uint64), error) {
		old := r.all[x.Name]
		if old != nil {
			r.body.remove(old)
		}
		disputed = r.body.contradicts(x)
		if old != nil {
			r.body.add(old)
		}
		if x.Disputed = ""; disputed != nil {
			x.Disputed = disputed.Error()
		}
		if old != nil && old.sum == x.sum {
			x.Registered = old.Registered // as it is each time that a server registers itself
			return nil, nil, nil
		}
		if disputed != nil && !disputable {
			return nil, nil, disputed
		}
		entries, sum := len(r.all), x.Octets
		for _, e := range r.all {
			sum += e.Octets
		}
		if old == nil {
			entries++
		} else {
			sum -= old.Octets
		}
		if err := errors.Join(within("ifr-entries", MaxEntries, entries), within("ifr-octets", MaxRegistry, sum)); err != nil {
			x.Disputed = ""
			return nil, nil, err
		}
		x.Generation = 1
		if old != nil {
			x.Generation = old.Generation + 1
		}
		kept := x.manifest
		kept.Disputed = "" // it depends on the others
		text, err := json.Marshal(kept)
		if err != nil {
			return nil, nil, err
		}
		ops := []store.Op{store.Create(specKey(x.Name), text)}
		if old != nil {
			if ops, err = r.pieceDeletes(ctx, old.manifest); err != nil {
				return nil, nil, err
			}
			ops = append(ops, store.Update(specKey(x.Name), text, old.revision))
		}
		i := 0
		for piece := range slices.Chunk(packed, pieceSize) {
			ops = append(ops, store.Create(x.pieceKey(i), piece))
			i++
		}
		return ops, func(revision uint64) {
			if x.revision = revision; old != nil {
				r.body.remove(old)
			}
			r.body.add(x)
			r.all[x.Name] = x
			r.now.Store(nil)
		}, nil
	})
	if err != nil {
		return err
	}
	return disputed
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

// Remove takes a specification out, if while, which may be nil, holds. Its error is ErrUnknown where there is none of the name, or while's.
func (r *Registry) Remove(ctx context.Context, name string, while store.Guard) error {
	return r.change(ctx, while, func() ([]store.Op, func(uint64), error) {
		old := r.all[name]
		if old == nil {
			return nil, nil, fmt.Errorf("%q: %w", name, ErrUnknown)
		}
		ops, err := r.pieceDeletes(ctx, old.manifest)
		if err != nil {
			return nil, nil, err
		}
		return append(ops, store.Delete(specKey(name), old.revision)), func(uint64) {
			r.body.remove(old)
			delete(r.all, name)
			r.now.Store(nil)
		}, nil
	})
}

// Rename gives a specification another name, in place of what has that, if while, which may be nil, holds. Its error is ErrUnknown where there is none of the name, ErrInvalid or a limit's for a
// name that cannot be one, or while's.
func (r *Registry) Rename(ctx context.Context, from, to string, while store.Guard) error {
	if err := checkName(to); err != nil {
		return err
	}
	return r.change(ctx, while, func() ([]store.Op, func(uint64), error) {
		old, replaced := r.all[from], r.all[to]
		if old == nil {
			return nil, nil, fmt.Errorf("%q: %w", from, ErrUnknown)
		}
		if from == to {
			return nil, nil, nil
		}
		x := *old
		x.Name, x.Generation = to, 1
		ops, err := r.pieceDeletes(ctx, old.manifest)
		if err != nil {
			return nil, nil, err
		}
		ops = append(ops, store.Delete(specKey(from), old.revision))
		if replaced != nil {
			pieces, err := r.pieceDeletes(ctx, replaced.manifest)
			if err != nil {
				return nil, nil, err
			}
			ops = append(ops, pieces...)
			x.Generation = replaced.Generation + 1
		}
		text, err := json.Marshal(x.manifest)
		if err != nil {
			return nil, nil, err
		}
		if replaced != nil {
			ops = append(ops, store.Update(specKey(to), text, replaced.revision))
		} else {
			ops = append(ops, store.Create(specKey(to), text))
		}
		for i := range x.Pieces {
			e, err := r.store.Get(ctx, old.pieceKey(i))
			if err != nil {
				return nil, nil, err
			}
			ops = append(ops, store.Create(x.pieceKey(i), e.Value))
		}
		return ops, func(revision uint64) {
			x.revision = revision
			r.body.remove(old)
			delete(r.all, from)
			if replaced != nil {
				r.body.remove(replaced)
			}
			r.body.add(&x)
			r.all[to] = &x
			r.now.Store(nil)
		}, nil
	})
}

// Entries lists what is registered, by name. It has all be put together, once after changes, to mark what does not fit. It waits for changes that are under way, and for others that do so, as long as ctx lets it.
func (r *Registry) Entries(ctx context.Context) ([]Entry, error) {
	now, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	unfit, err := now.left()
	if err != nil {
		return nil, err
	}
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
	disputed := r.body.disputes(r.all).by
	for name, x := range r.all {
		e := x.Entry
		e.Disputed = ""
		if err := cmp.Or(disputed[name], unfit[name]); err != nil {
			e.Disputed = err.Error()
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}
