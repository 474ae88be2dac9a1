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
	"runtime"
	"strings"

	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/unix"
)

// SocketAuto is the value of Config.Socket by which the daemon chooses: on Windows a named pipe of a name that is the state folder's, and elsewhere a socket in the folder that systemd has made for the service, the first of $RUNTIME_DIRECTORY, or else in the user's own
// runtime folder, $XDG_RUNTIME_DIR/dsom, of a name that is the state folder's; none where there is no such folder.
const SocketAuto = "auto"

// socketPath returns the path of the daemon's socket, or pipe: and a name, and makes the folder of one that the daemon chooses; "" is none.
func socketPath(set, state string) (string, error) {
	if set != SocketAuto {
		return set, nil
	}
	sum := sha256.Sum256([]byte(state))
	if runtime.GOOS == "windows" {
		return pipe.Name + ":dsom-" + hex.EncodeToString(sum[:6]), nil
	}
	dir, _, _ := strings.Cut(os.Getenv("RUNTIME_DIRECTORY"), ":") // systemd.exec(5)
	if !filepath.IsAbs(dir) {
		own := os.Getenv("XDG_RUNTIME_DIR")
		if !filepath.IsAbs(own) {
			return "", nil
		}
		dir = filepath.Join(own, "dsom")
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if err := ownFolder(dir); err != nil {
		return "", err
	}
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
	if path == "" || path[0] == '@' || strings.HasPrefix(path, pipe.Name+":") { // who may connect to a pipe says the pipe
		return nil
	}
	return os.Chmod(path, 0o666)
}

// isSocketError reports whether an ORB could not be made for the socket at which it is to listen.
func isSocketError(err error) bool {
	op := (*net.OpError)(nil)
	return errors.As(err, &op) && (op.Net == unix.Name || op.Net == pipe.Name)
}

// socket returns the path of the socket at which calls are taken, or pipe: and the name; "" is none.
func (f *front) socket() string {
	if f.orb == nil {
		return ""
	}
	for _, e := range f.orb.Endpoints() {
		switch e.Network {
		case unix.Name:
			return e.Host
		case pipe.Name:
			return pipe.Name + ":" + e.Host
		}
	}
	return ""
}
