// Package capture keeps what server programs write to standard output and error: a file
// for each server, cut to a size, its predecessors numbered.
//
// The programs write to the file themselves. A pipe would have to be read by the daemon, and
// a program whose pipe has no reader any more is ended by the system: it could not outlive the daemon.
package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// The defaults of a Keeper.
const (
	DefaultMaxSize = 8 << 20
	DefaultKeep    = 3
	DefaultFlood   = 10 * time.Second
)

// A Keeper keeps the output of servers in a folder: for each what it is writing to and the
// predecessors of that, MaxSize octets of either. Its methods may be called concurrently
// for different servers; Trim for one server is called by one goroutine.
type Keeper struct {
	Dir     string
	MaxSize int64         // octets of a file, which holds from Trim to Trim; 0: DefaultMaxSize
	Keep    int           // predecessors that are kept; 0: DefaultKeep
	Flood   time.Duration // a file that is full sooner than this after its predecessor is flooded; 0: DefaultFlood
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

func (k *Keeper) flood() time.Duration {
	if k.Flood > 0 {
		return k.Flood
	}
	return DefaultFlood
}

// Path returns where the output of a server goes. The name must be a plain file name.
func (k *Keeper) Path(server string) string { return filepath.Join(k.Dir, server+".log") }

// fresh is where a predecessor is made.
func (k *Keeper) fresh(server string) string { return k.Path(server) + ".new" }

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

// Remove deletes all that is kept of a server.
func (k *Keeper) Remove(server string) (err error) {
	all := []string{k.Path(server), k.fresh(server)}
	for n := 1; n <= k.keep(); n++ {
		all = append(all, k.old(server, n))
	}
	for _, path := range all {
		if e := os.Remove(path); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
