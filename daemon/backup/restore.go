package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// storeName is the store's file in the state folder.
const storeName = "dsom.db"

// ErrThere is the error of a folder that has a state already.
var ErrThere = errors.New("there is a state already")

// Options say how a state is restored.
type Options struct {
	Replace bool                                     // a state that is there, which is moved to another name
	MayGo   func(context.Context, store.Store) error // is asked about that; its error is Restore's
	Port    uint16                                   // at which the state's daemon takes calls, instead of the port that the backup says; 0: that. It is a state beside another's: its servers are disabled, since the other's daemon runs them
}

// Restore makes the state of a folder from a backup: wholly, or not at all, also if it is killed, or the machine ends; what it had begun to put in place is then put there
// by [Finish]. A state that is there is ErrThere unless it is to be replaced: then it is moved
// to a name of its own, which is returned, unless MayGo has an error. Which servers run is taken from it, if it can be read, and never from
// the backup: those of earlier releases have it. A daemon that has the folder is store.ErrLocked.
func Restore(ctx context.Context, r io.Reader, folder string, o Options) (sum Summary, moved []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return sum, nil, err
	}
	if err := Finish(folder); err != nil { // an earlier one
		return sum, nil, err
	}
	if _, err := vacant(ctx, folder, o); err != nil {
		return sum, nil, err
	}
	tmp, err := os.MkdirTemp(folder, "restore-*")
	if err != nil {
		return sum, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	if sum, err = unpack(ctx, r, tmp, o.Port); err != nil {
		return sum, nil, err
	}
	run, err := vacant(ctx, folder, o) // it has taken its time
	if err != nil {
		return sum, nil, err
	}
	if err := carryOver(ctx, run, tmp); err != nil {
		return sum, nil, err
	}
	moved, err = commit(tmp, folder, noCrash)
	return sum, moved, err
}

// kept are the names in a state folder that a backup has, in the order in which they are put there: without a store there is no state.
var kept = []string{configFile, library, storeName}

// vacant returns why no state can be put into a folder, and which servers run by the state that would be replaced.
func vacant(ctx context.Context, folder string, o Options) (run []store.Entry, err error) {
	for _, name := range kept {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		if !o.Replace {
			return nil, fmt.Errorf("%w: %s; --replace moves it to another name first", ErrThere, path)
		}
		if name != storeName {
			continue
		}
		s, err := bbolt.Open(path, bbolt.Options{})
		if errors.Is(err, store.ErrLocked) {
			return nil, fmt.Errorf("%w; end the daemon first", err)
		}
		if err == nil { // a state that is damaged is what is replaced
			err := o.MayGo(ctx, s)
			if err == nil {
				run = running(ctx, s)
			}
			if err := errors.Join(err, s.Close()); err != nil {
				return nil, err
			}
		}
	}
	return run, nil
}

// running returns which servers run, as far as a state that is to be replaced can be read.
func running(ctx context.Context, s store.Store) (run []store.Entry) {
	for _, p := range passing {
		for e, err := range store.All(ctx, s, p) {
			if err != nil {
				break
			}
			run = append(run, e)
		}
	}
	return run
}

// carryOver puts which servers run into a state that was unpacked.
func carryOver(ctx context.Context, run []store.Entry, folder string) error {
	if len(run) == 0 {
		return nil
	}
	s, err := bbolt.Open(filepath.Join(folder, storeName), bbolt.Options{})
	if err != nil {
		return err
	}
	for _, e := range run {
		if _, err = s.Commit(ctx, store.Create(e.Key, e.Value)); err != nil {
			break
		}
	}
	return errors.Join(err, s.Close())
}

// identityKey is where the daemon's state says at which port it takes calls, among other things.
const identityKey = "daemon/identity"

// atPort returns what the state says of the daemon with another port.
func atPort(identity []byte, port uint16) ([]byte, error) {
	says, err := object(identity)
	if err != nil {
		return nil, fmt.Errorf("the daemon's identity in the backup is not readable: %w", err)
	}
	says["port"] = strconv.AppendUint(nil, uint64(port), 10)
	return json.Marshal(says)
}

// object returns the members of an object in JSON; null is none.
func object(text []byte) (members map[string]json.RawMessage, err error) {
	if err = json.Unmarshal(text, &members); err == nil && members == nil {
		err = errors.New("it is null")
	}
	return members, err
}

// serverPrefix begins the keys of servers' records.
const serverPrefix = "server/"

// disabled returns what the state says of a server that it is neither started nor lets register, and its name.
func disabled(record []byte) ([]byte, string, error) {
	var is struct {
		Name string          `json:"name"`
		Held json.RawMessage `json:"held"`
	}
	says, err := object(record)
	if err == nil {
		err = json.Unmarshal(record, &is)
	}
	if err == nil && is.Held != nil { // for a while, after which it is as the hold says
		var held map[string]json.RawMessage
		if held, err = object(is.Held); err == nil {
			held["disabled"] = json.RawMessage("true")
			says["held"], err = json.Marshal(held)
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("a server in the backup is not readable: %w", err)
	}
	says["disabled"] = json.RawMessage("true")
	record, err = json.Marshal(says)
	return record, is.Name, err
}

// unpack puts the backup into an empty folder; with the port, and its servers disabled, if that is not 0.
func unpack(ctx context.Context, r io.Reader, folder string, port uint16) (sum Summary, err error) {
	s, err := bbolt.Open(filepath.Join(folder, storeName), bbolt.Options{})
	if err != nil {
		return sum, err
	}
	var ops []store.Op
	size, placed := 0, port == 0
	var off []string
	flush := func() error {
		if len(ops) == 0 {
			return nil
		}
		_, err := s.Commit(ctx, ops...)
		ops, size = ops[:0], 0
		return err
	}
	sum, err = Read(r, func(e store.Entry) error {
		if passes(e.Key) {
			return nil
		}
		if e.Key == identityKey && port != 0 {
			var err error
			if e.Value, err = atPort(e.Value, port); err != nil {
				return err
			}
			placed = true
		}
		if strings.HasPrefix(e.Key, serverPrefix) && port != 0 {
			var name string
			var err error
			if e.Value, name, err = disabled(e.Value); err != nil {
				return err
			}
			off = append(off, name)
		}
		ops = append(ops, store.Create(e.Key, e.Value))
		if size += len(e.Value); len(ops) == store.MaxOps || size > store.MaxValue {
			return flush()
		}
		return nil
	}, func(name string, data []byte) error {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return writeFile(path, data)
	})
	slices.Sort(off)
	sum.Disabled = off
	if err == nil && !placed {
		err = errors.New("the backup says of no daemon at which port it takes calls: give the port to the daemon, by --listen")
	}
	if err == nil {
		err = flush()
	}
	return sum, errors.Join(err, s.Close())
}

// writeFile writes a file that outlives the machine's end.
func writeFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes the names in a folder outlive the machine's end. Not every system lets a folder be synchronised.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err == nil {
		_ = f.Sync()
		err = f.Close()
	}
	return err
}

// Interrupted returns why the state of a folder must not be begun anew: a restore of an earlier release, which [Finish] cannot bring to its end, was interrupted
// in it. nil if none was.
func Interrupted(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, storeName)); !errors.Is(err, os.ErrNotExist) {
		return nil
	}
	left, _ := filepath.Glob(filepath.Join(folder, storeName+".before-*"))
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("a restore was interrupted in %s: restore the backup again, or give %s back its name, %s", folder, left[len(left)-1], storeName)
}
