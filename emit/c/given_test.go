package c_test

import (
	"cmp"
	"os"
	"regexp"
	"testing"

	"github.com/opendsom/dsom/emit/c"
)

// TestGivenMethods holds the signatures of the given classes' methods against those that the kernel, and its library of
// metaclasses, give them.
func TestGivenMethods(t *testing.T) {
	t.Parallel()
	entry := regexp.MustCompile(`(?:METHOD\("|HAS\()(\w+)"?, "([^"]+)",`) // the kernel quotes names by its macro
	raises := regexp.MustCompile(`LACKS\((\w+), "([^"]+)"\)`)             // what raises an exception instead; some are given, since programs call them
	for file, classes := range map[string][]string{
		"src/root_object.c": {"SOMObject"}, "src/root_class.c": {"SOMClass"}, "src/root_manager.c": {"SOMClassMgr"},
		"meta/beforeafter.c": {"SOMMBeforeAfter"}, "meta/single.c": {"SOMMSingleInstance"}, "meta/traced.c": {"SOMMTraced"},
		"meta/proxy.c": {"SOMMProxyFor", "SOMMProxyForObject"},
	} {
		text, err := os.ReadFile(root + "/libsom/" + file)
		if err != nil {
			t.Fatal(err)
		}
		has := map[string]string{}
		for _, m := range entry.FindAllStringSubmatch(string(text), -1) {
			has[m[1]] = m[2]
		}
		lacks := map[string]string{}
		for _, m := range raises.FindAllStringSubmatch(string(text), -1) {
			lacks[m[1]] = m[2]
		}
		for _, class := range classes {
			if len(c.GivenMethods[class]) == 0 {
				t.Errorf("%s has no methods", class)
			}
			for name, sig := range c.GivenMethods[class] {
				if got := cmp.Or(has[name], lacks[name]); got != sig {
					t.Errorf("%s::%s: got %q, %s has %q", class, name, sig, file, got)
				}
				delete(has, name)
			}
		}
		delete(has, "sommAroundMethod") // which IBM's IDL has not
		if len(has) > 0 {
			t.Errorf("%s has %v, too", file, has)
		}
	}
}
