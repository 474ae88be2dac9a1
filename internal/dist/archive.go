package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/opendsom/dsom/platform"
)

// An entry is a file of an archive.
type entry struct {
	name string
	mode fs.FileMode
	body []byte
}

// archive builds a target and returns the archive's name and octets.
func (r release) archive(t platform.Target) (name string, b []byte, err error) {
	folder, err := os.MkdirTemp("", "dsom-dist-")
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(folder)
	file, err := r.build(t, folder)
	if err != nil {
		return "", nil, err
	}
	stem := fmt.Sprintf("dsom-%s-%s-%s", r.version, t.OS, t.Arch)
	entries, err := r.entries(t, stem, file)
	if err != nil {
		return "", nil, err
	}
	if t.OS == "windows" {
		b, err = zipped(entries, r.time)
		return stem + ".zip", b, err
	}
	b, err = tarred(entries, r.time)
	return stem + ".tar.gz", b, err
}

// entries returns what an archive holds: the program, and what goes with it.
func (r release) entries(t platform.Target, stem, file string) ([]entry, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := []entry{{path.Join(stem, filepath.Base(file)), 0o755, body}}
	docs, err := filepath.Glob(filepath.Join(r.root, "docs", "*.md")) // sorted
	if err != nil {
		return nil, err
	}
	for _, f := range append([]string{filepath.Join(r.root, "LICENSE"), filepath.Join(r.root, "README.md")}, docs...) {
		body, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(r.root, f)
		if err != nil {
			return nil, err
		}
		all = append(all, entry{path.Join(stem, filepath.ToSlash(rel)), 0o644, body})
	}
	notices, err := r.notices(t)
	if err != nil {
		return nil, err
	}
	return append(all, entry{path.Join(stem, "LICENSES-OF-MODULES"), 0o644, notices}), nil
}

func tarred(entries []entry, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Mode: int64(e.mode), Size: int64(len(e.body)), ModTime: at, Format: tar.FormatUSTAR}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.body); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func zipped(entries []entry, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at}
		h.SetMode(e.mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(e.body); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
