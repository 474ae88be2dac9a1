package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// visitors prints who came to the daemon's port and was no client.
func (v portCmd) visitors(ctx context.Context, c *console) error {
	if v.All || v.Watch || v.NoAsk || len(v.Port) > 0 || len(v.At) > 0 {
		return usage("--visitors is about the daemon's own port: it goes with no other option, and no port")
	}
	d, err := v.daemon()
	if err != nil {
		return err
	}
	all, err := d.Visitors(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(all)
	}
	if len(all.Hosts) == 0 {
		c.note("Nobody came to the daemon's port but clients.")
		return nil
	}
	var rows [][]string
	for _, h := range all.Hosts {
		what := countsText(h.Counts)
		if h.Scanner {
			what = "scanner: " + what
		}
		refused := ""
		if h.Refused > 0 || h.RefusedUntil.After(time.Now()) {
			refused = fmt.Sprint(h.Refused)
		}
		rows = append(rows, []string{h.Host, what, time.Since(h.Last).Round(time.Second).String() + " ago", refused, h.Said})
	}
	c.table([]string{"HOST", "WHAT CAME", "LAST", "REFUSED", "SAID"}, rows)
	c.note("In all: %s; refused: %d.", countsText(all.Counts), all.Refused)
	return nil
}

// countsText lists counts, the largest first.
func countsText(counts map[string]uint64) string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	var all []string
	for _, k := range keys {
		all = append(all, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(all, ", ")
}
