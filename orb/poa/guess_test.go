package poa_test

import (
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// TestGuessedIDs holds that the ids which an adapter chooses say nothing of one another: who was given one object cannot call others by counting.
func TestGuessedIDs(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]poa.Options{"transient": {}, "persistent": {Lifespan: poa.Persistent}} {
		t.Run(name, func(t *testing.T) {
			o, root := newORB(t, nil)
			defer shutdown(t, o)
			p := mustAdapter(t, root.POA, "p", opt)
			tails := map[string]bool{}
			var before []byte
			for range 100 {
				ref := must[*orb.Ref](t)(p.Activate(&worker{}))
				key, ok := ior.ParseKey([]byte(ref.ObjectKey()))
				if !ok {
					t.Fatal("the key cannot be read")
				}
				id := key.ID
				tails[string(id[len(id)-8:])] = true
				if before != nil {
					guess := append(append([]byte(nil), id[:len(id)-8]...), before[len(before)-8:]...)
					at := ior.AppendKey(nil, ior.Key{Server: key.Server, Incarnation: key.Incarnation, Adapter: string(key.Adapter), ID: guess})
					if _, err := work(t.Context(), must[*orb.Ref](t)(o.Reference(workerInterface, at, false))); !errors.Is(err, exc.ObjectNotExist) {
						t.Fatalf("guessed: got %v", err)
					}
				}
				before = id
			}
			if len(tails) != 100 {
				t.Errorf("of 100 ids %d differ where they should not be guessed", len(tails))
			}
		})
	}
}
