package template_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/template"
)

// A lockedFS has a file that cannot be read.
type lockedFS struct{}

func (lockedFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// TestUnreadable holds that what is there and cannot be read is not made anew.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	table := diag.Table{{Code: "T1001", Severity: diag.Error}}
	for says, existing := range map[string]fs.FS{
		"permission denied":           lockedFS{},
		"octet 3 is zero":             fstest.MapFS{"dog.c": {Data: []byte("int\x00 x;")}, "dog.go": {Data: []byte("pac\x00kage")}},
		"line 1: a brace closes what": fstest.MapFS{"dog.c": {Data: []byte("}")}, "dog.go": {Data: []byte("package dog\n}")}},
	} {
		report := new(diag.Report)
		r := template.Reporter{Table: table, Report: report, Unreadable: "T1001"}
		if got := r.Update(existing, "dog.c", file()); got != nil || !report.HasErrors() || !strings.Contains(messages(report), says) {
			t.Errorf("%s: got %q, %v", says, got, report)
		}
		report = new(diag.Report)
		r.Report = report
		if got := r.UpdateGo(existing, "dog.go", goFile()); got != nil || !report.HasErrors() {
			t.Errorf("%s: got %q, %v", says, got, report)
		}
	}
	report := new(diag.Report)
	if got := (template.Reporter{Table: table, Report: report}).Update(fstest.MapFS{}, "dog.c", file()); got == nil || report.HasErrors() {
		t.Errorf("got %q, %v", got, report)
	}
}

func messages(r *diag.Report) string {
	var all []string
	for _, d := range r.All() {
		all = append(all, d.Message)
	}
	return strings.Join(all, "\n")
}
