package meta_test

import (
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/meta"
)

// TestRelease holds IBM's metaclasses to what it shipped in SOM 3.0: parents, versions and the begin of
// the release order, behind which ours have more.
func TestRelease(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/som-classes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]*som.Class{}
	for _, c := range []*som.Class{meta.SingleInstance, meta.BeforeAfter, meta.Traced, meta.ProxyFor, meta.ProxyForObject} {
		classes["::"+c.Name()] = c
	}
	rows := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")[1:]
	for _, row := range rows {
		col := strings.Split(row, "\t")
		c := classes[col[1]]
		if c == nil {
			t.Errorf("there is no %s", col[1])
			continue
		}
		delete(classes, col[1])
		var parents, methods []string
		for _, p := range c.Parents() {
			parents = append(parents, "::"+p.Name())
		}
		for _, m := range c.Introduced() {
			methods = append(methods, m.Name())
		}
		if got := strings.Join(parents, ","); got != col[2] {
			t.Errorf("%s: parents %s, want %s", c, got, col[2])
		}
		if got := c.Metaclass().Name(); col[3] != "" && got != col[3] {
			t.Errorf("%s: metaclass %s, want %s", c, got, col[3])
		}
		if got := c.Version().String(); col[4] != "" && got != col[4] {
			t.Errorf("%s: version %s, want %s", c, got, col[4])
		}
		if got := strings.Join(methods, ","); !strings.HasPrefix(got+",", col[7]+",") {
			t.Errorf("%s: release order\ngot  %s\nwant %s", c, got, col[7])
		}
	}
	if len(classes) > 0 {
		t.Errorf("no rows for %v", classes)
	}
}
