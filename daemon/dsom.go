package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tls"
)

// dsomServers are the daemon's servers as programs of SOM's DSOM see and change them. Those of that kind and all others are in one
// repository, and each side sees both.
type dsomServers struct {
	sup     *supervise.Supervisor
	locator *locator
	lives   *dsomLives
	classes *classes
	d       *Daemon
	log     *slog.Logger
}

var _ somdd.Servers = (*dsomServers)(nil)

// dsomProgram is what a definition without a program stands for.
const dsomProgram = "somdsvr"

// envSOMPort is how programs of DSOM are told the port of their daemon.
const envSOMPort = "SOMDPORT"

// serveDSOM returns what finds the objects that programs of DSOM call, and before all others' those of next.
func (f *front) serveDSOM(ctx context.Context, d *Daemon, next *locator) (orb.Handler, error) {
	who := f.peers
	lives, err := newDSOMLives(ctx, &dsomLives{sup: d.sup, orb: f.orb, store: d.own, peers: who, log: f.c.Log})
	if err != nil {
		return nil, err
	}
	f.dsom = lives
	return somdd.New(somdd.Config{
		Servers: &dsomServers{sup: d.sup, locator: next, lives: lives, classes: d.classes, d: d, log: f.c.Log},
		Limits:  f.c.Limits, Log: f.seldom, Allow: f.counted(who.mayUseDSOM), Addresses: f.dsomAddresses, Next: next,
	}), nil
}

// letGo ends what is held of servers of DSOM, which live on.
func (f *front) letGo() {
	if f.dsom != nil {
		f.dsom.close()
	}
}

// dsomAddresses returns what references name to the client of ctx: where it came in, if that is this machine alone, and else what is published.
func (f *front) dsomAddresses(ctx context.Context) ([]transport.Endpoint, error) {
	network := "tcp"
	switch at := orb.Peer(ctx).(type) {
	case *net.UnixAddr:
		e, err := transport.ParseEndpoint("tcp:" + f.local())
		return []transport.Endpoint{e}, err
	case *net.TCPAddr:
		if orb.Caller(ctx).Sealed { // and so are the calls to come, that it is known whose they are
			network = tls.Name
		}
		if at.IP.IsLoopback() {
			return f.listened(network, at.IP.String()), nil
		}
	}
	published, err := f.orb.PublishedFor(ctx, f.listened(network, ""))
	for i := range published {
		published[i].Network = network
	}
	return published, err
}

// listened returns where calls are taken by a network, with a host instead of the one listened at, if there is one given.
func (f *front) listened(network, host string) (all []transport.Endpoint) {
	for _, e := range f.orb.Endpoints() {
		if e.Network == network {
			e.Host = cmp.Or(host, e.Host)
			all = append(all, e)
		}
	}
	return all
}

// definition returns a record as DSOM has it.
func definition(r implrepo.Record) wire.Definition {
	var d wire.Definition
	if r.DSOM != nil {
		d = wire.Definition(r.DSOM.Definition)
	}
	if id, err := wire.ParseID(d.ID); err != nil || id != wire.ID(r.UUID) {
		d.ID = wire.ID(r.UUID).String()
	}
	d.Alias = r.Name
	if !slices.Equal(r.Command, command(d)) {
		d.Program = programText(r.Command)
	}
	d.Secure, d.Flags = r.IsSecure(), d.Flags&^(wire.Disabled|wire.SecureMode)
	if d.Secure {
		d.Flags |= wire.SecureMode
	}
	if r.IsDisabled() {
		d.Flags |= wire.Disabled
	}
	return d
}

// programText is a command as DSOM's clients can be told of it: they take no more than wire.MaxProgram octets, and one server with more would keep
// them from all. It is told to its last word that fits, if one does, and … for the others.
func programText(command []string) string {
	text := strings.Join(command, " ")
	const cut = " …"
	if len(text) <= wire.MaxProgram {
		return text
	}
	text = text[:wire.MaxProgram-len(cut)]
	if i := strings.LastIndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	return strings.ToValidUTF8(text, "") + cut
}

// command returns how a server of DSOM is started: its program is told which server it is.
func command(d wire.Definition) []string {
	program := d.Program
	if program == "" {
		program = dsomProgram
	}
	return []string{program, d.ID}
}

// apply makes a record say what a definition says. What differs from the record as DSOM has it changes, and nothing else: a server
// that has more to its command than a program keeps that.
func apply(r *implrepo.Record, d wire.Definition) error {
	if err := checkTexts(d); err != nil {
		return err
	}
	was := definition(*r)
	r.Name = d.Alias
	r.SetDisabled(d.Flags&wire.Disabled != 0)
	if d.Program != was.Program {
		if len(r.Command) == 0 {
			r.Activation = "" // on demand, now that it can be started
		}
		r.Command = command(d)
	}
	r.DSOM = &implrepo.DSOM{Definition: implrepo.Definition(d.Clone())}
	r.SetSecure(wantsSecure(was, d))
	return nil
}

// wantsSecure reports whether a server is to be for identified callers alone. A definition says so twice, by a flag and by a member of its own: what was
// changed counts, since a program may know of one of them alone.
func wantsSecure(was, d wire.Definition) bool {
	if flag := d.Flags&wire.SecureMode != 0; flag != (was.Flags&wire.SecureMode != 0) {
		return flag
	}
	return d.Secure
}

// checkTexts refuses what the state could not tell again: it holds text.
func checkTexts(d wire.Definition) error {
	for _, s := range []string{d.Alias, d.Program, d.Class, d.ServerClass, d.RefDataFile, d.RefDataBackup, d.HostName, d.ConfigFile, d.Protocols} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return &somdd.InvalidError{Err: fmt.Errorf("%.80q is not text in UTF-8", s)}
		}
	}
	return nil
}

// dsomTold turns an error of the repository or the supervision into one that DSOM can be told.
func dsomTold(err error) error {
	var invalid *implrepo.InvalidError
	var start *supervise.StartError
	var held *supervise.HeldError
	var full *supervise.FullError
	var needed *implrepo.NeededError
	var away *cluster.AwayError
	var there *supervise.ElsewhereError
	var told *admin.Error
	switch {
	case errors.Is(err, somdd.ErrUnknown), errors.Is(err, somdd.ErrExists), errors.Is(err, somdd.ErrRuns), errors.Is(err, somdd.ErrStart), errors.Is(err, somdd.ErrDisabled), errors.Is(err, somdd.ErrNotYours):
		return err // another machine's daemon has said so
	case errors.As(err, &told) && told.Code == admin.CodeBusy:
		return fmt.Errorf("%w: %w", somdd.ErrRuns, err)
	case errors.As(err, &away), errors.As(err, &there), errors.Is(err, cluster.ErrUnclear), errors.Is(err, supervise.ErrLost):
		return fmt.Errorf("%w: %w", somdd.ErrStart, err)
	case errors.Is(err, implrepo.ErrUnknown):
		return fmt.Errorf("%w: %w", somdd.ErrUnknown, err)
	case errors.Is(err, implrepo.ErrExists):
		return fmt.Errorf("%w: %w", somdd.ErrExists, err)
	case errors.As(err, &invalid):
		return &somdd.InvalidError{Err: err}
	case errors.Is(err, supervise.ErrDisabled):
		return fmt.Errorf("%w: %w", somdd.ErrDisabled, err)
	case errors.Is(err, supervise.ErrRuns), errors.Is(err, implrepo.ErrMoving), errors.As(err, &needed):
		return fmt.Errorf("%w: %w", somdd.ErrRuns, err)
	case errors.As(err, &start), errors.As(err, &full), errors.Is(err, supervise.ErrManual), errors.Is(err, supervise.ErrOpen):
		return fmt.Errorf("%w: %w", somdd.ErrStart, err)
	case errors.As(err, &held), errors.Is(err, supervise.ErrToken):
		return fmt.Errorf("%w: %w", somdd.ErrNotYours, err)
	}
	return err
}

func (s *dsomServers) All(ctx context.Context) ([]wire.Definition, error) {
	recs, err := s.sup.Records().List(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]wire.Definition, 0, len(recs))
	for _, r := range recs {
		all = append(all, definition(r))
	}
	return all, nil
}

func (s *dsomServers) Get(ctx context.Context, id wire.ID) (wire.Definition, error) {
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return wire.Definition{}, dsomTold(err)
	}
	return definition(r), nil
}

func (s *dsomServers) ByAlias(ctx context.Context, alias string) (wire.Definition, error) {
	r, err := s.sup.Records().ByName(ctx, alias)
	if err != nil {
		return wire.Definition{}, dsomTold(err)
	}
	return definition(r), nil
}

func (s *dsomServers) Add(ctx context.Context, d wire.Definition) error {
	uuid := implrepo.NewUUID()
	if d.ID == "" {
		d.ID = wire.ID(uuid).String()
	}
	id, err := wire.ParseID(d.ID)
	if err == nil && (id == wire.DaemonID || id == wire.ID{}) {
		err = fmt.Errorf("%s is no server's id", d.ID)
	}
	if err != nil {
		return &somdd.InvalidError{Err: err}
	}
	r := implrepo.Record{UUID: implrepo.UUID(id)}
	if err := apply(&r, d); err != nil {
		return err
	}
	r.Command = command(d)
	if _, err := s.sup.Records().Add(ctx, r); err != nil {
		return dsomTold(err)
	}
	s.log.Info("a program of DSOM has registered a server", "server", r.Name, "command", r.Command)
	return s.sup.Refresh(ctx)
}

func (s *dsomServers) Update(ctx context.Context, d wire.Definition) error {
	id, err := wire.ParseID(d.ID)
	if err != nil {
		return &somdd.InvalidError{Err: err}
	}
	return s.change(ctx, id, func(r *implrepo.Record) error { return apply(r, d) })
}

// change changes the record of a server.
func (s *dsomServers) change(ctx context.Context, id wire.ID, f func(*implrepo.Record) error) error {
	if err := s.d.settle(ctx, implrepo.UUID(id)); err != nil {
		s.log.Debug("a server gets no other name now, since it has got one before", "error", err)
	}
	r, err := s.sup.Records().Update(ctx, implrepo.UUID(id), func(r *implrepo.Record) error {
		if !s.d.stands(r.Held) {
			r.Free()
		}
		return f(r)
	})
	s.d.renamed(ctx, implrepo.UUID(id)) // whatever the error is: it may be that of a caller who has gone when the record was there
	if err != nil {
		return dsomTold(err)
	}
	s.log.Info("a program of DSOM has changed a server", "server", r.Name, "disabled", r.Disabled)
	return s.sup.Refresh(ctx)
}

func (s *dsomServers) Remove(ctx context.Context, id wire.ID) error {
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return dsomTold(err)
	}
	there, err := s.d.doThere(ctx, r, http.MethodDelete, "", nil)
	if err == nil && !there {
		err = s.d.remove(ctx, r, false)
	}
	if err != nil {
		return dsomTold(err)
	}
	s.log.Info("a program of DSOM has removed a server", "server", r.Name)
	return nil
}

func (s *dsomServers) Classes(ctx context.Context, id wire.ID) ([]string, error) {
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return nil, dsomTold(err)
	}
	return s.classes.of(ctx, r.Name)
}

func (s *dsomServers) WithClass(ctx context.Context, class string) ([]wire.Definition, error) {
	names, err := s.classes.with(ctx, class)
	if err != nil {
		return nil, err
	}
	var all []wire.Definition
	for _, name := range names {
		r, err := s.sup.Records().ByName(ctx, name)
		if errors.Is(err, implrepo.ErrUnknown) {
			continue // a server that is not registered has bound itself there
		}
		if err != nil {
			return nil, dsomTold(err)
		}
		all = append(all, definition(r))
	}
	return all, nil
}

func (s *dsomServers) SetClasses(ctx context.Context, id wire.ID, change func([]string) ([]string, error)) error {
	if err := s.d.settle(ctx, implrepo.UUID(id)); err != nil { // else what it has is not under its name yet, and would seem to be said anew
		return dsomTold(err)
	}
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return dsomTold(err)
	}
	err = s.classes.set(ctx, r, func(had []string) ([]string, error) {
		list, err := change(had)
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
				return nil, &somdd.InvalidError{Err: fmt.Errorf("the name of a class, %.80q, is not text in UTF-8", name)}
			}
		}
		return list, nil
	})
	if err == nil {
		s.log.Info("a program of DSOM has said which classes a server has", "server", r.Name)
	}
	return err
}

func (s *dsomServers) Runs(ctx context.Context, id wire.ID) (bool, error) {
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return false, dsomTold(err)
	}
	var told admin.Server
	there, err := s.d.doThere(ctx, r, http.MethodGet, "", &told)
	if err != nil {
		return false, dsomTold(err)
	}
	state := told.Run.State
	if !there {
		state = s.sup.Run(r.UUID).State
	}
	return state != admin.StateStopped && state != admin.StateBackOff, nil
}

func (s *dsomServers) Start(ctx context.Context, id wire.ID) error {
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return dsomTold(err)
	}
	there, err := s.d.doThere(ctx, r, http.MethodPost, "/start", nil)
	if err == nil && !there {
		_, err = s.sup.Start(ctx, r.UUID)
	}
	return dsomTold(err)
}

func (s *dsomServers) Stop(ctx context.Context, id wire.ID) error {
	r, err := s.sup.Records().Get(ctx, implrepo.UUID(id))
	if err != nil {
		return dsomTold(err)
	}
	there, err := s.d.doThere(ctx, r, http.MethodPost, "/stop", nil)
	if err == nil && !there {
		err = s.sup.Stop(ctx, r.UUID, "a program of DSOM asked for it to be stopped")
	}
	return dsomTold(err)
}

func (s *dsomServers) SetDisabled(ctx context.Context, id wire.ID, to bool) error {
	return s.change(ctx, id, func(r *implrepo.Record) error { r.SetDisabled(to); return nil })
}

func (s *dsomServers) Find(ctx context.Context, id wire.ID, key []byte) (*ior.IOR, error) {
	return s.locator.forward(ctx, implrepo.UUID(id), key, supervise.Want{})
}

func (s *dsomServers) Up(ctx context.Context, id wire.ID, server *ior.IOR) error {
	return dsomTold(s.lives.up(ctx, id, server))
}

func (s *dsomServers) Down(ctx context.Context, id wire.ID) error {
	return dsomTold(s.lives.down(ctx, id))
}

func (s *dsomServers) Failed(ctx context.Context, id wire.ID, code wire.Code) error {
	return dsomTold(s.lives.failed(ctx, id, code))
}
