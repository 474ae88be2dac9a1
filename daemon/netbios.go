package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbss"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// NetBIOS says how the daemon takes part in a network of NetBIOS: it has the machine's name there, and the port of the session service, from which it sends who
// calls a server's name on to that server.
type NetBIOS struct {
	netbios.Settings
	Groups []string // names of groups that the machine is one of
	Serve  bool     // be a name server
}

// named is the daemon's part in NetBIOS.
type named struct {
	c    NetBIOS
	log  *slog.Logger
	own  nbname.Name
	all  []nbname.Name // own, and groups
	node *node.Node
	by   *netbios.Transport
	sup  *supervise.Supervisor // nil until servers are known

	mu     sync.Mutex
	cancel context.CancelFunc
	work   sync.WaitGroup
	failed map[nbname.Name]error
}

// How long a name is left alone that another has, and how long its release is waited for.
const (
	nameAgain   = 30 * time.Second
	nameRelease = 3 * time.Second
)

// openNamed opens the name service, and makes the transport. Names are registered by start.
func openNamed(ctx context.Context, c NetBIOS, lim *limits.Limits, log *slog.Logger) (n *named, err error) {
	n = &named{c: c, log: log, failed: map[nbname.Name]error{}}
	if n.own, err = c.Machine(); err != nil {
		return nil, err
	}
	n.all = []nbname.Name{n.own}
	for _, g := range c.Groups {
		name, err := nbname.Parse(g, nbname.DSOM)
		if err != nil {
			return nil, err
		}
		n.all = append(n.all, name)
	}
	if n.node, err = c.Start(ctx, c.Serve, log); err != nil {
		return nil, fmt.Errorf("the name service of NetBIOS: %w; ports below 1024 are for root, or who has CAP_NET_BIND_SERVICE, and another program's (nmbd's, it may be) are not to be had: see netbios-name-port", err)
	}
	n.by = netbios.New(netbios.Config{Resolver: n.node, Calling: n.own, Node: n.own.String(), Port: c.Session(), Elsewhere: n.elsewhere, Limits: lim})
	return n, nil
}

// endpoint is where the daemon listens.
func (n *named) endpoint() string {
	return transport.Endpoint{Network: netbios.Name, Host: n.own.String() + "@" + n.node.Addr().String(), Port: n.c.Session()}.String()
}

// environment is what servers are told.
func (n *named) environment() []string {
	return []string{
		netbios.EnvInterface + "=" + n.node.Addr().String(), netbios.EnvName + "=" + n.own.String(), netbios.EnvNode + "=" + n.c.Node,
		netbios.EnvServers + "=" + strings.Join(n.c.Servers, ","), netbios.EnvNamePort + "=" + portText(n.c.NamePort), netbios.EnvSessionPort + "=" + portText(n.c.SessionPort),
	}
}

func portText(p uint16) string {
	if p == 0 {
		return ""
	}
	return strconv.Itoa(int(p))
}

// start registers the names, until close.
func (n *named) start(sup *supervise.Supervisor) {
	ctx, cancel := context.WithCancel(context.Background())
	n.mu.Lock()
	n.cancel, n.sup = cancel, sup
	n.mu.Unlock()
	for i, name := range n.all {
		n.work.Go(func() { n.register(ctx, name, i > 0) })
	}
}

// register registers a name, again and again while that fails.
func (n *named) register(ctx context.Context, name nbname.Name, group bool) {
	said := ""
	for {
		err := n.node.Register(ctx, name, group)
		n.mu.Lock()
		n.failed[name] = err
		n.mu.Unlock()
		if err == nil {
			n.log.Info("a name of NetBIOS is this machine's", "name", name, "group", group, "address", n.node.Addr())
			return
		}
		if ctx.Err() != nil {
			return
		}
		if err.Error() != said {
			said = err.Error()
			n.log.Error("a name of NetBIOS cannot be had", "name", name, "error", err)
		}
		select {
		case <-time.After(nameAgain):
		case <-ctx.Done():
			return
		}
	}
}

// close gives the names up, within a time.
func (n *named) close() error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	cancel := n.cancel
	n.mu.Unlock()
	if cancel != nil {
		cancel()
		n.work.Wait()
	}
	ctx, end := context.WithTimeout(context.Background(), nameRelease)
	defer end()
	var each sync.WaitGroup
	for _, name := range n.all {
		each.Go(func() {
			if err := n.node.Release(ctx, name); err != nil {
				n.log.Warn("a name of NetBIOS could not be given up in order", "name", name, "error", err)
			}
		})
	}
	each.Wait()
	return n.node.Close()
}

// errNoServer is told to clients who call a name that no server has.
var errNoServer = errors.New("no server of this machine has that name")

// elsewhere returns where the server listens whose name is called, started if need be: SESSION RETARGET goes there.
func (n *named) elsewhere(ctx context.Context, called nbname.Name, local netip.AddrPort) (netip.AddrPort, error) {
	n.mu.Lock()
	sup := n.sup
	n.mu.Unlock()
	if sup == nil {
		return netip.AddrPort{}, &netbios.SessionError{Called: called, Code: nbss.NoResources}
	}
	all, err := sup.Records().List(ctx)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for _, r := range all {
		name, err := nbname.Parse(r.Name, nbname.DSOM)
		if err != nil || name != called {
			continue
		}
		live, err := sup.EnsureFor(ctx, r.UUID, supervise.Want{})
		if err != nil {
			n.log.Warn("a client calls a server by NetBIOS that does not run", "server", r.Name, "error", err)
			return netip.AddrPort{}, &netbios.SessionError{Called: called, Code: nbss.NoResources}
		}
		for _, s := range live.Endpoints {
			if e, err := transport.ParseEndpoint(s); err == nil && e.Network == netbios.Name && e.Port != 0 {
				return netip.AddrPortFrom(local.Addr().Unmap(), e.Port), nil
			}
		}
		return netip.AddrPort{}, &netbios.SessionError{Called: called, Code: nbss.NotListeningCalled}
	}
	return netip.AddrPort{}, errNoServer
}

// components returns what references say of a server that listens at some endpoints: its name, at this machine.
func (n *named) components(endpoints []string) []ior.Component {
	if n == nil {
		return nil
	}
	var names []string
	for _, s := range endpoints {
		if e, err := transport.ParseEndpoint(s); err == nil && e.Network == netbios.Name {
			names = append(names, n.by.Published(e).String())
		}
	}
	return ior.NamedComponents(names)
}

// status is what the daemon says of its part in NetBIOS.
func (n *named) status() *admin.NetBIOS {
	if n == nil {
		return nil
	}
	s := &admin.NetBIOS{Address: n.node.Addr().String(), SessionPort: n.c.Session(), NameServer: n.c.Serve, Servers: n.c.Servers}
	held := map[nbname.Name]bool{} // whether it is in conflict
	for _, h := range n.node.Names() {
		held[h.Name] = h.Conflict
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range n.all {
		state := admin.NetBIOSBegun
		if conflict, ok := held[name]; ok && conflict {
			state = admin.NetBIOSConflict
		} else if ok {
			state = admin.NetBIOSRegistered
		} else if err := n.failed[name]; err != nil {
			state = err.Error()
		}
		s.Names = append(s.Names, admin.NetBIOSName{Name: name.String(), State: state})
	}
	c, t := n.node.Counts(), n.by.Counts()
	s.Counts = map[string]uint64{
		"malformed": c.Malformed + t.Malformed, "unasked": c.Unasked, "elsewhere": c.Elsewhere, "foreign": c.Foreign, "full": c.Full, "disputed": c.Disputed, "defended": c.Defended,
		"conflicts": c.Conflicts, "sessions": t.Sessions, "retargets": t.Retargets, "refused": t.Refused, "floods": t.Floods,
	}
	return s
}
