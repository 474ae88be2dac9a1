package template

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/opendsom/dsom/diag"
)

// A Reporter says what an update has to say by the codes of an emitter.
type Reporter struct {
	Table  diag.Table
	Report *diag.Report
	// Unreadable is an error, ByHand and Gone are warnings.
	Unreadable, ByHand, Gone diag.Code
}

// Update brings the file of a name, which is in existing if it is there already, up to date as [Update] does.
func (r Reporter) Update(existing fs.FS, name string, f File) []byte {
	old, err := existingFile(existing, name)
	if err != nil {
		r.unreadable(name, err)
		return nil
	}
	text, changes, err := Update(old, f)
	r.says(name, changes, err)
	return text
}

// UpdateGo does the same as [UpdateGo] does. The other files are in the same folder.
func (r Reporter) UpdateGo(existing fs.FS, name string, f GoFile) []byte {
	old, err := existingFile(existing, name)
	if err != nil {
		r.unreadable(name, err)
		return nil
	}
	text, changes, err := UpdateGo(old, f)
	r.says(name, changes, err)
	return text
}

// existingFile returns a file, or nil where there is none. It fails where there is one that cannot be read, which must not be made
// anew. existing may be nil.
func existingFile(existing fs.FS, name string) ([]byte, error) {
	if existing == nil {
		return nil, nil
	}
	data, err := fs.ReadFile(existing, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return nil, fmt.Errorf("octet %d is zero, and the file no text of ASCII or UTF-8", at)
	}
	return append([]byte{}, data...), nil // not nil if it is empty
}

func (r Reporter) unreadable(name string, err error) {
	r.add(r.Unreadable, "mend what stands there", "%s: %v", name, err)
}

func (r Reporter) says(name string, changes Changes, err error) {
	in := func(file string) string {
		if file == "" {
			return name
		}
		return path.Join(path.Dir(name), file)
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		r.add(r.Unreadable, "mend what stands there", "%s: line %d: %s", in(e.File), e.Line, e.What)
	} else if err != nil {
		r.unreadable(name, err)
	}
	for _, n := range changes.Gone {
		r.add(r.Gone, n.Help, "%s:%d: %s: %s", in(n.File), n.Line, n.Key, n.What)
	}
	for _, n := range changes.Left {
		r.add(r.ByHand, n.Help, "%s:%d: %s: %s", in(n.File), n.Line, n.Key, n.What)
	}
}

func (r Reporter) add(code diag.Code, help, format string, args ...any) {
	r.Report.Add(r.Table.New(code, diag.Span{}, help, format, args...))
}
