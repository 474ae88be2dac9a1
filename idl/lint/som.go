package lint

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// root begins the examples of SOM IDL.
const root = "#include <somobj.idl>\n"

// somRules returns the rules about SOM classes.
func somRules() []Rule {
	return []Rule{
		{
			Name: "release-order", Code: "LINT5001", Severity: diag.Warning, Title: "class without a release order",
			Explanation: "The release order says in which places a class has its methods, those that moved to an ancestor or are gone among them. Programs that use DSOM's bindings know methods by name, and do not notice when places change; those for IBM's kernels know them by place alone, and would call another method. Without releaseorder places are the order of the text, into which one day somebody inserts a method, and nothing keeps the name of one that is gone. List the methods, and append new ones at its end.",
			Bad:         root + "interface Dog : SOMObject { void bark(); implementation { majorversion = 1; }; };\n",
			Good:        root + "interface Dog : SOMObject { void bark(); implementation { majorversion = 1; releaseorder: bark; }; };\n",
			check: func(l *linter) {
				for c := range l.classes() {
					if len(c.Introduced()) == 0 {
						continue
					}
					if _, ok := c.ClassModifier("releaseorder"); ok {
						continue // what is missing in it the compiler tells
					}
					var names []string
					for _, r := range c.ReleaseOrder() {
						names = append(names, r.Name)
					}
					l.finding(c.NameSpan, "write releaseorder: "+strings.Join(names, ", ")+"; into its implementation section", "class %s has no release order", c.Name)
				}
			},
		},
		{
			Name: "class-version", Code: "LINT5002", Severity: diag.Info, Title: "class without a version",
			Explanation: "majorversion and minorversion let a program find out that a class is older than what it was compiled with; without them nobody checks.",
			Bad:         root + "interface Dog : SOMObject { void bark(); implementation { releaseorder: bark; }; };\n",
			Good:        root + "interface Dog : SOMObject { void bark(); implementation { releaseorder: bark; majorversion = 1; minorversion = 0; }; };\n",
			check: func(l *linter) {
				for c := range l.classes() {
					if _, ok := c.ClassModifier("majorversion"); !ok {
						l.finding(c.NameSpan, "write majorversion = 1; minorversion = 0; into its implementation section", "class %s has no version", c.Name)
					}
				}
			},
		},
		{
			Name: "underscore-name", Code: "LINT5003", Severity: diag.Info, Title: "underscore in a name of SOM IDL",
			Explanation: "C knows a method as Module_Class_method: with underscores in the names, two declarations can become one.",
			Bad:         root + "interface My_Dog : SOMObject { void bark(); implementation { releaseorder: bark; }; };\n",
			Good:        root + "interface MyDog : SOMObject { void bark(); implementation { releaseorder: bark; }; };\n",
			check: func(l *linter) {
				for c := range l.classes() {
					for d := model.Decl(c); d != nil; d = d.About().Scope() {
						if strings.Contains(d.About().Name, "_") && !strings.HasPrefix(d.About().Name, "M_") {
							l.finding(c.NameSpan, "", "%s %s has an underscore in its name, with which C tells scopes apart", d.Kind(), d.About().Name)
							break
						}
					}
				}
			},
		},
	}
}

// classes iterates over the classes of the main files that have an implementation section.
func (l *linter) classes() func(func(*model.Interface) bool) {
	return func(yield func(*model.Interface) bool) {
		for d := range l.decls() {
			if c, ok := d.(*model.Interface); ok && c.Implementation != nil && !yield(c) {
				return
			}
		}
	}
}
