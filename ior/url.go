package ior

import (
	"strconv"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
)

// A URL is an object reference as text, taken apart. Nothing is looked up.
type URL struct {
	Scheme    string // IOR, corbaloc, corbaname or dsom
	IOR       *IOR   // in IOR; a nil reference is an IOR without profiles
	Addresses []Address
	Key       []byte // the object key; with the address rir: the name of the initial reference
	Name      Name   // in corbaname and dsom: to be resolved there; nil: the naming context itself
}

// DefaultKey is the key of a corbaname or corbaloc:rir: URL that has none.
const DefaultKey = "NameService"

// ParseURL parses the text of a reference. White space around it is cut off. Schemes are
// told apart without regard to case. Errors are BAD_PARAM.
//
//	IOR:0100…                                 a stringified reference
//	corbaloc::host:2809/key                   an object key at an address, or at one of several
//	corbaloc:iiop:1.2@a:1,iiop:[::1]:2/key
//	corbaloc:ssliop:1.2@host:684/key          the same by TLS alone
//	corbaloc:unix:%2Frun%2Fbank.sock/key      at a socket of this machine
//	corbaloc:pipe:bank/key                    at a named pipe of this machine, on Windows
//	corbaloc:ws:host:8080%2Forb/key           by WebSocket; wss within TLS
//	ws://host:8080/orb#key                    the same as omniORB writes it
//	corbaloc:miop:1.0@1.0-NET-7/239.1.2.3:4 a group of objects, by datagrams
//	corbaloc:rir:/NameService                 an initial reference of the ORB
//	corbaname::host:3053#bank/main.account    a name in a naming service
//	dsom://host/bank/main                     the same, in short, for a DSOM daemon
func ParseURL(s string) (*URL, error) {
	s = strings.TrimSpace(s)
	scheme, rest, ok := strings.Cut(s, ":")
	if ok {
		switch strings.ToLower(scheme) {
		case "ior":
			r, err := parseIOR(rest)
			if err != nil {
				return nil, err
			}
			return &URL{Scheme: "IOR", IOR: r}, nil
		case "corbaloc":
			return parseCorbaloc(rest)
		case "corbaname":
			return parseCorbaname(rest)
		case "dsom":
			return parseDSOM(rest)
		case "ws", "wss":
			return parseWebURL(strings.ToLower(scheme), rest)
		}
	}
	shown := s
	if len(shown) > 60 {
		shown = shown[:60] + "…"
	}
	return nil, exc.New(exc.BadParam, exc.MinorBadSchemeName, exc.No,
		"%s is no object URL: it begins with none of IOR:, corbaloc:, corbaname: and dsom:; a name in a naming service is corbaname::HOST:PORT#NAME", strconv.Quote(shown))
}

func badURL(format string, args ...any) error {
	return exc.New(exc.BadParam, exc.MinorBadSchemeSpecific, exc.No, format, args...)
}

func parseCorbaloc(s string) (*URL, error) {
	if scheme, rest, ok := strings.Cut(s, ":"); ok && strings.EqualFold(scheme, "miop") {
		return parseMIOP(rest)
	}
	list, key, _ := strings.Cut(s, "/")
	u := &URL{Scheme: "corbaloc"}
	var err error
	if u.Addresses, err = parseAddresses(list); err != nil {
		return nil, err
	}
	raw, err := unescape(key)
	if err != nil {
		return nil, badURL("key %q: %w", key, err)
	}
	if u.Key = []byte(raw); u.Addresses[0].Scheme == "rir" && key == "" {
		u.Key = []byte(DefaultKey)
	}
	return u, nil
}

func parseCorbaname(s string) (*URL, error) {
	loc, name, hasName := strings.Cut(s, "#")
	u, err := parseCorbaloc(loc)
	if err != nil {
		return nil, err
	}
	if u.Addresses[0].Scheme == "miop" {
		return nil, badURL("corbaname:%s: a group answers nobody, so that no name can be resolved there", s)
	}
	u.Scheme = "corbaname"
	if len(u.Key) == 0 {
		u.Key = []byte(DefaultKey)
	}
	if hasName && name != "" {
		if u.Name, err = parseURLName(name); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func parseURLName(s string) (Name, error) {
	raw, err := unescape(s)
	if err != nil {
		return nil, badURL("name %q: %w", s, err)
	}
	return ParseName(raw)
}

// parseDSOM parses //host[:port][/name].
func parseDSOM(s string) (*URL, error) {
	rest, ok := strings.CutPrefix(s, "//")
	if !ok {
		return nil, badURL("dsom:%s: write dsom://host/name", s)
	}
	host, name, _ := strings.Cut(rest, "/")
	a, err := parseHostPort("dsom://"+host, "dsom", host)
	if err != nil {
		return nil, err
	}
	a.Scheme = "iiop"
	u := &URL{Scheme: "dsom", Addresses: []Address{a}, Key: []byte(DefaultKey)}
	if name != "" {
		if u.Name, err = parseURLName(name); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// String returns the URL in canonical form; ParseURL gives the same URL back.
func (u *URL) String() string {
	switch u.Scheme {
	case "IOR":
		return u.IOR.String()
	case "dsom":
		a := u.Addresses[0]
		s := "dsom://"
		if a.Version != defaultVersion("dsom") {
			s += a.Version.String() + "@"
		}
		host := a.HostPort()
		if a.Port == PortDSOM {
			host = strings.TrimSuffix(host, ":"+strconv.Itoa(int(PortDSOM)))
		}
		s += strings.Replace(host, "%", "%25", 1)
		if len(u.Name) > 0 {
			s += "/" + escape(u.Name.String(), nameSafe)
		}
		return s
	}
	var b strings.Builder
	b.WriteString(u.Scheme + ":")
	for i, a := range u.Addresses {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(a.String())
	}
	if len(u.Key) > 0 && (u.Scheme != "corbaname" || string(u.Key) != DefaultKey) {
		b.WriteString("/" + escape(string(u.Key), keySafe))
	}
	if len(u.Name) > 0 {
		b.WriteString("#" + escape(u.Name.String(), nameSafe))
	}
	return b.String()
}

// Reference returns what can be said of the object without asking anyone: the reference
// itself of an IOR: URL; for the others one without a type id that has an IIOP profile for
// each address of scheme iiop, ssliop, ws, wss, unix, pipe, netbios or spx, and is nil if there is none. That of ssliop has port 0, a component of tag TagSSLSecTrans, and
// version 1.1 at least, since 1.0 has no components; that of ws, wss, unix, pipe, netbios or spx has port 0 and a component of tag TagDSOMEndpoints. Of a URL with a Name it refers to the naming context in which to resolve it.
func (u *URL) Reference() *IOR {
	if u.Scheme == "IOR" {
		return u.IOR
	}
	r := &IOR{}
	for _, a := range u.Addresses {
		b := IIOP{Version: a.Version, Host: a.Host, Port: a.Port, Key: u.Key}
		switch a.Scheme {
		case "iiop":
		case "miop":
			g, _ := parseGroup(a.Path)
			p := UIPMC{Version: a.Version, Address: a.Host, Port: a.Port, Components: []Component{g.Component()}}
			r.Profiles = append(r.Profiles, p.Profile())
			continue
		case "unix":
			b.Host, b.Port, b.Components = "localhost", 0, []Component{Endpoints{Names: []string{"unix:" + a.Path}}.Component()}
		case "pipe":
			b.Host, b.Port, b.Components = "localhost", 0, []Component{Endpoints{Names: []string{"pipe:" + a.Host}}.Component()}
		case "netbios", "spx":
			b.Host, b.Port, b.Components = "localhost", 0, []Component{Endpoints{Names: []string{a.Scheme + ":" + a.Host + ":" + strconv.Itoa(int(a.Port))}}.Component()}
		case "ws", "wss":
			b.Port, b.Components = 0, WebComponents([]string{a.endpoint()})
		case "ssliop":
			if !b.Version.AtLeast(cdr.V11) {
				b.Version = cdr.V11
			}
			b.Port, b.Components = 0, []Component{SSL{Sealed | EstablishTrustInTarget, Sealed, a.Port}.Component()}
		default:
			continue
		}
		r.Profiles = append(r.Profiles, b.Profile())
	}
	return r
}

// Corbaloc returns a corbaloc URL of r. ok is false if r has profiles that are not IIOP, or
// such with different keys. Components but for alternate addresses, and the type id, are lost.
func (r *IOR) Corbaloc() (u *URL, ok bool) {
	if r.IsNil() {
		return nil, false
	}
	u = &URL{Scheme: "corbaloc"}
	for i, p := range r.Profiles {
		b, err := p.IIOP()
		if err != nil || b.Version.Minor > 9 || i > 0 && string(b.Key) != string(u.Key) {
			return nil, false
		}
		u.Key = b.Key
		if s, ok := b.TLS(); ok && b.Port == 0 && validHost(b.Host) {
			u.Addresses = append(u.Addresses, Address{Scheme: "ssliop", Version: b.Version, Host: b.Host, Port: s.Port})
			continue
		}
		for _, a := range b.Addresses() {
			if !validHost(a.Host) || a.Port == 0 {
				return nil, false
			}
			u.Addresses = append(u.Addresses, a)
		}
	}
	return u, true
}
