package c

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/emit/template"
	"github.com/opendsom/dsom/model"
)

// template returns the implementation: a new one, or the one that is there with what it lacks. Behind xih it is C++.
func (u *unit) template(xih string) []byte {
	name, header := u.Stem+".c", u.Stem+u.implementationSuffix()
	if xih != "" {
		name, header = u.Stem+".cpp", u.Stem+"."+xih
	}
	f := template.File{
		Head: fmt.Sprintf("/* %s: this file is yours: dsom idl build adds functions that are new and keeps heads up to date; bodies it never touches. */\n#include %s\n",
			name, cabi.Include(header)),
		Mine: u.Mine,
	}
	if u.opt.Compat {
		f.Types = u.compatNames()
		f.Head = strings.Replace(f.Head, "#include", "#define "+cabi.Word(u.Stem)+"_Class_Source\n#include", 1)
	}
	if u.opt.Compat && u.otherStyle(name) {
		is, other := "Dog *somSelf, --c=compat", "Dog somSelf, --c=corba"
		if u.opt.Pointers {
			is, other = other, is
		}
		u.problem(CodeTemplate, diag.Span{}, "generate what it was made for, or change the class's name in all of its heads", "%s: it is in the other of IBM's two styles of C (%s), and stays as it is: what would become of it (%s) means other things by the same words", name, other, is)
		return nil
	}
	for _, i := range u.Classes {
		m := u.implementing(i)
		for _, w := range u.written(m) {
			f.Functions = append(f.Functions, u.stub(m, w))
		}
	}
	return template.Reporter{Table: Codes, Report: u.report, Unreadable: CodeTemplate, ByHand: CodeByHand, Gone: CodeGone}.Update(u.opt.Existing, name, f)
}

// otherStyle reports whether an implementation that is there has classes that are pointers where it is to have none, or the other way round.
func (u *unit) otherStyle(name string) bool {
	if u.opt.Existing == nil {
		return false
	}
	text, err := fs.ReadFile(u.opt.Existing, name)
	if err != nil {
		return false
	}
	words := cabi.List(u.Classes, func(i *model.Interface) string { return regexp.QuoteMeta(cname(i)) })
	between := `\s+`
	if u.opt.Pointers {
		between = `\s*\*\s*`
	}
	other := regexp.MustCompile(`\b(` + strings.ReplaceAll(words, ", ", "|") + `)` + between + `somSelf\b`)
	return other.Match(comments.ReplaceAll(text, nil))
}

var comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)

// stub returns a function that somebody is to write.
func (u *unit) stub(m *implementing, w written) template.Function {
	method := ""
	f := template.Function{Name: w.name, Head: w.head}
	if u.opt.Compat {
		f.Head = u.compatHead(w)
	}
	switch {
	case w.life == "class":
		method = w.name
		f.Comment = []string{"is called when the class is made."}
	case w.life != "":
		method = m.lives[w.life].Name
		f.Comment = []string{map[string]string{
			"init": "begins an object, when its ancestors have.", "fini": "ends an object, before its ancestors do.",
			"copy": "makes the class's part a copy of another's.", "assign": "gives the class's part the state of another's.",
		}[w.life]}
	case w.method.class != m.Interface:
		method = w.method.name
		f.Comment = []string{"overrides " + w.method.qualified() + ", " + w.method.idl}
	default:
		method = w.method.name
		f.Comment, f.Told = append([]string{w.method.idl}, w.method.doc...), w.method.idl != ""
	}
	f.Key = m.ScopedName() + "::" + method
	f.Body = u.body(m, w, f.Key)
	return f
}

// body returns what a function does until somebody has written it.
func (u *unit) body(m *implementing, w written, key string) []string {
	unused := cabi.List(w.params, func(p param) string { return "(void)" + p.name })
	self := slices.IndexFunc(w.params, func(p param) bool { return p.name == "self" || p.name == "somSelf" })
	var lines []string
	if m.hasData() && self >= 0 {
		if u.opt.Compat {
			lines = append(lines, fmt.Sprintf("%[1]sData *somThis = %[1]sGetData(somSelf);", m.name))
			unused = "(void)somThis, " + unused
		} else {
			data := "data"
			for slices.ContainsFunc(w.params, func(p param) bool { return p.name == data }) {
				data += "_"
			}
			lines = append(lines, fmt.Sprintf("%s *%s = %s(self);", u.own(m.Interface, "_instance"), data, u.own(m.Interface, "_data")))
			unused = "(void)" + data + ", " + unused
		}
	}
	switch {
	case w.life != "":
	case w.method.init:
		enter := u.own(m.Interface, "_enter_parents") + "(making, ev); /* or initializers of theirs */"
		if u.opt.Compat {
			env := "NULL" // the kernel keeps what is raised with the object that is made
			if slices.ContainsFunc(w.params, func(p param) bool { return p.name == "ev" }) {
				env = "ev"
			}
			enter = u.own(m.Interface, "_enter_parents") + "((som_making *)ctrl, " + env + ");"
		}
		lines = append(lines, enter)
	default:
		if parent := u.parentOf(m, w.method); parent != nil {
			args := cabi.List(w.params, func(p param) string { return p.name })
			call := fmt.Sprintf("%s(%s);", u.own(m.Interface, "_parent_"+cname(parent)+"_"+shortName(m.Interface, w.method.name)), args)
			if w.method.result != "void" || u.opt.Compat && w.method.value != "" {
				if u.opt.Compat && w.method.result == "const char *" {
					call = "(char *)" + call
				}
				call = "return " + call
			}
			if len(lines) > 0 {
				lines = append(lines, unused[:strings.Index(unused, ",")]+";")
			}
			return append(append(lines, call), u.otherParents(m, w.method, args)...)
		}
		env := "NULL"
		if slices.ContainsFunc(w.params, func(p param) bool { return p.name == "ev" }) {
			env = "ev"
		}
		lines = append(lines, fmt.Sprintf("som_not_written(%s, %s);", env, cabi.Quoted(key+" is not written yet")))
	}
	if unused != "" {
		lines = append(lines, unused+";")
	}
	if w.method != nil && u.opt.Compat && w.method.value != "" {
		lines = append([]string{w.method.value + " nothing;"}, lines...)
		lines = append(lines, "memset(&nothing, 0, sizeof nothing);", "return nothing;")
	} else if w.method != nil && w.method.result != "void" {
		lines = append(lines, "return "+w.method.nothing()+";")
	}
	return lines
}

// otherParents returns the calls of the other parents' implementations, of what each parent has to begin or end for itself.
func (u *unit) otherParents(m *implementing, f *method, args string) (calls []string) {
	if isRoot(f.class) && (f.name == "somInit" || f.name == "somUninit") {
		for _, p := range m.implementingParents(f)[1:] {
			calls = append(calls, fmt.Sprintf("%s(%s);", u.own(m.Interface, "_parent_"+cname(p)+"_"+shortName(m.Interface, f.name)), args))
		}
	}
	return calls
}

// parentOf returns the parent whose implementation an override would have inherited.
func (u *unit) parentOf(m *implementing, f *method) *model.Interface {
	if f.class == m.Interface {
		return nil
	}
	abstract := m.AbstractParents()
	for _, p := range m.Parents() {
		if (p == f.class || p.Inherits(f.class)) && !slices.Contains(abstract, p) {
			return p
		}
	}
	return nil
}
