package storetest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opendsom/dsom/store"
)

// model runs random programs against the store and against a map.
func model(t *testing.T, open Opener) {
	base := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			rt.Fatal(err)
		}
		s, err := open(dir)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		ctx := t.Context()
		want := map[string]store.Entry{}
		last := uint64(0)
		key := rapid.Map(rapid.IntRange(0, 15), func(i int) string { return fmt.Sprintf("%c/%d", 'a'+i%3, i/3) })
		rt.Repeat(map[string]func(*rapid.T){
			"commit": func(rt *rapid.T) {
				ops := rapid.SliceOfNDistinct(rapid.Custom(func(rt *rapid.T) store.Op {
					k := key.Draw(rt, "key")
					rev := want[k].Revision
					if rapid.IntRange(0, 9).Draw(rt, "stale") == 0 {
						rev++
					}
					v := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(rt, "value")
					switch kind := rapid.IntRange(0, 3).Draw(rt, "kind"); {
					case kind == 0:
						return store.Expect(k, rev)
					case rev == 0:
						return store.Create(k, v)
					case kind == 1:
						return store.Delete(k, rev)
					}
					return store.Update(k, v, rev)
				}), 0, 5, func(o store.Op) string { return o.Key }).Draw(rt, "ops")
				holds := true
				for _, o := range ops {
					holds = holds && want[o.Key].Revision == o.Want()
				}
				rev, err := s.Commit(ctx, ops...)
				if holds != (err == nil) || err != nil && !errors.Is(err, store.ErrConflict) {
					rt.Fatalf("commit: got %v, guards hold: %v", err, holds)
				}
				if !holds {
					return
				}
				if rev <= last {
					rt.Fatalf("revision %d after %d", rev, last)
				}
				last = rev
				for _, o := range ops {
					switch o.Kind {
					case store.OpDelete:
						delete(want, o.Key)
					case store.OpCreate, store.OpUpdate:
						want[o.Key] = store.Entry{Key: o.Key, Value: o.Value, Revision: rev}
					case store.OpExpect:
					}
				}
			},
			"get": func(rt *rapid.T) {
				k := key.Draw(rt, "key")
				got, err := s.Get(ctx, k)
				if e, ok := want[k]; ok != (err == nil) || ok && !same(got, e) {
					rt.Fatalf("got %v, %v, want %v", got, err, e)
				}
			},
			"list": func(rt *rapid.T) {
				prefix := rapid.SampledFrom([]string{"", "a", "a/", "b/1", "d"}).Draw(rt, "prefix")
				after := rapid.SampledFrom([]string{"", "a/1", "b", "b/3", "e"}).Draw(rt, "after")
				limit := rapid.IntRange(1, 6).Draw(rt, "limit")
				var list []store.Entry
				for _, k := range slices.Sorted(maps.Keys(want)) {
					if strings.HasPrefix(k, prefix) && k > after && len(list) < limit {
						list = append(list, want[k])
					}
				}
				got, err := s.List(ctx, prefix, after, limit)
				if err != nil || !slices.EqualFunc(got, list, same) {
					rt.Fatalf("got %v, %v, want %v", got, err, list)
				}
			},
			"open again": func(rt *rapid.T) {
				if err := s.Close(); err != nil {
					rt.Fatal(err)
				}
				if s, err = open(dir); err != nil {
					rt.Fatal(err)
				}
			},
		})
	})
}

// same compares entries, an empty value and none being the same.
func same(a, b store.Entry) bool {
	return a.Key == b.Key && a.Revision == b.Revision && (len(a.Value) == 0 && len(b.Value) == 0 || cmp.Equal(a.Value, b.Value))
}
