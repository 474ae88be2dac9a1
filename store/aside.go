package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// PrefixAside begins the keys of entries that cannot be read and were put aside: out of the way of what is whole, and kept for whoever looks at them. Behind it stands the key that the entry had.
const PrefixAside = "damaged/"

// An Aside is an entry that was put aside.
type Aside struct {
	Key    string `json:"key"`              // that it had
	Why    string `json:"why"`              // it cannot be read
	Octets int    `json:"octets"`           // of its value
	Rotten bool   `json:"rotten,omitempty"` // it does not match its checksum
	Value  []byte `json:"-"`                // the first of them, nearly MaxValue at most
}

// String tells of it.
func (a Aside) String() string {
	return fmt.Sprintf("%s was put aside, %d octets: %s", a.Key, a.Octets, a.Why)
}

// maxWhy bounds the octets of a reason that are kept.
const maxWhy = 1024

// AsideKey returns the key under which an entry is that was put aside.
func AsideKey(key string) string {
	if at := PrefixAside + key; CheckKey(at) == nil {
		return at
	}
	sum := sha256.Sum256([]byte(key)) // too long, or damaged itself
	return PrefixAside + "key/" + hex.EncodeToString(sum[:])
}

// Pack returns what is kept of an entry that is put aside.
func (a Aside) Pack() ([]byte, error) {
	a.Why, a.Octets = a.Why[:min(len(a.Why), maxWhy)], len(a.Value)
	head, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	head = append(head, '\n')
	return append(head, a.Value[:min(len(a.Value), max(MaxValue-len(head), 0))]...), nil
}

// unpackAside undoes Pack. What is damaged itself is told as well as it can be.
func unpackAside(e Entry) Aside {
	head, value, _ := bytes.Cut(e.Value, []byte{'\n'})
	a := Aside{}
	if json.Unmarshal(head, &a) != nil || a.Key == "" {
		return Aside{Key: strings.TrimPrefix(e.Key, PrefixAside), Why: "damaged, and what was noted of it, too", Octets: len(e.Value), Value: e.Value}
	}
	a.Value = value
	return a
}

// Rotten returns what is kept of an entry whose value does not match its checksum, and under which key. One that was put aside before stays where it is: it is found there by the key that it had.
func Rotten(key string, value []byte) (at string, a Aside) {
	const why = "its value does not match its checksum"
	if !strings.HasPrefix(key, PrefixAside) {
		return AsideKey(key), Aside{Key: key, Why: why, Rotten: true, Value: value}
	}
	a = unpackAside(Entry{Key: key, Value: value})
	if AsideKey(a.Key) != key { // what is rotten is the key that was noted
		a.Key = strings.TrimPrefix(key, PrefixAside)
	}
	a.Why, a.Rotten = fmt.Sprintf("%.*s; and what was kept of it has rotted since", maxWhy/2, a.Why), true
	return key, a
}

// PutAside puts an entry aside that cannot be read, for what it was found to be, with further operations in the same commit. An entry that was changed since it was read is left: it is somebody's who looks after it.
func PutAside(ctx context.Context, s Store, e Entry, why error, more ...Op) error {
	b, err := Aside{Key: e.Key, Why: why.Error(), Value: e.Value}.Pack()
	if err != nil {
		return err
	}
	op := Create(AsideKey(e.Key), b)
	switch before, err := s.Get(ctx, op.Key); {
	case err == nil: // it is not the first under this key
		op = Update(op.Key, b, before.Revision)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	if _, err := s.Commit(ctx, append([]Op{op, Delete(e.Key, e.Revision)}, more...)...); err != nil && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("a damaged entry, %s, cannot be put aside: %w", e.Key, err)
	}
	return nil
}

// AsideOf returns what was put aside under a key, or an error that is ErrNotFound.
func AsideOf(ctx context.Context, s Store, key string) (Aside, Entry, error) {
	e, err := s.Get(ctx, AsideKey(key))
	if err != nil {
		return Aside{}, e, err
	}
	return unpackAside(e), e, nil
}

// AllAside returns what was put aside of keys that begin with prefix and that are not there again, most of them at most: whoever has made anew what was lost has made up for it.
func AllAside(ctx context.Context, s Store, prefix string, most int) (all []Aside, err error) {
	for e, err := range All(ctx, s, PrefixAside+prefix) {
		if err != nil {
			return all, err
		}
		a := unpackAside(e)
		switch _, err := s.Get(ctx, a.Key); {
		case err == nil:
			continue
		case !errors.Is(err, ErrNotFound) && CheckKey(a.Key) == nil:
			return all, err
		}
		if all = append(all, a); len(all) == most {
			break
		}
	}
	return all, nil
}

// PutBack puts back what was put aside of keys that begin with prefix and what readable finds to be whole: it was written by a newer version than that which has put it aside. It returns their keys.
func PutBack(ctx context.Context, s Store, prefix string, readable func(Entry) bool) (done []string, err error) {
	for e, err := range All(ctx, s, PrefixAside+prefix) {
		if err != nil {
			return done, err
		}
		a := unpackAside(e)
		if a.Rotten || len(a.Value) != a.Octets || !readable(Entry{Key: a.Key, Value: a.Value}) {
			continue
		}
		switch _, err := s.Commit(ctx, Create(a.Key, a.Value), Delete(e.Key, e.Revision)); {
		case err == nil:
			done = append(done, a.Key)
		case !errors.Is(err, ErrConflict): // it was made anew
			return done, err
		}
	}
	return done, nil
}

// ForgetAside removes what was put aside and made anew since, and all that was put aside of keys that begin with one of the prefixes.
func ForgetAside(ctx context.Context, s Store, prefixes ...string) error {
	for e, err := range All(ctx, s, PrefixAside) {
		if err != nil {
			return err
		}
		a := unpackAside(e)
		over := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(a.Key, p) })
		if !over {
			_, err := s.Get(ctx, a.Key)
			over = err == nil
		}
		if !over {
			continue
		}
		if _, err := s.Commit(ctx, Delete(e.Key, e.Revision)); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return nil
}
