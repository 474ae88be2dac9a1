// Package bounded fails a test when what decodes some input takes more memory or time than the size of the input
// allows. A length or a type that is believed shows there, whatever it decodes to.
//
// Memory is counted for the process: what runs beside it counts too, so that it is not for parallel tests.
package bounded

import (
	"runtime"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/race"
)

// A Bound is what decoding may take.
type Bound struct {
	PerOctet int           // octets allocated in all, for each octet of input
	Least    int           // octets allocated in all, beside those
	Time     time.Duration // for each octet
	Patience time.Duration // beside that: machines are busy, and what does not scale takes longer still
}

// Decoder is a bound for decoders that make no more than Go values of what they read.
var Decoder = Bound{PerOctet: 64, Least: 64 << 10, Time: 10 * time.Microsecond, Patience: Patience}

// Patience is that of a test which shares its machine with others.
const Patience = 10 * time.Second

// Run runs f, which decodes an input of so many octets, and holds it to b.
func (b Bound) Run(t testing.TB, octets int, f func()) {
	t.Helper()
	before, start := allocated(), time.Now()
	f()
	took, made := time.Since(start), allocated()-before
	if most := slack() * (uint64(b.Least) + uint64(b.PerOctet)*uint64(octets)); made > most {
		t.Errorf("%d octets of memory were allocated for %d octets of input: %d are allowed", made, octets, most)
	}
	if most := b.Patience + time.Duration(octets)*b.Time; took > most {
		t.Errorf("it took %v for %d octets of input: %v are allowed", took, octets, most)
	}
}

// slack is how much more may be allocated: the race detector makes pools forget at random.
func slack() uint64 {
	if race.Enabled {
		return 2
	}
	return 1
}

// allocated returns how many octets were allocated since the process began. It stops the world for that: the metric
// /gc/heap/allocs:bytes, which does not, counts small objects when the runtime next looks at where they are, so that a collection during a test
// would charge it with what was allocated before.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
