package somd

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// changesWait is how long the lock of a file of changes is waited for, which processes hold while they read or write.
const changesWait = 10 * time.Second

// A changeLock is the file beside a file of changes (.lock) that processes lock. In it stands a generation, another for each file that is put in the place of the first; and before that a question mark, once
// nobody knows what of the file is on the disk.
type changeLock struct {
	name    string
	wait    time.Duration
	pending chan lockResult // of a lock that was not waited for to the end; nil: none
}

type lockResult struct {
	f   *lockedfile.File
	err error
}

func newChangeLock(name string) *changeLock {
	return &changeLock{name: name + ".lock", wait: changesWait}
}

// A held is a lock that this process has.
type held struct {
	f        *lockedfile.File
	gen      string
	doubtful bool
}

// take waits for the lock. A process that is stopped with it keeps others waiting for changesWait and no longer.
func (l *changeLock) take() (*held, error) {
	if l.pending == nil {
		got := make(chan lockResult, 1)
		go func() {
			f, err := lockedfile.OpenFile(l.name, os.O_RDWR|os.O_CREATE, 0o600)
			got <- lockResult{f, err}
		}()
		l.pending = got
	}
	after := time.NewTimer(l.wait)
	defer after.Stop()
	var r lockResult
	select {
	case r = <-l.pending:
		l.pending = nil
	case <-after.C:
		return nil, fmt.Errorf("another process has had the lock %s for %v", l.name, l.wait)
	}
	if r.err != nil {
		return nil, r.err
	}
	text := make([]byte, len("?")+genDigits)
	n, err := io.ReadFull(r.f, text)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		_ = r.f.Close()
		return nil, err
	}
	h := &held{f: r.f, doubtful: true}
	if n == len(text) { // else it is new, or was not written to its end
		h.gen, h.doubtful = string(text[1:]), text[0] == '?'
	}
	return h, nil
}

const genDigits = 26 // of rand.Text

func (h *held) release() { _ = h.f.Close() } // which unlocks

// size is how long a file is; its place in it changes.
func (h *held) size(f file) int64 {
	n, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0
	}
	return n
}

// begin begins another generation. What was doubtful is, until sure.
func (h *held) begin() error { return h.write("?", rand.Text()) }

// doubt notes that nobody knows what of the file is on the disk.
func (h *held) doubt() {
	if h.write("?", h.gen) != nil {
		_ = h.f.Truncate(0)
	}
}

func (h *held) sure() error { return h.write("=", h.gen) }

func (h *held) write(mark, gen string) error {
	if gen == "" {
		gen = rand.Text()
	}
	if _, err := h.f.WriteAt([]byte(mark+gen), 0); err != nil {
		return err
	}
	h.gen, h.doubtful = gen, mark == "?"
	return nil
}
