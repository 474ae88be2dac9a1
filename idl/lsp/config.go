package lsp

import (
	"encoding/json"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ConfigFile is the name of the file that says how the IDL of a folder, and of those below it,
// is compiled. Its members are those of config.
const ConfigFile = ".dsom-idl.json"

// config says how files are compiled. It comes from the editor and from ConfigFile; what either
// lists counts. Paths are relative to the workspace, or to the folder of the file.
type config struct {
	Include []string `json:"include"`
	Define  []string `json:"define"`
	// Indent is the number of blanks that formatting indents a level by; 0 is the usual one.
	Indent int `json:"indent"`
}

// editorConfig is what an editor sends: a config, alone or inside {"dsom": {"idl": …}}.
type editorConfig struct {
	config
	DSOM struct {
		IDL config `json:"idl"`
	} `json:"dsom"`
}

func parseEditorConfig(b json.RawMessage) config {
	var e editorConfig
	if len(b) == 0 || json.Unmarshal(b, &e) != nil {
		return config{} // an editor's mistake must not keep the server from working
	}
	c := e.config
	c.Include = append(c.Include, e.DSOM.IDL.Include...)
	c.Define = append(c.Define, e.DSOM.IDL.Define...)
	if c.Indent == 0 {
		c.Indent = e.DSOM.IDL.Indent
	}
	return c
}

// against makes relative paths absolute.
func (c config) against(dir string) config {
	var include []string
	for _, d := range c.Include {
		d = filepath.ToSlash(d)
		if !path.IsAbs(d) && !(len(d) > 1 && d[1] == ':') {
			d = path.Join(dir, d)
		}
		include = append(include, path.Clean(d))
	}
	c.Include = include
	return c
}

// configFor returns the configuration for a file: that of the editor, that of the nearest
// ConfigFile, and as a guess all folders of the workspace that hold IDL.
func (s *snapshot) configFor(file string) config {
	c := config{Include: slices.Clone(s.editor.Include), Define: slices.Clone(s.editor.Define), Indent: s.editor.Indent}
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		b, err := s.disk.Open(path.Join(dir, ConfigFile))
		if err == nil {
			var own config
			if json.Unmarshal(b, &own) == nil {
				own = own.against(dir)
				c.Include, c.Define = append(c.Include, own.Include...), append(c.Define, own.Define...)
				if own.Indent != 0 {
					c.Indent = own.Indent
				}
			}
			break
		}
		if dir == path.Dir(dir) {
			break
		}
	}
	for _, dir := range s.folders {
		if !slices.Contains(c.Include, dir) {
			c.Include = append(c.Include, dir)
		}
	}
	return c
}

// The bounds of what is looked at in a workspace (limits lsp-files and lsp-folders).
const (
	maxFiles   = 2000
	maxFolders = 64
	maxEntries = 100_000
)

// workspaceFiles returns the IDL files below the roots of the workspace, and the folders that hold them.
func workspaceFiles(roots []string) (files, folders []string) {
	entries := 0
	for _, root := range roots {
		_ = filepath.WalkDir(filepath.FromSlash(root), func(name string, d fs.DirEntry, err error) error {
			if entries++; entries > maxEntries || len(files) >= maxFiles {
				return fs.SkipAll
			}
			switch {
			case err != nil:
				return nil // a folder that cannot be read has nothing for us
			case d.IsDir() && d.Name() != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "vendor"):
				return fs.SkipDir
			case !isIDL(name) || !d.Type().IsRegular():
				return nil
			}
			name = filepath.ToSlash(name)
			files = append(files, name)
			if dir := path.Dir(name); len(folders) < maxFolders && !slices.Contains(folders, dir) {
				folders = append(folders, dir)
			}
			return nil
		})
	}
	return files, folders
}

func isIDL(name string) bool {
	ext := strings.ToLower(path.Ext(filepath.ToSlash(name)))
	return ext == ".idl" || ext == ".pidl" || ext == ".midl"
}
