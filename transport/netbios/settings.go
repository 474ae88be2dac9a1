package netbios

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/nbss"
	"github.com/opendsom/dsom/transport/netbios/node"
)

// The variables of the environment by which a program that heeds them is told of NetBIOS. An ORB looks at none by itself.
const (
	EnvInterface   = "DSOM_NETBIOS"              // Settings.Interface, and so on
	EnvName        = "DSOM_NETBIOS_NAME"         //
	EnvNode        = "DSOM_NETBIOS_NODE"         // B, P, M or H
	EnvServers     = "DSOM_NETBIOS_SERVERS"      // with commas or spaces between
	EnvNamePort    = "DSOM_NETBIOS_NAME_PORT"    //
	EnvSessionPort = "DSOM_NETBIOS_SESSION_PORT" //
)

// Settings say how a machine takes part in a network of NetBIOS. They are off unless an interface is named.
type Settings struct {
	Interface   string   // its name, or an address of IPv4 of this machine's; "": there is no NetBIOS here
	Name        string   // this machine's, TEXT[#KIND][.SCOPE]; "": that of the host, as far as it is one
	Node        string   // B, P, M or H; "": H if there are name servers, or else B
	Servers     []string // name servers, ADDRESS[:PORT] of IPv4, asked in this order
	NamePort    uint16   // of the name service; 0: 137
	SessionPort uint16   // of the session service; 0: 139
}

// FromEnvironment returns what the environment says; told is false if that is nothing. lookup is os.Getenv, as a rule.
func FromEnvironment(lookup func(string) string) (s Settings, told bool, err error) {
	s = Settings{Interface: lookup(EnvInterface), Name: lookup(EnvName), Node: lookup(EnvNode), Servers: strings.FieldsFunc(lookup(EnvServers), func(r rune) bool { return r == ',' || r == ' ' })}
	if s.Interface == "" {
		return s, false, nil
	}
	for name, to := range map[string]*uint16{EnvNamePort: &s.NamePort, EnvSessionPort: &s.SessionPort} {
		text := lookup(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return s, true, fmt.Errorf("$%s is %q, and should be a port", name, text)
		}
		*to = uint16(n)
	}
	return s, true, s.Check()
}

// Check says what cannot be.
func (s Settings) Check() error {
	_, _, err := s.kind()
	if err == nil && s.Name != "" {
		_, err = nbname.Parse(s.Name, nbname.DSOM)
	}
	return err
}

// kind returns the node's type, and the name servers.
func (s Settings) kind() (kind nbns.NodeType, servers []netip.AddrPort, err error) {
	port := s.namePort()
	for _, text := range s.Servers {
		at, err := netip.ParseAddrPort(text)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(text); err == nil {
				at = netip.AddrPortFrom(a, port)
			}
		}
		if err != nil || !at.Addr().Is4() || at.Port() == 0 {
			return kind, nil, fmt.Errorf("the name server %q of NetBIOS is no address of IPv4; write it as 192.0.2.1, or 192.0.2.1:137", text)
		}
		servers = append(servers, at)
	}
	switch n := strings.ToUpper(s.Node); {
	case n == "" && len(servers) == 0, n == "B":
		kind = nbns.B
	case n == "" || n == "H":
		kind = nbns.H
	case n == "P":
		kind = nbns.P
	case n == "M":
		kind = nbns.M
	default:
		return kind, nil, fmt.Errorf("the node's type %q is none of B, P, M and H", s.Node)
	}
	if kind != nbns.B && len(servers) == 0 {
		return kind, nil, fmt.Errorf("a node of NetBIOS of type %v asks a name server, and none is named", kind)
	}
	return kind, servers, nil
}

func (s Settings) namePort() uint16 {
	if s.NamePort != 0 {
		return s.NamePort
	}
	return nbns.Port
}

// Session returns the port of the session service.
func (s Settings) Session() uint16 {
	if s.SessionPort != 0 {
		return s.SessionPort
	}
	return nbss.Port
}

// Machine returns the machine's name.
func (s Settings) Machine() (nbname.Name, error) {
	if s.Name != "" {
		return nbname.Parse(s.Name, nbname.DSOM)
	}
	host, err := os.Hostname()
	if err != nil {
		return nbname.Name{}, err
	}
	host, _, _ = strings.Cut(host, ".")
	n, err := nbname.New(host[:min(len(host), nbname.MostText)], nbname.DSOM, "")
	if err != nil {
		err = fmt.Errorf("this machine's name is none for NetBIOS, and no other is told: %w", err)
	}
	return n, err
}

// Start makes the node that has the machine's names, at the port of the name service. serve makes it a name server.
func (s Settings) Start(ctx context.Context, serve bool, log *slog.Logger) (*node.Node, error) {
	i, err := node.FindInterface(s.Interface)
	if err != nil {
		return nil, err
	}
	kind, servers, err := s.kind()
	if err != nil {
		return nil, err
	}
	unicast, broadcast, err := i.Open(ctx, s.namePort(), kind != nbns.P)
	if err != nil {
		return nil, err
	}
	return node.Start(node.Config{
		Type: kind, Unicast: unicast, Broadcast: broadcast, Addr: i.Addr, All: i.All, Port: s.namePort(), Servers: servers, Serve: serve, Unit: i.Unit, Log: log,
	})
}

// Asker returns a resolver that has no names: for programs beside the one that owns the port of the name service. It asks from a port of its own each time.
func (s Settings) Asker() Resolver { return asker{s} }

type asker struct{ s Settings }

func (a asker) Lookup(ctx context.Context, n nbname.Name) ([]nbns.Entry, error) {
	i, err := node.FindInterface(a.s.Interface)
	if err != nil {
		return nil, err
	}
	kind, servers, err := a.s.kind()
	if err != nil {
		return nil, err
	}
	c, _, err := i.Open(ctx, 0, false)
	if err != nil {
		return nil, err
	}
	x, err := node.Start(node.Config{Type: kind, Unicast: c, Addr: i.Addr, All: i.All, Port: a.s.namePort(), Servers: servers})
	if err != nil {
		return nil, err
	}
	defer x.Close()
	return x.Lookup(ctx, n)
}

// ListenAt returns the endpoint at which a program of this machine takes sessions with a name: at the interface's address.
func (s Settings) ListenAt(name string, port uint16) (string, error) {
	i, err := node.FindInterface(s.Interface)
	if err != nil {
		return "", err
	}
	n, err := nbname.Parse(name, nbname.DSOM)
	if err != nil {
		return "", err
	}
	return Name + ":" + n.String() + "@" + net.JoinHostPort(i.Addr.String(), strconv.Itoa(int(port))), nil
}
