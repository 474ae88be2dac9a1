package languages

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"testing"

	"github.com/opendsom/dsom/bind/smalltalk"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var squeak = &Host{Name: "Smalltalk", Page: "som-smalltalk.md", Limits: slices.Concat(
	limits("MessageNotUnderstood: SomSuiteTypes>>", "methods with structures, unions, sequences, arrays, wide strings, `out` or `inout` are left out",
		"types/octets", "types/sequence", "types/array", "types/structure", "types/nested", "types/recursive", "types/union", "types/objects", "strings/wstring", "strings/wide-zero", "parameters/out",
		"parameters/out-constructed", "parameters/inout", "parameters/inout-constructed", "ownership/out", "callbacks/text", "callbacks/constructed", "callbacks/objects", "callbacks/out", "callbacks/inout",
		"wrong/element"),
	limits("MessageNotUnderstood: SomSuiteCaller>>many:", "methods with structures, unions, sequences, arrays, wide strings, `out` or `inout` are left out", "ownership/result", "ownership/memory"),
	limits("BAD_PARAM:1.0: argument 1 of turn_colour", "enumerators are their numbers, in calls of classes in C++", "types/enum"),
	limits("a String in ISO 8859-1", "what is no UTF-8 becomes a String in ISO 8859-1, and goes out again as that", "strings/no-utf8"),
	limits("MessageNotUnderstood: SomException>>code", "an exception has no members", "exceptions/user", "exceptions/through", "chain/python", "chain/go"),
	limits("the members code and why is not understood", "an exception has no members", "exceptions/raised"),
	limits("MessageNotUnderstood: SomException>>minor", "a system exception has no minor code", "exceptions/system"),
	limits("UNKNOWN:1.0: Error: mine", "an error goes through C++ as its text", "exceptions/own-again"),
	limits("MessageNotUnderstood: SomSuiteThing class>>labelled:weight:", "initializers with arguments are left out", "exceptions/initializer", "class/initializer"),
	limits("MessageNotUnderstood: SomSuiteThing>>total:", "procedures are left out", "class/procedure"),
	limits("MessageNotUnderstood: SomSuiteThing class>>somName", "a class does not tell what its name and its version are", "class/information"),
	limits("MessageNotUnderstood: SomSuiteThing class>>subclass:and:", "a class of Smalltalk's has one parent", "subclass/two-parents"),
	limits("the object that C++ has made is of class Som", "it is of another class for Smalltalk, though its overrides are called", "subclass/made-by-cxx"),
	limits("smalltalk-nested-calls", "`super` of a class that a class in C++ stands below calls that again", "subclass/below-in-cxx"),
	limits("the one thread of the object's language has not come to it within", "Smalltalk's one thread runs overrides for others, and cannot while it waits in C++ for these: they get an exception after a minute, or what `SomObject patience:` says", "threads/waiting"),
)}

// squeakPlugin is the folder that the plugin is built in.
func squeakPlugin(t testing.TB) string {
	t.Helper()
	if err := (smalltalk.Program{}).Missing(); err != nil {
		absent.Skip(t, "%v: interop/install-peers has it", err)
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	return shelf.Once(t, "plugin", func(dir string) error {
		if said, err := exec.Command("make", "-s", "-C", "../../bind/smalltalk/plugin", "BUILD="+dir, "KERNEL="+kernel).CombinedOutput(); err != nil {
			return fmt.Errorf("make: %w\n%s", err, said)
		}
		return nil
	})
}

func TestSmalltalk(t *testing.T) {
	t.Parallel()
	plugin := squeakPlugin(t)
	conform(t, squeak, func(t *testing.T, env []string, rows ...string) (string, error) {
		var out, complaints bytes.Buffer
		p := smalltalk.Program{File: "smalltalk/suite.st", Args: rows, Plugin: plugin, Env: env, Time: most, Stdout: &out, Stderr: &complaints}
		status, err := p.Run(t.Context())
		if err == nil && (status != 0 || complaints.Len() > 0) {
			err = fmt.Errorf("exit status %d\n%s", status, complaints.String())
		}
		return out.String(), err
	})
}
