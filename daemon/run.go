package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/datagram"
	"github.com/opendsom/dsom/daemon/objects"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/daemon/visitors"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/svc/naming/tree"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// DefaultPort is the port at which the daemon takes calls: dsom-server's registered one.
const DefaultPort = 3053

// A Config describes a whole daemon. The zero value is useful.
type Config struct {
	// State is the state folder; "" is admin.DefaultState.
	State string

	// Listen is where calls are taken, host:port; "" is the port that the state was made
	// for, on all addresses, and DefaultPort for a new one. Port 0 chooses a free one for a new state.
	Listen string

	// Socket is a socket of the machine at which calls are taken besides: a path, on Linux "@" and a name without a file, on Windows pipe: and a name, or SocketAuto; "" is none.
	Socket string

	// Publish is the host that references name, or rules for that: see [reach.ParsePublish]. It is kept
	// in the state; "" is what was given last, and for a new state this machine's address, or loopback if
	// Listen says so.
	Publish string

	// Console is where the pages for people are, host:port of loopback; "" is nowhere, and ConsoleAuto a port of the daemon's choice.
	Console string

	// Connect are rules for the addresses that the daemon itself connects to: see [reach.ParseConnect].
	Connect string

	// TLSListen is where calls are taken by TLS besides, host:port, or TLSSame: at the port of plain IIOP; "" is nowhere.
	TLSListen string

	// RequireTLS has calls taken over sealed connections alone, by TLS or within the machine: others are answered with NO_PERMISSION, references name port 0 for plain
	// IIOP, and no datagrams are heard. TLSListen is needed.
	RequireTLS bool

	// Proxies are whose connections begin with a header of the PROXY protocol, version 2, at all ports where calls are taken.
	Proxies []netip.Prefix

	// Web, if set, has WebSockets taken at the ports where calls are taken by plain IIOP and by TLS, from the pages that it says.
	Web *ws.Config

	// TLS is by what certificates the daemon is known, and knows others; nil is without TLS.
	TLS *tls.Config

	// UDP is where the daemon tells by datagrams where objects are, at the port of TCP: addresses of this machine, UDPLoopback, UDPAll or UDPOff; nil is UDPLoopback, as far as calls are
	// taken there and the port can be had.
	UDP []string

	// Link is the interface, by name or an address of IPv4, on which daemons find each other by datagrams; "" is none.
	Link string

	// NetBIOS is the daemon's part in a network of that; nil is none.
	NetBIOS *NetBIOS

	// IPX is the daemon's part in a network of that; nil is none.
	IPX *IPX

	// Shared is the state that machines share, if they do.
	Shared Shared

	// Live is what Settings can change later.
	Live

	// ConfigFile is where the configuration is, or would be, for who asks.
	ConfigFile string

	// Settings, if set, are shown and reloaded by the local API.
	Settings Settings

	Limits  *limits.Limits // nil: the defaults. Run lowers Connections where the system allows too few open files
	Log     *slog.Logger   // nil: nothing is logged
	Version string

	// Ready, if set, is called when calls are taken.
	Ready func(*Daemon)

	shared     store.Watcher // the state of Shared, in tests; nil: it is opened
	answerTime time.Duration // that a datagram may take; see [datagram.Locator]
}

// ConsoleAuto is the value of Config.Console by which the daemon chooses the port: the one that the state had before, 3054 if it takes calls
// at 3053, or else a free one.
const ConsoleAuto = "auto"

// TLSSame is the value of Config.TLSListen by which calls are taken by TLS at the port of plain IIOP.
const TLSSame = "same"

// A PortError says that the daemon cannot take calls at its port, such as where another
// program has it: syscall.EADDRINUSE.
type PortError struct {
	Port uint16
	Err  error
}

// Error names the port.
func (e *PortError) Error() string {
	return fmt.Sprintf("calls cannot be taken at port %d: %v", e.Port, e.Err)
}

// Unwrap returns what the system said.
func (e *PortError) Unwrap() error { return e.Err }

// drainTimeout bounds the wait for the daemon's own calls when it stops: by then its servers have ended, and
// nobody waits for one any more.
const drainTimeout = 5 * time.Second

// Run runs a daemon until ctx ends. It returns nil after an orderly end.
func Run(ctx context.Context, c Config) (err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Limits == nil {
		c.Limits = new(limits.Limits)
	}
	fitConnections(c.Limits, maxFiles(), c.Log)
	front := &front{c: c, seldom: seldom(c.Log)}
	front.visitors = visitors.New(visitors.Options{Speaks: front.speaks, Ours: isOurs, Proxies: front.c.Proxies})
	front.live.set(c.Live)
	d, err := Open(ctx, Options{
		State: c.State, Version: c.Version, Log: c.Log,
		Addresses: front.addresses, Listens: func() string { return front.listens().Address() }, Local: front.local, Socket: front.socket, Rules: func() string { return front.rules }, Before: front.open,
		Console:   front.consoleAddress,
		settings:  &settingsAPI{from: c.Settings, live: &front.live},
		visitors:  front.visitors,
		Shared:    c.Shared,
		shared:    c.shared,
		publish:   (*machines).publish,
		config:    c.ConfigFile,
		netbios:   func() *admin.NetBIOS { return front.named.status() },
		ipx:       func() *admin.IPX { return front.ipx.status() },
		udp:       front.udpStatus,
		link:      front.link.Load,
		tls:       c.tlsTold(),
		Supervise: supervise.Options{Limits: c.Limits, Probe: front.probe},
		Logs:      capture.Keeper{MaxSize: max(c.Limits.Get(limits.ServerOutput)/(capture.DefaultKeep+1), 1)},
	})
	if err != nil {
		return errors.Join(err, front.close(context.Background()))
	}
	defer func() {
		end := context.WithoutCancel(ctx)
		err = errors.Join(err, d.endServers(end, front.live.now.Load().LeaveServers))
		front.letGo()
		drain, cancel := context.WithTimeout(end, drainTimeout)
		defer cancel()
		err = errors.Join(err, front.close(drain), d.Close())
	}()
	if err := front.serve(ctx, d); err != nil {
		return err
	}
	if c.Publish == "" {
		front.id.warnIfMoved(c.Log)
	}
	c.Log.Info("daemon ready", "address", front.address(), "socket", front.socket(), "state", d.State(), "console", front.consoleAddress())
	if c.Ready != nil {
		c.Ready(d)
	}
	<-ctx.Done()
	c.Log.Info("daemon ends", "reason", context.Cause(ctx))
	return nil
}

// tlsTold is what the status says of TLS.
func (c Config) tlsTold() *admin.TLS {
	if c.TLS == nil {
		return nil
	}
	told := &admin.TLS{Listen: c.TLSListen, Require: c.RequireTLS, Certificate: c.TLS.Certificate, Authorities: c.TLS.Authorities, Clients: c.TLS.Clients}
	for _, file := range []*string{&told.Certificate, &told.Authorities, &told.Clients} {
		if abs, err := filepath.Abs(*file); err == nil && *file != "" { // who reads it may be in another folder
			*file = abs
		}
	}
	return told
}

// front is the daemon's ORB: it takes the calls.
type front struct {
	c    Config
	live live

	visitors *visitors.Visitors

	id    identity
	orb   *orb.ORB
	calls transport.Set // by which the daemon calls what people look at; nil: TCP

	named     *named                    // nil: there is no NetBIOS
	ipx       *onIPX                    // nil: there is no IPX
	datagrams atomic.Pointer[datagrams] // nil: none are heard, or not yet, while the API answers already
	link      atomic.Pointer[onLink]    // nil: daemons of a link are not looked for, or not yet
	root      *poa.Root
	naming    *naming.Service
	locator   *locator
	peers     *peers
	dsom      *dsomLives   // nil until calls are let in
	seldom    *slog.Logger // of what clients bring about

	published []transport.Endpoint // what references name to whom no other rule is for
	rules     string               // what they name, to whom; "": there are no rules
	objects   *objects.Objects     // nil until calls are taken
	console   net.Listener         // nil: there are no pages
	pages     *http.Server         // nil until they are served
	paged     chan struct{}        // closed when that has ended
}

// address returns host:port as references name it.
func (f *front) address() string { return f.published[0].Address() }

func (f *front) addresses() []string {
	all := make([]string, len(f.published))
	for i, e := range f.published {
		all[i] = e.Address()
	}
	return all
}

// listens returns where calls are taken: by plain IIOP, or, if they are by TLS alone, by that.
func (f *front) listens() transport.Endpoint {
	all := f.orb.Endpoints()
	if i := slices.IndexFunc(all, func(e transport.Endpoint) bool { return e.Network == tls.Name }); f.c.RequireTLS && i >= 0 {
		return all[i]
	}
	return all[0]
}

// local returns host:port by which this machine's own programs reach the daemon, whatever has
// become of the address that references name.
func (f *front) local() string {
	e := f.listens()
	if ip := net.ParseIP(e.Host); e.Host == "" || ip != nil && ip.IsUnspecified() {
		e.Host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			e.Host = "::1"
		}
	}
	return e.Address()
}

// itself is where the daemon calls its own objects, as URLs have it.
func (f *front) itself() string {
	if f.c.RequireTLS {
		return "ssliop:1.2@" + f.address() // which certificates are for
	}
	return "iiop:1.2@" + f.local()
}

// behindProxies is TCP that hears proxies.
func (f *front) behindProxies() transport.Transport {
	return proxied.New(tcp.New(), proxied.Config{Proxies: f.c.Proxies, Limits: f.c.Limits, Logger: f.c.Log, Refused: f.visitors.Proxy})
}

// open makes the ORB, before anything else of the daemon comes up. It returns what servers
// are to be told in their environment.
func (f *front) open(ctx context.Context, d *Daemon) (env []string, err error) {
	known, err := readIdentity(ctx, d.own)
	if err != nil {
		return nil, err
	}
	id := known
	if d.machines != nil {
		id.UUID = d.machines.UUID()
	}
	host, port, err := f.listenAddress(known)
	if err != nil {
		return nil, err
	}
	if f.c.RequireTLS && (f.c.TLSListen == "" || f.c.TLS == nil) {
		return nil, errors.New("calls are to be taken by TLS alone, and they are taken nowhere by TLS: say where with tls-listen")
	}
	listen := []string{"tcp:" + net.JoinHostPort(host, strconv.Itoa(int(port)))}
	set := transport.Set{tcp.New()}
	if f.c.TLS != nil {
		c := *f.c.TLS
		c.Limits, c.Logger, c.KnowOwn = f.c.Limits, f.c.Log, true // it calls itself, and who has signed its certificate is for its clients to know
		if len(f.c.Proxies) > 0 {
			c.Carrier = f.behindProxies()
		}
		if set, err = tls.Set(c); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		if f.c.RequireTLS || f.c.TLS.Authorities != "" { // without, nobody's certificate may be known, and plain ports are called
			f.calls = slices.Clone(set)
		}
		if f.c.TLSListen != "" && f.c.TLSListen != TLSSame {
			listen = append(listen, "tls:"+f.c.TLSListen)
		}
	}
	if len(f.c.Proxies) > 0 {
		set = append(transport.Set{f.behindProxies()}, set[1:]...) // in TCP's place, which is first
	}
	if set, err = f.web(set); err != nil {
		return nil, err
	}
	if f.c.NetBIOS != nil {
		if f.named, err = openNamed(ctx, *f.c.NetBIOS, f.c.Limits, f.c.Log); err != nil {
			return nil, err
		}
		set, listen = append(set, f.named.by), append(listen, f.named.endpoint())
	}
	if f.c.IPX != nil {
		if f.ipx, err = openIPX(ctx, *f.c.IPX, f.c.Limits, f.c.Log); err != nil {
			return nil, err
		}
		set, listen = append(set, f.ipx.by), append(listen, f.ipx.endpoint())
	}
	socket, err := socketPath(f.c.Socket, d.State())
	if err != nil {
		f.c.Log.Warn("no calls are taken at a socket of the machine", "error", err)
	}
	cfg := orb.Config{
		Transports: append(set, unix.New(), pipe.New()), Listen: listen, Limits: f.c.Limits, Logger: f.c.Log,
		ServerID: id.UUID, Publish: known.rules(f.c.Publish, host), Connect: f.c.Connect,
		RequireTLS: f.c.RequireTLS,
		Count:      true,
		Door:       door{f.visitors, f},
		Hold:       true, // until there is naming, and the way to servers
	}
	if _, at := pipe.Local(socket); socket != "" {
		cfg.Listen = append(slices.Clip(listen), at.String())
	}
	f.orb, err = orb.New(cfg)
	if isSocketError(err) {
		if f.c.Socket != SocketAuto {
			return nil, fmt.Errorf("calls cannot be taken at the socket %s: %w", socket, err)
		}
		f.c.Log.Warn("no calls are taken at a socket of the machine", "socket", socket, "error", err)
		cfg.Listen = listen
		f.orb, err = orb.New(cfg)
	}
	if rule := (*reach.RuleError)(nil); errors.As(err, &rule) {
		return nil, err
	}
	if err != nil {
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Addr != nil {
			if at, bad := netip.ParseAddrPort(op.Addr.String()); bad == nil && at.Port() != port {
				return nil, &PortError{at.Port(), err}
			}
		}
		return nil, &PortError{port, err}
	}
	if err := openSocket(f.socket()); err != nil {
		return nil, fmt.Errorf("the socket %s: %w", socket, err)
	}
	all, err := f.orb.Published()
	if err == nil {
		f.published, err = all.Addresses(reach.View{}, nil, reach.System())
	}
	if err != nil {
		return nil, err
	}
	if f.console, err = f.listenConsole(d); err != nil {
		return nil, err
	}
	if d.machines != nil {
		d.machines.orb = f.orb
	}
	sealed, err := daemonTLS(f.orb)
	if err != nil {
		return nil, err
	}
	d.daemons.set(admin.Daemons{TLS: admin.DaemonTLS(sealed)})
	id.Host, id.Port = f.published[0].Host, f.orb.Endpoints()[0].Port
	if f.c.Publish != "" {
		id.Publish = f.c.Publish
	}
	if id.Publish != "" {
		f.rules = all.String()
	}
	if id != known {
		if err := writeIdentity(ctx, d.own, id); err != nil {
			return nil, err
		}
	}
	f.id = id
	f.root = poa.New(f.orb)
	if err = d.mend(ctx, tree.PutBack); err != nil {
		return nil, err
	}
	err = d.mended(ctx, tree.Mend, func() (err error) {
		f.naming, err = naming.New(ctx, naming.Config{
			Store: d.store, Root: f.root, MayWrite: func(ctx context.Context) error { return f.peers.mayWrite(ctx) }, // calls are let in when there are peers
			Log: f.seldom,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	d.classes = newClasses(f.orb, f.naming) // before the local API answers, by which servers have it changed
	if f.named != nil {
		env = f.named.environment()
	}
	if f.ipx != nil {
		env = append(env, f.ipx.environment()...)
	}
	return append(env,
		admin.EnvDaemon+"="+f.address(), admin.EnvDaemonLocal+"="+f.local(), admin.EnvDaemonPublish+"="+f.rules,
		admin.EnvDaemonSocket+"="+f.socket(), admin.EnvLocalSocket+"=", // which is the daemon's own
		admin.EnvDaemonWeb+"="+strings.Join(f.webEndpoints(), " "),
		envSOMPort+"="+strconv.Itoa(int(id.Port)),
		admin.EnvPublish+"=", // the daemon's own is not the servers': its port is not theirs
	), nil
}

// listenAddress returns where to listen. The port of a state never changes: references name it.
func (f *front) listenAddress(known identity) (host string, port uint16, err error) {
	port = known.Port
	if f.c.Listen == "" {
		if port == 0 {
			port = DefaultPort
		}
		if ip := net.ParseIP(known.Host); ip != nil && ip.IsLoopback() {
			host = known.Host
		}
		return host, port, nil
	}
	host, p, err := net.SplitHostPort(f.c.Listen)
	if err != nil {
		return "", 0, fmt.Errorf("the address %q to listen at: %w; write it as host:port or :port", f.c.Listen, err)
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("the address %q to listen at: the port must be a number from 0 to 65535", f.c.Listen)
	}
	if want := uint16(n); port == 0 || want == port {
		port = want
	} else if want != 0 {
		return "", 0, fmt.Errorf("this state folder is that of a daemon on port %d, and references name that port: use another state folder for port %d, or one with what this has, by dsom backup and dsom restore --port %d", port, want, want)
	}
	return host, port, nil
}

// serve lets the calls in: naming, and the way to the servers.
func (f *front) serve(ctx context.Context, d *Daemon) error {
	f.peers = &peers{live: &f.live, sup: d.sup}
	root, names := f.root, f.naming.Root()
	f.orb.RegisterInitialReference("NameService", names)
	interfaces, err := ifr.New(root, d.interfaces, f.c.Log)
	if err != nil {
		return err
	}
	f.orb.RegisterInitialReference(ifr.Key, interfaces)
	f.objects, err = objects.New(objects.Config{
		Server: f.orb, Naming: names, Daemon: f.itself(), Transports: f.calls, Connect: f.c.Connect, Library: objects.NewLibrary(filepath.Join(d.State(), LibraryName), d.interfaces.Spec),
	})
	if err != nil {
		return err
	}
	d.objects.Store(f.objects)
	f.servePages(d)
	f.locator = &locator{sup: d.sup, orb: f.orb, id: f.id, log: f.seldom, named: f.named, ipx: f.ipx}
	next, err := f.serveDSOM(ctx, d, f.locator)
	if err != nil {
		return err
	}
	root.SetNext(next)
	f.orb.Accept()
	if err := f.openUDP(); err != nil {
		return err
	}
	if err := f.openLink(d, f.naming); err != nil {
		return err
	}
	if f.named != nil {
		f.named.start(d.sup)
	}
	if f.ipx != nil {
		f.ipx.start(&datagram.Locator{Locate: f.where, Time: f.c.answerTime, Limits: f.c.Limits, Log: f.seldom})
	}
	d.finishLeft(ctx)
	return d.classes.adopt(ctx, d.sup.Records(), f.c.Log)
}

// close ends the ORB.
func (f *front) close(ctx context.Context) error {
	if f.orb == nil {
		return errors.Join(f.named.close(), f.ipx.close())
	}
	f.ipx.silence()
	err := errors.Join(f.closePages(), f.datagrams.Load().close(), f.link.Load().close(), f.named.close())
	if f.objects != nil {
		err = errors.Join(err, f.objects.Close(ctx))
	}
	return errors.Join(err, f.orb.Shutdown(ctx), f.ipx.close())
}
