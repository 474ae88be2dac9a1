package affixes

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Rand returns random values that are others in each run unless DSOM_SEED names where they start, and has a failing test say where.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("DSOM_SEED"); s != "" {
		given, err := strconv.ParseUint(s, 0, 64)
		if err != nil {
			t.Fatalf("DSOM_SEED: %v", err)
		}
		seed = given
	}
	t.Logf("DSOM_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
