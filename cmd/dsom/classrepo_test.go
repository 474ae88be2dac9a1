package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/typelib"
)

const counterIDL = `
// Things to buy.
module Shop {
  exception Sold {};
  struct Item { string name; double price; };
  typedef sequence<Item> Items;
  interface Closed;
  // What is for sale.
  interface Counter {
    readonly attribute long customers;
    attribute string motto;
    Items all(in string like);
    // Takes the money.
    void buy(in Item what, out double change, inout long stamps) raises (Sold);
  };
  interface Cellar : Counter {};
};
`

// TestRepository registers, lists, looks for, shows and removes.
func TestRepository(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	file := filepath.Join(t.TempDir(), "shop.idl")
	if err := os.WriteFile(file, []byte(counterIDL), 0o600); err != nil {
		t.Fatal(err)
	}
	want := func(got result, status int, out, errs string) {
		t.Helper()
		if got.status != status || !strings.Contains(got.out, out) || !strings.Contains(got.err, errs) {
			t.Errorf("got %+v, want status %d, %q, and %q in the errors", got, status, out, errs)
		}
	}
	do := func(verb, sub string, args ...string) result {
		return dsom(t, "", append([]string{verb, sub, "--state", state}, args...)...)
	}
	want(do("idl", "register", "--list"), 0, "", "Nothing is registered")
	want(do("idl", "register", "--list", "--json"), 0, "[]\n", "")
	want(do("class", "ls"), 0, "", "Nothing of that kind")
	want(do("idl", "register", file), 0, "", "shop.idl is registered")
	want(do("idl", "register", "--list"), 0, "shop.idl", "")
	want(do("class", "ls"), 0, "Shop::Counter  interface                 What is for sale.", "")
	want(do("class", "ls", "--json", "Shop::C*"), 0, `"name":"Shop::Cellar","kind":"interface","id":"IDL:Shop/Cellar:1.0","parents":["Shop::Counter"]`, "")
	want(do("class", "ls", "Nothing::*"), 0, "", "Nothing of that kind")
	want(do("class", "ls", "--all", "**::NamingContext"), 0, "CosNaming::NamingContext", "")
	want(do("class", "ls", "["), statusUsage, "", "is no pattern")
	want(do("class", "find", "MONEY"), 0, "Shop::Counter::buy  operation  Takes the money.", "")
	want(do("class", "find", "--json", "sold"), 0, `[{"name":"Shop::Sold","kind":"exception","id":"IDL:Shop/Sold:1.0"}]`, "")
	want(do("class", "find", "nowhere"), 1, "", "Nothing has")
	want(do("class", "show", "Shop::Counter::buy"), 0, "// Takes the money.\n    void buy (in Item what, out double change, inout long stamps) raises (::Shop::Sold);", "")
	want(do("class", "show", "IDL:Shop/Item:1.0"), 0, "struct Item {", "")
	want(do("class", "show", "Shop::Counte"), 1, "", "did you mean Shop::Counter?")
	want(do("class", "show", "--json", "Shop"), 0, `"kind": "module"`, "")
	want(do("irdump", "Shop::Counter"), 0, "  OperationDef \"buy\"\n    id: IDL:Shop/Counter/buy:1.0\n    result: void\n    in what: Item\n    out change: double\n    inout stamps: long\n    raises: Shop::Sold\n", "")
	want(do("irdump", "None"), 1, "", "has no None")
	// Another release of the same replaces it; one that contradicts is refused.
	if err := os.WriteFile(file, []byte(strings.Replace(counterIDL, "double price", "float price", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	want(do("idl", "register", "--name", "other", file), 1, "", "struct Shop::Item is described twice, and not alike")
	want(do("idl", "register", file), 0, "", "")
	want(do("class", "show", "Shop::Item"), 0, "float price", "")
	want(do("idl", "register", "--remove", "none"), 1, "", "no such specification")
	want(do("idl", "register", "--remove", "shop.idl"), 0, "", "")
	want(do("class", "ls"), 0, "", "Nothing of that kind")
	want(do("idl", "register"), statusUsage, "", "name IDL files")
	want(do("idl", "register", "--list", file), statusUsage, "", "name IDL files")
}

// TestRegisterLibrary registers the type information of a class library.
func TestRegisterLibrary(t *testing.T) {
	t.Parallel()
	state := aDaemon(t).state
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.Disk{}}, "../../typelib/testdata/dog.idl")
	if err != nil {
		t.Fatal(err)
	}
	somt, err := typelib.Append(nil, r.Spec, typelib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lib := filepath.Join(t.TempDir(), "dog.somt")
	if err := os.WriteFile(lib, somt, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := dsom(t, "", "class", "register", "--state", state, lib); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	if got := dsom(t, "", "class", "ls", "--state", state); got.status != 0 || !strings.Contains(got.out, "  class  ") {
		t.Errorf("got %+v", got)
	}
}

// TestCallByRepository calls without an IDL file what the daemon and its servers have.
func TestCallByRepository(t *testing.T) {
	t.Parallel()
	d := aDaemon(t)
	file := filepath.Join("..", "..", "demo", "bank", "bank.idl")
	_, url, end := serves(t, d.state, "purse", "tcp:127.0.0.1:0")
	defer end()
	if got := dsom(t, "", "call", url, "balance"); got.status == 0 || !strings.Contains(got.err, "dsom idl register FILE") {
		t.Errorf("nobody knows it: %+v", got)
	}
	if got := dsom(t, "", "server", "add", "--state", d.state, "--idl", file, "other"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "register", "--state", d.state, "--list", "--json"); !strings.Contains(got.out, `"name":"server other"`) {
		t.Errorf("got %+v", got)
	}
	with, without := dsom(t, "", "call", "--idl", file, url, "name"), dsom(t, "", "call", url, "name")
	if with.status != 0 || without != with {
		t.Errorf("got %+v, want %+v", without, with)
	}
	if got := dsom(t, "", "call", url, "nome"); got.status != statusUsage || !strings.Contains(got.err, "did you mean name?") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "call", "--interface", "X", url, "name"); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}
