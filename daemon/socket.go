package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/opendsom/dsom/transport/unix"
)

// SocketAuto is the value of Config.Socket by which the daemon chooses: a socket in the folder that systemd has made for the service, the first of $RUNTIME_DIRECTORY, or else in the user's own
// runtime folder, $XDG_RUNTIME_DIR/dsom, of a name that is the state folder's; none where there is no such folder.
const SocketAuto = "auto"

// socketPath returns the path of the daemon's socket, and makes the folder of one that the daemon chooses; "" is none.
func socketPath(set, state string) (string, error) {
	if set != SocketAuto {
		return set, nil
	}
	dir, _, _ := strings.Cut(os.Getenv("RUNTIME_DIRECTORY"), ":") // systemd.exec(5)
	if !filepath.IsAbs(dir) {
		runtime := os.Getenv("XDG_RUNTIME_DIR")
		if !filepath.IsAbs(runtime) {
			return "", nil
		}
		dir = filepath.Join(runtime, "dsom")
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if err := ownFolder(dir); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(state))
	path := filepath.Join(dir, hex.EncodeToString(sum[:6]))
	if len(path) > unix.MaxPath {
		return "", fmt.Errorf("the path %s has %d octets, and systems take %d", path, len(path), unix.MaxPath)
	}
	return path, nil
}

// ownFolder returns why a folder is not the daemon's user's own: then another could put a socket of his there.
func ownFolder(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no folder", dir)
	}
	if owner, told := ownerOf(info); told && (owner != ownUser() || info.Mode().Perm()&0o022 != 0) {
		return fmt.Errorf("the folder %s is of user %d with the mode %v: it has to be of user %d, who alone may write to it", dir, owner, info.Mode().Perm(), ownUser())
	}
	return nil
}

// openSocket has those connect to a socket that may enter its folder.
func openSocket(path string) error {
	if path == "" || path[0] == '@' {
		return nil
	}
	return os.Chmod(path, 0o666)
}

// isSocketError reports whether an ORB could not be made for the socket at which it is to listen.
func isSocketError(err error) bool {
	op := (*net.OpError)(nil)
	return errors.As(err, &op) && op.Net == unix.Name
}

// socket returns the path of the socket at which calls are taken; "" is none.
func (f *front) socket() string {
	if f.orb == nil {
		return ""
	}
	for _, e := range f.orb.Endpoints() {
		if e.Network == unix.Name {
			return e.Host
		}
	}
	return ""
}
