package implrepo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/store"
)

// What can be wrong with a request, to be found with errors.Is.
var (
	ErrUnknown = errors.New("no such server is registered")
	ErrExists  = errors.New("is registered already")
	ErrMoving  = errors.New("has another name since a moment ago, and what is kept under the one before is still being moved; try again")
	ErrRenamed = errors.New("has another name by now")
)

// A Repo keeps records in a store. Its methods may be called concurrently, also through
// several Repos on one store.
type Repo struct {
	s       store.Store
	watch   func(Record) // nil: nobody
	machine string       // "": there is one
}

// New returns the repository that lies in a store.
func New(s store.Store) *Repo { return &Repo{s: s} }

// Watched returns the same repository, whose changes, made through what is returned, are told to watch once they are there: the
// record as it was stored, or, if it was removed, one of the zero Revision. watch is called in the goroutine that made the change.
func (p *Repo) Watched(watch func(Record)) *Repo { return &Repo{p.s, watch, p.machine} }

// On returns the same repository, as a machine that shares it with others has it: what is added through what is returned, and names no machine, is that
// machine's. A record that named none would be a server on every one of them. "": it is shared with no other.
func (p *Repo) On(machine string) *Repo { return &Repo{p.s, p.watch, machine} }

// tell tells of a change.
func (p *Repo) tell(r Record) {
	if p.watch != nil {
		p.watch(r)
	}
}

const (
	prefixRecord = "server/"
	prefixName   = "server-name/"

	// attempts bounds how often a change is tried again because somebody else changed the same record.
	attempts = 100
)

func recordKey(u UUID) string { return prefixRecord + u.String() }

// nameKey is the same for names that differ in case only.
func nameKey(name string) string { return prefixName + store.EscapeKey(strings.ToLower(name)) }

// Add registers a server and returns its record as it was stored: with a UUID, where r has
// none, the machine (see On), and the time. Under the name of a server whose record is lost, or was put aside (see Mend), it is that server again, so that references to its objects stay good, unless r has another UUID. Its error is an *InvalidError, ErrExists, or the store's.
func (p *Repo) Add(ctx context.Context, r Record) (Record, error) {
	r = r.clone()
	r.On, r.Was = cmp.Or(r.On, p.machine), ""
	if err := r.normalise(); err != nil {
		return Record{}, err
	}
	given := r.UUID != UUID{}
	if !given {
		r.UUID = NewUUID()
	}
	r.Created = time.Now().UTC().Truncate(time.Second)
	var name []store.Op // how it gets its name, if not as a free one
	for range attempts {
		got := name
		if name == nil {
			got = []store.Op{store.Create(nameKey(r.Name), []byte(r.UUID.String()))}
		}
		if given || name != nil {
			aside, err := p.dropAside(ctx, r.UUID)
			if err != nil {
				return Record{}, err
			}
			got = append(got, aside...)
		}
		b, err := encode(r)
		if err != nil {
			return Record{}, err
		}
		order, err := p.checkOrder(ctx, r)
		if err != nil {
			return Record{}, err
		}
		ops := append(append(order, got...), store.Create(recordKey(r.UUID), b))
		if r.Revision, err = p.s.Commit(ctx, ops...); err == nil {
			p.tell(r)
			return r, nil
		}
		if isOrder(err) {
			continue
		}
		reason := p.taken(ctx, err, r)
		if name != nil || !errors.Is(reason, ErrExists) {
			return Record{}, reason
		}
		if name, err = p.takeOver(ctx, &r, given); err != nil {
			return Record{}, err
		}
		if name == nil {
			return Record{}, reason
		}
	}
	return Record{}, fmt.Errorf("server %q: %w, %d times in a row", r.Name, store.ErrConflict, attempts)
}

// taken makes a conflict over a name or UUID an ErrExists.
func (p *Repo) taken(ctx context.Context, err error, r Record) error {
	var e *store.Error
	if !errors.Is(err, store.ErrConflict) || !errors.As(err, &e) {
		return err
	}
	if e.Key == nameKey(r.Name) {
		if now, err := p.s.Get(ctx, e.Key); err == nil {
			if _, left, _ := parseLeft(now.Value); left {
				return fmt.Errorf("server %q %w: it was removed, and what was kept with it is still being taken away; try again", r.Name, ErrExists)
			}
		}
		return fmt.Errorf("server %q %w", r.Name, ErrExists)
	}
	return fmt.Errorf("server with UUID %v %w", r.UUID, ErrExists)
}

// Get returns a server's record. Its error is ErrUnknown, store.ErrCorrupt where it cannot be read or was put aside, or the store's.
func (p *Repo) Get(ctx context.Context, u UUID) (Record, error) {
	e, err := p.s.Get(ctx, recordKey(u))
	if errors.Is(err, store.ErrNotFound) {
		return Record{}, p.aside(ctx, u)
	}
	if err != nil {
		return Record{}, err
	}
	return parse(e)
}

func parse(e store.Entry) (Record, error) {
	var r Record
	var head struct{ Format int }
	if err := json.Unmarshal(e.Value, &head); err == nil && head.Format > format {
		return Record{}, &store.Error{
			Kind: store.ErrVersion, Key: e.Key, Detail: fmt.Sprintf("a server's record of format %d, this program knows those up to %d", head.Format, format),
			Help: "run the newer version of dsom again, or remove the server with it",
		}
	}
	err := json.Unmarshal(e.Value, &r)
	if err == nil && recordKey(r.UUID) != e.Key {
		err = errors.New("it is that of another server")
	}
	if err == nil {
		err = CheckName(r.Name)
	}
	if err != nil {
		return Record{}, &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not a server's record", Err: err}
	}
	r.Revision = e.Revision
	return r, nil
}

// format is that of the records which are written. Those before it had no number, and lacked what
// came with it.
const format = 2

// encode is how a record lies in the store.
func encode(r Record) ([]byte, error) {
	return json.Marshal(struct {
		Format int `json:"format"`
		Record
	}{format, r})
}

// ByName returns the record of the server with a name. Its error is ErrUnknown or the store's.
func (p *Repo) ByName(ctx context.Context, name string) (Record, error) {
	unknown := fmt.Errorf("server %.140q: %w", name, ErrUnknown)
	if CheckName(name) != nil {
		return Record{}, unknown
	}
	last := uint64(0) // the name's entry when it was found that its server is none
	for range attempts {
		e, err := p.s.Get(ctx, nameKey(name))
		if errors.Is(err, store.ErrNotFound) || err == nil && e.Revision == last {
			return Record{}, unknown
		}
		if err != nil {
			return Record{}, err
		}
		if _, left, _ := parseLeft(e.Value); left {
			return Record{}, unknown
		}
		u, err := ParseUUID(string(e.Value))
		if err != nil {
			return Record{}, &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not a server's UUID", Err: err}
		}
		r, err := p.Get(ctx, u)
		switch {
		case errors.Is(err, ErrUnknown): // it was removed between the two reads
		case err != nil, strings.EqualFold(r.Name, name):
			return r, err
		case strings.EqualFold(r.Was, name):
			return Record{}, unknown
		} // else it was renamed between them
		last = e.Revision
	}
	return Record{}, unknown
}

// List returns all records that can be read, ordered by name: others are one server each whose record Mend puts aside.
func (p *Repo) List(ctx context.Context) ([]Record, error) {
	var all []Record
	for e, err := range store.All(ctx, p.s, prefixRecord) {
		if err != nil {
			return nil, err
		}
		r, err := parse(e)
		if errors.Is(err, store.ErrCorrupt) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Record) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all, nil
}

// Update changes a record by change, which gets the present one and may be called again if
// somebody else changes it at the same time; an error that it returns ends the update. UUID
// and time of registration stay as they are. The other errors are Add's and ErrUnknown.
func (p *Repo) Update(ctx context.Context, u UUID, change func(*Record) error) (Record, error) {
	for range attempts {
		old, err := p.Get(ctx, u)
		if err != nil {
			return Record{}, err
		}
		r := old.clone()
		if err := change(&r); err != nil {
			return Record{}, err
		}
		r = r.clone()
		r.UUID, r.Created, r.Was = old.UUID, old.Created, old.Was
		if r.Name != old.Name {
			if old.Was != "" {
				return Record{}, fmt.Errorf("server %q %w", old.Name, ErrMoving)
			}
			r.Was = old.Name
		}
		if err := r.normalise(); err != nil {
			return Record{}, err
		}
		rev, err := p.replace(ctx, old, r)
		if err == nil {
			r.Revision = rev
			p.tell(r)
			return r, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return Record{}, err
		}
	}
	return Record{}, fmt.Errorf("server with UUID %v: %w, %d times in a row", u, store.ErrConflict, attempts)
}

// replace commits r in the place of old. A conflict means that it is to be tried again.
func (p *Repo) replace(ctx context.Context, old, r Record) (uint64, error) {
	b, err := encode(r)
	if err != nil {
		return 0, err
	}
	var ops []store.Op
	if !slices.Equal(old.After, r.After) {
		if ops, err = p.checkOrder(ctx, r); err != nil {
			return 0, err
		}
	}
	ops = append(ops, store.Update(recordKey(r.UUID), b, old.Revision))
	if nameKey(old.Name) != nameKey(r.Name) { // the old one is the server's until Settle
		ops = append(ops, store.Create(nameKey(r.Name), []byte(r.UUID.String())))
	}
	rev, err := p.s.Commit(ctx, ops...)
	if e := (*store.Error)(nil); errors.As(err, &e) && e.Key == nameKey(r.Name) {
		return 0, p.taken(ctx, err, r)
	}
	return rev, err
}

// Settle notes that what was kept under the name before is under a server's new one: the name was is free again. It does nothing if that is not the one which
// the record says. Its error is ErrUnknown or the store's.
func (p *Repo) Settle(ctx context.Context, u UUID, was string) error {
	for range attempts {
		old, err := p.Get(ctx, u)
		if err != nil || was == "" || old.Was != was {
			return err
		}
		r := old.clone()
		r.Was = ""
		b, err := encode(r)
		if err != nil {
			return err
		}
		free, err := p.freeWas(ctx, old)
		if err != nil {
			return err
		}
		if r.Revision, err = p.s.Commit(ctx, append(free, store.Update(recordKey(u), b, old.Revision))...); err == nil {
			p.tell(r)
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("server with UUID %v: %w, %d times in a row", u, store.ErrConflict, attempts)
}

// freeWas returns what frees the name that a server had before, if it has another since, and that is still kept.
func (p *Repo) freeWas(ctx context.Context, r Record) ([]store.Op, error) {
	was, err := p.before(ctx, r)
	if err != nil || was == nil {
		return nil, err
	}
	return []store.Op{store.Delete(was.Key, was.Revision)}, nil
}

// before returns who has the name that a server had before, if that is the server still, and has another since; else nil.
func (p *Repo) before(ctx context.Context, r Record) (*store.Entry, error) {
	if r.Was == "" || nameKey(r.Was) == nameKey(r.Name) {
		return nil, nil
	}
	e, err := p.s.Get(ctx, nameKey(r.Was))
	if errors.Is(err, store.ErrNotFound) || err == nil && string(e.Value) != r.UUID.String() {
		return nil, nil
	}
	return &e, err
}

// Still is the guard of a change that is made under the names of a record, r: it holds as long as the server has them. Its error is ErrUnknown, ErrRenamed or the store's.
// Whoever reads the record, is held up, and goes on when the name is another server's changes nothing of that one.
func (p *Repo) Still(r Record) store.Guard {
	return func(ctx context.Context) ([]store.Op, error) {
		now, err := p.Get(ctx, r.UUID)
		if err != nil {
			return nil, err
		}
		if now.Name != r.Name || now.Was != r.Was {
			return nil, fmt.Errorf("server %q %w", r.Name, ErrRenamed)
		}
		return []store.Op{store.Expect(recordKey(r.UUID), now.Revision)}, nil
	}
}

// Remove deletes a record, and returns the names that the server leaves, which are nobody's until Free. Its error is ErrUnknown, a *NeededError or the store's.
func (p *Repo) Remove(ctx context.Context, u UUID) ([]Left, error) {
	for range attempts {
		r, err := p.Get(ctx, u)
		if err != nil {
			return nil, err
		}
		ops, err := p.checkNeeded(ctx, r)
		if err != nil {
			return nil, err
		}
		ops, left := append(ops, store.Delete(recordKey(u), r.Revision)), []Left(nil)
		e, err := p.s.Get(ctx, nameKey(r.Name))
		switch {
		case errors.Is(err, store.ErrNotFound): // it was removed or renamed since, and the commit fails, or the entry is lost
		case err != nil:
			return nil, err
		case string(e.Value) == r.UUID.String():
			op, l := r.leave(r.Name, e)
			ops, left = append(ops, op), append(left, l)
		}
		was, err := p.before(ctx, r)
		if err != nil {
			return nil, err
		}
		if was != nil {
			op, l := r.leave(r.Was, *was)
			ops, left = append(ops, op), append(left, l)
		}
		if _, err = p.s.Commit(ctx, ops...); err == nil {
			r.Revision = 0
			p.tell(r)
			return left, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("server with UUID %v: %w, %d times in a row", u, store.ErrConflict, attempts)
}
