package daemon

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/errand"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

// Limits of the local API on the daemon's side. None of them is met by a well-behaved user.
const (
	maxConnections = 8192             // at once; more wait
	maxLeases      = 4096             // held at once
	maxHeader      = 16 << 10         // octets of a request's head
	headTime       = 3 * time.Second  // for a request's head to arrive
	bodyTime       = 5 * time.Second  // for its body
	writeTime      = 10 * time.Second // for the client to take a piece of the answer
	idleTime       = time.Minute
)

// serve answers the local API on l until the daemon is closed.
func (d *Daemon) serve(ctx context.Context, l net.Listener) {
	ctx, d.cancel = context.WithCancel(ctx)
	d.http = &http.Server{
		Handler:           d.handler(),
		ReadHeaderTimeout: headTime,
		ReadTimeout:       bodyTime, // also for who is not let in; what goes on longer lifts it
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(d.o.Log.Handler(), slog.LevelWarn),
	}
	go func() {
		defer close(d.served)
		if err := d.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.o.Log.Error("the local API has ended", "error", err)
		}
	}()
}

// handler is the whole API.
func (d *Daemon) handler() http.Handler {
	mux := http.NewServeMux()
	owner := func(pattern string, h func(*call) error) { mux.Handle(pattern, d.answer(h, true)) }
	owner("GET /v1/status", d.status)
	owner("GET /v1/backup", d.backup)
	owner("GET /v1/settings", d.o.settings.list)
	owner("POST /v1/settings/reload", d.o.settings.reload)
	owner("GET /v1/servers", d.listServers)
	owner("POST /v1/servers", d.addServer)
	owner("GET /v1/servers/{name}", d.there(d.getServer))
	owner("PATCH /v1/servers/{name}", d.there(d.changeServer))
	owner("DELETE /v1/servers/{name}", d.there(d.removeServer))
	owner("POST /v1/servers/{name}/start", d.there(d.startServer))
	owner("POST /v1/servers/{name}/stop", d.there(d.stopServer))
	owner("POST /v1/servers/{name}/upgrade", d.there(d.upgradeServer))
	owner("GET /v1/servers/{name}/logs", d.there(d.serverLogs))
	owner("GET /v1/machines", d.listMachines)
	owner("GET /v1/link", d.listLink)
	owner("GET /v1/calls", d.listCalls)
	owner("GET /v1/connections", d.listConnections)
	owner("GET /v1/visitors", d.at(d.listVisitors))
	owner("GET /v1/names", d.listNames)
	owner("GET /v1/classes", d.listClasses)
	owner("GET /v1/classes/{name}", d.getClass)
	owner("POST /v1/references", d.takeApart)
	owner("POST /v1/objects/class", d.classOf)
	owner("POST /v1/objects/call", d.callObject)
	owner("GET /v1/metrics", d.metrics)
	owner("GET /v1/interfaces", d.listInterfaces)
	owner("PUT /v1/interfaces/{name}", d.putInterfaces)
	owner("DELETE /v1/interfaces/{name}", d.removeInterfaces)
	owner("GET /v1/spec", d.spec)
	// A server that the daemon has started knows only its own token, which is checked with what it asks for.
	mux.Handle("POST /v1/leases", d.answer(d.grantLease, false))
	mux.Handle("PUT /v1/leases/{id}/endpoints", d.answer(d.setEndpoints, false))
	mux.Handle("PUT /v1/leases/{id}/renew", d.answer(d.renew, false))
	mux.Handle("PUT /v1/leases/{id}/report", d.answer(d.report, false))
	mux.Handle("PUT /v1/leases/{id}/counts", d.answer(d.setCounts, false))
	mux.Handle("PUT /v1/leases/{id}/interfaces", d.answer(d.describeServer, false))
	mux.Handle("PUT /v1/leases/{id}/said", d.answer(d.setSaid, false))
	mux.Handle("PUT /v1/leases/{id}/quiet", d.answer(d.setQuiet, false))
	mux.Handle("DELETE /v1/leases/{id}", d.answer(d.releaseLease, false))
	mux.Handle("/", d.answer(func(c *call) error {
		return &admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("the local API has no %s %.100s", c.r.Method, c.r.URL.Path)}
	}, true))
	return mux
}

// A call is one request and its answer.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	rc    *http.ResponseController
	token string
	owner bool // the token is the daemon's own, which opens everything
}

// answer makes a handler of a function: it checks the token before anything else is read,
// and answers the error that the function returns.
func (d *Daemon) answer(h func(*call) error, ownerOnly bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, rc: http.NewResponseController(w)}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		c.token = token
		c.owner = subtle.ConstantTimeCompare([]byte(token), []byte(d.access.Token)) == 1
		if !ok || ownerOnly && !c.owner {
			c.fail(&admin.Error{Code: admin.CodeUnauthorized, Message: "the token is missing or wrong; it lies in the state folder " + d.o.State})
			return
		}
		if c.owner {
			_ = c.rc.SetReadDeadline(time.Time{}) // it is only waited for the client to go away, or see read
		}
		if err := h(c); err != nil {
			c.fail(err)
		}
	})
}

// body returns the request's body.
func (c *call) body() ([]byte, error) {
	_ = c.rc.SetReadDeadline(time.Now().Add(bodyTime))
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, admin.MaxRequest))
	if err != nil {
		return nil, &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the request's body: %v", err)}
	}
	_ = c.rc.SetReadDeadline(time.Time{})
	return b, nil
}

// read decodes the request's body.
func (c *call) read(into any) error {
	b, err := c.body()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("the request's body is not as it should be: %v", err)}
	}
	return nil
}

// reply answers with JSON.
func (c *call) reply(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, append(b, '\n'))
	return nil
}

func (c *call) fail(err error) {
	e := asError(err)
	b, err := json.Marshal(map[string]any{"error": e})
	if err != nil {
		b = nil
	}
	c.write(e.Status, append(b, '\n'))
}

func (c *call) write(status int, body []byte) {
	_ = c.rc.SetWriteDeadline(time.Now().Add(writeTime))
	if c.w.Header().Get("Content-Type") == "" {
		c.w.Header().Set("Content-Type", "application/json")
	}
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body)
}

// stream writes a piece of an answer that goes on, and sends it off.
func (c *call) stream(piece []byte) error {
	if err := c.rc.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	if _, err := c.w.Write(piece); err != nil {
		return err
	}
	return c.rc.Flush()
}

// asError says in the API's terms what went wrong.
func asError(err error) *admin.Error {
	var (
		known   *admin.Error
		invalid *implrepo.InvalidError
		start   *supervise.StartError
		held    *supervise.HeldError
		there   *supervise.ElsewhereError
		limit   *ifr.LimitError
		needed  *implrepo.NeededError
		unheard *errand.Error
	)
	e := &admin.Error{Message: err.Error()}
	switch {
	case errors.As(err, &known):
		copied := *known
		e = &copied
	case errors.As(err, &invalid):
		e.Code = admin.CodeInvalid
	case errors.Is(err, ifr.ErrInvalid), errors.As(err, &limit):
		e.Code = admin.CodeInvalid
	case errors.Is(err, implrepo.ErrUnknown), errors.Is(err, ifr.ErrUnknown):
		e.Code = admin.CodeNotFound
	case errors.Is(err, implrepo.ErrExists):
		e.Code = admin.CodeExists
	case errors.Is(err, supervise.ErrUnfenced), errors.Is(err, supervise.ErrOpen):
		e.Code = admin.CodeInvalid
	case errors.As(err, &held), errors.As(err, &there):
		e.Code = admin.CodeHeld
	case errors.As(err, &start):
		told := *start
		told.Output = nil // it is a field of its own
		e.Code, e.Message, e.Output = admin.CodeFailed, told.Error(), start.Output
	case errors.Is(err, supervise.ErrDisabled), errors.Is(err, supervise.ErrManual):
		e.Code = admin.CodeDisabled
	case errors.Is(err, supervise.ErrRuns), errors.Is(err, supervise.ErrUpgrading), errors.Is(err, implrepo.ErrMoving), errors.As(err, &needed):
		e.Code = admin.CodeBusy
	case errors.As(err, &unheard):
		e.Code = admin.CodeUnavailable
	case errors.Is(err, supervise.ErrToken), errors.Is(err, supervise.ErrReplaced):
		e.Code = admin.CodeUnauthorized
	default: // the store's, the context's, ErrClosed
		e.Code = admin.CodeUnavailable
		if errors.Is(err, store.ErrConflict) {
			e.Code = admin.CodeBusy
		}
	}
	e.Status = map[string]int{
		admin.CodeInvalid:      http.StatusBadRequest,
		admin.CodeUnauthorized: http.StatusUnauthorized,
		admin.CodeNotFound:     http.StatusNotFound,
		admin.CodeExists:       http.StatusConflict,
		admin.CodeBusy:         http.StatusConflict,
		admin.CodeHeld:         http.StatusConflict,
		admin.CodeDisabled:     http.StatusConflict,
		admin.CodeFailed:       http.StatusBadGateway,
		admin.CodeUnavailable:  http.StatusServiceUnavailable,
	}[e.Code]
	return e
}

// limitConnections lets at most n connections of l be open at a time.
func limitConnections(l net.Listener, n int) net.Listener {
	return &limitedListener{Listener: l, slots: make(chan struct{}, n), closed: make(chan struct{})}
}

type limitedListener struct {
	net.Listener
	slots  chan struct{}
	closed chan struct{}
	once   sync.Once
}

func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &limitedConn{Conn: c, l: l}, nil
}

func (l *limitedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	l    *limitedListener
	once sync.Once
}

func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { <-c.l.slots })
	return err
}
