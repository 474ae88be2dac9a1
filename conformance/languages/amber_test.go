package languages

import (
	"os"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

var amber = &Host{Name: "Amber", Page: "som-javascript.md#in-smalltalk-as-amber-runs-it", Limits: []Limit{
	{"exceptions/own-again", "UserException: IDL:opendsom/JavaScriptError:1.0", "methods in C++ hand the exception on, and it comes back as a `SomError` of that id"},
	{"subclass/two-parents", "subclass:and:", "a class of Amber's has one parent"},
	{"threads/waiting", "waitForThreadsAsync:threads:times:", "a call cannot be awaited, and one that waits for threads keeps the one thread that would answer them"},
}}

func TestAmber(t *testing.T) {
	t.Parallel()
	packages, modules := javascriptPackages(t), sombuild.Modules(t, sombuild.Ambers...)
	conform(t, amber, func(t *testing.T, env []string, rows ...string) (string, error) {
		return output(t, append(env, "NODE_PATH="+packages+string(os.PathListSeparator)+modules, "NODE_OPTIONS="), "node", append([]string{"--expose-gc", "amber/suite.js"}, rows...)...)
	})
}
