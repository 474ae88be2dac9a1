package main

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/reach"
)

type daemonCmd struct {
	stateFlag
	Listen       string   `placeholder:"[HOST]:PORT" help:"Where to take calls. Default: the address that the state was made for, :3053 for a new one."`
	Publish      []string `placeholder:"RULE" sep:"none" env:"DSOM_PUBLISH" help:"Host that references name, what clients can reach: HOST[:PORT]; for clients of a network NETWORK=HOST[:PORT]. May be repeated, and is kept. Default: this machine's address."`
	Console      string   `default:"auto" placeholder:"ADDRESS" help:"Where the pages for people are, such as 127.0.0.1:3054: an address of loopback, or off. Default: 127.0.0.1:3054, or a free port if calls are taken at another than 3053; it is kept."`
	Connect      []string `placeholder:"RULE" sep:"none" env:"DSOM_CONNECT" help:"Where the daemon's own calls to an address lead: NETWORK=HOST[:PORT], or NETWORK=@refuse. May be repeated."`
	AllowWrite   []string `placeholder:"WHO" help:"Who may change names, besides the daemon's user, root and the servers that are registered: user:NAME of this machine, this-machine (all its users), or a network such as 10.0.0.0/8; may be repeated."`
	DSOMClients  string   `name:"dsom-clients" enum:"same-user,this-machine,nobody" default:"same-user" help:"Whose programs of SOM's DSOM may register, start and stop servers: same-user (the daemon's user and root, on this machine), this-machine (all its users), nobody."`
	LeaveServers bool     `help:"Leave the servers running when the daemon ends; the next one takes them up."`
	Verbose      bool     `short:"v" help:"Log more."`
	kong.Plugins

	limits limitFlags
	quiet  bool
}

func (*daemonCmd) Help() string {
	return `Takes calls, starts servers on demand, and keeps names, until it is told to end: by SIGINT, SIGTERM, or,
unless it was started with nohup, its terminal's going away. It logs to standard error, and runs on
when nobody reads that. There is one daemon for a state folder.

Example:

    dsom daemon
    dsom daemon --listen :4000 --state /srv/dsom --allow-write user:bank --allow-write 10.0.0.0/8 --connections 20000
    dsom daemon --publish bank.example.org:3053 --publish 10.0.0.0/8=@here`
}

func (v *daemonCmd) Run(ctx context.Context, c *console) error {
	lim, err := v.limits.limits()
	if err != nil {
		return err
	}
	writers, err := writersOf(v.AllowWrite)
	if err != nil {
		return err
	}
	publish, connect := strings.Join(v.Publish, " "), strings.Join(v.Connect, " ")
	if _, err := reach.ParsePublish(publish); err != nil {
		return usage("--publish: %w", err)
	}
	if _, err := reach.ParseConnect(connect); err != nil {
		return usage("--connect: %w", err)
	}
	pages := v.Console
	if pages == "off" {
		pages = ""
	}
	dir, err := v.folder()
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if v.Verbose {
		level = slog.LevelDebug
	}
	if v.quiet {
		level = slog.LevelWarn
	}
	var h slog.Handler = slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level})
	if c.json {
		h = slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: level})
	}
	defer outliveReaders()()
	version, _ := programVersion()
	err = daemon.Run(ctx, daemon.Config{
		State: dir, Listen: v.Listen, Publish: publish, Console: pages, Connect: connect, Writers: writers, DSOMClients: daemon.DSOMClients(v.DSOMClients), LeaveServers: v.LeaveServers,
		Limits: lim, Log: slog.New(h), Version: version,
		Ready: func(d *daemon.Daemon) { c.announce(ctx, admin.NewClient(d.Access())) },
	})
	return portTaken(ctx, err)
}

// somddCmd is the daemon under the name that DSOM's had.
type somddCmd struct {
	stateFlag
	Quiet bool `short:"q" help:"Log failures only."`
}

func (somddCmd) Help() string {
	return `Is dsom daemon, which takes somdd's place; at port $SOMDPORT, where that is set.

Example:

    SOMDPORT=3003 dsom somdd -q`
}

func (v somddCmd) Run(ctx context.Context, c *console) error {
	d := &daemonCmd{stateFlag: v.stateFlag, limits: newLimitFlags(), quiet: v.Quiet}
	if p := os.Getenv(envSOMPort); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return usage("$%s: %q is no port", envSOMPort, p)
		}
		d.Listen = ":" + p
	}
	return d.Run(ctx, c)
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
		c.printf("Taking calls at %s (process %d, state in %s)\n", a, s.PID, s.State)
	}
}

// writersOf parses who may change names; a single address is a network of its own.
func writersOf(list []string) (w daemon.Writers, err error) {
	for _, s := range list {
		if name, is := strings.CutPrefix(s, "user:"); is {
			u, err := user.Lookup(name)
			if err != nil {
				return w, usage("--allow-write: %q: %w", s, err)
			}
			n, err := strconv.Atoi(u.Uid)
			if err != nil {
				return w, usage("--allow-write: the users of this system have no numbers: allow this-machine")
			}
			w.Users = append(w.Users, n)
			continue
		}
		if s == "this-machine" {
			w.ThisMachine = true
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, bad := netip.ParseAddr(s)
			if bad != nil {
				return w, usage("--allow-write: %q is neither user:NAME nor this-machine, and no network; write that as 10.0.0.0/8", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		w.Networks = append(w.Networks, p.Masked())
	}
	return w, nil
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
