package hostile

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Draws calls try with random IDL n times, or as long as DSOM_SOAK says. What is drawn is new in each run; DSOM_SEED draws what the log says
// once more. try reports whether a generator took it: at least a quarter of all must be taken, or the test would say nothing.
func Draws(t *testing.T, n int, try func(idl string) bool) {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("DSOM_SEED"); s != "" {
		given, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed, n = given, 1
	}
	soak, err := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	end := time.Now().Add(soak)
	taken, all := 0, 0
	for ; all < n || err == nil && time.Now().Before(end); all++ {
		text := IDL(rand.New(rand.NewPCG(seed, 0)), 3+int(seed%8))
		if try(text) {
			taken++
		}
		if t.Failed() {
			t.Fatalf("DSOM_SEED=%d draws\n%s", seed, text)
		}
		seed++
	}
	if taken*4 < all {
		t.Errorf("only %d of %d were taken", taken, all)
	}
}
