package objects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/typelib"
)

// MaxFiles is how many files of a Library are read, the first by name.
const MaxFiles = 1000

// A Library is what is known of classes: the IDL files (.idl), typelibs (.somt) and class libraries (.so, .dylib, .dll) in a folder, and
// what is in the interface repository, which comes behind the files. A file is read when somebody asks, and again when it has changed. One with errors does without the others' being known.
type Library struct {
	dir        string
	repository func(context.Context) (*model.Spec, error) // nil: there is none

	mu    sync.Mutex
	files map[string]*libraryFile // by name
}

// A libraryFile is a file that was read.
type libraryFile struct {
	size    int64
	changed time.Time
	specs   []*model.Spec
	problem error
}

// NewLibrary returns that of a folder, which need not be there, and of an interface repository, which may be nil.
func NewLibrary(dir string, repository func(context.Context) (*model.Spec, error)) *Library {
	return &Library{dir: dir, repository: repository, files: map[string]*libraryFile{}}
}

// inRepository stands for a file where an interface is from the repository.
const inRepository = "interface repository"

// Folder returns where files are looked for.
func (l *Library) Folder() string { return l.dir }

// A source is a specification, and where it is from.
type source struct {
	file string
	spec *model.Spec
}

// read returns what all files say, ordered by their names, and what is wrong with some.
func (l *Library) read(ctx context.Context) (all []source, problems []error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries, err := os.ReadDir(l.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, []error{fmt.Errorf("the folder of the IDL files: %w", err)}
	}
	there := map[string]bool{}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(l.dir, e.Name()))
		if err != nil || !info.Mode().IsRegular() || !slices.Contains(libraryFiles, filepath.Ext(e.Name())) {
			continue
		}
		if len(there) == MaxFiles {
			problems = append(problems, fmt.Errorf("%s has more than %d files: the others are not read", l.dir, MaxFiles))
			break
		}
		there[e.Name()] = true
		f := l.files[e.Name()]
		if f == nil || f.size != info.Size() || !f.changed.Equal(info.ModTime()) {
			f = &libraryFile{size: info.Size(), changed: info.ModTime()}
			f.specs, f.problem = load(ctx, filepath.Join(l.dir, e.Name()), l.dir)
			if ctx.Err() != nil {
				return nil, []error{ctx.Err()}
			}
			l.files[e.Name()] = f
		}
		if f.problem != nil {
			problems = append(problems, fmt.Errorf("%s: %w", e.Name(), f.problem))
		}
		for _, s := range f.specs {
			all = append(all, source{e.Name(), s})
		}
	}
	for name := range l.files {
		if !there[name] {
			delete(l.files, name)
		}
	}
	return all, problems
}

// libraryFiles are the ends of the names of files that are read.
var libraryFiles = []string{".idl", ".somt", ".so", ".dylib", ".dll"}

// load reads a file, which may include others of the folder dir.
func load(ctx context.Context, file, dir string) ([]*model.Spec, error) {
	if filepath.Ext(file) != ".idl" {
		f, err := typelib.Open(file)
		if err != nil {
			return nil, err
		}
		spec, err := typelib.Merge(f.Specs...)
		if err != nil {
			return nil, err
		}
		return []*model.Spec{spec}, nil
	}
	r, err := idl.Compile(ctx, idl.Options{Include: []string{dir}}, file)
	if err != nil {
		return nil, err
	}
	return []*model.Spec{r.Spec}, nil
}

// A found interface, and the specification that it is in.
type found struct {
	file string
	spec *model.Spec
	i    *model.Interface
}

// interfaces returns all interfaces that objects can have, each once, ordered by name.
func (l *Library) interfaces(ctx context.Context) (all []found, problems []error) {
	sources, problems := l.read(ctx)
	if l.repository != nil {
		spec, err := l.repository(ctx)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", inRepository, err))
		} else if spec != nil {
			sources = append(sources, source{inRepository, spec})
		}
	}
	seen := map[string]bool{}
	for _, s := range sources {
		for _, i := range dii.Interfaces(s.spec) {
			if !seen[i.ID] {
				seen[i.ID] = true
				all = append(all, found{s.file, s.spec, i})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.i.ScopedName(), b.i.ScopedName()) })
	return all, problems
}

// lookup returns the interface of a scoped name or repository id.
func (l *Library) lookup(ctx context.Context, name string) (found, bool) {
	all, _ := l.interfaces(ctx)
	for _, f := range all {
		if f.i.ID == name || f.i.ScopedName() == strings.TrimPrefix(name, "::") {
			return f, true
		}
	}
	return found{}, false
}
