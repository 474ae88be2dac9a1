package golang

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"

	"github.com/opendsom/dsom/diag"
)

// ManifestName is the name of the file in each generated package that says what has been
// generated into it, so that another run can add to it.
const ManifestName = "dsom-manifest.json"

// manifestVersion is the version of the manifest's form.
const manifestVersion = 1

// A manifest lists the generated files of a package.
type manifest struct {
	Version int    `json:"manifest"`
	Package string `json:"package"` // import path
	// Doc is the Go file that has the package's comment.
	Doc   string                `json:"doc,omitempty"`
	Files map[string]*fileEntry `json:"files"` // by Go file
}

// A fileEntry says what is in a generated file.
type fileEntry struct {
	IDL string `json:"idl"` // base name of the IDL file
	// Declarations are the Go names of what the file declares, by fully scoped IDL names.
	Declarations map[string]*declNames `json:"declarations"`
}

// declarations iterates over all declarations of a manifest, which may be nil.
func (m *manifest) declarations() iter.Seq2[string, *declNames] {
	return func(yield func(string, *declNames) bool) {
		if m == nil {
			return
		}
		for _, file := range slices.Sorted(maps.Keys(m.Files)) {
			for id, n := range m.Files[file].Declarations {
				if !yield(id, n) {
					return
				}
			}
		}
	}
}

// readManifests reads what earlier runs left of the packages of the specification, without
// what this run makes anew.
func (g *generator) readManifests() {
	if g.opt.Existing == nil {
		return
	}
	for _, p := range g.packages {
		m, err := readManifest(g.opt.Existing, p.dir)
		if err != nil {
			g.problem(CodeManifest, diag.Span{Start: diag.Position{File: path.Join(p.dir, ManifestName)}}, "remove it, and generate the files of this package again", "%v", err)
			continue
		}
		if m == nil || m.Package != p.path { // another package was there before
			continue
		}
		for _, f := range g.fileNames[p] {
			delete(m.Files, f)
		}
		for name := range m.Files { // what has been removed by hand
			if _, err := fs.Stat(g.opt.Existing, path.Join(p.dir, name)); errors.Is(err, fs.ErrNotExist) {
				delete(m.Files, name)
			}
		}
		p.old = m
	}
}

// readManifest reads the manifest of a folder; nil if there is none.
func readManifest(fsys fs.FS, dir string) (*manifest, error) {
	data, err := fs.ReadFile(fsys, path.Join(dir, ManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := new(manifest)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, err
	}
	if m.Version != manifestVersion {
		return nil, fmt.Errorf("version %d of the manifest, this program reads version %d", m.Version, manifestVersion)
	}
	for name, f := range m.Files {
		if f == nil {
			return nil, fmt.Errorf("file %s says nothing", name)
		}
		for id, n := range f.Declarations {
			if n == nil {
				return nil, fmt.Errorf("declaration %s says nothing", id)
			}
		}
	}
	return m, nil
}

// manifest returns the package's new manifest.
func (p *goPackage) manifest(doc string) ([]byte, error) {
	m := manifest{Version: manifestVersion, Package: p.path, Doc: doc, Files: map[string]*fileEntry{}}
	if p.old != nil {
		maps.Copy(m.Files, p.old.Files)
	}
	maps.Copy(m.Files, p.fresh)
	data, err := json.MarshalIndent(m, "", "\t")
	return append(data, '\n'), err
}
