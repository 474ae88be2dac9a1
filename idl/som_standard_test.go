package idl_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// somStandard are the files of SOM's toolkit that the compiler carries.
var somStandard = []string{
	"somobj.idl", "somcls.idl", "somcm.idl", "snglicls.idl", "sombacls.idl", "somtrcls.idl", "somproxy.idl",
	"somida.idl", "somsid.idl", "somdtype.idl", "principl.idl", "somdobj.idl", "om.idl", "somdom.idl", "somdserv.idl",
	"boa.idl", "somoa.idl", "servmgr.idl", "nvlist.idl", "cntxt.idl", "request.idl",
	"omgidobj.idl", "omgestio.idl", "impldef.idl", "implrep.idl", "somdorb.idl", "somdcprx.idl",
}

// ours are the methods that this project adds to classes of SOM's, behind all of these.
var ours = map[string]string{"::SOMDServer": "somdFactory,somdClasses,somdDescribe"}

func compileSOMStandard(t *testing.T) *model.Spec {
	t.Helper()
	var text strings.Builder
	for _, f := range somStandard {
		text.WriteString("#include <" + f + ">\n")
	}
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"all.idl": text.String()}}, "all.idl")
	if err != nil || len(r.Report.All()) > 0 {
		t.Fatalf("%s", show(t, r))
	}
	return r.Spec
}

// TestSOMStandard holds the classes in the embedded files against those of SOM 3.0's own
// interface repository: parents, metaclass, version, file names, release order and overrides.
func TestSOMStandard(t *testing.T) {
	t.Parallel()
	const table = "../../shared/reference/som-classes.tsv"
	b, err := os.ReadFile(table)
	needs(t, err == nil, "the table of SOM's classes")
	rows := map[string]string{}
	for line := range strings.Lines(string(b)) {
		cols := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if cols[0] == "3.0" {
			if more := ours[cols[1]]; more != "" {
				cols[7] += "," + more
			}
			cols[8] = sorted(cols[8])
			rows[cols[1]] = strings.Join(cols[2:], "\n")
		}
	}
	spec := compileSOMStandard(t)
	classes := 0
	for d := range spec.All() {
		i, ok := d.(*model.Interface)
		if !ok {
			continue
		}
		classes++
		if diff := cmp.Diff(rows[i.QualifiedName()], row(i)); diff != "" {
			t.Errorf("%s (-SOM 3.0 +embedded):\n%s", i.Name, diff)
		}
	}
	if classes != 30 {
		t.Errorf("%d classes", classes)
	}
}

func sorted(list string) string {
	names := strings.Split(list, ",")
	slices.Sort(names)
	return strings.Join(names, ",")
}

// row returns what the table has of a class.
func row(i *model.Interface) string {
	var parents, order, overrides []string
	for _, p := range i.Parents() {
		parents = append(parents, p.QualifiedName())
	}
	for _, r := range i.ReleaseOrder() {
		order = append(order, r.Name)
	}
	for _, o := range i.Overridden() {
		overrides = append(overrides, o.Name)
	}
	meta, version := "", ""
	if m := i.Metaclass(); m != nil {
		meta = m.Name
	}
	if major, minor := i.ClassVersion(); major > 0 {
		version = fmt.Sprintf("%d.%d", major, minor)
	}
	dll, _ := i.ClassModifier("dllname")
	stem, _ := i.ClassModifier("filestem")
	return strings.Join([]string{
		strings.Join(parents, ","), meta, version, dll, stem, strings.Join(order, ","), sorted(strings.Join(overrides, ",")),
	}, "\n")
}

// TestSOMStandardIsPlain holds that the kernel's classes are OMG IDL as well, without what
// stands in #ifdef __SOMIDL__.
func TestSOMStandardIsPlain(t *testing.T) {
	t.Parallel()
	for _, f := range somStandard[:9] {
		o := idl.Options{Resolver: idl.FilesOf{"all.idl": "#include <" + f + ">\n"}, Dialect: idl.CORBA}
		if r, err := idl.Compile(context.Background(), o, "all.idl"); err != nil {
			t.Errorf("%s: %s", f, show(t, r))
		}
	}
}
