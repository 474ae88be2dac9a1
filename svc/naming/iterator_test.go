package naming_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/naming"
)

// filled returns a context with n names, n00 and so on.
func filled(t *testing.T, p *place, n int) (cosnaming.NamingContext, []string) {
	t.Helper()
	nc, err := p.root.NewContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("n%02d", i))
		if err := nc.Bind(t.Context(), name(names[i]), nil); err != nil {
			t.Fatal(err)
		}
	}
	return nc, names
}

func texts(list cosnaming.BindingList) []string {
	var out []string
	for _, b := range list {
		out = append(out, text(b.BindingName))
	}
	return out
}

// TestPaging walks over contexts of different sizes in pages of different sizes.
func TestPaging(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	for _, size := range []int{0, 1, 5, 12} {
		nc, want := filled(t, p, size)
		for _, first := range []uint32{0, 1, 5, 12, 1 << 31} {
			for _, page := range []uint32{0, 1, 4, 100, 1<<32 - 1} { // 0: by next_one
				list, it, err := nc.List(t.Context(), first)
				if err != nil {
					t.Fatal(err)
				}
				if len(list) != min(int(first), size) || (it == nil) != (len(list) == size) {
					t.Fatalf("%d of %d: got %d and iterator %v", first, size, len(list), it)
				}
				got := texts(list)
				for more := it != nil; more; {
					var next cosnaming.BindingList
					if page == 0 {
						var one cosnaming.Binding
						if more, one, err = it.NextOne(t.Context()); more {
							next = cosnaming.BindingList{one}
						}
					} else {
						more, next, err = it.NextN(t.Context(), page)
					}
					if err != nil || more != (len(next) > 0) || page > 0 && len(next) > int(page) {
						t.Fatalf("%d by %d of %d: got %v, %d, %v", first, page, size, more, len(next), err)
					}
					got = append(got, texts(next)...)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d by %d: got %v, want %v", first, page, got, want)
				}
				if it != nil {
					if err := it.Destroy(t.Context()); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
}

// TestIteratorLife looks at iterators whose context changes, ends, and at their own end.
func TestIteratorLife(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	ctx := t.Context()
	nc, names := filled(t, p, 6)
	_, it, err := nc.List(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"n01", "n02", "n04"} { // the one it stands at, the next, a later one
		if err := nc.Unbind(ctx, name(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Bind(ctx, name("n021"), nil); err != nil {
		t.Fatal(err)
	}
	if more, list, err := it.NextN(ctx, 10); err != nil || !more || !slices.Equal(texts(list), []string{"n021", "n03", "n05"}) {
		t.Errorf("got %v, %v, %v", more, texts(list), err)
	}
	if more, _, err := it.NextOne(ctx); err != nil || more {
		t.Errorf("behind the end: got %v, %v", more, err)
	}
	if err := nc.Bind(ctx, name("z"), nil); err != nil {
		t.Fatal(err)
	}
	if more, _, err := it.NextOne(ctx); err != nil || more {
		t.Errorf("an end is not an end: got %v, %v", more, err)
	}
	if _, _, err := it.NextN(ctx, 0); outcome(err) != "BAD_PARAM" {
		t.Errorf("next_n(0): got %v", err)
	}
	if err := it.Destroy(ctx); err != nil {
		t.Error(err)
	}
	if err := it.Destroy(ctx); outcome(err) != "OBJECT_NOT_EXIST" {
		t.Errorf("destroyed: got %v", err)
	}
	if _, _, err := it.NextOne(ctx); outcome(err) != "OBJECT_NOT_EXIST" {
		t.Errorf("destroyed: got %v", err)
	}

	_, it, err = nc.List(ctx, 0)
	if err != nil || it == nil {
		t.Fatalf("got %v, %v", it, err)
	}
	for _, n := range append(names, "n021", "z") {
		_ = nc.Unbind(ctx, name(n)) // some are gone already
	}
	if err := nc.Destroy(ctx); err != nil {
		t.Fatal(err)
	}
	if more, list, err := it.NextN(ctx, 10); err != nil || more || len(list) > 0 {
		t.Errorf("of a destroyed context: got %v, %v, %v", more, list, err)
	}
}

// TestIteratorsAreBounded makes one more than there may be: the one not used for longest ends, of the same client.
func TestIteratorsAreBounded(t *testing.T) {
	t.Parallel()
	for what, limits := range map[string]naming.IteratorLimits{
		"in all":   {All: 10},
		"a client": {OfClient: 10},
		"octets":   {Octets: 10 * 256},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := serve(t, func(c *naming.Config, _ *orb.Config) { c.Iterators = limits })
			ctx := t.Context()
			nc, _ := filled(t, p, 3)
			var all []cosnaming.BindingIterator
			for range 10 {
				_, it, err := nc.List(ctx, 1)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, it)
			}
			if _, _, err := all[0].NextOne(ctx); err != nil {
				t.Fatal(err)
			}
			if _, _, err := nc.List(ctx, 1); err != nil {
				t.Fatal(err)
			}
			if _, _, err := all[1].NextOne(ctx); outcome(err) != "OBJECT_NOT_EXIST" {
				t.Errorf("the one not used for longest: got %v", err)
			}
			for _, i := range []int{0, 2, len(all) - 1} {
				if more, b, err := all[i].NextOne(ctx); err != nil || !more {
					t.Errorf("iterator %d: got %v, %v, %v", i, more, b, err)
				}
			}
			if orb.Same(all[0].(orb.Object), all[2].(orb.Object)) {
				t.Error("two iterators are one object")
			}
		})
	}
}

// TestIteratorsOfOthers holds that a client that makes iterators without end ends its own alone.
func TestIteratorsOfOthers(t *testing.T) {
	t.Parallel()
	p := serve(t, func(c *naming.Config, _ *orb.Config) { c.Iterators.OfClient = 10 })
	ctx := t.Context()
	remote, _ := filled(t, p, 3)
	local := cosnaming.NamingContextClass.Unchecked(p.server.NewRef(orb.RefOf(remote.(orb.Object)).IOR())) // called within the process
	_, other, err := local.List(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, _, err := remote.List(ctx, 1); err != nil {
			t.Fatal(err)
		}
	}
	if more, _, err := other.NextOne(ctx); err != nil || !more {
		t.Errorf("got %v, %v", more, err)
	}
}

// TestIdleIterators holds that an iterator ends that is not used.
func TestIdleIterators(t *testing.T) {
	t.Parallel()
	p := serve(t, func(c *naming.Config, _ *orb.Config) { c.Iterators.Idle = 1 })
	nc, _ := filled(t, p, 3)
	_, it, err := nc.List(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := it.NextOne(t.Context()); outcome(err) != "OBJECT_NOT_EXIST" {
		t.Errorf("got %v", err)
	}
}
