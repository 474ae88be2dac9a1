package orb_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/exact"
)

const envCollections = "DSOM_TEST_COLLECTIONS"

// TestExactCollections holds how much garbage long messages make between collections: some 16 MiB, and what the runtime
// allows by itself, which is 4 MiB for a heap like this, where a process was told to be sparing.
func TestExactCollections(t *testing.T) {
	if os.Getenv(envCollections) != "" {
		fmt.Printf("MiB a collection: %d\n", garbageOfACollection(t))
		return
	}
	exact.Start(t)
	for _, tt := range []struct {
		told        string
		least, most int
	}{
		{"GOGC=100", 12, 40},
		{"GOGC=50", 1, 8},
		{"GOMEMLIMIT=256MiB", 1, 8},
	} {
		t.Run(tt.told, func(t *testing.T) {
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestExactCollections$", "-test.count=1")
			child.Env = append(os.Environ(), envCollections+"=1", "GOGC=100", "GOMEMLIMIT=off", tt.told)
			out, err := child.CombinedOutput()
			var each int
			_, line, _ := strings.Cut(string(out), "MiB a collection: ")
			if _, scanned := fmt.Sscan(line, &each); err != nil || scanned != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if each < tt.least || each > tt.most {
				t.Errorf("%d MiB of garbage a collection, want %d to %d", each, tt.least, tt.most)
			}
		})
	}
}

// garbageOfACollection returns how many MiB are allocated between two collections while long octets are echoed.
func garbageOfACollection(t *testing.T) uint64 {
	e := serve(t, new(echo))
	blob := make([]byte, 64<<10)
	var before, after runtime.MemStats
	for i := range 2000 {
		if _, err := e.Blob(t.Context(), blob); err != nil {
			t.Fatal(err)
		}
		if i == 500 {
			runtime.ReadMemStats(&before)
		}
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / uint64(max(after.NumGC-before.NumGC, 1)) >> 20
}
