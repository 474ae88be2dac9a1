package somd

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// changesWait is how long the lock of a file of changes is waited for, which processes hold while they read or write.
const changesWait = 10 * time.Second

// The bounds of a lock that is still asked for when nobody waits any more.
const (
	changesOffer = time.Second // how long it is offered, once it is there, to who asks for it then
	changesLate  = time.Second // how long nobody waits for another who can do without it, once one was waited for in vain
)

// A changeLock is the file beside a file of changes (.lock) that processes lock. In it stands a generation, another for each file that is put in the place of the first; and before that a question mark, once
// nobody knows what of the file is on the disk.
type changeLock struct {
	name    string
	wait    time.Duration
	pending chan lockResult // of a lock that was not waited for to the end, closed when it was offered in vain and let go; nil: none
	late    time.Time       // when one was last waited for in vain
}

type lockResult struct {
	f   *lockedfile.File
	err error
}

func newChangeLock(name string, wait time.Duration) *changeLock {
	return &changeLock{name: name + ".lock", wait: wait}
}

// A held is a lock that this process has.
type held struct {
	f        *lockedfile.File
	gen      string
	doubtful bool
}

// take waits for the lock. A process that is stopped with it keeps others waiting for changesWait and no longer; and who can do without it only if it is not known that there is
// such a process.
func (l *changeLock) take(without bool) (*held, error) {
	r, err := l.get(without)
	if err != nil {
		return nil, err
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

// get returns the lock of who opens the file, or of who has waited in that for longer than anybody was interested.
func (l *changeLock) get(without bool) (lockResult, error) {
	late := errors.New("another process has had the lock " + l.name + " for long")
	after := time.NewTimer(l.wait)
	defer after.Stop()
	for {
		if l.pending != nil && without {
			select {
			case r, open := <-l.pending:
				if l.pending = nil; open {
					return r, nil
				}
			default:
				return lockResult{}, late
			}
		}
		if without && time.Since(l.late) < changesLate {
			return lockResult{}, late
		}
		if l.pending == nil {
			l.pending = l.open()
		}
		select {
		case r, open := <-l.pending:
			if l.pending = nil; open {
				return r, nil
			}
		case <-after.C:
			l.late = time.Now()
			return lockResult{}, fmt.Errorf("another process has had the lock %s for %v", l.name, l.wait)
		}
	}
}

// open asks the system for the lock. What nobody takes within changesOffer is let go: it would be kept from all others.
func (l *changeLock) open() chan lockResult {
	got := make(chan lockResult)
	go func() {
		f, err := lockedfile.OpenFile(l.name, os.O_RDWR|os.O_CREATE, 0o600)
		offer := time.NewTimer(changesOffer)
		defer offer.Stop()
		select {
		case got <- lockResult{f, err}:
		case <-offer.C:
			if f != nil {
				_ = f.Close()
			}
			close(got)
		}
	}()
	return got
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
