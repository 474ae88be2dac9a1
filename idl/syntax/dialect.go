package syntax

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A Dialect is a variant of the language. There is one grammar; a dialect switches parts of it on.
type Dialect uint8

// The dialects.
const (
	// Auto takes a text for SOM IDL if it says so itself: see Detect.
	Auto Dialect = iota
	// CORBA is OMG IDL alone: what is SOM's is an error, and __SOMIDL__ is not defined.
	CORBA
	// SOM is IBM's SOM IDL: implementation sections, pointers, C's rules for names.
	SOM
)

var dialectNames = [...]string{Auto: "auto", CORBA: "corba", SOM: "som"}

// String returns the dialect's name: auto, corba or som.
func (d Dialect) String() string { return dialectNames[min(int(d), len(dialectNames)-1)] }

// UnmarshalText reads a dialect's name.
func (d *Dialect) UnmarshalText(b []byte) error {
	for i, n := range dialectNames {
		if n == string(b) {
			*d = Dialect(i)
			return nil
		}
	}
	return fmt.Errorf("unknown dialect %q: it is auto, corba or som", b)
}

// Detect reports whether a text is SOM IDL by its looks: it mentions __SOMIDL__ or
// __PRIVATE__, has an implementation section or one of SOM's pragmas, or has a typedef of a
// pointer.
func Detect(text string) bool {
	return strings.Contains(text, "__SOMIDL__") || strings.Contains(text, "__PRIVATE__") ||
		found(text, "implementation", startsBlock) || found(text, "#pragma", startsModifier) ||
		hasPointer(text)
}

// found reports whether what follows one of the marks in a text is as it should be.
func found(text, mark string, is func(string) bool) bool {
	for _, rest, ok := strings.Cut(text, mark); ok; _, rest, ok = strings.Cut(rest, mark) {
		if is(rest) {
			return true
		}
	}
	return false
}

func startsBlock(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "{") }

func startsModifier(s string) bool {
	s = strings.TrimLeft(s, " \t")
	return strings.HasPrefix(s, "somemittypes") || strings.HasPrefix(s, "modifier")
}

// hasPointer looks for "typedef T *P;" on a line of its own.
func hasPointer(text string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], "typedef")
		if at < 0 {
			return false
		}
		at += from
		from = at + len("typedef")
		line := text[from:]
		if end := strings.IndexAny(line, ";{\n"); end >= 0 {
			line = line[:end]
		}
		star := strings.IndexByte(line, '*')
		begin := strings.TrimRight(text[:at], " \t")
		if star > 0 && !strings.ContainsAny(line[:star], "/[<") && (begin == "" || begin[len(begin)-1] == '\n') {
			return true
		}
	}
}

// maxDetected bounds the files that are looked into for their dialect: the main files and
// what they include, in that order.
const maxDetected = 64

// dialect decides which dialect the main files are in. Files that they include are looked
// into as well, where they are found, whether the include is taken or not: a class whose own
// text shows nothing still is one if its parent is.
func (s *sources) dialect(mains []string) Dialect {
	type file struct{ name, from string }
	var work []file
	for _, m := range mains {
		work = append(work, file{name: m})
	}
	seen := map[string]bool{}
	for n := 0; n < len(work) && len(seen) < maxDetected; n++ {
		f := s.glance(work[n].name, work[n].from)
		if f == nil || seen[f.Path] {
			continue
		}
		seen[f.Path] = true
		if Detect(f.Text) {
			return SOM
		}
		found(f.Text, "#include", func(rest string) bool {
			if name := header(rest); name != "" {
				work = append(work, file{name, f.Path})
			}
			return len(work) > maxDetected*maxDetected
		})
	}
	return CORBA
}

// glance reads a file ahead of its time: a main file, or one that the file from includes. It
// returns nil where there is none.
func (s *sources) glance(name, from string) *SourceFile {
	if from == "" {
		f, _ := s.ahead(name)
		return f
	}
	name = strings.ReplaceAll(name, `\`, "/")
	places := []string{name}
	if !isAbs(name) {
		places[0] = path.Join(path.Dir(from), name)
		for _, dir := range s.include {
			places = append(places, path.Join(dir, name))
		}
	}
	for _, p := range places {
		f, err := s.ahead(path.Clean(p))
		if !errors.Is(err, fs.ErrNotExist) {
			return f
		}
	}
	f, _ := s.read(path.Clean(name), true)
	return f
}

// header returns the name of the file behind #include; empty if there is none.
func header(s string) string {
	s = strings.TrimLeft(s, " \t")
	if s == "" || s[0] != '<' && s[0] != '"' {
		return ""
	}
	end := strings.IndexAny(s[1:], "\">\n")
	if end < 0 {
		return ""
	}
	return s[1 : 1+end]
}

// macros returns what a dialect defines.
func (d Dialect) macros(private bool) []string {
	if d != SOM {
		return nil
	}
	if private {
		return []string{"__SOMIDL__=1", "__PRIVATE__=1"}
	}
	return []string{"__SOMIDL__=1"}
}
