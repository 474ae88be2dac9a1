package capture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Limits of how far Copy looks back: for n lines it shows lineSpace octets each, together and
// of short lines too, but never less than leastSpace. Of a line that is longer, the end is shown.
const (
	lineSpace  = 4 << 10
	leastSpace = 64 << 10
)

// Copy writes the last n lines of a server's output to w, those of the predecessors among
// them, and, with follow, all that comes until ctx ends. Its error is that of the file or of w; the end
// of ctx is none.
func (k *Keeper) Copy(ctx context.Context, w io.Writer, server string, n int, follow bool) error {
	at, err := k.copyLast(w, server, n)
	if err != nil || !follow {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if at, err = copyFrom(w, k.Path(server), at); err != nil {
			return err
		}
	}
}

// copyLast writes the last n lines, and returns how far it came in the present file.
func (k *Keeper) copyLast(w io.Writer, server string, n int) (at int64, err error) {
	if n <= 0 {
		return size(k.Path(server))
	}
	b := &backwards{lines: n, space: max(leastSpace, int64(n)*lineSpace)}
	files := []string{k.Path(server)}
	for i := 1; i <= k.keep(); i++ {
		files = append(files, k.old(server, i))
	}
	var starts []int64
	for _, path := range files {
		start, err := b.look(path)
		if err != nil {
			return 0, err
		}
		if starts = append(starts, start); b.done {
			break
		}
	}
	if b.done && b.space == 0 {
		if _, err := io.WriteString(w, "…"); err != nil {
			return 0, err
		}
	}
	for i := len(starts) - 1; i >= 0; i-- {
		if at, err = copyFrom(w, files[i], starts[i]); err != nil {
			return 0, err
		}
	}
	return at, nil
}

func size(path string) (int64, error) {
	st, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// copyFrom writes a file's octets from an offset on, and returns the offset that it came to.
func copyFrom(w io.Writer, path string, at int64) (int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return at, err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return at, err
	}
	if st.Size() < at { // it was cut since
		at = 0
	}
	if st.Size() == at {
		return at, nil
	}
	n, err := io.Copy(w, io.NewSectionReader(f, at, st.Size()-at))
	return at + n, err
}

// backwards looks for where the last lines of a text begin that lies in several files, the
// last of them first.
type backwards struct {
	lines int   // yet to be found
	space int64 // octets yet to be looked at
	began bool  // an octet was looked at
	done  bool  // all lines were found, or there is no space left
}

// look returns the offset in a file at which the lines begin, 0 if they begin before it.
func (b *backwards) look(path string) (int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	at, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 32<<10)
	for at > 0 && !b.done {
		chunk := buf[:min(at, int64(len(buf)), b.space)]
		at -= int64(len(chunk))
		if _, err := f.ReadAt(chunk, at); err != nil {
			return 0, err
		}
		at += int64(b.chunk(chunk))
	}
	return at, nil
}

// chunk looks at the octets before those of the last call, and returns where among them the lines begin.
func (b *backwards) chunk(chunk []byte) int {
	end := len(chunk)
	if !b.began && chunk[end-1] == '\n' { // the newline at the end begins no line
		end--
	}
	b.began = true
	for {
		i := bytes.LastIndexByte(chunk[:end], '\n')
		if i < 0 {
			b.space -= int64(len(chunk))
			b.done = b.space == 0
			return 0
		}
		if b.lines--; b.lines == 0 {
			b.done = true
			return i + 1
		}
		end = i
	}
}
