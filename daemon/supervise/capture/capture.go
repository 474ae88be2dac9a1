// Package capture keeps what server programs write to standard output and error: a file
// for each server, cut to a size, its predecessors numbered.
//
// The programs write to the file themselves. A pipe would have to be read by the daemon, and
// a program whose pipe has no reader any more is ended by the system: it could not outlive the daemon.
package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// The defaults of a Keeper.
const (
	DefaultMaxSize = 8 << 20
	DefaultKeep    = 3
)

// Limits of what Tail returns.
const (
	MaxLine = 400      // octets of a line; more is left out
	tailMax = 64 << 10 // octets that Tail looks at
)

// A Keeper keeps the output of servers in a folder. Its methods may be called concurrently
// for different servers; Trim for one server is called by one goroutine.
type Keeper struct {
	Dir     string
	MaxSize int64 // octets of a file, checked now and then; 0: DefaultMaxSize
	Keep    int   // predecessors that are kept; 0: DefaultKeep
}

func (k *Keeper) maxSize() int64 {
	if k.MaxSize > 0 {
		return k.MaxSize
	}
	return DefaultMaxSize
}

func (k *Keeper) keep() int {
	if k.Keep > 0 {
		return k.Keep
	}
	return DefaultKeep
}

// Path returns where the output of a server goes. The name must be a plain file name.
func (k *Keeper) Path(server string) string { return filepath.Join(k.Dir, server+".log") }

func (k *Keeper) old(server string, n int) string { return fmt.Sprintf("%s.%d", k.Path(server), n) }

// Open opens the file to which a server that is being started shall write, and returns its
// length so far. The caller closes it.
func (k *Keeper) Open(server string) (*os.File, int64, error) {
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		return nil, 0, err
	}
	f, err := os.OpenFile(k.Path(server), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, st.Size(), nil
}

// Trim makes the file of a server that may be writing to it a predecessor if it is too long,
// and reports whether it was: a server that floods its output is to be looked at again soon. What is written in
// the moment of the change may be lost.
func (k *Keeper) Trim(server string) (trimmed bool, err error) {
	path := k.Path(server)
	st, err := os.Stat(path)
	if err != nil || st.Size() <= k.maxSize() {
		return false, err
	}
	for n := k.keep(); n > 1; n-- {
		if err := os.Rename(k.old(server, n-1), k.old(server, n)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return false, err
		}
	}
	copied := k.copyEnd(path, k.old(server, 1))
	// It is cut also if the copy failed: a full disk is not made better by keeping more.
	return true, errors.Join(copied, os.Truncate(path, 0))
}

// copyEnd copies the last octets of a file, as many as a file may have.
func (k *Keeper) copyEnd(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	if _, err := in.Seek(-k.maxSize(), io.SeekEnd); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, io.LimitReader(in, 2*k.maxSize())) // a flood may go on meanwhile
	return err
}

// Remove deletes all that is kept of a server.
func (k *Keeper) Remove(server string) error {
	err := os.Remove(k.Path(server))
	for n := 1; n <= k.keep(); n++ {
		err = errors.Join(err, os.Remove(k.old(server, n)))
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Tail returns the last lines, n at most, that a server wrote since its file was from long;
// without control characters, and each cut to MaxLine. No file is no lines.
func (k *Keeper) Tail(server string, from int64, n int) []string {
	f, err := os.Open(k.Path(server))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return nil
	}
	if from > st.Size() { // it was cut since
		from = 0
	}
	start := max(from, st.Size()-tailMax)
	b, err := io.ReadAll(io.NewSectionReader(f, start, st.Size()-start))
	if err != nil {
		return nil
	}
	var lines []string
	for line := range bytes.SplitSeq(bytes.TrimRight(b, "\r\n"), []byte("\n")) {
		lines = append(lines, clean(line))
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines[max(0, len(lines)-n):]
}

// clean makes a line of a program's output fit to be shown in an error.
func clean(line []byte) string {
	cut := len(line) > MaxLine
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(line[:min(len(line), MaxLine)]), "?"))
	if cut {
		s += "…"
	}
	return s
}

// Copy writes the last n lines of a server's output to w and, with follow, all that comes
// until ctx ends. Its error is that of the file or of w; the end of ctx is none.
func (k *Keeper) Copy(ctx context.Context, w io.Writer, server string, n int, follow bool) error {
	at, err := k.backFrom(server, n)
	if err != nil {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if at, err = k.copyFrom(w, server, at); err != nil || !follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// copyFrom writes a file's octets from an offset on, and returns the offset that it came to.
func (k *Keeper) copyFrom(w io.Writer, server string, at int64) (int64, error) {
	f, err := os.Open(k.Path(server))
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

// backFrom returns the offset at which the last n lines of a file begin.
func (k *Keeper) backFrom(server string, n int) (int64, error) {
	f, err := os.Open(k.Path(server))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	at, err := f.Seek(0, io.SeekEnd)
	if err != nil || n <= 0 {
		return at, err
	}
	buf := make([]byte, 32<<10)
	for first := true; at > 0; first = false {
		size := min(at, int64(len(buf)))
		chunk := buf[:size]
		if _, err := f.ReadAt(chunk, at-size); err != nil {
			return 0, err
		}
		for i := len(chunk) - 1; i >= 0; i-- {
			if chunk[i] != '\n' || first && i == len(chunk)-1 { // the newline at the end begins no line
				continue
			}
			if n--; n == 0 {
				return at - size + int64(i) + 1, nil
			}
		}
		at -= size
	}
	return 0, nil
}
