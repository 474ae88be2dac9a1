package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/errand"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

const (
	mostAsked = 128                     // other machines of which one request asks all
	lookTime  = 1500 * time.Millisecond // that they have for it: their own servers may take a second
)

// serveErrands has requests of other machines answered, where the store carries them. It is called before the local API is.
func (d *Daemon) serveErrands() error {
	if d.machines == nil {
		return nil
	}
	relay, ok := d.store.(store.Relay)
	if !ok {
		return nil
	}
	d.relay = relay // before anybody is answered
	api := d.handler()
	var err error
	d.errands, err = errand.Serve(relay, d.machines.Name(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isErrand(r) {
			c := &call{w: w, r: r, rc: http.NewResponseController(w)}
			c.fail(&admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("%s %.100s is not answered to other machines", r.Method, r.URL.Path)})
			return
		}
		r.Header.Set("Authorization", "Bearer "+d.access.Token) // who writes to the store may do this
		api.ServeHTTP(w, r)
	}), d.o.Log)
	return err
}

// isErrand reports whether a request is one that machines may have for each other: about servers, and about what is seen of a daemon.
func isErrand(r *http.Request) bool {
	if r.Method == http.MethodGet && slices.Contains([]string{"/v1/servers", "/v1/calls", "/v1/connections", "/v1/visitors", "/v1/status"}, r.URL.Path) {
		return true
	}
	return r.Method == http.MethodPost && r.URL.Path == "/v1/servers" || strings.HasPrefix(r.URL.Path, "/v1/servers/")
}

// there has a request about a server answered by the machine that has the server, or that the request names: ?machine=NAME.
func (d *Daemon) there(h func(*call) error) func(*call) error {
	return func(c *call) error {
		machine, err := d.machineOf(c)
		if err != nil {
			return err
		}
		if machine == "" {
			return h(c)
		}
		body, err := c.body()
		if err != nil {
			return err
		}
		return d.pass(c, machine, body)
	}
}

// at has a request answered by the machine that it names, ?machine=NAME, if it names one.
func (d *Daemon) at(h func(*call) error) func(*call) error {
	return func(c *call) error {
		machine, err := d.named(c)
		switch {
		case err != nil:
			return err
		case machine == "":
			return h(c)
		}
		return d.pass(c, machine, nil)
	}
}

// named returns the other machine that a request names, "" for none or this one.
func (d *Daemon) named(c *call) (string, error) {
	name := c.r.URL.Query().Get("machine")
	switch {
	case name == "" || errand.By(c.r.Context()) != "":
		return "", nil
	case d.machines == nil:
		return "", &admin.Error{Code: admin.CodeInvalid, Message: fmt.Sprintf("this daemon shares its state with no other machine, and so not with %.80q", name)}
	case name == d.machines.Name():
		return "", nil
	}
	if !slices.ContainsFunc(d.machines.Machines(), func(m cluster.Machine) bool { return m.Name == name }) {
		return "", &admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("no machine %.80q is up", name)}
	}
	return name, nil
}

// machineOf returns the other machine that a request is for, "" if it is for this one. What another machine has sent here is not sent on: had the server moved
// on in the meantime, the answer says so.
func (d *Daemon) machineOf(c *call) (string, error) {
	if name, err := d.named(c); err != nil || name != "" || c.r.URL.Query().Get("machine") != "" {
		return name, err
	}
	if d.relay == nil || errand.By(c.r.Context()) != "" {
		return "", nil
	}
	rec, err := d.record(c)
	if err != nil {
		return "", err
	}
	if p := d.machines.Where(rec.UUID, rec.On); !p.Here && p.Up {
		return p.Machine, nil
	}
	return "", nil
}

// errandTo makes a request to another machine of the same kind as that of a call.
func (d *Daemon) errandTo(ctx context.Context, machine, method, path string, query url.Values, body []byte) (*http.Response, error) {
	if d.relay == nil {
		return nil, &admin.Error{Code: admin.CodeUnavailable, Message: fmt.Sprintf("that is for the machine %q, and the store carries no requests there: do it there", machine)}
	}
	u := url.URL{Scheme: "http", Host: machine, Path: path, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, method, "http://machine/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.URL = &u // a machine's name may be no host's
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	return errand.Transport{Relay: d.relay, By: d.machines.Name()}.RoundTrip(req)
}

// pass answers a call with what another machine answers.
func (d *Daemon) pass(c *call, machine string, body []byte) error {
	q := c.r.URL.Query()
	q.Del("machine")
	res, err := d.errandTo(c.r.Context(), machine, c.r.Method, c.r.URL.Path, q, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	c.w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
	c.w.WriteHeader(res.StatusCode)
	if err := c.stream(nil); err != nil { // a log may have no line for long
		return nil // the client has gone
	}
	if _, err := io.Copy(pieces{c}, res.Body); err != nil {
		d.o.Log.Debug("what another machine answers was not sent to its end", "machine", machine, "path", c.r.URL.Path, "error", err)
		panic(http.ErrAbortHandler) // its reader finds the answer cut off
	}
	return nil
}

// askAll asks other machines the same, all at once, and calls take with each answer, one at a time. It returns those that have not answered in time, or well.
func askAll[T any](ctx context.Context, d *Daemon, machines []string, path string, take func(machine string, answer T)) (silent []string) {
	if len(machines) > mostAsked {
		silent = append(silent, machines[mostAsked:]...)
		machines = machines[:mostAsked]
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, m := range machines {
		wg.Go(func() {
			var answer T
			res, err := d.errandTo(ctx, m, http.MethodGet, path, nil, nil)
			if err == nil {
				defer func() { _ = res.Body.Close() }()
				if res.StatusCode/100 != 2 {
					err = fmt.Errorf("status %d", res.StatusCode)
				} else {
					err = json.NewDecoder(io.LimitReader(res.Body, admin.MaxResponse)).Decode(&answer)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				d.o.Log.Debug("another machine does not tell", "machine", m, "path", path, "error", err)
				silent = append(silent, m)
				return
			}
			take(m, answer)
		})
	}
	wg.Wait()
	slices.Sort(silent)
	return silent
}

// others returns the machines that are up beside this one, if c is not asked by one of them, and asks them what is told of all.
func (d *Daemon) others(c *call) []string {
	if d.relay == nil || errand.By(c.r.Context()) != "" {
		return nil
	}
	var names []string
	for _, m := range d.machines.Machines() {
		if m.Name != d.machines.Name() {
			names = append(names, m.Name)
		}
	}
	return names
}

// runsElsewhere fills in how servers are that others have.
func (d *Daemon) runsElsewhere(c *call, all []admin.Server) {
	others := d.others(c)
	at := map[string]int{}
	var ask []string
	for i, s := range all {
		if s.Run.State == admin.StateElsewhere {
			at[s.UUID] = i
			if slices.Contains(others, s.Machine) && !slices.Contains(ask, s.Machine) {
				ask = append(ask, s.Machine)
			}
		}
	}
	askAll(c.r.Context(), d, ask, "/v1/servers", func(machine string, theirs []admin.Server) {
		for _, s := range theirs {
			if i, ok := at[s.UUID]; ok && all[i].Machine == machine && s.Machine == machine {
				all[i].Run = s.Run
			}
		}
	})
}

// ofMachine is what a machine is called among those that have not told.
func ofMachine(name string) string { return "machine " + name }

// callsOfAll returns what was counted on all machines.
func (d *Daemon) callsOfAll(c *call) admin.Calls {
	out := d.calls(c.r.Context())
	if d.machines == nil {
		return out
	}
	d.markCalls(&out, d.machines.Name())
	silent := askAll(c.r.Context(), d, d.others(c), "/v1/calls", func(machine string, theirs admin.Calls) {
		d.markCalls(&theirs, machine)
		out.Operations = append(out.Operations, theirs.Operations...)
		out.Silent = append(out.Silent, theirs.Silent...)
	})
	slices.SortStableFunc(out.Operations, byServer)
	for _, m := range silent {
		out.Silent = append(out.Silent, ofMachine(m))
	}
	return out
}

func (d *Daemon) markCalls(c *admin.Calls, machine string) {
	for i := range c.Operations {
		c.Operations[i].Machine = machine
	}
}

// connectionsOfAll returns the connections of all machines.
func (d *Daemon) connectionsOfAll(c *call) admin.Connections {
	out := d.connections(c.r.Context())
	if d.machines == nil {
		return out
	}
	mark := func(some []admin.Connection, machine string) {
		for i := range some {
			some[i].Machine = machine
		}
	}
	mark(out.Connections, d.machines.Name())
	silent := askAll(c.r.Context(), d, d.others(c), "/v1/connections", func(machine string, theirs admin.Connections) {
		mark(theirs.Connections, machine)
		out.Connections = append(out.Connections, theirs.Connections...)
		out.Silent = append(out.Silent, theirs.Silent...)
		for server, n := range theirs.Open {
			out.Open[server] += n
		}
	})
	for _, m := range silent {
		out.Silent = append(out.Silent, ofMachine(m))
	}
	return out
}

// homeOf returns the other machine at which a server is to be registered, "" if that is done here.
func (d *Daemon) homeOf(c *call, on string) string {
	if on == implrepo.Any || !slices.Contains(d.others(c), on) {
		return ""
	}
	return on
}
