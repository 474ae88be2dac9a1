package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/emit"
)

// existing returns the output folder as it is, nil if there is none.
func existing(dir string) fs.FS {
	if i, err := os.Stat(dir); err != nil || !i.IsDir() {
		return nil
	}
	return os.DirFS(dir)
}

// importPath returns the import path of a folder that need not exist yet, as the go.mod in or
// above it tells; empty if there is none.
func importPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	below := ""
	for {
		file := filepath.Join(dir, "go.mod")
		if _, err := os.Stat(file); err == nil {
			name, err := moduleName(file)
			if err != nil {
				return "", err
			}
			return path.Join(name, below), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", nil
		}
		below, dir = path.Join(filepath.Base(dir), below), up
	}
}

// moduleName returns the name of the module that a go.mod is of.
func moduleName(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 2 || words[0] != "module" {
			continue
		}
		if s, err := strconv.Unquote(words[1]); err == nil {
			return s, nil
		}
		return words[1], nil
	}
	return "", fmt.Errorf("%s names no module", file)
}

// writeFiles writes into a folder the files that are not there yet as they should be, and
// returns their paths. Where it is only to look it writes nothing.
func writeFiles(dir string, files *emit.Files, look bool) ([]string, error) {
	var changed []string
	for name, data := range files.All() {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if same(to, data) {
			continue
		}
		changed = append(changed, name)
		if look {
			continue
		}
		if err := replaceFile(to, data); err != nil {
			return changed, fmt.Errorf("%s cannot be written: %w", to, err)
		}
	}
	return changed, nil
}

// same reports whether a file has this content.
func same(name string, data []byte) bool {
	i, err := os.Stat(name)
	if err != nil || i.Size() != int64(len(data)) {
		return false
	}
	have, err := os.ReadFile(name)
	return err == nil && bytes.Equal(have, data)
}

// replaceFile writes a file whole or not at all, and the folders on the way.
func replaceFile(name string, data []byte) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".dsom-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what matters is why it was not written
	}
	return err
}
