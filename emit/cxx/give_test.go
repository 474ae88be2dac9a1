package cxx_test

import (
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

// TestGiveWay has types in a class that are called as what is made beside the class, and a method set_known that a subclass's attribute would
// have as well: what IDL names has its name.
func TestGiveWay(t *testing.T) {
	t.Parallel()
	need(t, "g++")
	text := `#include <somobj.idl>
interface Dog : SOMObject {
  struct methods { long n; }; typedef long class; enum define { all, part }; const long impl = 7; exception Full {};
  methods show(in class c, in define d); void set_known(in long k); long get_known(); void begin(inout somInitCtrl ctrl, in class c);
  implementation { releaseorder: show, set_known, get_known, begin; begin: init; };
};
interface Puppy : Dog { attribute long known; implementation { releaseorder: _get_known, _set_known; show: override; }; };
module Zoo { interface Cat : Puppy { struct class { long n; }; void purr(in class c); implementation { releaseorder: purr; }; }; };
`
	program := `#include "a.cpp"
int main() {
	Dog d = Dog::begin(3);
	Dog::methods m = d.show(Dog::class_(4), Dog::define::all);
	d.set_known(m.n + Dog::impl + d.get_known());
	Puppy p = Puppy::create();
	p.set_known(1), p._set_known(p._get_known());
	Zoo::Cat c = Zoo::Cat::create();
	c.purr(Zoo::Cat::class_{5});
	return p._get_known() > 1;
}
`
	spec, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}, Dialect: idl.SOM}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report := cxx.Emit(spec.Spec, everything("animals"))
	if report.HasErrors() {
		t.Fatal(report.Err())
	}
	dir := t.TempDir()
	write(t, dir, files)
	put(t, dir, "main.cc", program)
	out, err := check(t, dir, "main.cc", plain)
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
