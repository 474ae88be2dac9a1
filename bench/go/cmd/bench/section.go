package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

// A section is one table: a workload over the peers, or, with sizes, an axis.
type section struct {
	name    string // what it is called on the command line
	variant string // tells tables of one section apart
	title   string
	unit    string // of the sizes
	sizes   []int  // nil: no axis
	targets []target
	base    string // the peer that the ratios are to
	columns []column

	work    func(t target, n int) []string
	clients func(n int) int                         // how many processes; nil is 1
	once    func(*server, []string) (Sample, error) // how to measure, if not as everything else
	rounds  int                                     // 0 is -rounds
}

// A column is what is shown of the samples.
type column struct {
	keys   []string // of samples; several are shown as a + b
	title  string
	div    float64
	format string
	ratio  bool // show the spread, and the ratio to the base

	per func(n int) float64 // what a size divides by besides; nil is 1
}

// A cell is a target at a size.
type cell struct {
	target target
	n      int
}

// measure starts all servers, and runs the clients in rounds that interleave all cells, each
// beginning with another.
func (s *section) measure() *Table {
	t := &Table{Section: s.name, Variant: s.variant, Title: s.title, Began: now()}
	var cells []cell
	servers := map[int]*server{}
	missing := map[string]bool{}
	for _, n := range s.within() {
		for _, target := range s.targets {
			if !target.allowed(s.name) || missing[target.name] {
				continue
			}
			srv, err := start(target, n)
			if errors.Is(err, errMissing) {
				missing[target.name] = true
				t.Missing = append(t.Missing, target.name)
				fmt.Fprintf(os.Stderr, "bench: %s: %v\n", target.name, err)
				continue
			}
			if err != nil {
				t.fail(cell{target, n}, err)
				continue
			}
			defer srv.stop()
			servers[len(cells)] = srv
			cells = append(cells, cell{target, n})
		}
	}
	all := *rounds
	if s.rounds > 0 {
		all = min(all, s.rounds)
	}
	for r := range all {
		for i := range cells {
			i = (i + r) % len(cells)
			s.sample(t, servers, i, cells[i], r)
		}
	}
	if newCounter != nil && s.once == nil && s.counts() {
		for i, c := range cells {
			s.count(t, servers[i], c)
		}
	}
	return t
}

// within are the sizes that -most leaves.
func (s *section) within() []int {
	if s.sizes == nil {
		return []int{0}
	}
	var ns []int
	for _, n := range s.sizes {
		if *most == 0 || n <= *most {
			ns = append(ns, n)
		}
	}
	return ns
}

// sample measures a cell once. One that fails is not asked again.
func (s *section) sample(t *Table, servers map[int]*server, i int, c cell, round int) {
	srv := servers[i]
	if srv == nil {
		return
	}
	var x Sample
	var err error
	if s.once != nil {
		x, err = s.once(srv, s.work(c.target, c.n))
	} else {
		x, err = srv.best(s.processes(c.n), s.work(c.target, c.n))
	}
	if err != nil {
		t.fail(c, err)
		servers[i] = nil
		return
	}
	t.Runs = append(t.Runs, Run{c.target.name, c.n, round, x})
}

func (s *section) count(t *Table, srv *server, c cell) {
	if srv == nil {
		return
	}
	x, err := srv.counted(s.processes(c.n), s.work(c.target, c.n))
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: system calls of %s: %v\n", c.target.name, err)
		return
	}
	t.Counted = append(t.Counted, Run{c.target.name, c.n, 0, x})
}

// counts reports whether the section's table tells of system calls.
func (s *section) counts() bool {
	return slices.ContainsFunc(s.columns, func(c column) bool { return slices.Contains(c.keys, "cli_calls") })
}

func (s *section) processes(n int) int {
	if s.clients == nil {
		return 1
	}
	return s.clients(n)
}
