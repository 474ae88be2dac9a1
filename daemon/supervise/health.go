package supervise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise/child"
	"github.com/opendsom/dsom/svc/implrepo"
)

// maxComplaint is how many octets of what a check's command writes are told.
const maxComplaint = 400

// An UnaskableError is of a process that nobody can ask whether it works; that says nothing of whether it does.
type UnaskableError struct{ Reason string }

func (e *UnaskableError) Error() string { return e.Reason }

// examine asks the process of a life, for as long as that lasts, whether it works. One that does not, several times in
// a row, is ended.
func (l *life) examine() {
	h := l.rec.Health
	within, most := orDefault(h.Within, implrepo.DefaultPatient), h.Bad
	if most == 0 {
		most = implrepo.DefaultBad
	}
	t := time.NewTicker(h.Every)
	defer t.Stop()
	unasked := "" // why the process could not be asked, as it was told last
	for bad := 0; ; {
		select {
		case <-t.C:
		case <-l.over:
			return
		case <-l.s.ctx.Done():
			return
		}
		at, ok := l.examinable()
		if !ok { // it comes up, or goes down
			bad = 0
			continue
		}
		ctx, cancel := context.WithTimeout(l.s.ctx, within)
		err := l.ask(ctx, at)
		late := ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) // the call may notice first
		cancel()
		unaskable := (*UnaskableError)(nil)
		switch {
		case errors.As(err, &unaskable):
			if unasked != unaskable.Reason {
				unasked = unaskable.Reason
				l.s.o.Log.Warn("a server is not asked whether it works, which does not count", "server", l.name(), "pid", at.PID, "error", err)
			}
			continue
		case err == nil:
			bad = 0
			l.st.mu.Lock()
			l.worked = time.Now()
			l.st.mu.Unlock()
			continue
		case l.s.ctx.Err() != nil:
			return
		case late:
			err = fmt.Errorf("no answer within %v", within)
		}
		bad++
		l.s.o.Log.Warn("a server does not work", "server", l.name(), "pid", at.PID, "times", bad, "of", most, "error", err)
		if bad < most {
			continue
		}
		l.st.update(func() {
			if !l.ending() {
				l.sick = fmt.Sprintf("it did not work when it was asked, %d times in a row: %v", bad, err)
				l.stopReason = l.sick
			}
		})
		return
	}
}

// examinable returns where a life takes calls, if it does.
func (l *life) examinable() (Live, bool) {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	if !l.ready() {
		return Live{}, false
	}
	return Live{Endpoints: l.endpoints, Incarnation: l.incarnation, PID: l.pid(), holder: l.watched}, true
}

// ask returns why a process does not work.
func (l *life) ask(ctx context.Context, at Live) error {
	if command := l.rec.Health.Command; len(command) > 0 {
		if err := l.runCheck(ctx, command, at); err != nil {
			return err
		}
		if l.rec.Health.Object == "" {
			return nil
		}
	}
	if l.s.o.Probe == nil {
		return nil
	}
	return l.s.o.Probe(ctx, l.rec, at)
}

// runCheck runs the command of a check, under the account of the server, and ends it with ctx.
func (l *life) runCheck(ctx context.Context, command []string, at Live) error {
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	c, err := child.Start(child.Spec{
		Command: command, Dir: l.rec.Dir, Output: in, User: l.rec.User,
		Env: append(l.environ("", 0), admin.EnvServerCheck+"="+l.s.checkMark(l.st.uuid, session()), admin.EnvServerEndpoints+"="+strings.Join(at.Endpoints, " "), admin.EnvServerPID+"="+fmt.Sprint(at.PID)),
	})
	_ = in.Close()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Signal(os.Kill) })
	defer stop()
	said := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(io.LimitReader(out, maxComplaint))
		_, _ = io.Copy(io.Discard, out)
		said <- b
	}()
	<-c.Done()
	_ = out.SetReadDeadline(time.Now().Add(time.Second)) // what has left its group may hold the pipe
	b := bytes.TrimSpace(<-said)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.Succeeded():
		return nil
	case len(b) == 0:
		return errors.New(c.Status())
	}
	return fmt.Errorf("%s: %q", c.Status(), b)
}
