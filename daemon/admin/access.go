package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/opendsom/dsom/process"
)

// Access is what one needs to speak to a daemon. It lies in the state folder, readable only by its owner.
type Access struct {
	Address string     `json:"address"`           // host:port
	Console string     `json:"console,omitempty"` // host:port of the pages for people
	Token   string     `json:"token"`
	Process process.ID `json:"process"`
	Version string     `json:"version,omitempty"`
	Started time.Time  `json:"started,omitzero"`
}

// accessName is the file's name in the state folder.
const accessName = "admin.json"

// DefaultState returns the state folder to use when none is named: $DSOM_STATE; else dsom in
// $SOMDDIR, where SOM's DSOM kept its own; else, for root, /var/lib/dsom; else the user's own: $XDG_STATE_HOME/dsom, ~/.local/state/dsom, on Windows
// %LocalAppData%\dsom.
func DefaultState() (string, error) {
	if dir := os.Getenv(EnvState); dir != "" {
		return filepath.Abs(dir)
	}
	if dir := os.Getenv(EnvSOMDir); dir != "" {
		return filepath.Abs(filepath.Join(dir, "dsom"))
	}
	if runtime.GOOS == "windows" {
		dir, err := os.UserCacheDir() // %LocalAppData%
		return filepath.Join(dir, "dsom"), err
	}
	if os.Geteuid() == 0 {
		return "/var/lib/dsom", nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "dsom"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no state folder: %w; set %s", err, EnvState)
	}
	return filepath.Join(home, ".local", "state", "dsom"), nil
}

// ReadAccess reads how to speak to the daemon of a state folder. Its error is ErrNoDaemon when there is none.
// That it succeeds does not mean that the daemon still runs.
func ReadAccess(state string) (Access, error) {
	path := filepath.Join(state, accessName)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return Access{}, fmt.Errorf("%w with the state folder %s", ErrNoDaemon, state)
	}
	if err != nil {
		return Access{}, fmt.Errorf("how to reach the daemon cannot be read: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, MaxMessage))
	if err != nil {
		return Access{}, fmt.Errorf("how to reach the daemon cannot be read: %w", err)
	}
	var a Access
	if err := json.Unmarshal(b, &a); err != nil || a.Address == "" || a.Token == "" {
		return Access{}, fmt.Errorf("%w: %s does not say how to reach one: %v", ErrNoDaemon, path, err)
	}
	return a, nil
}

// WriteAccess puts a daemon's access into its state folder: whole, and readable by nobody else.
func WriteAccess(state string, a Access) error {
	b, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(state, accessName+".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(state, accessName))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// RemoveAccess takes a daemon's access out of its state folder, unless another daemon's is there by now.
func RemoveAccess(state string, a Access) error {
	if have, err := ReadAccess(state); err != nil || have.Token != a.Token {
		return nil // it is not ours to remove
	}
	return os.Remove(filepath.Join(state, accessName))
}
