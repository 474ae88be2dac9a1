//go:build linux

package somd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBeside places one of two classes of a library: it is never made in the client's process, in whichever order the classes are asked for, and the
// other is, also while the server cannot be reached.
func TestBeside(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	shops := b.path("shops")
	if err := os.Mkdir(shops, 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--typelib", "--library", "shop", "testdata/shop.idl")
	run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", filepath.Join(shops, "libshop.so"), "testdata/shop.c", b.path("shop_library.c"), b.path("shop_typelib.c")), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("shopper"), "testdata/shopper.c"), link...)...)
	if err := os.Symlink("libshop.so", filepath.Join(shops, "libclerk.so")); err != nil {
		t.Fatal(err)
	}
	placed := b.place(t, "shop-placed", "Shop="+b.serve(t, filepath.Join(shops, "libshop.so")))
	gone := b.place(t, "shop-gone", "Shop=corbaloc::127.0.0.1:1/x")
	for _, c := range []struct {
		folders []string
		order   string
		want    []string
	}{
		{[]string{shops}, "Shop Clerk", []string{"Shop: here", "Clerk: here"}},
		{[]string{shops, placed}, "Shop Clerk", []string{"Shop: here", "Clerk: here"}},
		{[]string{placed, shops}, "Shop Clerk", []string{"Shop: elsewhere", "Clerk: here"}},
		{[]string{placed, shops}, "Clerk Shop", []string{"Clerk: here", "Shop: elsewhere"}},
		{[]string{placed, shops}, "Clerk Shop Clerk", []string{"Clerk: here", "Shop: elsewhere", "Clerk: here"}},
		{[]string{gone, shops}, "Clerk Shop Clerk", []string{"Clerk: here", "Shop: " + filepath.Join(gone, "libshop.so") + " could not define", "Clerk: here"}},
		{[]string{gone, shops}, "Shop Clerk", []string{"Shop: " + filepath.Join(gone, "libshop.so") + " could not define", "Clerk: here"}},
	} {
		got := strings.Split(b.program(t, c.folders, "shopper", strings.Fields(c.order)...), "\n")
		ok := len(got) == len(c.want)+1
		for i := range c.want {
			ok = ok && strings.HasPrefix(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%s with %v: the client prints %q, want %q", c.order, c.folders, got, c.want)
		}
	}
}
