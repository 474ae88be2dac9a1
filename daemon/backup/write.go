package backup

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"

	"github.com/opendsom/dsom/store"
)

// Write writes the state in a folder, whose store is s, as it is at one moment, but for which servers run. The files beside the store are read one after the other.
func Write(ctx context.Context, w io.Writer, s store.Store, folder string, h Head) (Summary, error) {
	h.Format = Format
	sum := Summary{Head: h}
	for name, err := range files(folder) { // before anything is written
		if err == nil {
			err = short(filepath.Join(folder, filepath.FromSlash(name)))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return sum, err
		}
	}
	z := gzip.NewWriter(w)
	out := json.NewEncoder(z)
	if err := out.Encode(h); err != nil {
		return sum, err
	}
	for e, err := range entries(ctx, s) {
		if err == nil && passes(e.Key) {
			continue
		}
		if err == nil {
			err = out.Encode(line{Key: e.Key, Value: e.Value})
		}
		if err != nil {
			return sum, err
		}
		sum.Entries++
	}
	for name, err := range files(folder) {
		var data []byte
		if err == nil {
			data, err = readFile(filepath.Join(folder, filepath.FromSlash(name)))
		}
		if errors.Is(err, os.ErrNotExist) { // it was taken away in between
			continue
		}
		if err == nil {
			err = out.Encode(line{File: name, Value: data})
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return sum, err
		}
		sum.Files++
	}
	if err := out.Encode(line{End: &end{sum.Entries, sum.Files}}); err != nil {
		return sum, err
	}
	return sum, z.Close()
}

// entries walks a store as it is at one moment, where it can be.
func entries(ctx context.Context, s store.Store) iter.Seq2[store.Entry, error] {
	if s, ok := s.(store.Snapshotter); ok {
		return s.Snapshot(ctx)
	}
	return store.All(ctx, s, "")
}

// files walks the names of what is kept of the state folder. Links are followed to files, not to folders.
func files(folder string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		root := os.DirFS(folder)
		if _, err := fs.Stat(root, configFile); err == nil && !yield(configFile, nil) {
			return
		}
		err := fs.WalkDir(root, library, func(name string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				if errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				return err
			case e.IsDir():
				return nil
			}
			if s, err := fs.Stat(root, name); err != nil || !s.Mode().IsRegular() {
				return nil
			}
			if !yield(path.Clean(name), nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", err)
		}
	}
}

// short returns why a file cannot be in a backup.
func short(path string) error {
	s, err := os.Stat(path)
	if err == nil && s.Size() > maxFile {
		err = tooLong(path)
	}
	return err
}

func tooLong(path string) error {
	return fmt.Errorf("%s is longer than %d octets, and no IDL file or configuration: take it away, or the backup is not made", path, maxFile)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = tooLong(path)
	}
	return data, err
}
