package rrbc_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// The library of each row is made of this, and of the parts that it asks for. The marks in comments are for its edits.
const library = `#include <somobj.idl>
#include <somcls.idl>

module Zoo {
  exception Hungry { long since; };
  // Keepers.
  // Pets.
  interface Animal : SOMObject {
    long eat(in long n);
    long sleep(in long n);
#ifdef __PRIVATE__
    long digest(in long n);
#endif
    long drink(in long n);
    implementation {
      releaseorder: eat, sleep, digest, drink;
      majorversion = 1; minorversion = 2;
      long count; short legs; long marks[3];
    };
  };
  // Between.
  interface Dog : Animal {
    long bark(in long n);
    implementation {
      releaseorder: bark;
      majorversion = 1; minorversion = 0;
      eat: override;
      somDefaultInit: override, init;
      long count; double tail;
    };
  };
  // Ducks.
  // End.
};
`

// parts stand at the mark of their name.
var parts = map[string]string{
	"keepers": `
  interface Keeper : SOMClass {
    long tally(in long n);
    implementation { releaseorder: tally; long count; };
  };
  interface Warden : Keeper {
    long guard(in long n);
    implementation { releaseorder: guard; tally: override; long count; };
  };
  // Keepers.`,
	"pets": `
  interface Pet : SOMObject {
    long stroke(in long n);
    implementation { releaseorder: stroke; somDefaultInit: override, init; somDestruct: override; long count; };
  };`,
	"ducks": `
  interface Walker : Animal { implementation { drink: override; somDefaultInit: override, init; long count; }; };
  interface Swimmer : Animal { implementation { drink: override; somDefaultInit: override, init; long count; }; };
  interface Duck : Walker, Swimmer { implementation { drink: select = Walker; directinitclasses = "Walker, Swimmer"; long count; }; };`,
}

// subclass is another library's class, compiled with release 1 and never again.
const subclass = `
module Home {
  // Metaclass.
  interface Puppy : Zoo::Dog {
    long wag(in long n);
    implementation {
      releaseorder: wag;
      majorversion = 1; minorversion = 0;
      eat: override; sleep: override; bark: override;
      somDefaultInit: override, init; somDestruct: override;
      long count; short paws;
    };
  };
};
`

// vocabulary are the words that are drawn anew in each run.
var vocabulary = strings.Fields(`Zoo Home Hungry Angry since Keeper tally Warden guard Pet stroke Animal eat sleep digest drink count legs marks Dog bark tail
Walker Swimmer Duck Puppy wag paws play Cat purr weight scars Mammal nurse milk Trainer train age years withName called total limbs brush Better
weigh sit Night Day Early Late Seal Both measure Tag until fit wide high Box Mood calm wild tame run Clerk mate`)

// An edit replaces text that stands there once.
type edit struct{ from, to string }

func apply(t testing.TB, text string, edits []edit) string {
	t.Helper()
	for _, e := range edits {
		if n := strings.Count(text, e.from); n != 1 {
			t.Fatalf("%q stands %d times in\n%s", e.from, n, text)
		}
		text = strings.Replace(text, e.from, e.to, 1)
	}
	return text
}

// A drawing is what chance has given a row in this run.
type drawing struct {
	seed   uint64
	row    *row
	words  map[string]string // vocabulary: what stands in its place
	back   map[string]string
	size   int // of arrays that have grown
	plain  *regexp.Regexp
	backed *regexp.Regexp
}

func draw(seed uint64, r *row) *drawing {
	d := &drawing{seed: seed, row: r, words: map[string]string{}, back: map[string]string{}}
	rnd := d.random("names")
	for _, w := range vocabulary {
		drawn := syllables(rnd) + strings.ToLower(w)
		for strings.HasPrefix(drawn, "som") { // as what classes have anyway is called
			drawn = syllables(rnd) + strings.ToLower(w)
		}
		if w[0] < 'a' {
			drawn = strings.ToUpper(drawn[:1]) + drawn[1:]
		}
		if w == "Zoo" || w == "Home" {
			drawn += strings.ToLower(r.id) // rows are compiled together
		}
		d.words[w], d.back[drawn] = drawn, w
	}
	d.size = 6 + rnd.IntN(58) // four make nothing larger, where sizes are rounded up
	d.plain = regexp.MustCompile(`\b(_[gs]et_)?(` + strings.Join(vocabulary, "|") + `)\b`)
	d.backed = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*`)
	return d
}

// syllables is a beginning of a word.
func syllables(rnd *rand.Rand) string {
	var b strings.Builder
	for range 1 + rnd.IntN(3) {
		b.WriteByte("bcdfghjklmnprstvwz"[rnd.IntN(18)])
		b.WriteByte("aeiou"[rnd.IntN(5)])
	}
	return b.String()
}

// random is chance for one purpose: the same for the same seed, row and purpose.
func (d *drawing) random(purpose string) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %s", d.row.id, purpose)
	return rand.New(rand.NewPCG(d.seed, h.Sum64()))
}

// drawn puts what was drawn into a text.
func (d *drawing) drawn(text string) string {
	text = strings.ReplaceAll(text, "#size", fmt.Sprint(d.size))
	return d.plain.ReplaceAllStringFunc(text, func(w string) string {
		name := strings.TrimPrefix(strings.TrimPrefix(w, "_get_"), "_set_")
		return strings.TrimSuffix(w, name) + d.words[name]
	})
}

// readable puts the words of the vocabulary back into what a program has said.
func (d *drawing) readable(text string) string {
	return d.backed.ReplaceAllStringFunc(text, func(w string) string {
		if word, ok := d.back[w]; ok {
			return word
		}
		return w
	})
}

// word is the word of the vocabulary behind a name.
func (d *drawing) word(name string) string {
	if name, ok := strings.CutPrefix(name, "_get_"); ok {
		return "_get_" + d.word(name)
	}
	if name, ok := strings.CutPrefix(name, "_set_"); ok {
		return "_set_" + d.word(name)
	}
	if w, ok := d.back[name]; ok {
		return w
	}
	return name
}

// A release is the IDL of a library, and of what is derived from it, as one release has it.
type release struct {
	*drawing
	n       int // 1 or 2
	text    string
	library *model.Spec // with private parts: what the library itself is made of
	zoo     *model.Spec // without
	public  *model.Spec // with the subclass, as clients see it; nil where that does not compile
	refusal string      // code of the first diagnostic, where the library does not compile
}

// releases compiles both releases of a row.
func releases(t testing.TB, d *drawing) (one, two *release) {
	t.Helper()
	text := library
	for _, part := range strings.Fields(d.row.with) {
		mark := "// " + strings.ToUpper(part[:1]) + part[1:] + "."
		text = apply(t, text, []edit{{mark, parts[part]}})
	}
	first := apply(t, text, d.row.before)
	second := apply(t, first, d.row.after)
	return d.release(t, 1, first), d.release(t, 2, second)
}

func (d *drawing) release(t testing.TB, n int, text string) *release {
	t.Helper()
	r := &release{drawing: d, n: n, text: d.drawn(text)}
	sub := apply(t, subclass, d.row.sub)
	if n == 2 {
		sub = apply(t, sub, d.row.later)
	}
	zoo, home := r.stem("zoo")+".idl", r.stem("home")+".idl"
	files := idl.FilesOf{zoo: r.text, home: "#include \"" + zoo + "\"\n" + d.drawn(sub)}
	for _, c := range []struct {
		file    string
		private bool
		to      **model.Spec
	}{{zoo, true, &r.library}, {zoo, false, &r.zoo}, {home, false, &r.public}} {
		got, err := idl.Compile(context.Background(), idl.Options{Resolver: files, Dialect: idl.SOM, Private: c.private}, c.file)
		if err == nil {
			*c.to = got.Spec
			continue
		}
		if n == 1 {
			t.Fatalf("%s: release 1 does not compile: %v\n%s", d.row.id, got.Report.All(), files[c.file])
		}
		if c.private {
			r.refusal = string(got.Report.All()[0].Code)
		}
	}
	return r
}

// stem is the name of a row's IDL file.
func (d *drawing) stem(library string) string { return library + strings.ToLower(d.row.id) }

// module is the module of a library, by the begin of its file's name.
func (d *drawing) module(library string) string {
	return d.words[map[string]string{"zoo": "Zoo", "home": "Home"}[library]]
}

// classes are those of a module, in the order of the text.
func (r *release) classes(s *model.Spec, module string) []*model.Interface {
	var all []*model.Interface
	m, ok := s.Lookup(r.words[module]).(*model.Module)
	if !ok {
		return nil
	}
	for _, x := range m.Decls {
		if i, ok := x.(*model.Interface); ok {
			all = append(all, i)
		}
	}
	return all
}

// class finds a class of the public IDL by its word.
func (r *release) class(word string) *model.Interface {
	for _, module := range []string{"Zoo", "Home"} {
		if i, ok := r.public.Lookup(r.words[module] + "::" + r.words[word]).(*model.Interface); ok {
			return i
		}
	}
	return nil
}

// name is a class's name in the kernels.
func name(i *model.Interface) string { return strings.TrimPrefix(i.ScopedName(), "::") }

// own reports whether a class is of a row's IDL, and not SOM's.
func own(i *model.Interface) bool { return i.Scope() != nil }

// inherited are the ancestors of a class that are the row's, the nearest first, itself in front.
func inherited(i *model.Interface) []*model.Interface {
	all := []*model.Interface{i}
	for _, a := range slices.Backward(i.Ancestors()) {
		if own(a) {
			all = append(all, a)
		}
	}
	return all
}

// code says what an implementation of a method does: a*n + b, what it gets from those it calls, and c times how often the
// class's data was changed; where the data is not what it was left as, the result is far off.
type code struct {
	a, b, c int32
	calls   string // "parent": its parent's, by number; "next": the next one's; "": nobody's
	parent  int
	raises  bool // for odd arguments
}

// styles are what implementations do, by the word of the method; others replace what they override, and use their data.
var styles = map[string]struct {
	calls string
	data  bool
}{"eat": {"parent", true}, "sleep": {"next", true}, "drink": {"parent", false}, "bark": {"next", false}, "tally": {"next", true}}

// raises is the exception that implementations raise.
func (r *row) raises() string { return cmp.Or(r.raised, "Hungry") }

// exception is the repository id of an exception.
func (r *release) exception(word string) string {
	return "IDL:" + r.words["Zoo"] + "/" + r.words[word] + ":1.0"
}

// code is what a class's implementation of a method does.
func (r *release) code(i *model.Interface, method string) code {
	key := r.word(i.Name) + "." + r.word(method)
	if r.n == 2 && r.row.moved[key] != "" {
		key = r.row.moved[key]
	}
	purpose := key
	if r.n == 2 && slices.Contains(r.row.rewritten, key) {
		purpose += " anew"
	}
	rnd := r.random(purpose)
	c := code{a: 2 + rnd.Int32N(8), b: 1 + rnd.Int32N(1000), raises: r.n == 2 && slices.Contains(r.row.raising, key) || slices.Contains(r.row.always, key)}
	style, known := styles[r.word(method)]
	if hasData(i) && (style.data || !known) {
		c.c = 1 + rnd.Int32N(50)
	}
	if m := i.FindMethod(method); m.Kind() == model.ProcedureMethod {
		c.c = 0
	} else if m.Class != i {
		c.calls = style.calls
		c.parent = slices.IndexFunc(i.Parents(), func(p *model.Interface) bool { return p.FindMethod(method) != nil })
	}
	return c
}

// hasData reports whether a class has instance variables that its methods change.
func hasData(i *model.Interface) bool { return len(i.InstanceData()) > 0 }

// begins is how often the data count as changed when an initializer has run.
func (r *release) begins(i *model.Interface) int32 {
	return 1 + r.random(r.word(i.Name)+" begins").Int32N(9)
}

// initializes and destroys report whether a class has an initializer or a destructor of its own.
func initializes(i *model.Interface) bool { return overrides(i, "somDefaultInit") }
func destroys(i *model.Interface) bool    { return overrides(i, "somDestruct") }

func overrides(i *model.Interface, method string) bool {
	return slices.ContainsFunc(i.Overridden(), func(o *model.Override) bool { return o.Name == method })
}

// implemented are the overrides that are methods to callers.
func implemented(i *model.Interface) []*model.Override {
	return slices.DeleteFunc(slices.Clone(i.Overridden()), func(o *model.Override) bool { return strings.HasPrefix(o.Name, "som") })
}
