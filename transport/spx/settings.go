package spx

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
	"github.com/opendsom/dsom/transport/ipx/ether"
	"github.com/opendsom/dsom/transport/ipx/rfc1234"
	"github.com/opendsom/dsom/transport/ipx/rip"
	"github.com/opendsom/dsom/transport/ipx/tunnel"
)

// The variables of the environment by which a program that heeds them is told of IPX. An ORB looks at none by itself.
const (
	EnvCarrier = "DSOM_IPX"         // Settings.Carrier, and so on
	EnvNet     = "DSOM_IPX_NET"     // of base 16
	EnvFraming = "DSOM_IPX_FRAMING" //
	EnvPeers   = "DSOM_IPX_PEERS"   // with commas or spaces between
	EnvDaemon  = "DSOM_IPX_DAEMON"  // the daemon's endpoint, for servers that it starts
)

// Settings say how a machine takes part in a network of IPX. They are off unless there is a carrier.
type Settings struct {
	// Carrier is what carries packets: tunnel:HOST[:PORT], the server of a tunnel in DOSBox's form; serve:ADDRESS[:PORT], being that server, and a node; rfc1234:ADDRESS[:PORT],
	// this machine's address of IPv4; or ether:INTERFACE. Ports are of UDP, and 213 if none is said. "": there is no IPX here.
	Carrier string
	Net     string   // the number of the network, of base 16; "": none is known
	Framing string   // of ether: ii, 802.3, 802.2 or snap; "": ii
	Peers   []string // of rfc1234: addresses of IPv4
}

// FromEnvironment returns what the environment says; told is false if that is nothing. lookup is os.Getenv, as a rule.
func FromEnvironment(lookup func(string) string) (s Settings, told bool, err error) {
	s = Settings{
		Carrier: lookup(EnvCarrier), Net: lookup(EnvNet), Framing: lookup(EnvFraming),
		Peers: strings.FieldsFunc(lookup(EnvPeers), func(r rune) bool { return r == ',' || r == ' ' }),
	}
	if s.Carrier == "" {
		return s, false, nil
	}
	return s, true, s.Check()
}

// Environment is what FromEnvironment reads.
func (s Settings) Environment() []string {
	return []string{EnvCarrier + "=" + s.Carrier, EnvNet + "=" + s.Net, EnvFraming + "=" + s.Framing, EnvPeers + "=" + strings.Join(s.Peers, ",")}
}

// Beside returns how another program of this machine takes part, beside the one with these settings; ok is false if it cannot.
func (s Settings) Beside(at string) (t Settings, ok bool) {
	switch kind, _, _ := strings.Cut(s.Carrier, ":"); kind {
	case "serve":
		s.Carrier = "tunnel:" + at
	case "rfc1234": // there is one port, and one program that has it
		return s, false
	}
	return s, true
}

// Check says what cannot be.
func (s Settings) Check() error {
	_, _, err := s.carrier(nil)
	return err
}

// carrier returns what opens the carrier, which logs to log, and the UDP address that it is at or asks, if it is one.
func (s Settings) carrier(log *slog.Logger) (open func(context.Context) (ipx.Carrier, error), at string, err error) {
	var number uint32
	if s.Net != "" {
		n, err := strconv.ParseUint(s.Net, 16, 32)
		if err != nil || n == 1<<32-1 {
			return nil, "", fmt.Errorf("the number %q of the network of IPX is none of up to eight digits of base 16", s.Net)
		}
		number = uint32(n)
	}
	framing := ipx.EthernetII
	if s.Framing != "" {
		if framing, err = ipx.ParseFraming(s.Framing); err != nil {
			return nil, "", err
		}
	}
	kind, rest, _ := strings.Cut(s.Carrier, ":")
	if len(s.Peers) > 0 && kind != "rfc1234" {
		return nil, "", fmt.Errorf("peers of IPX are named, and %q has none: by RFC 1234 there are", s.Carrier)
	}
	if s.Framing != "" && kind != "ether" {
		return nil, "", fmt.Errorf("a framing of IPX is named, and %q has no frames of Ethernet", s.Carrier)
	}
	switch kind {
	case "tunnel", "serve":
		host, port, err := hostPort(rest)
		if err != nil || host == "" {
			break
		}
		at = net.JoinHostPort(host, strconv.Itoa(int(port)))
		if kind == "serve" {
			if a, err := netip.ParseAddr(host); err != nil || !a.Is4() {
				break
			}
			return func(ctx context.Context) (ipx.Carrier, error) { return closed(tunnel.Listen(ctx, at, number)) }, at, nil
		}
		return func(ctx context.Context) (ipx.Carrier, error) { return closed(tunnel.Dial(ctx, at, number, log)) }, at, nil
	case "rfc1234":
		host, port, err := hostPort(rest)
		a, bad := netip.ParseAddr(host)
		if err != nil || bad != nil || !a.Is4() || a.IsUnspecified() {
			break
		}
		c := rfc1234.Config{Local: a, Net: number, Port: port}
		for _, p := range s.Peers {
			a, err := netip.ParseAddr(p)
			if err != nil || !a.Is4() {
				return nil, "", fmt.Errorf("the peer %q of IPX is no address of IPv4", p)
			}
			c.Peers = append(c.Peers, a)
		}
		if len(c.Peers) > rfc1234.MostPeers {
			return nil, "", fmt.Errorf("limit ipx-peers: %d peers are named, and %d are the most", len(c.Peers), rfc1234.MostPeers)
		}
		return func(ctx context.Context) (ipx.Carrier, error) { return closed(rfc1234.Listen(ctx, c)) }, netip.AddrPortFrom(a, port).String(), nil
	case "ether":
		if rest == "" {
			break
		}
		c := ether.Config{Interface: rest, Framing: framing, Net: number}
		return func(ctx context.Context) (ipx.Carrier, error) { return closed(ether.Open(ctx, c)) }, "", nil
	}
	return nil, "", fmt.Errorf("%q is no carrier of IPX: write it as tunnel:HOST[:PORT], serve:ADDRESS[:PORT] or rfc1234:ADDRESS[:PORT], with addresses of IPv4, or ether:INTERFACE", s.Carrier)
}

// closed makes a carrier of one that may be none.
func closed[C ipx.Carrier](c C, err error) (ipx.Carrier, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

// hostPort reads HOST[:PORT], with the port 213 if there is none.
func hostPort(s string) (host string, port uint16, err error) {
	host, text, has := strings.Cut(s, ":")
	if !has {
		return host, tunnel.Port, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err == nil && n == 0 {
		err = strconv.ErrRange
	}
	return host, uint16(n), err
}

// Start makes the station, and tells what carries it, which logs to log; nil: nothing is logged.
func (s Settings) Start(ctx context.Context, log *slog.Logger) (*ipx.Station, ipx.Carrier, error) {
	open, _, err := s.carrier(log)
	if err != nil {
		return nil, nil, err
	}
	c, err := open(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.Carrier, err)
	}
	x := ipx.NewStation(c)
	if kind, _, _ := strings.Cut(s.Carrier, ":"); kind == "ether" || kind == "rfc1234" { // a tunnel's network has no others
		if _, err := rip.New(x); err != nil {
			_ = x.Close()
			return nil, nil, err
		}
	}
	return x, c, nil
}

// Opener returns what makes the station by Start, for Config.Open.
func (s Settings) Opener(log *slog.Logger) func(context.Context) (*ipx.Station, error) {
	return func(ctx context.Context) (*ipx.Station, error) {
		x, _, err := s.Start(ctx, log)
		return x, err
	}
}

// At returns the address of UDP of a tunnel, or of this side, which others of this machine are told; "" if there is none.
func (s Settings) At() string {
	_, at, _ := s.carrier(nil)
	if a, err := netip.ParseAddrPort(at); err == nil && a.Addr().IsUnspecified() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port()).String()
	}
	return at
}

// Endpoint returns the endpoint of a socket of a host.
func Endpoint(host string, socket uint16) transport.Endpoint {
	return transport.Endpoint{Network: Name, Host: host, Port: socket}
}
