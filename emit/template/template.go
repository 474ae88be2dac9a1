// Package template keeps implementations that people write up to date with what a generator knows: functions that are new
// are added, heads and comments of those whose declaration changed are written anew, and those that are no more are marked.
// No octet between the braces of a function is ever touched, nor anything else that was not generated. Of a head only the types
// that are others change: attributes, macros, names of parameters and their layout are the author's.
//
// It reads C and C++ by their words alone: comments, strings, preprocessor lines, parentheses and braces. What it cannot
// change without doubt it leaves, and says so.
package template

import (
	"bytes"
	"slices"
	"strings"
)

// A Function is one that the file has to have.
type Function struct {
	// Name is the function's, with the scopes around it in C++: "Dog_do_bark", "Zoo::Dog::bark".
	Name string
	// Key says what it implements, and begins the comment in front of it: "Dog::bark".
	Key string
	// Comment is what else the comment says, a line each; the first is on the line of the key.
	Comment []string
	// Told is whether the comment says all of the declaration that the types of the head come from: where it is as it was, other types
	// are the author's own.
	Told bool
	// Head is the function up to its body: "static void Dog_do_bark(som_ref self, som_env *ev)".
	Head string
	// Kept is Head of an author who has the function return by reference, in C++, where that is another; else empty.
	Kept string
	// Body are the lines of a body to begin with.
	Body []string
	// In is the class in whose braces it stands, with the scopes around it, or empty outside of all.
	In string
	// Indent stands in front of each line, where the class has no function yet that shows another.
	Indent string
}

// A Class is one that the file has to have.
type Class struct {
	// Name is the class's, with the scopes around it: "Zoo::Dog".
	Name string
	// Text is added where there is no such class.
	Text string
}

// A File is what a file has to have.
type File struct {
	// Head is what the file begins with when it is made.
	Head string
	// Classes are in the order in which they are added.
	Classes []Class
	// Functions are in the order in which they are added.
	Functions []Function
	// Types are those that have other names, by these: their words with a blank between them. Heads that use one are right.
	Types map[string]string
	// Mine reports whether a key is one of the generator's, which is marked when no function has it any more.
	Mine func(key string) bool
}

// Changes are the keys of the functions that changed, and what has to be done by hand.
type Changes struct {
	Added, Refreshed []string
	Gone, Left       []Note
}

// A Note says something of a function.
type Note struct {
	Key  string
	File string // another one than that which is updated, or empty
	Line int    // in the file as it was
	What string
	Help string
}

// Update returns the file with what it lacks, and what was changed. With old nil it is a new one. It fails with an
// [Error] where old has an open comment, brace or conditional, since then nobody can tell what is a body.
func Update(old []byte, f File) ([]byte, Changes, error) {
	text := old
	if old == nil {
		text = []byte(f.Head)
	}
	text, err := withClasses(text, f.Classes)
	if err != nil {
		return nil, Changes{}, err
	}
	made, changes, err := once(text, f)
	if err != nil {
		return nil, Changes{}, err
	}
	// What was done must hold: it does not where the file has words that make something else of what stands behind them.
	if again, _, err := once(made, f); err != nil || !bytes.Equal(again, made) || !keepsBodies(text, made) {
		return nil, Changes{}, &Error{Line: 1 + bytes.Count(old, []byte("\n")), What: "what stands at the end of the file is not complete"}
	}
	return made, changes, nil
}

// withClasses adds the classes that a text lacks.
func withClasses(text []byte, classes []Class) ([]byte, error) {
	src, err := scan(text)
	if err != nil {
		return nil, err
	}
	u := &update{old: text, src: src, newline: newlineOf(text)}
	for _, c := range classes {
		if len(u.classes(c.Name)) == 0 {
			u.edits = append(u.edits, edit{len(text), len(text), u.lines(c.Text)})
		}
	}
	return u.apply(), nil
}

// newlineOf returns how most lines of a text end.
func newlineOf(text []byte) string {
	if bytes.Count(text, []byte("\r\n"))*2 > bytes.Count(text, []byte("\n")) {
		return "\r\n"
	}
	return "\n"
}

// keepsBodies reports whether all bodies of one text are in the other, in their order.
func keepsBodies(old, made []byte) bool {
	was, err := scan(old)
	if err != nil {
		return false
	}
	is, err := scan(made)
	if err != nil {
		return false
	}
	rest := is.functions
	for _, f := range was.functions {
		body := old[f.body:f.end]
		at := slices.IndexFunc(rest, func(g *function) bool { return bytes.Equal(made[g.body:g.end], body) })
		if at < 0 {
			return false
		}
		rest = rest[at+1:]
	}
	return true
}

func once(old []byte, f File) ([]byte, Changes, error) {
	src, err := scan(old)
	if err != nil {
		return nil, Changes{}, err
	}
	u := &update{old: old, src: src, newline: newlineOf(old), types: f.Types, mine: f.Mine, used: map[*function]bool{}, wanted: map[string]bool{}, names: map[string]bool{}}
	for i := range f.Functions {
		u.wanted[f.Functions[i].Key], u.names[f.Functions[i].Name] = true, true
	}
	for i := range f.Functions {
		if err := u.function(&f.Functions[i]); err != nil {
			return nil, Changes{}, err
		}
	}
	for _, have := range src.functions {
		if have.key != "" && !u.used[have] && !u.wanted[have.key] && u.mine != nil && u.mine(have.key) {
			u.gone(have)
		}
	}
	return u.apply(), u.changes, nil
}

type edit struct {
	from, to int
	text     string
}

type update struct {
	old     []byte
	src     *source
	newline string
	types   map[string]string
	mine    func(key string) bool // or nil
	used    map[*function]bool
	wanted  map[string]bool // keys
	names   map[string]bool // that functions have to have
	edits   []edit
	changes Changes
}

// function sees to one function: all that the file has of it, in each arm of conditionals, and declarations too.
func (u *update) function(want *Function) error {
	have := u.find(want)
	doubt := false
	for _, h := range have {
		u.used[h] = true
		if u.inDoubt(h, want) {
			doubt = true
			u.left(want, h.from, "nothing tells which of its parameters is which of those of the IDL",
				"make it: "+want.Head+", and the comment in front of it: "+comment(&Function{Key: want.Key, Comment: want.Comment[:1]}, ""))
		}
	}
	for _, h := range have {
		if !doubt { // else declarations stay as well
			u.refresh(h, want)
		}
	}
	if len(have) > 0 && want.In == "" && !slices.ContainsFunc(have, func(f *function) bool { return !f.declared }) {
		if i := slices.IndexFunc(have, func(f *function) bool { return f.isStatement() }); i >= 0 {
			u.left(want, have[i].from, "macros make the braces of its body", "write the braces out")
			return nil
		}
		have = nil // a declaration outside of classes is no function
	}
	if len(have) == 0 {
		if what, at := u.mentions(want); what != "" {
			u.left(want, at, what, "write the function out, or give what stands there another name")
			return nil
		}
	}
	return u.insert(want, have)
}

func (u *update) left(want *Function, at int, what, help string) {
	u.changes.Left = append(u.changes.Left, Note{Key: want.Key, Line: u.line(at), What: what, Help: help})
}

func (u *update) line(at int) int { return 1 + bytes.Count(u.old[:at], []byte("\n")) }

// noted adds a key to those that were refreshed.
func (u *update) noted(key string) {
	if !slices.Contains(u.changes.Refreshed, key) {
		u.changes.Refreshed = append(u.changes.Refreshed, key)
	}
}

// gone is what is said of a function that implements nothing any more.
const gone = "not in the IDL any more; nothing calls it."

func (u *update) gone(have *function) {
	if u.replaceComment(have, Function{Key: have.key, Comment: []string{gone}}) {
		u.changes.Gone = append(u.changes.Gone, Note{Key: have.key, Line: u.line(have.from), What: "nothing calls it any more", Help: "delete it when you do not need it"})
	}
}

// replaceComment reports whether the comment was another.
func (u *update) replaceComment(have *function, want Function) bool {
	text := u.lines(strings.TrimPrefix(comment(&want, have.indent), have.indent))
	if string(u.old[have.comment:have.commentEnd]) == text {
		return false
	}
	u.edits = append(u.edits, edit{have.comment, have.commentEnd, text})
	return true
}

// classes returns the classes of a name: in different arms of conditionals there may be several.
func (u *update) classes(name string) []*class {
	var exact, near []*class
	for _, c := range u.src.classes {
		switch {
		case c.name == name:
			exact = append(exact, c)
		case endsIn(c.name, name) || endsIn(name, c.name):
			near = append(near, c)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return near
}

// endsIn reports whether a name is another with more scopes around it.
func endsIn(name, end string) bool { return end != "" && strings.HasSuffix(name, "::"+end) }

// insert adds a function where it is not: at the end of each class of its name, or of the file.
func (u *update) insert(want *Function, have []*function) error {
	if want.In == "" {
		if len(have) == 0 {
			u.insertAt(len(u.old), want, want.Indent, "\t", false)
		}
		return nil
	}
	classes := u.classes(want.In)
	if len(classes) == 0 {
		if len(have) == 0 {
			u.left(want, len(u.old), "there is no class "+want.In+" for it", "write "+want.Head)
		}
		return nil
	}
	for _, c := range classes {
		if slices.ContainsFunc(have, func(f *function) bool { return f.in == c || f.in == nil && len(classes) == 1 }) {
			continue
		}
		if len(c.ends) != 1 {
			return &Error{Line: u.line(c.at), What: "class " + c.name + " ends more than once, in arms of an #if"}
		}
		indent, step := u.layout(c, want)
		u.insertAt(lineStart(u.old, c.ends[0]), want, indent, step, c.hidden)
		c.hidden = false
	}
	return nil
}

// layout returns how functions of a class are indented, and by what their bodies are further.
func (u *update) layout(c *class, want *Function) (indent, step string) {
	indent, step = c.indent+want.Indent, "\t"
	for _, f := range u.src.functions {
		if f.in == c && u.old[f.from-len(f.indent)-min(1, f.from-len(f.indent))] == '\n' {
			indent = f.indent
		}
	}
	if s, ok := strings.CutPrefix(indent, c.indent); ok && s != "" {
		step = s
	}
	return indent, step
}

func (u *update) insertAt(at int, want *Function, indent, step string, hidden bool) {
	text := "\n" + comment(want, indent) + "\n" + indent + want.Head + "\n" + indent + "{\n"
	if hidden {
		text = "\n" + strings.TrimSuffix(indent, step) + "public:" + text
	}
	for _, l := range want.Body {
		text += strings.TrimRight(indent+step+l, "\t ") + "\n"
	}
	text += indent + "}\n"
	if at > 0 && u.old[at-1] != '\n' && !slices.ContainsFunc(u.edits, func(e edit) bool { return e.from == at }) {
		text = "\n" + text
	}
	u.edits = append(u.edits, edit{at, at, u.lines(text)})
	u.changes.Added = append(u.changes.Added, want.Key)
}

// lineStart returns where the line of a position begins, if nothing but blanks stand before it there.
func lineStart(src []byte, at int) int {
	i := at
	for i > 0 && (src[i-1] == ' ' || src[i-1] == '\t') {
		i--
	}
	if i > 0 && src[i-1] != '\n' {
		return at
	}
	return i
}

// comment returns the comment in front of a function.
func comment(want *Function, indent string) string {
	lines := slices.Clone(want.Comment)
	first := want.Key
	if len(lines) > 0 {
		first += ": " + lines[0]
		lines = lines[1:]
	}
	text := indent + "/* " + first
	for _, l := range lines {
		text += "\n" + strings.TrimRight(indent+" * "+l, " ")
	}
	return text + " */"
}

// lines gives text the file's ends of lines.
func (u *update) lines(text string) string { return strings.ReplaceAll(text, "\n", u.newline) }

func (u *update) apply() []byte {
	slices.SortStableFunc(u.edits, func(a, b edit) int { return a.from - b.from })
	var b bytes.Buffer
	at := 0
	for _, e := range u.edits {
		b.Write(u.old[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.Write(u.old[at:])
	return b.Bytes()
}
