package daemon

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
)

// littleEndian is how the machine has its words.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// ownUser is the user that the daemon runs as.
func ownUser() int { return os.Geteuid() }

// A socket is what the system tells of one end of a connection.
type socket struct {
	local, remote netip.AddrPort
	user          int
	inode         string // "0": no process has it any more
}

var errNoSocket = errors.New("the system knows no such connection: it was closed")

// socket returns the client's end.
func (l link) socket() (socket, error) {
	s, err := l.ask()
	if errors.Is(err, errors.ErrUnsupported) {
		s, err = l.read()
	}
	if err == nil && s.inode == "0" { // it is not told any more whose it was
		err = errNoSocket
	}
	return s, err
}

// read finds the client's end in the system's table of connections, which takes the longer the more there may be.
func (l link) read() (socket, error) {
	ports := fmt.Appendf(nil, ":%04X ", l.client.Port())
	for _, name := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(name)
		if os.IsNotExist(err) { // a system without IPv6
			continue
		}
		if err != nil {
			return socket{}, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if !bytes.Contains(lines.Bytes(), ports) { // most are neither
				continue
			}
			if s, ok := parseSocket(lines.Text()); ok && s.local == l.client && s.remote == l.here {
				_ = f.Close()
				return s, nil
			}
		}
		err = lines.Err()
		_ = f.Close()
		if err != nil {
			return socket{}, err
		}
	}
	return socket{}, errNoSocket
}

// parseSocket reads a line of the table: number, both ends, state, queues, timer, retransmissions, user, time-out, inode.
func parseSocket(line string) (s socket, ok bool) {
	f := strings.Fields(line)
	if len(f) < 10 {
		return s, false
	}
	var err error
	if s.local, ok = parseEnd(f[1]); !ok {
		return s, false
	}
	if s.remote, ok = parseEnd(f[2]); !ok {
		return s, false
	}
	if s.user, err = strconv.Atoi(f[7]); err != nil {
		return s, false
	}
	s.inode = f[9]
	return s, true
}

// parseEnd reads an address, in words of the machine's byte order, and a port.
func parseEnd(text string) (netip.AddrPort, bool) {
	addr, port, _ := strings.Cut(text, ":")
	b, err := hex.DecodeString(addr)
	n, bad := strconv.ParseUint(port, 16, 16)
	if err != nil || bad != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, false
	}
	if littleEndian {
		for i := 0; i < len(b); i += 4 {
			slices.Reverse(b[i : i+4])
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a.Unmap(), uint16(n)), true
}

// user returns the user of the client's end.
func (l link) user() (int, error) {
	s, err := l.socket()
	return s.user, err
}

// isOfAny reports whether one of some processes has the client's end.
func (l link) isOfAny(ids []process.ID) bool {
	if len(ids) == 0 {
		return false
	}
	s, err := l.socket()
	return err == nil && slices.ContainsFunc(ids, s.isOf)
}

// caller returns the process at the other end: likely, if it is that, and none where it is not one alone, or cannot be seen.
func (l link) caller(likely process.ID) caller {
	s, err := l.socket()
	if err != nil {
		return caller{}
	}
	found := []process.ID{likely}
	if !likely.Known() || !s.isOf(likely) {
		found = s.processes()
	}
	if len(found) != 1 { // it was inherited, and any of them may call
		return caller{}
	}
	return callerOf(found[0])
}

// callerOf returns a process, and the token in its environment.
func callerOf(id process.ID) caller {
	return caller{process: id, token: environToken(folder(id))}
}

// mayBeOf reports whether a process may have the client's end: it has, or the system does not tell.
func (l link) mayBeOf(id process.ID) bool {
	s, err := l.socket()
	return err != nil || s.isOf(id)
}

func (s socket) link() string { return "socket:[" + s.inode + "]" }

// isOf reports whether a process has the socket open.
func (s socket) isOf(id process.ID) bool { return holds(folder(id), s.link()) }

// processes returns those that have the socket open, as far as they can be seen.
func (s socket) processes() (found []process.ID) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		if !holds(dir, s.link()) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if id, err := process.Of(pid); err == nil {
			found = append(found, id)
		}
	}
	return found
}

func folder(id process.ID) string { return "/proc/" + strconv.Itoa(id.PID) }

// holds reports whether a process has a socket open.
func holds(dir, link string) bool {
	fds, err := os.ReadDir(dir + "/fd")
	if err != nil { // another user's, or gone
		return false
	}
	return slices.ContainsFunc(fds, func(fd os.DirEntry) bool {
		to, err := os.Readlink(dir + "/fd/" + fd.Name())
		return err == nil && to == link
	})
}

// environToken returns the token that the daemon gives to what it starts, out of a process's environment.
func environToken(dir string) string {
	b, err := os.ReadFile(dir + "/environ")
	if err != nil {
		return ""
	}
	for v := range bytes.SplitSeq(b, []byte{0}) {
		if token, ok := bytes.CutPrefix(v, []byte(admin.EnvServerToken+"=")); ok {
			return string(token)
		}
	}
	return ""
}
