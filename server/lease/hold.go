package lease

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// Of a server that may run on any machine. How often the time that it has is asked for anew, as a part of that, and which part of it is left when
// it is asked to end in order because no more was given.
const (
	renewals = 8
	orderly  = 3
)

// extend notes for how long the process may be the server, counted from before that was asked for; 0: for good.
func (l *Lease) extend(asked time.Time, hold time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if hold <= 0 {
		return
	}
	if until := asked.Add(hold); until.After(l.until) {
		l.until = until
	}
	if !l.guards {
		l.guards = true
		go l.guard(hold)
	}
}

// guard ends the process when its time is over: nothing else in it is relied on.
func (l *Lease) guard(hold time.Duration) {
	asked := time.Time{} // what the request to end was for
	for {
		l.mu.Lock()
		until := l.until
		l.mu.Unlock()
		left := time.Until(until)
		switch {
		case left <= 0:
			l.c.Log.Error("this machine is cut off from the others, and another may have the server: it ends", "server", l.c.Name)
			if l.c.Over != nil {
				l.c.Over()
				return
			}
			fmt.Fprintln(os.Stderr, "dsom: another machine may have this server by now: it ends")
			os.Exit(ExitOver)
		case left <= hold/orderly && asked != until:
			asked = until
			select {
			case l.stop <- Stop{left * 2 / 3, "the daemon is not sure any more that the server is this machine's"}:
			default:
			}
		case left > hold/orderly:
			left -= hold / orderly
		}
		t := time.NewTimer(left)
		select {
		case <-t.C:
		case <-l.done:
			t.Stop()
			if l.Err() == nil {
				return // it was given up: nothing is written any more
			}
			<-time.After(left) // it was refused: the program ends by itself, or is ended here
		}
		t.Stop()
	}
}

// renew asks for more time, again and again, until ctx ends.
func (l *Lease) renew(ctx context.Context, client *admin.Client, id string, hold time.Duration) {
	t := time.NewTicker(max(hold/renewals, time.Millisecond))
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		asked := time.Now()
		short, cancel := context.WithTimeout(ctx, min(tellTime, hold/2))
		more, err := client.Renew(short, id)
		cancel()
		if err == nil {
			l.extend(asked, more)
		} else if ctx.Err() == nil {
			l.c.Log.Warn("the daemon gives no more time to the server", "server", l.c.Name, "error", err)
		}
	}
}
