// Package template keeps implementations that people write up to date with what a generator knows: functions that are new
// are added, heads and comments of those whose declaration changed are written anew, and those that are no more are marked.
// No octet between the braces of a function is ever touched, nor anything else that was not generated.
//
// It reads C and C++ by their words alone: comments, strings, preprocessor lines, parentheses and braces.
package template

import (
	"bytes"
	"slices"
	"strings"
)

// A Function is one that the file has to have.
type Function struct {
	// Name is the function's, with that of the class around it in C++: "Dog_do_bark", "Dog::bark".
	Name string
	// Key says what it implements, and begins the comment in front of it: "Dog::bark".
	Key string
	// Comment is what else the comment says, a line each; the first is on the line of the key.
	Comment []string
	// Head is the function up to its body: "static void Dog_do_bark(som_ref self, som_env *ev)".
	Head string
	// Body are the lines of a body to begin with.
	Body []string
	// In is the class in whose braces it stands, empty outside of all.
	In string
	// Indent stands in front of each line.
	Indent string
}

// A File is what a file has to have.
type File struct {
	// Head is what the file begins with when it is made.
	Head string
	// Functions are in the order in which they are added.
	Functions []Function
	// Mine reports whether a key is one of the generator's, which is marked when no function has it any more.
	Mine func(key string) bool
}

// Changes are the keys of the functions that changed.
type Changes struct {
	Added, Refreshed, Gone []string
}

// Update returns the file with what it lacks, and what was changed. With old nil it is a new one. It fails with an
// [Error] where old has an open comment, brace or conditional, since then nobody can tell what is a body.
func Update(old []byte, f File) ([]byte, Changes, error) {
	if old == nil {
		old = []byte(f.Head)
	}
	text, changes, err := once(old, f)
	if err != nil {
		return nil, Changes{}, err
	}
	// What was done must hold: it does not where the file has words that make something else of what stands behind them.
	if again, _, err := once(text, f); err != nil || !bytes.Equal(again, text) {
		return nil, Changes{}, &Error{1 + bytes.Count(old, []byte("\n")), "what stands at the end of the file is not complete"}
	}
	return text, changes, nil
}

func once(old []byte, f File) ([]byte, Changes, error) {
	src, err := scan(old)
	if err != nil {
		return nil, Changes{}, err
	}
	u := &update{old: old, src: src, newline: "\n", used: map[*function]bool{}}
	if bytes.Count(old, []byte("\r\n"))*2 > bytes.Count(old, []byte("\n")) {
		u.newline = "\r\n"
	}
	wanted := map[string]bool{}
	for i := range f.Functions {
		wanted[f.Functions[i].Key] = true
	}
	for i := range f.Functions {
		want := &f.Functions[i]
		if have := u.find(want, wanted); have != nil {
			u.used[have] = true
			u.refresh(have, want)
		} else {
			u.insert(want)
		}
	}
	for _, have := range src.functions {
		if have.key != "" && !u.used[have] && !wanted[have.key] && f.Mine != nil && f.Mine(have.key) {
			u.replaceComment(have, Function{Key: have.key, Comment: []string{gone}}, &u.changes.Gone)
		}
	}
	return u.apply(), u.changes, nil
}

// gone is what is said of a function that implements nothing any more.
const gone = "not in the IDL any more; nothing calls it."

type edit struct {
	from, to int
	text     string
}

type update struct {
	old     []byte
	src     *source
	newline string
	used    map[*function]bool
	edits   []edit
	changes Changes
}

// find returns the function that implements what is wanted: the one with its key, else the one of its name.
func (u *update) find(want *Function, wanted map[string]bool) *function {
	var byKey, byName *function
	for _, have := range u.src.functions {
		if u.used[have] {
			continue
		}
		if have.name == want.Name {
			if have.key == want.Key {
				return have
			}
			if byName == nil && !wanted[have.key] {
				byName = have
			}
		}
		if have.key == want.Key && byKey == nil {
			byKey = have
		}
	}
	if byKey != nil {
		return byKey
	}
	return byName
}

func (u *update) refresh(have *function, want *Function) {
	if have.key != "" {
		u.replaceComment(have, *want, &u.changes.Refreshed)
	}
	if wanted := words(want.Head); have.plainHead && !sameHead(have.words, wanted) {
		u.edits = append(u.edits, edit{have.head, have.headEnd, u.lines(want.Head[:parametersEnd(wanted)])})
		if !slices.Contains(u.changes.Refreshed, want.Key) {
			u.changes.Refreshed = append(u.changes.Refreshed, want.Key)
		}
	}
}

func (u *update) replaceComment(have *function, want Function, changed *[]string) {
	indent := have.indent
	text := u.lines(strings.TrimPrefix(comment(&want, indent), indent))
	if string(u.old[have.comment:have.commentEnd]) == text {
		return
	}
	u.edits = append(u.edits, edit{have.comment, have.commentEnd, text})
	*changed = append(*changed, want.Key)
}

// insert adds a function at the end of its class, or of the file.
func (u *update) insert(want *Function) {
	at := len(u.old)
	for _, c := range u.src.classes {
		if c.name == want.In && want.In != "" {
			at = lineStart(u.old, c.end)
		}
	}
	text := "\n" + comment(want, want.Indent) + "\n" + want.Indent + want.Head + "\n" + want.Indent + "{\n"
	for _, l := range want.Body {
		text += strings.TrimRight(want.Indent+"\t"+l, "\t ") + "\n"
	}
	text += want.Indent + "}\n"
	if at == len(u.old) && at > 0 && u.old[at-1] != '\n' && !slices.ContainsFunc(u.edits, func(e edit) bool { return e.from == at }) {
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
