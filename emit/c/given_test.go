package c_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/opendsom/dsom/emit/c"
)

// TestRootMethods holds the signatures of the root classes' methods against those that the kernel gives them.
func TestRootMethods(t *testing.T) {
	t.Parallel()
	entry := regexp.MustCompile(`METHOD\("(\w+)", "([^"]+)",`)
	for class, file := range map[string]string{"SOMObject": "root_object.c", "SOMClass": "root_class.c", "SOMClassMgr": "root_manager.c"} {
		text, err := os.ReadFile(root + "/libsom/src/" + file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range entry.FindAllStringSubmatch(string(text), -1) {
			n++
			if got := c.GivenMethods[class][m[1]]; got != m[2] {
				t.Errorf("%s::%s: got %q, the kernel has %q", class, m[1], got, m[2])
			}
		}
		if n != len(c.GivenMethods[class]) || n < 10 {
			t.Errorf("%s: %d methods, the kernel has %d", class, len(c.GivenMethods[class]), n)
		}
	}
}
