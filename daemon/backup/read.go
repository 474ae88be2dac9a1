package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/opendsom/dsom/store"
)

// ErrDamaged is the error of what is no backup, or not a whole one.
var ErrDamaged = errors.New("this is no whole backup")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// Read reads a backup to its end, and calls a function for each entry and each file of it. Their names are checked, and come once.
func Read(r io.Reader, entry func(store.Entry) error, file func(name string, data []byte) error) (Summary, error) {
	var sum Summary
	z, err := gzip.NewReader(r)
	if err != nil {
		return sum, damaged("it is not compressed as one: %v", err)
	}
	total := &io.LimitedReader{R: z, N: maxTotal}
	lines := bufio.NewReaderSize(total, 64<<10)
	b, err := next(lines, total)
	if err != nil {
		return sum, err
	}
	if err := json.Unmarshal(b, &sum.Head); err != nil || sum.Format == 0 {
		return sum, damaged("its first line says nothing of one")
	}
	if sum.Format != Format {
		return sum, fmt.Errorf("the backup has format %d, and this program reads %d: use the version of dsom that has written it (%s)", sum.Format, Format, sum.Version)
	}
	seen := map[string]bool{}
	last := ""
	for {
		b, err := next(lines, total)
		if err != nil {
			return sum, err
		}
		var l line
		if err := json.Unmarshal(b, &l); err != nil {
			return sum, damaged("line %d: %v", 2+sum.Entries+sum.Files, err)
		}
		switch {
		case l.End != nil:
			if l.End.Entries != sum.Entries || l.End.Files != sum.Files {
				return sum, damaged("it has %d entries and %d files, and should have %d and %d", sum.Entries, sum.Files, l.End.Entries, l.End.Files)
			}
			if _, err := lines.ReadByte(); !errors.Is(err, io.EOF) {
				return sum, damaged("something is behind its end")
			}
			return sum, nil
		case l.File != "":
			if sum.Files++; sum.Files > maxFiles {
				return sum, damaged("it has more than %d files", maxFiles)
			}
			if !keeps(l.File) || len(l.Value) > maxFile {
				return sum, damaged("the file %q is none that a state folder has", l.File)
			}
			if seen[l.File] {
				return sum, damaged("the file %q is there twice", l.File)
			}
			seen[l.File] = true
			err = file(l.File, l.Value)
		default:
			if sum.Entries++; l.Key <= last {
				return sum, damaged("the entry %q is behind %q", l.Key, last)
			}
			last = l.Key
			if err := store.CheckKey(l.Key); err != nil {
				return sum, damaged("%v", err)
			}
			err = entry(store.Entry{Key: l.Key, Value: l.Value})
		}
		if err != nil {
			return sum, err
		}
	}
}

// keeps reports whether a file is one of those that are kept: no way leads out of the folder.
func keeps(name string) bool {
	return name == configFile || fs.ValidPath(name) && strings.HasPrefix(name, library+"/") && !strings.ContainsAny(name, `\:`+"\x00")
}

// next returns the next line.
func next(in *bufio.Reader, total *io.LimitedReader) ([]byte, error) {
	var b []byte
	for {
		part, err := in.ReadSlice('\n')
		if b = append(b, part...); len(b) > maxLine {
			return nil, damaged("a line is longer than %d octets", maxLine)
		}
		switch {
		case err == nil:
			return bytes.TrimSuffix(b, []byte("\n")), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case total.N == 0:
			return nil, damaged("it is longer than %d octets", int64(maxTotal))
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, damaged("it is cut off")
		default:
			return nil, damaged("%v", err)
		}
	}
}
