package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/portscan"
)

type portCmd struct {
	stateFlag
	Port     []uint16      `arg:"" optional:"" help:"The ports. Default: 3053, the one that is registered for DSOM."`
	All      bool          `short:"a" help:"All ports that anybody listens at."`
	At       []string      `placeholder:"HOST:PORT" help:"Ask these listeners, of any machine, instead of looking who listens on this one: by TCP, and by UDP, which is shown if something comes back."`
	NoAsk    bool          `name:"no-ask" help:"Connect to nobody: say who listens, and not what speaks."`
	Watch    bool          `short:"w" help:"Go on, and say who comes and goes."`
	Visitors bool          `help:"Say who came to the daemon's port and was no client of CORBA."`
	Every    time.Duration `default:"2s" help:"How often --watch looks."`
}

func (portCmd) Help() string {
	return "Says who listens, and what really speaks there. Each listener is connected to four times at most, a second long each,\n" +
		"and asked where an object is that nobody has, for TLS, and for HTTP: nothing is run or changed by that. By UDP the first is asked\n" +
		"alone: of who hears at a port that is named, or that is 3053, 2809 or 683, or at which the same process speaks GIOP by TCP.\n" +
		"The status is 1 if nobody listens, or if something else speaks at a port that is registered for CORBA or DSOM.\n\n" +
		"Example:\n\n    dsom port\n    dsom port 3053 2809\n    dsom port --all --no-ask\n    dsom port --at db.example:2809\n    dsom port --watch --all\n    dsom port --visitors"
}

// A shownPort is a line of dsom port; its JSON is stable.
type shownPort struct {
	Event       string            `json:"event,omitempty"` // of --watch: came or went, or asked: what has come before, and is asked now since a process of CORBA's has come
	Network     string            `json:"network"`
	Address     string            `json:"address"`
	Port        uint16            `json:"port"`
	Registered  string            `json:"registered,omitempty"` // the name that the port is registered under
	PID         int32             `json:"pid,omitempty"`
	User        string            `json:"user,omitempty"`
	Program     string            `json:"program,omitempty"`
	Path        string            `json:"path,omitempty"`
	Protocol    portscan.Protocol `json:"protocol,omitempty"`
	Detail      string            `json:"detail,omitempty"`
	Naming      bool              `json:"naming,omitempty"` // a naming service answers there
	Daemon      string            `json:"daemon,omitempty"` // "dsom": one of this project; "somdd": what claims to have every object, as that does
	Connections int               `json:"connections,omitempty"`
	Wrong       string            `json:"wrong,omitempty"` // why it is not what it should be
	Error       string            `json:"error,omitempty"`

	at netip.AddrPort
}

func (v portCmd) Run(ctx context.Context, c *console) error {
	if v.Visitors {
		return v.visitors(ctx, c)
	}
	switch {
	case v.All && len(v.Port) > 0:
		return usage("--all is all ports: leave the others out")
	case len(v.At) > 0 && (v.All || len(v.Port) > 0 || v.Watch || v.NoAsk):
		return usage("--at asks listeners by their address: it goes with no port, nor with --all, --watch or --no-ask")
	case v.Every < 100*time.Millisecond:
		return usage("--every: %v is too often; 100ms is the least", v.Every)
	case len(v.Port) == 0 && !v.All:
		v.Port = []uint16{3053}
	}
	var all []*shownPort
	var err error
	if len(v.At) > 0 {
		all, err = named(ctx, v.At)
	} else {
		all, err = v.listeners(ctx)
	}
	if err != nil {
		return err
	}
	if v.Watch {
		return v.watch(ctx, c, all)
	}
	if !v.NoAsk {
		c.ask(ctx, all, all, v.Port)
	}
	if len(v.At) > 0 {
		all = append(all, c.answering(ctx, all)...)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.ports(all); err != nil {
		return err
	}
	if len(all) == 0 {
		c.note("%s", v.nobody())
		return errReported
	}
	for _, p := range all {
		if p.Wrong != "" {
			c.note("%s", p.Wrong)
			err = errReported
		}
	}
	return err
}

// nobody is what is said where nobody listens.
func (v portCmd) nobody() string {
	ports := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(v.Port)), ", "), "[]")
	text := "Nobody listens at port " + ports + " of this machine."
	if ports == "3053" {
		text += " Start a daemon with: dsom daemon"
	}
	return text
}

// listeners is what the system says.
func (v portCmd) listeners(ctx context.Context) ([]*shownPort, error) {
	list, err := portscan.Listeners(ctx, v.Port...)
	if err != nil {
		return nil, err
	}
	all := []*shownPort{} // JSON: an empty list is []
	for _, l := range list {
		all = append(all, &shownPort{
			Network: l.Network, Address: l.Addr.Addr().String(), Port: l.Addr.Port(), Registered: portscan.Registered(l.Network, l.Addr.Port()),
			PID: l.Owner.PID, User: l.Owner.User, Program: l.Owner.Program, Path: l.Owner.Path, at: l.Reachable(),
		})
	}
	return all, nil
}

// named are the listeners that --at names, of each host all addresses.
func named(ctx context.Context, at []string) ([]*shownPort, error) {
	var all []*shownPort
	for _, a := range at {
		host, text, err := net.SplitHostPort(a)
		if err != nil {
			return nil, usage("--at %s: it must be HOST:PORT", a)
		}
		port, err := net.DefaultResolver.LookupPort(ctx, "tcp", text)
		if err != nil || port < 1 {
			return nil, usage("--at %s: the port must be a number from 1 to 65535, or a name of one", a)
		}
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, fmt.Errorf("--at %s: %w", a, err)
		}
		for _, addr := range addrs {
			addr = addr.Unmap()
			all = append(all, &shownPort{
				Network: "tcp", Address: addr.String(), Port: uint16(port), Registered: portscan.Registered("tcp", uint16(port)),
				at: netip.AddrPortFrom(addr, uint16(port)),
			})
		}
	}
	return all, nil
}

// askedAtOnce is how many listeners are asked at a time.
const askedAtOnce = 8

// ask finds out what speaks at each of some that take connections, and then at those of UDP that may be a daemon's, among all that listen: named are the ports that were asked for.
func (c *console) ask(ctx context.Context, some, all []*shownPort, named []uint16) {
	askAll(some, func(p *shownPort) bool { return p.Network == "tcp" }, func(p *shownPort) (portscan.Identity, error) { return portscan.Identify(ctx, p.at) })
	askAll(some, func(p *shownPort) bool { return p.mayHear(all, named) }, func(p *shownPort) (portscan.Identity, error) { return portscan.IdentifyUDP(ctx, p.at) })
}

// mayHear reports whether p may be where a daemon hears datagrams, and not who would make something of a question that he does not know: among all that listen, with the ports that were named.
func (p *shownPort) mayHear(all []*shownPort, named []uint16) bool {
	if p.Network != "udp" || p.at.Addr().IsMulticast() {
		return false
	}
	return slices.Contains(named, p.Port) || slices.Contains([]uint16{683, 2809, 3053}, p.Port) || slices.ContainsFunc(all, func(t *shownPort) bool {
		return t.Network == "tcp" && t.Port == p.Port && t.PID == p.PID && t.Protocol == portscan.GIOP
	})
}

// askAll asks those of all that are to be asked, askedAtOnce at a time.
func askAll(all []*shownPort, which func(*shownPort) bool, ask func(*shownPort) (portscan.Identity, error)) {
	var asked sync.WaitGroup
	places := make(chan struct{}, askedAtOnce)
	for _, p := range all {
		if !which(p) {
			continue
		}
		asked.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			i, err := ask(p)
			if err != nil {
				p.Error = err.Error()
				return
			}
			p.Protocol, p.Detail, p.Naming, p.Connections = i.Protocol, i.Detail, i.Naming, i.Connections
			switch {
			case i.Ours:
				p.Daemon = "dsom"
			case i.Greedy:
				p.Daemon = "somdd"
			}
			p.Wrong = p.wrong()
		})
	}
	asked.Wait()
}

// answering are the addresses of all at which a datagram is answered, too, each as a listener by itself.
func (c *console) answering(ctx context.Context, all []*shownPort) []*shownPort {
	var udp, answered []*shownPort
	for _, p := range all {
		udp = append(udp, &shownPort{Network: "udp", Address: p.Address, Port: p.Port, Registered: portscan.Registered("udp", p.Port), at: p.at})
	}
	askAll(udp, func(p *shownPort) bool { return !p.at.Addr().IsMulticast() }, func(p *shownPort) (portscan.Identity, error) { return portscan.IdentifyUDP(ctx, p.at) })
	for _, p := range udp {
		if p.Error == "" && p.Protocol != portscan.Closed && p.Protocol != portscan.Silent && p.Protocol != "" {
			answered = append(answered, p)
		}
	}
	return answered
}

// wrong says why what speaks is not what the port is registered for, of ports that are CORBA's or DSOM's.
func (p *shownPort) wrong() string {
	want := map[uint16]portscan.Protocol{683: portscan.GIOP, 684: portscan.TLSGIOP, 2809: portscan.GIOP, 3053: portscan.GIOP}[p.Port]
	if p.Network == "udp" && p.Protocol != portscan.Unknown { // who hears datagrams need not answer them: those of a group, say
		return ""
	}
	if p.Port == 3053 && p.Protocol == portscan.GIOP && p.Daemon == "" {
		return fmt.Sprintf("Port %d is registered for %s, but the CORBA server that listens there is no daemon of DSOM.", p.Port, p.Registered)
	}
	if want == "" || p.Protocol == want {
		return ""
	}
	what := "what listens there speaks " + string(p.Protocol)
	switch p.Protocol {
	case portscan.Closed:
		what = "nobody listens there"
	case portscan.Lost:
		what = "it does not answer"
	case portscan.Silent:
		what = "what listens there says nothing"
	case portscan.Unknown:
		what = "what listens there speaks something else"
	}
	if p.Program != "" {
		what += fmt.Sprintf(": it is %s (process %d)", safe(p.Program), p.PID)
	}
	return fmt.Sprintf("Port %d is registered for %s, but %s.", p.Port, p.Registered, what)
}

// ports prints a list.
func (c *console) ports(all []*shownPort) error {
	if c.json {
		return c.printJSON(all)
	}
	if len(all) == 0 {
		return nil
	}
	var rows [][]string
	for _, p := range all {
		rows = append(rows, p.row())
	}
	c.table([]string{"ADDRESS", "REGISTERED", "PROCESS", "USER", "PROGRAM", "SPEAKS", "DETAIL"}, rows)
	return nil
}

func (p *shownPort) row() []string {
	pid, speaks, detail := "", string(p.Protocol), p.Detail
	if p.PID != 0 {
		pid = fmt.Sprint(p.PID)
	}
	switch {
	case p.Daemon == "dsom":
		detail += ", a daemon of dsom"
	case p.Daemon == "somdd":
		detail += ", claims to have every object, as DSOM's somdd does"
	case p.Naming:
		detail += ", a naming service"
	}
	if p.Error != "" {
		speaks, detail = "?", p.Error
	}
	return []string{p.Network + " " + net.JoinHostPort(p.Address, fmt.Sprint(p.Port)), p.Registered, pid, p.User, p.Program, speaks, detail}
}

// watch prints who comes and goes, until ctx ends.
func (v portCmd) watch(ctx context.Context, c *console, now []*shownPort) error {
	w := portWatch{portCmd: v, c: c, known: map[portKey]*shownPort{}}
	tick := time.NewTicker(v.Every)
	defer tick.Stop()
	for {
		if err := w.look(ctx, now); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		var err error
		if now, err = v.listeners(ctx); err != nil {
			return err
		}
	}
}

// A portWatch is who was there at the last look.
type portWatch struct {
	portCmd
	c     *console
	known map[portKey]*shownPort
}

// A portKey tells listeners apart.
type portKey struct {
	network string
	at      netip.AddrPort
	pid     int32
}

func keyOf(p *shownPort) portKey {
	return portKey{p.Network, netip.AddrPortFrom(netip.MustParseAddr(p.Address), p.Port), p.PID}
}

// look asks those that were not there before, and tells who has come and who has gone.
func (w *portWatch) look(ctx context.Context, now []*shownPort) error {
	var fresh []*shownPort
	seen := map[portKey]bool{}
	for _, p := range now {
		k := keyOf(p)
		if seen[k] = true; w.known[k] == nil {
			w.known[k] = p
			fresh = append(fresh, p)
		}
	}
	var went, all []*shownPort
	for k, p := range w.known {
		if seen[k] {
			all = append(all, p)
			continue
		}
		delete(w.known, k)
		went = append(went, p)
	}
	var late []*shownPort // sockets of UDP that came before what speaks GIOP at the same port
	if !w.NoAsk {
		w.c.ask(ctx, fresh, all, w.Port)
		for _, p := range all {
			if p.Protocol == "" && p.Error == "" && !slices.Contains(fresh, p) && p.mayHear(all, w.Port) {
				late = append(late, p)
			}
		}
		w.c.ask(ctx, late, all, w.Port)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, e := range []struct {
		event string
		of    []*shownPort
	}{{"came", fresh}, {"went", went}, {"asked", late}} {
		for _, p := range e.of {
			if err := w.tell(e.event, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *portWatch) tell(event string, p *shownPort) error {
	p.Event = event
	if w.c.json {
		return w.c.printJSON(p)
	}
	w.c.printf("%s  %-5s  %s\n", time.Now().Format(time.TimeOnly), event, safe(strings.Join(filled(p.row()), "  ")))
	return nil
}

// filled are the cells that are not empty.
func filled(cells []string) []string {
	var full []string
	for _, s := range cells {
		if s != "" {
			full = append(full, s)
		}
	}
	return full
}
