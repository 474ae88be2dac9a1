package peer

import (
	"cmp"
	"hash/maphash"
	"os"
	"strconv"
	"testing"
)

// SeedVariable is the environment variable that says where the random values of all clients start.
const SeedVariable = "DSOM_SEED"

// Seed returns where random values start, which is another number in each run unless DSOM_SEED names one, and has a failing
// test say so. It is never 0.
func Seed(t testing.TB) int64 {
	t.Helper()
	n := int64(new(maphash.Hash).Sum64()>>1) | 1
	if s := os.Getenv(SeedVariable); s != "" {
		given, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", SeedVariable, err)
		}
		n = cmp.Or(given, n)
	}
	t.Logf("the random values are those of %s=%d", SeedVariable, n)
	return n
}
