package storetest_test

import (
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
)

// TestHub holds the store that tests share to what every store does.
func TestHub(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	hubs := map[string]*storetest.Hub{}
	storetest.Run(t, func(dir string) (store.Store, error) {
		mu.Lock()
		defer mu.Unlock()
		if hubs[dir] == nil {
			hubs[dir] = storetest.NewHub()
		}
		return hubs[dir].View(), nil
	})
}
