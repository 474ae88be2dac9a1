package languages

import (
	"os"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var tcl = &Host{Name: "Tcl", Page: "som-tcl.md", Limits: []Limit{
	{"null/refused", "nothing is an empty string", "an empty string is a string; objects and numbers are refused"},
	{"exceptions/own-again", "IDL:opendsom/TclError:1.0", "methods in C++ hand the exception on, and it comes back as one of that id"},
	{"threads/own", "one interpreter of a process", "an interpreter is one thread's, and one of a process can have the extension"},
	{"wrong/type", "all is a string", "a number is a string as well"},
}}

// tclExtension is the folder that the extension is built in.
func tclExtension(t testing.TB) string {
	t.Helper()
	sombuild.Need(t, "tclsh8.6", "tcl")
	sombuild.Need(t, "make", "make")
	if _, err := os.Stat("/usr/include/tcl8.6"); err != nil {
		absent.Skip(t, "no headers of Tcl: interop/install-peers has them, in tcl-dev")
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	return shelf.Once(t, "tcl", func(dir string) error {
		_, err := output(t, nil, "make", "-s", "-C", "../../bind/tcl", "BUILD="+dir, "KERNEL="+kernel)
		return err
	})
}

func TestTcl(t *testing.T) {
	t.Parallel()
	dir := tclExtension(t)
	conform(t, tcl, func(t *testing.T, env []string, rows ...string) (string, error) {
		return output(t, append(env, "TCLLIBPATH="+dir, "LANG=C.UTF-8"), "tclsh8.6", append([]string{"-encoding", "utf-8", "tcl/suite.tcl"}, rows...)...)
	})
}
