// Package rrbc_test holds release-to-release binary compatibility: that programs and subclasses which were compiled with a
// release of a class library go on with the next, which changed as each row of docs/compatibility.md says, or are told
// why they cannot.
//
// Of each row two releases of a library's IDL are made, from them the library in C and in C++, a client, and a
// subclass in the other language. The client runs, the library is replaced, and the client runs again, with its binary and the
// subclass's unchanged. What it has to print each time is told by the kernel in Go, in which the same classes take the
// same steps. Names, numbers and sizes are drawn anew in each run; DSOM_SEED repeats one.
package rrbc_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/idl/diff"
	"github.com/opendsom/dsom/internal/absent"
)

// seedOf is this run's chance.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("DSOM_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("DSOM_SEED=%d", seed)
	return seed
}

func pairs(t *testing.T, seed uint64) []*pair {
	t.Helper()
	var all []*pair
	for k := range rows {
		p := &pair{row: &rows[k]}
		p.one, p.two = releases(t, draw(seed, p.row))
		if p.refused == "" {
			p.steps = script(p.one)
		}
		all = append(all, p)
	}
	return all
}

// TestPredictions holds what dsom idl diff says of each row.
func TestPredictions(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t, seedOf(t)) {
		t.Run(p.id, func(t *testing.T) {
			t.Parallel()
			if p.two.refusal != p.refused {
				t.Fatalf("release 2 is refused with %q, want %q\n%s", p.two.refusal, p.refused, p.two.text)
			}
			if p.refused != "" {
				return
			}
			got := diff.Compare(p.one.library, p.two.library, diff.Options{}) // with private parts
			if p.two.public != nil {                                          // and with the subclass
				got.Changes = append(got.Changes, diff.Compare(p.one.public, p.two.public, diff.Options{}).Changes...)
			}
			if worst := max(got.Worst().Binary, diff.OK); worst != max(p.verdict, diff.OK) {
				t.Errorf("%s, want %s: %v", worst, p.verdict, got.Changes)
			}
			number := strings.TrimRight(p.id, "abcdefghijklmnopqrstuvwxyz")
			if p.code != "" && !slices.ContainsFunc(got.Changes, func(c diff.Change) bool {
				return c.Code == p.code && c.Silent == p.silent && (p.substitute[0] != "" || number[0] == 'D' || slices.Contains(c.Numbers, number))
			}) {
				t.Errorf("no change %s of number %s: %v", p.code, number, got.Changes)
			}
			if p.code == "" && len(got.Changes) > 0 {
				t.Errorf("changes that are none: %v", got.Changes)
			}
		})
	}
}

// shards are the units in which rows are compiled, of each kind and language. A row's libraries have the code of all rows of their unit, so
// that linking them takes the longer the more these are, and each unit costs something as well.
const shards = 8

// TestRows builds and runs all rows.
func TestRows(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	w := newWorkshop(t)
	built := slices.DeleteFunc(append(pairs(t, seed), drawnPairs(t, seed)...), func(p *pair) bool { return p.refused != "" })
	if one := os.Getenv("DSOM_ROWS"); one != "" { // some of them, for who works on those
		built = slices.DeleteFunc(built, func(p *pair) bool { return !slices.Contains(strings.Fields(one), p.id) })
	}
	drawCxx(built, seed)
	work := []func() error{}
	for _, lang := range []*language{inC, inCxx} {
		if err := w.head(lang); err != nil {
			t.Fatal(err)
		}
		for shard := range shards {
			work = append(work, w.compile(built[shard*len(built)/shards:(shard+1)*len(built)/shards], lang, shard)...)
		}
	}
	drawGenerated(built, seed)
	work = append(work, func() error { // one behind the other: what both need is compiled once
		if err := w.libraryGenerated(built, inGenerated); err != nil {
			return err
		}
		return w.libraryGenerated(built, inDeclared)
	})
	if err := all(append(work, w.aids, w.libraryGo, func() error { return w.subclassesByHand(built) })...); err != nil {
		if strings.Contains(err.Error(), "ffi.h") {
			absent.Skip(t, "no libffi: apt-get install libffi-dev")
		}
		t.Fatal(err)
	}
	work = nil
	for _, lang := range []*language{inC, inCxx} {
		for shard := range shards {
			of := fmt.Sprintf("%s-%d", lang.cc, shard)
			work = append(work, func() error {
				return w.run(lang.cc, "-o", "program-"+of, "client-"+of+".o", "probe.o", "-Lkernel", "-lsom")
			})
		}
	}
	shardOf := func(n int) int {
		shard := 0
		for n >= (shard+1)*len(built)/shards {
			shard++
		}
		return shard
	}
	if err := all(append(work, func() error { return w.releaseOnes(built, shardOf) })...); err != nil {
		t.Fatal(err)
	}
	for n, p := range built {
		for _, c := range []struct{ lib, second, sub, client *language }{{inC, inC, inCxx, inC}, {inCxx, inCxx, inC, inCxx}, {inC, inC, inGo, inC}, {inC, inC, inGenerated, inC}, {inC, inC, inDeclared, inC}, {inC, inC, inHandwritten, inC}} {
			switch {
			case p.outOf(c.sub), c.client == inCxx && !p.withCxx:
				continue
			case p.outOfCxx != "" && c.sub == inCxx:
				c.sub = inC
			case p.language && c.sub.unplaced:
				c.second = inCxx
			case p.language:
				c.second = c.sub
			}
			t.Run(p.id+"/"+c.client.name+" above "+c.sub.name, func(t *testing.T) {
				t.Parallel()
				at, err := w.link(p, shardOf(n), c.lib, c.second, c.sub, c.client)
				if err != nil {
					t.Fatal(err)
				}
				at.test(t)
			})
		}
	}
}

// test runs the client with release 1 and with release 2.
func (p *place) test(t *testing.T) {
	got, _ := p.run(t)
	p.compare(t, "release 1", got, p.want)
	before := p.hashes(t)
	if err := p.swap(); err != nil {
		t.Fatal(err)
	}
	got, said := p.run(t)
	p.compare(t, "release 2", got, p.then)
	if after := p.hashes(t); after != before {
		t.Errorf("the client or the subclass has changed")
	}
	reason := p.reason
	if isEager(p.id, p.sub) {
		reason = []string{eager[p.id]}
	}
	for _, r := range reason {
		if p.here(p.second).verdict == p.verdict && !strings.Contains(said, r) {
			t.Errorf("it does not say %q:\n%s", r, said)
		}
	}
	is := p.here(p.second)
	if isEager(p.id, p.sub) {
		is.atCall, is.unheard = false, false
	}
	p.held(t, is, p.want, p.then)
	if p.sub.unplaced || p.sub == inHandwritten { // the releases are those of the first arrangement, and so are the mutants
		return
	}
	for _, m := range p.mutants {
		t.Run(m, func(t *testing.T) { p.mutate(t, m) })
	}
}

// patience is how long a client may take, on a machine on which much else runs.
const patience = 5 * time.Minute

// run answers the lines that the client prints, with the words of the vocabulary, and all that it says.
func (p *place) run(t *testing.T, env ...string) (lines []string, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.client, p.id)
	path := p.lib
	if above(p.sub) {
		path += ":" + p.w.path(p.others)
	}
	cmd.Env = append(append(os.Environ(), "SOM_PATH="+path, "LD_LIBRARY_PATH="+p.w.path("kernel"), "SOM_CHECK=0", "SUBCLASS="+p.lib+"/subclass.json"), env...)
	if strings.HasPrefix(p.id, "R33") || strings.HasPrefix(p.id, "R17") {
		cmd.Env = append(cmd.Env, "LEDGER=1")
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (len(env) == 0 || !errors.As(err, &exit)) {
		t.Fatalf("%v\n%s", err, p.one.readable(string(out)))
	}
	said = p.one.readable(string(out))
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "som: ") { // what the kernel tells where there is no environment
			lines = append(lines, strings.TrimRight(line, "\n "))
		}
	}
	return lines, said
}

// readable are lines of the reference, as run answers them.
func (p *place) readable(want []string) []string {
	var all []string
	for _, line := range want {
		all = append(all, strings.TrimRight(p.one.readable(line), " "))
	}
	return all
}

func (p *place) compare(t *testing.T, when string, got, want []string) {
	t.Helper()
	want = p.readable(want)
	for n := range max(len(got), len(want)) {
		g, w := "(the end)", "(the end)"
		if n < len(got) {
			g = got[n]
		}
		if n < len(want) {
			w = want[n]
		}
		if g != w && !bothLack(g, w) {
			t.Errorf("%s, line %d:\n got %s\nwant %s\nDSOM_SEED=%d", when, n+1, g, w, p.one.seed)
			return
		}
	}
}

// bothLack reports whether a class is refused in either line since its library lacks it. A library that was found by its module's name is in the
// way when it fails, and is as if it were not there when it lacks a class ("library" or "unknown"): which of these it is depends on whether the rest of it could stay.
func bothLack(got, want string) bool {
	class, ok := strings.CutSuffix(got, " refused unknown")
	return ok && strings.Contains(class, "::") && want == class+" refused library"
}

// hashes are those of what must not change: the client, and the subclass.
func (p *place) hashes(t *testing.T) (all [2][32]byte) {
	t.Helper()
	for n, file := range []string{p.client, p.lib + "/" + p.home()} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[n] = sha256.Sum256(b)
	}
	return all
}

// results are the lines of calls; refusals those of classes that cannot be used.
func results(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
		return !strings.Contains(l, ") = ") && !strings.Contains(l, ") raised ") && !strings.Contains(l, " leaves ")
	})
}

func refusals(lines []string) int {
	n := 0
	for _, l := range lines {
		if strings.Contains(l, " refused ") {
			n++
		}
	}
	return n
}

// here is what is predicted where the library is in this language.
func (p *pair) here(lib *language) prediction {
	switch {
	case p.predict != nil:
		return p.predict(lib)
	case p.cxxAlone && !lib.keepsState:
		return prediction{verdict: diff.OK}
	}
	return prediction{p.verdict, p.silent, p.atCall, p.unheard}
}

// held holds that what happens is what the row, and with it dsom idl diff, says.
func (p *pair) held(t *testing.T, is prediction, want, then []string) {
	t.Helper()
	same := slices.Equal(results(want), results(then))
	if seen := !slices.Equal(want, then); seen == p.unseen && !p.language && p.predict == nil {
		t.Errorf("that the releases differ can be seen: %v", seen)
	}
	if n := refusals(want); n > 0 {
		t.Errorf("release 1 is refused")
	}
	refused := refusals(then) > 0
	if is.atCall {
		refused = slices.ContainsFunc(then, func(l string) bool {
			return strings.HasSuffix(l, ") raised method") || strings.HasSuffix(l, ") raised abstract")
		})
	}
	switch is.verdict {
	case diff.Break:
		if is.silent || is.unheard {
			if refused || same {
				t.Errorf("it breaks in silence, but refused %v, results the same %v", refused, same)
			}
		} else if !refused {
			t.Errorf("it breaks, and nobody is refused")
		}
	case diff.Caution:
		if refused || same != (p.places || p.predict != nil) {
			t.Errorf("caution, but refused %v, results the same %v", refused, same)
		}
	default:
		if refused || same == p.differs {
			t.Errorf("compatible, but refused %v, results the same %v", refused, same)
		}
	}
}

// mutate runs the client with a release 2 that was built wrongly, which must be seen.
func (p *place) mutate(t *testing.T, mutant string) {
	kind, rest, _ := strings.Cut(mutant, ":")
	class, more, _ := strings.Cut(p.one.drawn(rest), "/")
	bare := p.one.word(class[strings.LastIndex(class, ":")+1:])
	switch kind {
	case "size":
		more = "1"
		if i := p.one.class(bare); i != nil {
			if was, _ := layout(i); was != sizeIn(p.two, bare) {
				more = fmt.Sprint(was)
			}
		}
	case "place":
		var names []string
		for _, e := range p.one.class(bare).ReleaseOrder() {
			names = append(names, e.Name)
		}
		if p.unseen { // a client that knows another order
			slices.Reverse(names)
		}
		more = strings.Join(names, ",")
	}
	got, _ := p.run(t, "LD_PRELOAD="+p.w.path("mutant.so"), "MUTANT="+kind+":"+class+"/"+more)
	if slices.Equal(got, p.readable(p.then)) {
		t.Errorf("nothing is seen of it")
	}
}

// sizeIn is the size of a class's data in a release.
func sizeIn(r *release, word string) int {
	for _, i := range r.classes(r.library, "Zoo") {
		if r.word(i.Name) == word {
			size, _ := layout(i)
			return size
		}
	}
	return 0
}
