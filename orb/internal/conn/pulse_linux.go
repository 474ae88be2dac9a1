package conn

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/opendsom/dsom/nonblock"
)

// A timerfdPulse is a pulse on a timer of the kernel, timerfd_create(2).
type timerfdPulse struct {
	file *os.File
	raw  syscall.RawConn
	buf  [8]byte
	spec unix.ItimerSpec
	arm  func(fd uintptr) // sets spec
	look func(fd uintptr) bool
}

// newSystemPulse returns a pulse on a timer of the system, or on one of the runtime if the system has none left.
func newSystemPulse() pulse {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return newTimerPulse()
	}
	p := &timerfdPulse{file: os.NewFile(uintptr(fd), "timerfd")}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		_ = p.file.Close()
		return newTimerPulse()
	}
	p.look = func(fd uintptr) bool {
		_, err := nonblock.Read(fd, p.buf[:])
		return err != syscall.EAGAIN
	}
	p.arm = func(fd uintptr) { _ = unix.TimerfdSettime(int(fd), 0, &p.spec, nil) }
	return p
}

func (p *timerfdPulse) wait() { _ = p.raw.Read(p.look) }

func (p *timerfdPulse) set(d time.Duration) {
	p.spec.Value = unix.NsecToTimespec(int64(max(d, 1)))
	_ = p.raw.Control(p.arm)
}

// poke lets the timer expire now. What set may be doing at the same time is lost, which is
// right: after the wait that this ends it is set anew.
func (p *timerfdPulse) poke() {
	_ = p.raw.Control(func(fd uintptr) {
		_ = unix.TimerfdSettime(int(fd), 0, &unix.ItimerSpec{Value: unix.Timespec{Nsec: 1}}, nil)
	})
}

func (p *timerfdPulse) close() { _ = p.file.Close() }
