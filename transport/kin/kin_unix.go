//go:build unix

package kin

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/opendsom/dsom/transport"
)

// parentLook is how often an heir looks whether its parent is still its parent: a process that was forked from the parent holds the sockets, too.
const parentLook = 500 * time.Millisecond

// backlog is how many connections wait for Accept.
const backlog = 128

// A control is one end of the first pair.
type control struct {
	c  *net.UnixConn
	mu sync.Mutex // held to write
}

// pair makes two sockets that are joined, which no program inherits.
func pair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return os.NewFile(uintptr(fds[0]), "kin"), os.NewFile(uintptr(fds[1]), "kin"), nil
}

// unixConn makes a connection of a socket, which it closes.
func unixConn(f *os.File) (*net.UnixConn, error) {
	c, err := net.FileConn(f)
	if err := errors.Join(err, f.Close()); err != nil {
		if c != nil {
			_ = c.Close()
		}
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		_ = c.Close()
		return nil, fmt.Errorf("%s is no socket of the kind that it should be", f.Name())
	}
	return u, nil
}

// Start starts a program as a child. What cmd says of files beyond the standard ones is not heeded. The child is reached until it ends; it is told to end
// when this process does.
func (p *Parent) Start(cmd *exec.Cmd) (*Child, error) {
	ours, theirs, err := pair()
	if err != nil {
		return nil, err
	}
	host := hostPrefix + strings.ToLower(rand.Text()) + hostSuffix
	cmd.ExtraFiles = []*os.File{theirs} // number 3 there
	cmd.Env = environ(cmd.Env, EnvSocket+"=3", EnvHost+"="+host)
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		_ = ours.Close()
		return nil, err
	}
	u, err := unixConn(ours)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, err
	}
	c := &Child{p: p, cmd: cmd, host: host, control: &control{c: u}, word: make(chan string, 1), gone: make(chan struct{}), done: make(chan struct{})}
	p.mu.Lock()
	p.children[host] = c
	p.mu.Unlock()
	go c.watch()
	return c, nil
}

// watch hears what the child says, and waits for its end.
func (c *Child) watch() {
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		in := bufio.NewReader(io.LimitReader(c.control.c, MaxWord+1))
		if line, err := in.ReadString('\n'); err == nil {
			c.word <- strings.TrimSuffix(line, "\n")
		}
		_, _ = io.Copy(io.Discard, c.control.c)
		c.lose()
	}()
	err := c.cmd.Wait()
	c.lose()
	c.control.close()
	<-heard
	c.err = err
	close(c.done)
}

// dial makes a pair and sends one end to the child.
func (c *Child) dial(e transport.Endpoint) (transport.Conn, error) {
	ours, theirs, err := pair()
	if err != nil {
		return nil, err
	}
	u, err := unixConn(ours)
	if err == nil {
		err = c.control.send(theirs)
	}
	if err := errors.Join(err, theirs.Close()); err != nil {
		if u != nil {
			_ = u.Close()
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			c.lose()
		}
		return nil, fmt.Errorf("%s: %w: %w", c.host, ErrEnded, err)
	}
	return newConn(u, "parent:1", address(e.Address()))
}

// sendTime is for the child to take note of a connection: one that does not for so long does not work any more.
const sendTime = 10 * time.Second

func (k *control) send(f *os.File) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var rights []byte
	if err := raw.Control(func(fd uintptr) { rights = syscall.UnixRights(int(fd)) }); err != nil {
		return err
	}
	if err := k.c.SetWriteDeadline(time.Now().Add(sendTime)); err != nil {
		return err
	}
	_, _, err = k.c.WriteMsgUnix([]byte{0}, rights, nil)
	return err
}

func (k *control) say(text string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, err := io.WriteString(k.c, text)
	return err
}

func (k *control) close() { _ = k.c.Close() }

// Inherited returns what this process is to its parent, once: its environment says it no more afterwards. ok is false if it was not started as a child. beside is what
// it connects to others by.
func Inherited(beside transport.Transport) (h *Heir, ok bool, err error) {
	number, host := os.Getenv(EnvSocket), os.Getenv(EnvHost)
	if number == "" {
		return nil, false, nil
	}
	if err := errors.Join(os.Unsetenv(EnvSocket), os.Unsetenv(EnvHost)); err != nil {
		return nil, true, err
	}
	fd, err := strconv.Atoi(number)
	if err != nil || fd < 3 || !IsPrivate(host) {
		return nil, true, fmt.Errorf("%s=%.20s and %s=%.80s are not what a parent says", EnvSocket, number, EnvHost, host)
	}
	syscall.CloseOnExec(fd)
	u, err := unixConn(os.NewFile(uintptr(fd), EnvSocket))
	if err != nil {
		return nil, true, fmt.Errorf("%s=%d: %w", EnvSocket, fd, err)
	}
	h = &Heir{beside: beside, host: host, control: &control{c: u}, orphan: make(chan struct{}), queue: make(chan transport.Conn, backlog)}
	go h.watch()
	return h, true, nil
}

// watch takes the connections that the parent sends, until that ends.
func (h *Heir) watch() {
	defer close(h.orphan)
	over := make(chan struct{})
	defer close(over)
	go func() { // one that a child of the parent's holds open, too
		parent := os.Getppid()
		t := time.NewTicker(parentLook)
		defer t.Stop()
		for {
			select {
			case <-t.C:
			case <-over:
				return
			}
			if os.Getppid() != parent {
				h.control.close()
				return
			}
		}
	}()
	defer h.control.close()
	b, rights := make([]byte, 16), make([]byte, syscall.CmsgSpace(4*16))
	for {
		n, rn, _, _, err := h.control.c.ReadMsgUnix(b, rights)
		if err != nil || n == 0 {
			return
		}
		for _, f := range received(rights[:rn]) {
			u, err := unixConn(f)
			if err != nil {
				continue
			}
			c, err := newConn(u, address(h.host+":1"), "parent:1")
			if err != nil {
				continue
			}
			select {
			case h.queue <- c:
			default: // the parent finds it closed
				_ = c.Close()
			}
		}
	}
}

// received returns the files that came with a message.
func received(rights []byte) (all []*os.File) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return nil
	}
	for i := range messages {
		fds, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			all = append(all, os.NewFile(uintptr(fd), "kin"))
		}
	}
	return all
}
