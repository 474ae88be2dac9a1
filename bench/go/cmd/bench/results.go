package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Results are all rounds of a run of bench.
type Results struct {
	Machine Machine  `json:"machine"`
	Command []string `json:"command"`
	Seed    int64    `json:"seed"`
	Rounds  int      `json:"rounds"`
	Tables  []*Table `json:"tables"`
}

// A Table is what one section measured.
type Table struct {
	Section string            `json:"section"`
	Variant string            `json:"variant,omitempty"`
	Title   string            `json:"title"`
	Began   string            `json:"began"`
	Missing []string          `json:"missing,omitempty"` // peers that were not built
	Failed  map[string]string `json:"failed,omitempty"`  // by peer and size
	Runs    []Run             `json:"runs"`
	Counted []Run             `json:"counted,omitempty"` // system calls, counted in runs of their own
}

// A Run is a peer's, at a size of the axis, in a round.
type Run struct {
	Peer   string `json:"peer"`
	N      int    `json:"n"`
	Round  int    `json:"round"`
	Sample Sample `json:"sample"`
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

func newResults() *Results {
	findCounter()
	return &Results{Machine: machine(), Command: told(os.Args[1:]), Seed: *seed, Rounds: *rounds}
}

// told are the arguments that a page may tell: without the folder of the programs, which is this machine's, and
// of a file its name.
func told(args []string) []string {
	var all []string
	for n := 0; n < len(args); n++ {
		switch {
		case args[n] == "-dir":
			n++
		case args[n] == "-json" && n+1 < len(args):
			n++
			all = append(all, "-json", filepath.Base(args[n]))
		default:
			all = append(all, args[n])
		}
	}
	return all
}

func (t *Table) fail(c cell, err error) {
	fmt.Fprintf(os.Stderr, "bench: %s: %v\n", t.Title, err)
	if t.Failed == nil {
		t.Failed = map[string]string{}
	}
	t.Failed[fmt.Sprintf("%s %d", c.target.name, c.n)] = err.Error()
}

func load(file string) (*Results, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(Results)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// save writes the results, a line for each run, so that they can be compared as text.
func (r *Results) save(file string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s := strings.NewReplacer(`{"section"`, "\n"+`{"section"`, `{"peer"`, "\n"+`{"peer"`).Replace(string(b))
	return os.WriteFile(file, []byte(s+"\n"), 0o644)
}

// values are those of a column, by round, of one peer at one size.
func (t *Table) values(peer string, n int, key string) map[int]float64 {
	v := map[int]float64{}
	for _, runs := range [][]Run{t.Runs, t.Counted} {
		for _, r := range runs {
			if x, ok := r.Sample[key]; ok && r.Peer == peer && r.N == n {
				v[r.Round] = x
			}
		}
	}
	return v
}

// peers are those that measured something, in the order of first appearance.
func (t *Table) peers() (all []string) {
	for _, r := range t.Runs {
		if !slices.Contains(all, r.Peer) {
			all = append(all, r.Peer)
		}
	}
	return all
}

// ratios are those of the same rounds.
func ratios(a, b map[int]float64) (q []float64) {
	for round, x := range a {
		if y := b[round]; y != 0 {
			q = append(q, x/y)
		}
	}
	return q
}

// spread returns the least, the median and the most.
func spread(v []float64) (lo, med, hi float64) {
	v = slices.Sorted(slices.Values(v))
	if len(v) == 0 {
		return
	}
	return v[0], v[len(v)/2], v[len(v)-1]
}
