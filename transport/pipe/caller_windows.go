package pipe

import (
	"math"
	"net"
	"runtime"
	"syscall"

	"golang.org/x/sys/windows"

	"github.com/opendsom/dsom/transport"
)

// nobody is the number of a user where users have none.
const nobody = math.MaxUint32

// clientOf returns who has connected, as the system tells of the octets that were read last; nil: it does not.
func clientOf(c net.Conn) *transport.Process {
	h, ok := handleOf(c)
	if !ok {
		return nil
	}
	is := make(chan *transport.Process, 1)
	go func() {
		runtime.LockOSThread() // which acts in the client's name
		var t windows.Token
		err := impersonate(h)
		if err == nil {
			err = windows.OpenThreadToken(windows.CurrentThread(), windows.TOKEN_QUERY, true, &t)
			if windows.RevertToSelf() == nil {
				runtime.UnlockOSThread() // or else it ends with this goroutine
			}
		} else {
			runtime.UnlockOSThread()
		}
		if err != nil {
			is <- nil
			return
		}
		defer t.Close()
		var pid uint32
		if windows.GetNamedPipeClientProcessId(h, &pid) != nil {
			pid = 0
		}
		is <- processOf(t, pid)
	}()
	return <-is
}

// serverOf returns whose the pipe is; nil: the system does not tell.
func serverOf(c net.Conn) *transport.Process {
	h, ok := handleOf(c)
	if !ok {
		return nil
	}
	var pid uint32
	if windows.GetNamedPipeServerProcessId(h, &pid) != nil {
		return nil
	}
	p, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return nil
	}
	defer windows.CloseHandle(p)
	var t windows.Token
	if windows.OpenProcessToken(p, windows.TOKEN_QUERY, &t) != nil {
		return nil
	}
	defer t.Close()
	return processOf(t, pid)
}

func processOf(t windows.Token, pid uint32) *transport.Process {
	user, err := t.GetTokenUser()
	if err != nil {
		return nil
	}
	return &transport.Process{PID: int(pid), UID: nobody, GID: nobody, SID: user.User.Sid.String()}
}

// handleOf returns the pipe.
func handleOf(c net.Conn) (windows.Handle, bool) {
	f, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	return windows.Handle(f.Fd()), true
}

var procImpersonate = windows.NewLazySystemDLL("advapi32.dll").NewProc("ImpersonateNamedPipeClient")

func impersonate(h windows.Handle) error {
	if err := procImpersonate.Find(); err != nil {
		return err
	}
	if ok, _, err := procImpersonate.Call(uintptr(h)); ok == 0 {
		if err == syscall.Errno(0) {
			err = syscall.EINVAL
		}
		return err
	}
	return nil
}
