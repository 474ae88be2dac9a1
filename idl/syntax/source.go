package syntax

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Resolver opens files. A name is what the caller asked to compile, or a search path joined
// with what an #include says, with slashes. A file that is not there gives an error that is
// fs.ErrNotExist. A Resolver that reads a disk bounds what it reads.
type Resolver interface {
	Open(name string) ([]byte, error)
}

// FilesOf is a Resolver over texts in memory, by name.
type FilesOf map[string]string

// Open returns the text of that name.
func (m FilesOf) Open(name string) ([]byte, error) {
	if text, ok := m[name]; ok {
		return []byte(text), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// A SourceFile is a file that was read.
type SourceFile struct {
	// Path is the name under which it was opened.
	Path string
	// Text is its text in UTF-8: a file that is none is taken as ISO 8859-1 and converted.
	// Positions count in this text.
	Text string
	// Main says that it was asked for, Standard that the compiler carries it.
	Main, Standard bool
	// Includes are the paths of what it includes, each once.
	Includes []string

	guard string // the macro that makes reading it again pointless
	once  bool
}

// decode returns a file's text in UTF-8 without byte order mark.
func decode(b []byte) string {
	s := strings.TrimPrefix(string(b), "\ufeff")
	if utf8.ValidString(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s) + len(s)/8)
	for i := range len(s) {
		out.WriteRune(rune(s[i]))
	}
	return out.String()
}

// sources finds, opens and keeps files.
type sources struct {
	resolver Resolver
	include  []string
	standard Resolver
	mains    []string          // that were asked for: one for each folder
	asked    []string          // all that were asked for, cleaned
	spelling map[string]string // of those, by their clean path
	max      int
	byPath   map[string]*SourceFile
	order    []*SourceFile
	glanced  map[string]*SourceFile // read ahead of their time
}

// open returns the file of that path, read once. A file that was asked for keeps the spelling
// in which it was, so that ./a.idl and a.idl are one.
func (s *sources) open(name string, standard bool) (*SourceFile, error) {
	if spelt, ok := s.spelling[path.Clean(name)]; ok && !standard {
		name = spelt
	}
	if f, ok := s.byPath[name]; ok {
		return f, nil
	}
	f, err := s.read(name, standard)
	if err != nil {
		return nil, err
	}
	s.add(f)
	return f, nil
}

// ahead returns the file of that path without it being one of the compilation yet.
func (s *sources) ahead(name string) (*SourceFile, error) {
	if f, ok := s.glanced[name]; ok {
		return f, nil
	}
	f, err := s.read(name, false)
	if err != nil {
		return nil, err
	}
	s.glanced[name] = f
	return f, nil
}

// read reads a file, or takes it if that was done already.
func (s *sources) read(name string, standard bool) (*SourceFile, error) {
	r := s.resolver
	if standard {
		r = s.standard
	} else if f, ok := s.glanced[name]; ok {
		return f, nil
	}
	if r == nil {
		return nil, fs.ErrNotExist
	}
	b, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	if len(b) > s.max {
		return nil, errors.New(exceeded("the file is too large", "idl-file-size", s.max))
	}
	return &SourceFile{Path: name, Text: decode(b), Standard: standard}, nil
}

// ask notes a file that was asked for.
func (s *sources) ask(name string) {
	clean := path.Clean(name)
	if _, again := s.spelling[clean]; again {
		return
	}
	s.asked = append(s.asked, clean)
	s.spelling[clean] = name
}

func (s *sources) add(f *SourceFile) {
	s.byPath[f.Path] = f
	s.order = append(s.order, f)
}

// find opens what an #include in file from says: beside the file (in quotes), then along the
// search paths, then the file asked for whose path ends so, then what the compiler carries, last
// beside the file and the main files whatever the brackets. It returns the places it tried.
func (s *sources) find(name string, angled bool, from string) (*SourceFile, []string, error) {
	var tried []string
	try := func(p string) (*SourceFile, error) {
		f, err := s.open(p, false)
		if err != nil {
			tried = append(tried, p)
		}
		return f, err
	}
	name = strings.ReplaceAll(name, `\`, "/")
	if isAbs(name) {
		f, err := try(path.Clean(name))
		return f, tried, err
	}
	if !angled {
		if f, err := try(path.Join(path.Dir(from), name)); !errors.Is(err, fs.ErrNotExist) {
			return f, tried, err
		}
	}
	for _, dir := range s.include {
		if f, err := try(path.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return f, tried, err
		}
	}
	for _, asked := range s.asked {
		if asked != path.Clean(from) && endsIn(asked, path.Clean(name)) {
			if f, err := try(asked); !errors.Is(err, fs.ErrNotExist) {
				return f, tried, err
			}
		}
	}
	f, err := s.open(path.Clean(name), true)
	if errors.Is(err, fs.ErrNotExist) {
		// Each ORB has the standard files in a folder of its own.
		f, err = s.open(path.Base(name), true)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return f, tried, err
	}
	// Last, beside the file that includes it and beside those that were asked for: it is the
	// folder that -I would name.
	for _, beside := range append([]string{from}, s.mains...) {
		if p := path.Join(path.Dir(beside), name); !slices.Contains(tried, p) {
			if f, err := try(p); !errors.Is(err, fs.ErrNotExist) {
				return f, tried, err
			}
		}
	}
	return nil, tried, err
}

// has reports whether there is a file to include. A file that was not read before counts as
// not read.
func (s *sources) has(name string, angled bool, from string) bool {
	n := len(s.order)
	_, _, err := s.find(name, angled, from)
	for _, f := range s.order[n:] {
		delete(s.byPath, f.Path)
	}
	s.order = s.order[:n]
	return err == nil
}

// endsIn reports whether the last parts of a path are those of another one.
func endsIn(p, end string) bool {
	rest, ok := strings.CutSuffix(p, end)
	return ok && (rest == "" || rest[len(rest)-1] == '/')
}

func isAbs(name string) bool {
	return path.IsAbs(name) || len(name) > 2 && name[1] == ':' && name[2] == '/'
}
