package dsom

import (
	"context"
	"net"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// carried has the requests that threads carry out: a method in C has no context by which it could tell of its request, but runs in the thread of it.
var carried struct {
	sync.Mutex
	thread func() uintptr
	now    map[uintptr]context.Context
}

// Carried is for somd.Config.Around in a process that has methods in other languages: what they call of DSOM's classes knows which request they carry out, by the thread
// that they run in, which the function given tells from all others (native.Thread). All domains of a process have the same.
func Carried(thread func() uintptr) func(ctx context.Context, call func()) {
	carried.Lock()
	defer carried.Unlock()
	carried.thread = thread
	if carried.now == nil {
		carried.now = map[uintptr]context.Context{}
	}
	return func(ctx context.Context, call func()) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		at := thread()
		outer := carry(at, ctx)
		defer carry(at, outer) // the one from within which this one came, if there is one
		call()
	}
}

// carry notes which request a thread carries out, nil for none, and returns the one before.
func carry(thread uintptr, ctx context.Context) (before context.Context) {
	carried.Lock()
	defer carried.Unlock()
	before = carried.now[thread]
	if ctx == nil {
		delete(carried.now, thread)
	} else {
		carried.now[thread] = ctx
	}
	return before
}

// requestOf returns the context of the request that is carried out: ctx, where a method in Go has called, or that of this thread. It is nil if there is none.
func requestOf(ctx context.Context) context.Context {
	if orb.Peer(ctx) != nil {
		return ctx
	}
	carried.Lock()
	thread := carried.thread
	carried.Unlock()
	if thread == nil {
		return nil
	}
	at := thread()
	carried.Lock()
	defer carried.Unlock()
	return carried.now[at]
}

// NewPrincipal makes a Principal that says who has sent the request which ctx belongs to, as far as the transport has made sure of that: userName is the user's name over a socket of the machine (uid: and his
// number, if he has none), cert: and the subject of the certificate by TLS, and empty where nobody in particular is known; hostName is the client's address, and this machine's
// name if it is there. What a program says of itself in its messages is not looked at. The error is BAD_INV_ORDER if no request is carried out.
func NewPrincipal(ctx context.Context) (som.Ref, error) {
	request := requestOf(ctx)
	if request == nil {
		return som.Ref{}, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "get_principal: this thread carries no request out")
	}
	r, err := PrincipalClass.New()
	if err != nil {
		return r, err
	}
	p, _ := som.FindState[principal](r)
	p.user, p.host = callerOf(request)
	return r, nil
}

func callerOf(ctx context.Context) (name, host string) {
	who, peer := orb.Caller(ctx), orb.Peer(ctx)
	switch at := peer.(type) {
	case nil: // a call within the process
		host, _ = os.Hostname()
		return accountName(os.Geteuid()), host
	case *net.TCPAddr:
		host = at.IP.String()
	case *net.UnixAddr:
		host, _ = os.Hostname()
	default:
		host = at.String()
	}
	if len(who.Certificates) == 0 && who.Process != nil {
		return accountName(int(who.Process.UID)), host
	}
	return who.Name(), host
}

// accountName returns the name of a user of this machine.
func accountName(uid int) string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return "uid:" + strconv.Itoa(uid)
	}
	return u.Username
}

// Principal returns who has sent the request that is carried out: see [NewPrincipal].
func (o *processObject) Principal(ctx context.Context) (som.Object, error) {
	return given(NewPrincipal(ctx))
}
