package capture

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// keptInPlace is how many octets stay in a file that is cut in place, at most a quarter of its size.
const keptInPlace = 1 << 20

// Trim makes the file of a server, which may be writing to it, a predecessor if it is too
// long. It returns how many octets the file lost at its front; what is written in the moment of the change may be lost
// as well.
//
// In a flood, and where the disk takes no copy, the file is cut in place instead: that needs
// no space, and the predecessors go on to tell what came before.
func (k *Keeper) Trim(server string) (cut int64, err error) {
	path := k.Path(server)
	st, err := os.Stat(path)
	if err != nil || st.Size() <= k.maxSize() {
		return 0, err
	}
	if last, err := os.Stat(k.old(server, 1)); err == nil {
		if age := time.Since(last.ModTime()); age >= 0 && age < k.flood() { // else the clock was set back: the next one has its time
			return k.cutInPlace(path)
		}
	}
	if k.rotate(server) != nil { // most often the disk is full, which more copies do not mend
		return k.cutInPlace(path)
	}
	st, err = os.Stat(path)
	if err != nil {
		return 0, err
	}
	return st.Size(), os.Truncate(path, 0)
}

// TrimAll is Trim for all servers that have a file: at a time when nobody else trims.
func (k *Keeper) TrimAll() error {
	files, err := os.ReadDir(k.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".log.new") { // of a Trim that did not come to its end
			err = errors.Join(err, os.Remove(filepath.Join(k.Dir, f.Name())))
		}
	}
	for _, f := range files {
		if server, ok := strings.CutSuffix(f.Name(), ".log"); ok {
			_, e := k.Trim(server)
			err = errors.Join(err, e)
		}
	}
	return err
}

// rotate copies the end of a file to a new predecessor. The others move on only when that is there.
func (k *Keeper) rotate(server string) error {
	if err := k.copyEnd(k.Path(server), k.fresh(server)); err != nil {
		return errors.Join(err, os.Remove(k.fresh(server)))
	}
	for n := k.keep(); n > 1; n-- {
		if err := os.Rename(k.old(server, n-1), k.old(server, n)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return errors.Join(err, os.Remove(k.fresh(server)))
		}
	}
	return os.Rename(k.fresh(server), k.old(server, 1))
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
	_, err = io.Copy(out, io.LimitReader(in, k.maxSize()+k.maxSize()/4)) // a flood may go on meanwhile
	return err
}

// cutInPlace moves the last octets of a file to its front, over what is there, and gives up the rest.
func (k *Keeper) cutInPlace(path string) (cut int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	end := make([]byte, min(keptInPlace, k.maxSize()/4))
	cut = st.Size() - int64(len(end))
	if _, err = f.ReadAt(end, cut); err == nil {
		_, err = f.WriteAt(end, 0)
	}
	if err != nil { // a disk on which nothing can be written over: space is worth more than the end
		return st.Size(), errors.Join(err, f.Truncate(0))
	}
	return cut, f.Truncate(int64(len(end)))
}
