package daemon

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
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

// A socket is a line of the system's table of connections.
type socket struct {
	local, remote netip.AddrPort
	user          int
	inode         string // "0": no process has it any more
}

// sockets returns the sockets of this machine that are bound to local and connected to a port. There may be several, of
// several users: the system tells connections apart by both ends.
func sockets(local netip.AddrPort, port uint16) ([]socket, error) {
	var all []socket
	ports := fmt.Appendf(nil, ":%04X ", local.Port())
	for _, name := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(name)
		if os.IsNotExist(err) { // a system without IPv6
			continue
		}
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if !bytes.Contains(lines.Bytes(), ports) { // most are neither
				continue
			}
			if s, ok := parseSocket(lines.Text()); ok && s.local == local && s.remote.Port() == port {
				all = append(all, s)
			}
		}
		err = lines.Err()
		_ = f.Close()
		if err != nil {
			return nil, err
		}
	}
	return all, nil
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

// socketUsers returns the users of the sockets that may be the other end of a connection to a port of this machine.
func socketUsers(local netip.AddrPort, port uint16) ([]int, error) {
	all, err := sockets(local, port)
	var users []int
	for _, s := range all {
		if s.inode == "0" && s.user == 0 { // closed: it is not told any more whose it was
			return nil, err
		}
		users = append(users, s.user)
	}
	return users, err
}

// socketProcess returns the process at the other end of a connection: likely, if it is that, and none where it is not one alone, or
// cannot be seen.
func socketProcess(local netip.AddrPort, port uint16, likely process.ID) caller {
	all, err := sockets(local, port)
	if err != nil || len(all) != 1 || all[0].inode == "0" {
		return caller{}
	}
	link := "socket:[" + all[0].inode + "]"
	if dir := "/proc/" + strconv.Itoa(likely.PID); likely.Known() && holds(dir, link) {
		return caller{process: likely, token: environToken(dir)}
	}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	var found caller
	for _, dir := range dirs {
		if !holds(dir, link) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		id, err := process.Of(pid)
		if err != nil {
			continue
		}
		if found.process.Known() { // it was inherited, and any of them may call
			return caller{}
		}
		found = caller{process: id, token: environToken(dir)}
	}
	return found
}

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
