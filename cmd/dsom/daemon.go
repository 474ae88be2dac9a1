package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/store/nats"
	"github.com/opendsom/dsom/svc/somdd/somenv"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/proxied"
	"github.com/opendsom/dsom/transport/subject"
	"github.com/opendsom/dsom/transport/tls"
)

type daemonCmd struct {
	stateFlag
	Config       string   `placeholder:"FILE" help:"Configuration file, whose keys are the options below. Default: $$DSOM_CONFIG, else dsom.toml in the state folder, if it is there."`
	Listen       string   `placeholder:"[HOST]:PORT" help:"Where to take calls. Default: the address that the state was made for, :3053 for a new one."`
	Publish      []string `placeholder:"RULE" sep:"none" help:"Host that references name, what clients can reach: HOST[:PORT]; for clients of a network NETWORK=HOST[:PORT]. May be repeated, and is kept. Default: this machine's address."`
	Console      string   `default:"auto" placeholder:"ADDRESS" help:"Where the pages for people are, such as 127.0.0.1:3054: an address of loopback, or off. Default: 127.0.0.1:3054, or a free port if calls are taken at another than 3053; it is kept."`
	Connect      []string `placeholder:"RULE" sep:"none" help:"Where the daemon's own calls to an address lead: NETWORK=HOST[:PORT], or NETWORK=@refuse. May be repeated."`
	LocalSocket  string   `default:"auto" placeholder:"PATH" help:"Socket of this machine at which calls are taken besides, by which it is known whose program calls: a path, or on Windows pipe:NAME; or off. Default: on Windows a pipe of a name of its own, elsewhere one in the folder that systemd has made for the service, or in the user's own runtime folder, $$XDG_RUNTIME_DIR/dsom, if there is either."`
	AllowWrite   []string `placeholder:"WHO" sep:"none" help:"Who may change names, besides the daemon's user, root and the servers that are registered: user:NAME of this machine, this-machine (all its users), a network such as 10.0.0.0/8, or cert:SUBJECT, who shows a certificate of tls-clients with that subject, as cert:CN=teller,O=Bank; may be repeated."`
	Operators    []string `placeholder:"WHO" sep:"none" help:"Who may, besides, register, start and stop servers by calls, which has programs run as the daemon's user, and change names: user:NAME of this machine, or cert:SUBJECT; may be repeated. Default: nobody."`
	DSOMClients  string   `name:"dsom-clients" enum:"same-user,this-machine,nobody" default:"same-user" help:"Whose programs of SOM's DSOM may register, start and stop servers: same-user (the daemon's user and root, on this machine), this-machine (all its users), nobody (but operators)."`
	Proxies      []string `placeholder:"ADDRESS" help:"Whose connections begin with a header of the PROXY protocol, version 2, and are those of the client that it names: an address, or a network such as 10.0.0.0/8; may be repeated. Default: nobody's."`
	LeaveServers bool     `help:"Leave the servers running when the daemon ends; the next one takes them up."`
	webFlags
	tlsFlags
	UDP  []string `name:"udp" placeholder:"ADDRESS" help:"Where to tell by datagrams where objects are, at the port of listen: addresses of this machine, loopback, all or off; may be repeated. Default: loopback, as far as calls are taken there and the port is to be had."`
	Link string   `name:"link" placeholder:"INTERFACE" help:"The interface, by name or address of IPv4, on which the daemon finds others, and is found, by datagrams to a group. Default: none."`
	netbiosFlags
	ipxFlags
	sharedFlags
	Verbose bool `short:"v" help:"Log more."`
	kong.Plugins

	limits limitFlags
	quiet  bool
}

// sharedFlags say where a state is that machines share.
type sharedFlags struct {
	Store            []string      `placeholder:"URL" help:"Servers of NATS in which the daemons of several machines share names, servers and interfaces: nats://HOST[:PORT],HOST…, or tls://…. Default: the state folder has them, for this daemon alone."`
	StoreCredentials string        `placeholder:"FILE" help:"What those servers want to know of a client, in a file for its owner alone: what nsc writes, the seed of an nkey, or a line user:password."`
	StoreCA          string        `name:"store-ca" placeholder:"FILE" help:"Certificates in PEM by which servers at tls:// are known. Default: the system's."`
	StoreReplicas    int           `default:"3" placeholder:"N" help:"How many of them keep the state, heeded when it is made. Default: ${default}."`
	Machine          string        `placeholder:"NAME" help:"This machine's name among those that share the state; it is kept. Default: the host's."`
	DeadAfter        time.Duration `default:"20s" placeholder:"TIME" help:"After which silence a machine is dead, so that servers of any machine run elsewhere; heeded when the shared state is made. Default: ${default}."`

	servers []string
}

// tlsFlags say by which certificates the daemon is known, and knows others.
type tlsFlags struct {
	TLSListen      string `name:"tls-listen" placeholder:"[HOST]:PORT" help:"Where to take calls by TLS, besides; same is the port of listen, at which the first octets of a connection tell what is spoken. Default: nowhere."`
	TLSRequire     bool   `name:"tls-require" help:"Take calls by TLS, and at the socket of this machine, alone: at the port of listen they are refused, references name the port of TLS, and no datagrams are heard. Default: no."`
	TLSCertificate string `name:"tls-certificate" placeholder:"FILE" help:"Certificate to be shown, in PEM, with those of authorities behind it. Files are read again when they have changed."`
	TLSKey         string `name:"tls-key" placeholder:"FILE" help:"Its private key, in PEM. Default: in the file of the certificate."`
	TLSAuthorities string `name:"tls-authorities" placeholder:"FILE" help:"Certificates of authorities by which other servers are known. Default: the system's."`
	TLSClients     string `name:"tls-clients" placeholder:"FILE" help:"Certificates of authorities by which clients are known, who must show one then: mutual TLS. Default: clients are not asked."`
	TLSKeyLog      string `name:"tls-key-log" placeholder:"FILE" help:"Append the secrets of TLS connections to a file, by which recordings of them can be read. Default: no."`
	TLS12          bool   `name:"tls-12" help:"Speak TLS 1.2, too, with those who know no 1.3."`
}

// tls returns what the daemon is told of TLS; nil: nothing.
func (f *tlsFlags) tls() (*tls.Config, error) {
	if f.TLSListen == "" {
		if f.TLSRequire {
			return nil, usage("--tls-require is given, and calls are taken nowhere by TLS: say where with --tls-listen, and by which certificate with --tls-certificate")
		}
		for flag, given := range map[string]bool{"--tls-clients": f.TLSClients != "", "--tls-key": f.TLSKey != "" && f.TLSCertificate == ""} {
			if given {
				return nil, usage("%s is given, and calls are taken nowhere by TLS: say where with --tls-listen, and by which certificate with --tls-certificate", flag)
			}
		}
	} else if f.TLSCertificate == "" {
		return nil, usage("--tls-listen: a server needs a certificate: name its file with --tls-certificate")
	}
	if f.TLSListen != daemon.TLSSame {
		if err := addressFlag("--tls-listen", f.TLSListen, true); err != nil {
			return nil, err
		}
	}
	c := tls.Config{Certificate: f.TLSCertificate, Key: f.TLSKey, Authorities: f.TLSAuthorities, Clients: f.TLSClients, KeyLog: f.TLSKeyLog, TLS12: f.TLS12}
	if c == (tls.Config{}) {
		return nil, nil
	}
	return &c, nil
}

func (*daemonCmd) Help() string {
	return `Takes calls, starts servers on demand, and keeps names, until it is told to end: by SIGINT, SIGTERM, or,
unless it was started with nohup, its terminal's going away. It logs to standard error, and runs on
when nobody reads that. There is one daemon for a state folder.

What no option says is taken from the variable of the environment that is called as the option (DSOM_CALL_TIMEOUT for
--call-timeout), then from the configuration file: see dsom config.

Example:

    dsom daemon
    dsom daemon --listen :4000 --state /srv/dsom --allow-write user:bank --allow-write 10.0.0.0/8 --connections 20000
    dsom daemon --store nats://a.example.org,b.example.org,c.example.org --store-credentials /etc/dsom/store
    dsom daemon --publish bank.example.org:3053 --publish 10.0.0.0/8=@here
    dsom daemon --tls-listen :3055 --tls-certificate bank.pem --tls-key bank.key --tls-clients staff.pem --operators cert:CN=teller,O=Bank
    dsom daemon --tls-listen :3055 --tls-require --tls-certificate bank.pem --tls-key bank.key
    dsom daemon --udp loopback --udp 192.0.2.1
    dsom daemon --netbios eth0 --netbios-name ada --netbios-servers 192.0.2.1
    dsom daemon --ipx serve:192.0.2.1 --ipx-net 3053 --ipx-name ada
    dsom daemon --web --web-origins https://bank.example.org --tls-listen same --tls-certificate bank.pem --tls-key bank.key
    dsom daemon --proxies 10.0.0.7`
}

func (v *daemonCmd) Run(ctx context.Context, c *console, k *kong.Context, s *settings) error {
	conf, err := v.config(s)
	if err != nil {
		return err
	}
	level := new(slog.LevelVar)
	level.Set(v.level())
	var h slog.Handler = slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level})
	if c.json {
		h = slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: level})
	}
	conf.Log = slog.New(h)
	s.tell(conf.Log)
	conf.Settings = &daemonSettings{ctx: ctx, console: c, args: k.Args, old: s.old, quiet: v.quiet, level: level, inForce: s.effective(k)}
	conf.Version, _ = programVersion()
	conf.ConfigFile = s.path
	system := newNotifier()
	told := make(chan struct{})
	ending := context.AfterFunc(ctx, func() {
		defer close(told)
		system.tell("STOPPING=1")
	})
	defer func() {
		if !ending() {
			<-told
		}
	}()
	conf.Ready = func(d *daemon.Daemon) {
		system.tell("READY=1\nSTATUS=Taking calls at " + strings.Join(d.Addresses(), " "))
		c.announce(ctx, admin.NewClient(d.Access()))
	}
	defer outliveReaders()()
	return portTaken(ctx, daemon.Run(ctx, conf))
}

// level returns what is logged.
func (v *daemonCmd) level() slog.Level {
	switch {
	case v.quiet:
		return slog.LevelWarn
	case v.Verbose:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// config returns what the flags say. Its errors say which is wrong, and where that is from.
func (v *daemonCmd) config(s *settings) (conf daemon.Config, err error) {
	if s.err != nil {
		return conf, s.err
	}
	defer func() { err = s.blame(err) }()
	conf = daemon.Config{Listen: v.Listen, Publish: strings.Join(v.Publish, " "), Connect: strings.Join(v.Connect, " "), Console: v.Console}
	conf.DSOMClients, conf.LeaveServers = daemon.DSOMClients(v.DSOMClients), v.LeaveServers
	if conf.Console == "off" {
		conf.Console = ""
	}
	if err := addressFlag("--listen", conf.Listen, true); err != nil {
		return conf, err
	}
	if conf.Console != daemon.ConsoleAuto {
		if err := addressFlag("--console", conf.Console, false); err != nil {
			return conf, err
		}
	}
	if conf.Limits, err = v.limits.limits(); err != nil {
		return conf, err
	}
	for _, p := range v.Proxies {
		all, err := proxied.Prefixes(p)
		if err != nil {
			return conf, usage("--proxies: %w", err)
		}
		conf.Proxies = append(conf.Proxies, all...)
	}
	if conf.Writers, err = writersOf(v.AllowWrite); err != nil {
		return conf, err
	}
	if conf.Operators, err = operatorsOf(v.Operators); err != nil {
		return conf, err
	}
	for flag, who := range map[string]daemon.Identities{"--allow-write": conf.Writers.Identities, "--operators": conf.Operators} {
		if len(who.Certificates) > 0 && (v.TLSClients == "" || v.TLSListen == "") {
			return conf, usage("%s: cert:%s: nobody shows a certificate here: say by --tls-listen where calls are taken by TLS, and by --tls-clients of which authority clients' certificates are", flag, who.Certificates[0])
		}
	}
	if conf.Socket = v.LocalSocket; conf.Socket == "off" {
		conf.Socket = ""
	}
	if _, err := reach.ParsePublish(conf.Publish); err != nil {
		return conf, usage("--publish: %w", err)
	}
	if _, err := reach.ParseConnect(conf.Connect); err != nil {
		return conf, usage("--connect: %w", err)
	}
	if conf.TLS, err = v.tls(); err != nil {
		return conf, err
	}
	conf.TLSListen, conf.RequireTLS = v.TLSListen, v.TLSRequire
	if conf.Web, err = v.web(); err != nil {
		return conf, err
	}
	if err := daemon.CheckUDP(v.UDP); err != nil {
		return conf, usage("--udp: %w", err)
	}
	conf.UDP, conf.Link = v.UDP, v.Link
	named, err := v.netbiosFlags.settings()
	if err != nil {
		return conf, err
	}
	if named != nil {
		conf.NetBIOS = &daemon.NetBIOS{Settings: *named, Groups: v.NetBIOSGroup, Serve: v.NetBIOSServe}
	}
	over, err := v.ipxFlags.settings()
	if err != nil {
		return conf, err
	}
	if over != nil {
		conf.IPX = &daemon.IPX{Settings: *over, Name: v.IPXName, Socket: v.IPXSocket}
	}
	if v.TLSRequire { // what is asked for, and would answer nobody
		for flag, given := range map[string]bool{"--udp": len(v.UDP) > 0 && !slices.Equal(v.UDP, []string{daemon.UDPOff}), "--netbios": conf.NetBIOS != nil, "--ipx": conf.IPX != nil, "--link": v.Link != ""} {
			if given {
				return conf, usage("%s: nothing is sealed there, and --tls-require has calls taken by TLS alone: leave one of them out", flag)
			}
		}
	}
	if conf.Shared, err = v.shared(); err != nil {
		return conf, err
	}
	conf.State, err = v.folder()
	return conf, err
}

// shared returns where the state is that machines share.
func (f *sharedFlags) shared() (s daemon.Shared, err error) {
	if len(f.Store) == 0 {
		for flag, given := range map[string]bool{"--store-credentials": f.StoreCredentials != "", "--store-ca": f.StoreCA != "", "--machine": f.Machine != ""} {
			if given {
				return s, usage("%s is about the state that machines share, and there is none: say where it is with --store", flag)
			}
		}
		return s, nil
	}
	if f.servers, err = nats.ParseURLs(strings.Join(f.Store, ",")); err != nil {
		return s, usage("--store: %w", err)
	}
	if f.StoreReplicas < 1 || f.StoreReplicas > 5 {
		return s, usage("--store-replicas: %d is not between 1 and 5", f.StoreReplicas)
	}
	if f.DeadAfter < cluster.LeastDeadAfter || f.DeadAfter > cluster.MostDeadAfter {
		return s, usage("--dead-after: %v is not between %v and %v", f.DeadAfter, cluster.LeastDeadAfter, cluster.MostDeadAfter)
	}
	return daemon.Shared{
		Servers: f.servers, Credentials: f.StoreCredentials, CA: f.StoreCA, Replicas: f.StoreReplicas, Machine: f.Machine, DeadAfter: f.DeadAfter,
	}, nil
}

// somddCmd is the daemon under the name that DSOM's had.
type somddCmd struct {
	stateFlag
	Quiet bool `short:"q" help:"Log failures only."`
}

func (somddCmd) Help() string {
	return `Is dsom daemon, which takes somdd's place, and heeds what SOM was configured with, where dsom's own configuration says
nothing: the variables of DSOM (SOMDPORT, SOMDTIMEOUT …), and the files somenv.ini that SOMENV lists. dsom config old
says what each has become.

Example:

    SOMDPORT=3003 dsom somdd -q`
}

func (v somddCmd) Run(ctx context.Context, c *console) error {
	old, err := oldSettings(nil)
	if err != nil {
		return usage("%w", err)
	}
	args := []string{"daemon"}
	if v.State != "" {
		args = append(args, "--state="+v.State)
	}
	d, k, s, err := parseDaemon(ctx, c, args, old)
	if err != nil {
		return err
	}
	d.quiet = v.Quiet
	return d.Run(ctx, c, k, s)
}

// daemonSettings are the settings of a daemon that runs.
type daemonSettings struct {
	ctx     context.Context // the program's: parsing ends with it
	console *console
	args    []string // of the command line
	old     []somenv.Fate
	quiet   bool
	level   *slog.LevelVar
	inForce []admin.Setting
}

// All returns what is in force.
func (d *daemonSettings) All() []admin.Setting { return d.inForce }

// Reload reads the configuration again.
func (d *daemonSettings) Reload() (to daemon.Live, r admin.Reloaded, err error) {
	v, k, s, err := parseDaemon(d.ctx, d.console, d.args, d.old)
	if err != nil {
		return to, r, err
	}
	conf, err := v.config(s)
	if err != nil {
		return to, r, err
	}
	r = admin.Reloaded{Changed: []admin.Setting{}, Restart: []admin.Setting{}}
	next := s.effective(k)
	for i, n := range next {
		switch was := d.inForce[i]; {
		case !n.Live:
			if n.Value != was.Value {
				r.Restart = append(r.Restart, n)
			}
			next[i] = was
		case n.Value != was.Value:
			r.Changed = append(r.Changed, n)
		}
	}
	d.inForce = next
	v.quiet = d.quiet
	d.level.Set(v.level())
	return conf.Live, r, nil
}

// announce tells the one who has started the daemon that calls are taken, and where.
func (c *console) announce(ctx context.Context, d *admin.Client) {
	s, err := d.Status(ctx)
	if err != nil {
		c.complain(err, "")
		return
	}
	if c.json {
		_ = c.printJSON(s) // standard output may be closed: the daemon runs all the same
		return
	}
	for _, a := range s.Addresses {
		c.printf("Taking calls at %s (process %d, state in %s)\n", takenAt(s.Listens, a), s.PID, s.State)
	}
}

// takenAt says where calls are taken: at an address that references name, if that is this machine's and the one listened at, and else where is listened, and what references name.
func takenAt(listens, named string) string {
	host, port, err := net.SplitHostPort(listens)
	there, as, bad := net.SplitHostPort(named)
	switch ip := net.ParseIP(host); {
	case err != nil || bad != nil || port == as && host == there:
		return named
	case port == as && (host == "" || ip != nil && ip.IsUnspecified()) && isOwn(there):
		return named
	}
	return listens + ", which references name as " + named
}

// isOwn reports whether an address is one of this machine's, as far as the system tells.
func isOwn(host string) bool {
	all, err := net.InterfaceAddrs()
	ip := net.ParseIP(host)
	return err == nil && ip != nil && slices.ContainsFunc(all, func(a net.Addr) bool { n, ok := a.(*net.IPNet); return ok && n.IP.Equal(ip) })
}

// writersOf parses who may change names; a single address is a network of its own.
func writersOf(list []string) (w daemon.Writers, err error) {
	for _, s := range callers(list) {
		if is, err := identity(&w.Identities, s); err != nil {
			return w, usage("--allow-write: %w", err)
		} else if is {
			continue
		}
		if s == "this-machine" {
			w.ThisMachine = true
			continue
		}
		p, err := transport.ParseNetwork(s)
		if err != nil {
			return w, usage("--allow-write: %w, nor user:NAME, cert:SUBJECT or this-machine", err)
		}
		w.Networks = append(w.Networks, p)
	}
	return w, nil
}

// operatorsOf parses who may register, start and stop servers by calls.
func operatorsOf(list []string) (all daemon.Identities, err error) {
	for _, s := range callers(list) {
		is, err := identity(&all, s)
		if err == nil && !is {
			err = fmt.Errorf("%q is neither user:NAME nor cert:SUBJECT: a machine or a network tells nobody apart", s)
		}
		if err != nil {
			return all, usage("--operators: %w", err)
		}
	}
	return all, nil
}

// callers takes apart what has several with commas between, as a variable of the environment may have them. The subject of a certificate has commas, too: it goes to the next
// part that begins as a caller does.
func callers(list []string) (all []string) {
	for _, s := range list {
		subject, escaped := false, false
		for part := range strings.SplitSeq(s, ",") {
			if subject && (escaped || !beginsCaller(part)) {
				all[len(all)-1] += "," + part
			} else {
				all = append(all, part)
				subject = strings.HasPrefix(part, "cert:")
			}
			escaped = (len(part)-len(strings.TrimRight(part, `\`)))%2 == 1
		}
	}
	return all
}

// beginsCaller reports whether a part of a list is none of a subject, whose parts are TYPE=VALUE.
func beginsCaller(part string) bool {
	return strings.HasPrefix(part, "cert:") || strings.HasPrefix(part, "user:") || !strings.Contains(part, "=")
}

// identity adds to what user:NAME or cert:SUBJECT stands for, and reports whether s is either.
func identity(to *daemon.Identities, s string) (is bool, err error) {
	if text, is := strings.CutPrefix(s, "cert:"); is {
		who, err := subject.Parse(text)
		if err != nil {
			return true, fmt.Errorf("cert: is before the subject of a certificate as orb.Caller, the log and openssl x509 -subject -nameopt RFC2253 have it, such as cert:CN=teller,O=Bank: %w", err)
		}
		to.Certificates = append(to.Certificates, who)
		return true, nil
	}
	name, is := strings.CutPrefix(s, "user:")
	if !is {
		return false, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return true, fmt.Errorf("%q: %w", s, err)
	}
	n, err := strconv.Atoi(u.Uid)
	if err != nil {
		return true, errors.New("the users of this system have no numbers, by which their programs could be told apart")
	}
	to.Users = append(to.Users, n)
	return true, nil
}

// portTaken adds to an error that says that a port is in use by whom, and what to do.
func portTaken(ctx context.Context, err error) error {
	var e *daemon.PortError
	if !errors.As(err, &e) || !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	return &takenError{err, e.Port, portOwner(context.WithoutCancel(ctx), e.Port)}
}

// A takenError says that another program listens at the port.
type takenError struct {
	cause error
	port  uint16
	owner string
}

func (e *takenError) Error() string {
	return "port " + strconv.Itoa(int(e.port)) + " is taken by " + e.owner + "\nEnd that, or listen elsewhere, with another state folder: dsom daemon --listen :PORT --state DIR"
}

func (e *takenError) Unwrap() error { return e.cause }

// A runningDaemon is a daemon in this process.
type runningDaemon struct {
	admin *admin.Client
	state string
	end   context.CancelFunc
	done  chan error
}

// startDaemon runs a daemon in this process, for the demonstration, and returns when it takes calls.
func startDaemon(ctx context.Context, state, listen string, lim *limits.Limits) (*runningDaemon, error) {
	ctx, cancel := context.WithCancel(ctx)
	ready := make(chan *admin.Client, 1)
	d := &runningDaemon{state: state, end: cancel, done: make(chan error, 1)}
	version, _ := programVersion()
	go func() {
		d.done <- daemon.Run(ctx, daemon.Config{
			State: state, Listen: listen, Console: daemon.ConsoleAuto, Limits: lim, Version: version,
			Ready: func(d *daemon.Daemon) { ready <- admin.NewClient(d.Access()) },
		})
	}()
	select {
	case d.admin = <-ready:
		return d, nil
	case err := <-d.done:
		cancel()
		if err == nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
}

// stop ends the daemon and the servers that it has started.
func (d *runningDaemon) stop() error {
	d.end()
	select {
	case err := <-d.done:
		return err
	case <-time.After(daemonStop):
		return errors.New("the daemon does not end")
	}
}

// daemonStop is more than the daemon allows itself.
const daemonStop = 45 * time.Second
