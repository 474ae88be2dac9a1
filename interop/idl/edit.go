package idl

import (
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"
)

// An Edit changes the IDL for a compiler that does not take all of it. What crosses the wire stays the same for all that
// is left. Each edit is a limit of that compiler, and says so; a minimal reproduction lies in the peer's folder limits.
type Edit struct {
	File string
	Old  string // one line's part; if New is empty, the whole line goes
	New  string
	Why  string
}

// Edited returns the files with the edits made. An edit that finds nothing to change is an error: the IDL has changed.
func Edited(edits []Edit) (fs.FS, error) {
	edited := fstest.MapFS{}
	names, err := fs.Glob(Files, "*.idl")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(Files, name)
		if err != nil {
			return nil, err
		}
		lines := strings.SplitAfter(string(text), "\n")
		for _, e := range edits {
			if e.File == name {
				if err := e.apply(lines); err != nil {
					return nil, err
				}
			}
		}
		edited[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "")), Mode: 0o644}
	}
	return edited, nil
}

func (e Edit) apply(lines []string) error {
	found := false
	for i, line := range lines {
		switch {
		case !strings.Contains(line, e.Old):
		case e.New == "":
			lines[i], found = "", true
		default:
			lines[i], found = strings.ReplaceAll(line, e.Old, e.New), true
		}
	}
	if !found {
		return fmt.Errorf("%s has no %q to change for a compiler that cannot take it (%s)", e.File, e.Old, e.Why)
	}
	return nil
}
