package libsom_test

import (
	"os"
	"testing"
	"time"

	"github.com/opendsom/dsom/conformance"
)

// TestRandom compares the kernel with the oracle of the random cases that the one in Go takes, too, so that
// the two differ nowhere. DSOM_SOAK makes it go on for that long.
func TestRandom(t *testing.T) {
	t.Parallel()
	soak, _ := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	first := uint64(1)
	if soak > 0 {
		first = uint64(time.Now().UnixNano())
	}
	end := time.Now().Add(soak)
	ds := newDrivers(t, gcc)
	for n := uint64(0); n < 1000 || time.Now().Before(end); n++ {
		c := conformance.Random(first + n)
		if !t.Run(c.Name, func(t *testing.T) {
			if err := conformance.Compare(ds.open(t), &c); err != nil {
				t.Errorf("%v\n%v", err, c)
			}
		}) {
			return
		}
	}
}
