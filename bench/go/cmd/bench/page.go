package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// A block is what stands between a pair of marks of a page.
type block struct {
	name string // of its marks: <!-- bench NAME --> and <!-- end -->
	text string
}

const endMark = "<!-- end -->"

func mark(name string) string { return "<!-- bench " + name + " -->" }

// blocks are all that a page can have of these results: "machine", "gates", "rounds", "ways-gates", "ways-machine", and each section by
// its name.
func blocks(r *Results, known []*section) []block {
	var all []block
	if slices.ContainsFunc(r.Tables, func(t *Table) bool { return t.Section != "ways" }) { // else it is no word on the others
		all = append(all, block{"machine", r.describe()})
	}
	if g := gatesOf(r, gates); len(g) > 1 {
		all = append(all, block{"gates", g.text(true)}, block{"rounds", roundsOf(r)})
	}
	if g := gatesOf(r, wayGates); len(g) > 1 {
		all = append(all, block{"ways-gates", g.text(true)}, block{"ways-machine", r.describe()})
	}
	byName := map[string]int{}
	for _, t := range r.Tables {
		for _, s := range known {
			if s.name != t.Section || s.variant != t.Variant {
				continue
			}
			text := s.show(t, true)
			if i, ok := byName[s.name]; ok {
				all[i].text += "\n" + text
				continue
			}
			byName[s.name] = len(all)
			all = append(all, block{s.name, text})
		}
	}
	return all
}

// describe says on what was measured, and how.
func (r *Results) describe() string {
	m := r.Machine
	omni := ""
	if m.OmniORB != "" {
		omni = ", omniORB " + m.OmniORB
	}
	when := ""
	if len(r.Tables) > 0 {
		when = ", begun " + r.Tables[0].Began
	}
	return fmt.Sprintf("%d CPUs (%s), %d GiB, %s, %s, %s%s; this project at %s; %d rounds, seed %d, load averages %s at the start%s.\n",
		m.CPUs, m.CPU, (m.MiB+512)/1024, m.System, m.Kernel, m.Go, omni, m.Commit, r.Rounds, r.Seed, strings.Join(m.Load, " "), when)
}

// replace puts the blocks into a page, each between its marks. Marks for which there is no block keep what they have, and
// blocks without marks are said.
func replace(page string, r *Results, known []*section) error {
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	text := string(b)
	for _, k := range blocks(r, known) {
		before, rest, ok := strings.Cut(text, mark(k.name))
		if !ok {
			fmt.Fprintf(os.Stderr, "bench: %s has no %s\n", page, mark(k.name))
			continue
		}
		_, after, ok := strings.Cut(rest, endMark)
		if !ok {
			return fmt.Errorf("%s: %s has no %s", page, mark(k.name), endMark)
		}
		text = before + mark(k.name) + "\n\n" + strings.TrimSpace(k.text) + "\n\n" + endMark + after
	}
	return os.WriteFile(page, []byte(text), 0o644)
}
