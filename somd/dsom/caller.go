package dsom

import (
	"context"
	"net"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// carried has the requests that threads carry out: a method in C has no context by which it could tell of its request, but runs in the thread of it.
var carried struct {
	sync.Mutex
	ForeignThreads
	now map[uintptr]*carriedRequest
}

// A carriedRequest is one that is carried out.
type carriedRequest struct {
	ctx   context.Context
	raise error // what set_exception has said
}

// ForeignThreads is what a process that has methods in other languages knows of those.
type ForeignThreads struct {
	Thread    func() uintptr                         // tells the present thread from all others (native.Thread)
	Exception func(id string, members uintptr) error // a user exception with its members as C has them, or 0 (native.UserException)
}

// Carried is for somd.Config.Around in a process that has methods in other languages: what they call of DSOM's classes knows which request they carry out, by the thread
// that they run in, and what set_exception has said is raised when the method has returned, unless that raises itself. All domains of a process have the same threads.
func Carried(by ForeignThreads) func(ctx context.Context, call func() error) error {
	carried.Lock()
	defer carried.Unlock()
	carried.ForeignThreads = by
	if carried.now == nil {
		carried.now = map[uintptr]*carriedRequest{}
	}
	return func(ctx context.Context, call func() error) error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		at, r := by.Thread(), &carriedRequest{ctx: ctx}
		outer := carry(at, r)
		defer carry(at, outer) // the one from within which this one came, if there is one
		if err := call(); err != nil {
			return err
		}
		return r.raise
	}
}

// carry notes which request a thread carries out, nil for none, and returns the one before.
func carry(thread uintptr, r *carriedRequest) (before *carriedRequest) {
	carried.Lock()
	defer carried.Unlock()
	before = carried.now[thread]
	if r == nil {
		delete(carried.now, thread)
	} else {
		carried.now[thread] = r
	}
	return before
}

// carriedHere returns the request of this thread, nil if there is none, and what is known of threads.
func carriedHere() (*carriedRequest, ForeignThreads) {
	carried.Lock()
	by := carried.ForeignThreads
	carried.Unlock()
	if by.Thread == nil {
		return nil, by
	}
	at := by.Thread()
	carried.Lock()
	defer carried.Unlock()
	return carried.now[at], by
}

// requestOf returns the context of the request that is carried out: ctx, where a method in Go has called, or that of this thread. It is nil if there is none.
func requestOf(ctx context.Context) context.Context {
	if orb.Peer(ctx) != nil || orb.UpcallOf(ctx) != nil { // a call within the process has no peer
		return ctx
	}
	if r, _ := carriedHere(); r != nil {
		return r.ctx
	}
	return nil
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
		if who.Process.SID != "" {
			return account(who.Process.SID, who.Name()), host
		}
		return accountName(int(who.Process.UID)), host
	}
	return who.Name(), host
}

// accountName returns the name of a user of this machine.
func accountName(uid int) string {
	id := strconv.Itoa(uid)
	return account(id, "uid:"+id)
}

// account returns the name of a user as the system knows him by an id, or else otherwise.
func account(id, otherwise string) string {
	u, err := user.LookupId(id)
	if err != nil {
		return otherwise
	}
	return u.Username
}

// Principal returns who has sent the request that is carried out: see [NewPrincipal].
func (o *processObject) Principal(ctx context.Context) (som.Object, error) {
	return given(NewPrincipal(ctx))
}

// What set_exception is told of the kind of an exception, as CORBA 1.1's exception_type.
const (
	noException = iota
	userException
	systemException
)

// SetException has the request that this thread carries out raise an exception when its method has returned, unless that raises itself. The members are read at once, and stay the caller's. The
// error is BAD_INV_ORDER if the thread carries no request out, and BAD_PARAM for what is no exception.
func (o *processObject) SetException(_ context.Context, major uint32, id string, minor, completed uint32, members uint64) error {
	r, by := carriedHere()
	if r == nil {
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "set_exception: this thread carries no request out")
	}
	switch major {
	case noException:
		r.raise = nil
	case userException:
		r.raise = by.Exception(id, uintptr(members))
	case systemException:
		if name, old := strings.CutPrefix(id, "::StExcep::"); old { // as DSOM's programs have it
			id = "IDL:omg.org/CORBA/" + name + ":1.0"
		}
		kind, ok := exc.KindOf(id)
		if !ok || completed > uint32(exc.Maybe) {
			return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "set_exception: %.100q with the completion %d is no system exception", id, completed)
		}
		r.raise = exc.New(kind, minor, exc.Completed(completed), "the method has said so (set_exception)")
	default:
		return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "set_exception: %d is no kind of exception: there are NO_EXCEPTION, USER_EXCEPTION and SYSTEM_EXCEPTION", major)
	}
	return nil
}
