//go:build windows

package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"
)

// endTime is how long Windows waits for the daemon, and this program for the daemon that it replaces: calls under way are finished, and servers end.
const endTime = time.Minute

// Install has Windows run the daemon, now if start says so, and from each start of the machine on. One that is there is replaced. It wants an administrator.
func (s Service) Install(ctx context.Context, start bool) error {
	m, err := mgr.Connect()
	if err != nil {
		return refused(err)
	}
	defer func() { _ = m.Disconnect() }()
	c := mgr.Config{
		DisplayName: "DSOM daemon", Description: "Takes calls of CORBA and DSOM, starts servers on demand, keeps names.",
		StartType: mgr.StartAutomatic, ErrorControl: mgr.ErrorNormal, ServiceType: windows.SERVICE_WIN32_OWN_PROCESS,
	}
	words := s.command(s.daemon()...)
	d, err := m.OpenService(Name)
	switch {
	case err == nil:
		if err := stop(ctx, d); err != nil {
			return errors.Join(err, d.Close())
		}
		c.BinaryPathName = WindowsLine(words)
		err = d.UpdateConfig(c)
	case errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST):
		d, err = m.CreateService(Name, words[0], c, words[1:]...)
	}
	if err != nil {
		return refused(err)
	}
	defer func() { _ = d.Close() }()
	again := mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: time.Second}
	if err := errors.Join(d.SetRecoveryActions([]mgr.RecoveryAction{again, again, again}, 3600), d.SetRecoveryActionsOnNonCrashFailures(true)); err != nil {
		return err
	}
	_ = eventlog.Remove(Name) // the log of an earlier release may be described otherwise
	if err := eventlog.InstallAsEventCreate(Name, eventlog.Error|eventlog.Warning|eventlog.Info); err != nil {
		return fmt.Errorf("its log: %w", err)
	}
	if !start {
		return nil
	}
	return d.Start()
}

// Remove has Windows run the daemon no more. Its error is ErrNone where it does not.
func Remove(ctx context.Context) error {
	m, err := mgr.Connect()
	if err != nil {
		return refused(err)
	}
	defer func() { _ = m.Disconnect() }()
	d, err := m.OpenService(Name)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return ErrNone
	}
	if err != nil {
		return refused(err)
	}
	ended := stop(ctx, d)
	return errors.Join(ended, d.Delete(), d.Close(), eventlog.Remove(Name))
}

// refused adds to an error that says that access is denied who is not denied it.
func refused(err error) error {
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return fmt.Errorf("%w: a service is installed and removed at an administrator's prompt", err)
	}
	return err
}

// stop ends a service that runs, and waits for that.
func stop(ctx context.Context, d *mgr.Service) error {
	if _, err := d.Control(svc.Stop); errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return nil
	} else if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	for {
		s, err := d.Query()
		if err != nil || s.State == svc.Stopped {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("the daemon has not ended within %v: %w", endTime, ctx.Err())
		}
	}
}

// Serve runs the program as Windows wants services run, if it is one, and reports whether it was. What it writes goes into the log of the system.
func Serve(ctx context.Context, run func(ctx context.Context, out io.Writer) (status int)) (status int, is bool) {
	if is, err := svc.IsWindowsService(); err != nil || !is {
		return 0, false
	}
	h := &handler{ctx: ctx, run: run, out: io.Discard}
	if log, err := eventlog.Open(Name); err == nil {
		defer func() { _ = log.Close() }()
		h.out = events{log}
	}
	if err := svc.Run(Name, h); err != nil {
		return 1, true
	}
	return h.status, true
}

// A handler is the program as Windows controls it.
type handler struct {
	ctx    context.Context
	run    func(ctx context.Context, out io.Writer) int
	out    io.Writer
	status int
}

// Execute runs the program until it ends or is to end. Windows takes an end with a status for a failure, after which the program is started again.
func (h *handler) Execute(_ []string, asked <-chan svc.ChangeRequest, is chan<- svc.Status) (specific bool, code uint32) {
	is <- svc.Status{State: svc.StartPending}
	ctx, cancel := context.WithCancel(h.ctx)
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- h.run(ctx, h.out) }()
	is <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for {
		select {
		case h.status = <-ended:
			if ctx.Err() != nil {
				h.status = 0
			}
			return h.status != 0, uint32(h.status)
		case c := <-asked:
			switch c.Cmd {
			case svc.Interrogate:
				is <- c.CurrentStatus
			case svc.Stop, svc.Shutdown:
				is <- svc.Status{State: svc.StopPending, WaitHint: uint32(endTime / time.Millisecond)}
				cancel()
			}
		}
	}
}

// events writes lines of the daemon's log as events. All have the number 1, whose text is what was written.
type events struct{ log *eventlog.Log }

func (e events) Write(b []byte) (int, error) {
	write := e.log.Info
	switch severity(b) {
	case "ERROR":
		write = e.log.Error
	case "WARN":
		write = e.log.Warning
	}
	return len(b), write(1, string(b))
}
