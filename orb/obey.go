package orb

import (
	"context"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// obey begins a call under its policies: it works out the times, and waits for that before which the servant
// is not to have the request.
func (c *Call) obey() {
	p, now := c.policies, time.Now()
	if c.flags&Oneway != 0 {
		c.waits = p.Sync >= SyncWithServer
	}
	if !c.budget { // the time that a call is given begins when it may
		begin := now
		for _, t := range [...]time.Time{p.RequestStart, p.ReplyStart} {
			if t.After(begin) {
				begin = t
			}
		}
		c.deadline = c.deadline.Add(begin.Sub(now))
	}
	if end := earlier(p.ReplyEnd, after(now, p.RoundtripTimeout)); !end.IsZero() && (!c.budget || end.Before(c.deadline)) {
		c.deadline, c.budget = end, true
	}
	c.sendBy = earlier(p.RequestEnd, after(now, p.RequestTimeout))
	if !c.inTime() {
		return
	}
	if err := c.sleep(p.RequestStart, c.sendEnd()); err != nil {
		c.fail(conn.ContextError(err, exc.No))
	}
}

// after returns the time d after now, or zero for a d that is not said.
func after(now time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return time.Time{}
	}
	return now.Add(d)
}

// sleep waits for a time, but not beyond end.
func (c *Call) sleep(until, end time.Time) error {
	if until.IsZero() || !time.Now().Before(until) {
		return nil
	}
	late := end.Before(until)
	if late {
		until = end
	}
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-t.C:
		if late {
			return context.DeadlineExceeded
		}
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// invocationPolicies returns what the server is told of the request's time and priority: the data of a
// service context, or nil for nothing.
func (c *Call) invocationPolicies() []byte {
	if c.policies == nil {
		if !c.budget {
			return nil
		}
		return giop.AppendRelativeRT(c.left[:0], time.Until(c.deadline))
	}
	p := giop.InvocationPolicies{
		RequestStart: c.policies.RequestStart, RequestEnd: c.policies.RequestEnd,
		ReplyStart: c.policies.ReplyStart, ReplyEnd: c.policies.ReplyEnd,
		RequestPriority: c.policies.RequestPriority, ReplyPriority: c.policies.ReplyPriority,
	}
	if c.budget {
		p.RelativeRT = max(time.Until(c.deadline), 1)
	}
	if !c.sendBy.IsZero() {
		p.RelativeRequest = max(time.Until(c.sendBy), 1)
	}
	if p == (giop.InvocationPolicies{}) {
		return nil
	}
	return p.Append(nil)
}

// overdue returns why the request may not go out any more, nil if it may. Nobody has seen the
// request then: who is told that it may have been carried out must find out whether it was.
func (c *Call) overdue() error {
	end := c.sendBy
	if c.budget {
		end = earlier(end, c.deadline)
	}
	if end.IsZero() || time.Now().Before(end) {
		return nil
	}
	return conn.ContextError(context.DeadlineExceeded, exc.No)
}

// inTime reports whether the request may still go out. If not, the call has failed.
func (c *Call) inTime() bool {
	err := c.overdue()
	if err != nil {
		c.fail(err)
	}
	return err == nil
}

// sendEnd returns when the request must have gone out.
func (c *Call) sendEnd() time.Time {
	if !c.sendBy.IsZero() && c.sendBy.Before(c.deadline) {
		return c.sendBy
	}
	return c.deadline
}

// mayUse reports whether the request may go out over l now. If not, the call has failed.
func (c *Call) mayUse(l *link) bool {
	if !c.inTime() {
		return false
	}
	if bound := c.ref.bound.Load(); c.policies.Rebind == NoReconnect && bound != nil && bound != l {
		c.fail(rebind("its connection has ended"))
		return false
	}
	return true
}

// mayRebind reports whether the reference may be bound elsewhere. If not, the call has failed.
func (c *Call) mayRebind(why string) bool {
	if c.fixed() {
		c.fail(rebind(why))
		return false
	}
	return true
}

// fixed reports whether the reference is bound, and is to stay so.
func (c *Call) fixed() bool { return c.policies.fixes(c.ref) }

// fixes reports whether r is bound, and is to stay so by p.
func (p *Policies) fixes(r *Ref) bool {
	return p != nil && p.Rebind >= NoRebind && r.bound.Load() != nil
}

func rebind(why string) error {
	return exc.New(exc.Rebind, exc.MinorRebind, exc.No, "the reference is bound, and the rebind policy does not let it be bound anew: %s; ValidateConnection binds it again", why)
}

// mayReturn is asked when a reply has come. It reports whether the caller may have it; if not, the call has failed.
func (c *Call) mayReturn() bool {
	if c.reply.Status > giop.SystemException {
		return true
	}
	if err := c.sleep(c.policies.ReplyStart, c.deadline); err != nil {
		c.fail(conn.ContextError(err, exc.Yes))
		return false
	}
	return true
}

// readdress sends the request again, with its target named as the peer has asked (NEEDS_ADDRESSING_MODE, part
// 2, clause 9.4.3.1). The way remembers it for the calls to come.
func (c *Call) readdress() {
	how := c.In.UShort()
	if c.In.Err() == nil && how > uint16(giop.ReferenceAddr) {
		c.In.Fail(exc.New(exc.Marshal, exc.MinorBadValue, exc.No, "the peer wants its targets named in the unknown way %d", how))
	}
	if !c.sentOn() {
		return
	}
	c.route.wanted.Store(int32(how))
	c.state = callRoute
}

// profile returns the index of the profile that the request goes by: where there is no connection, of that which was tried first, or 0.
func (c *Call) profile() int {
	switch {
	case c.to != nil:
		return c.to.way.profile
	case len(c.route.ways) > 0:
		return c.route.ways[0].profile
	}
	return 0
}

// address makes t the route's target, named as how says, by the profile of that index. like has the order and environment of the message.
func (rt *route) address(t *giop.Target, how giop.Addressing, index int, like *cdr.Encoder) {
	p := rt.ior.Profiles[index]
	*t = giop.Target{Kind: how, Tag: p.Tag, Profile: p.Data, Index: uint32(index)}
	if how == giop.ReferenceAddr {
		var e cdr.Encoder
		e.Reset(nil, like.Little(), like.Env())
		ior.Put(&e, rt.ior)
		t.IOR = e.Bytes()
	}
}
