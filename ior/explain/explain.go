// Package explain says in words what is in an object reference: addresses, keys and components, as people want to see them.
package explain

import (
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/ior"
)

// A Reference is a URL of an object, taken apart. Its JSON is stable.
type Reference struct {
	URL       string    `json:"url"`
	Scheme    string    `json:"scheme"`
	Type      string    `json:"type,omitempty"`
	Nil       bool      `json:"nil,omitempty"`
	Addresses []string  `json:"addresses,omitempty"` // of a URL that is no IOR
	Key       *Key      `json:"key,omitempty"`       // likewise
	Name      string    `json:"name,omitempty"`      // in the naming service at the address
	Profiles  []Profile `json:"profiles,omitempty"`  // of an IOR
	Corbaloc  string    `json:"corbaloc,omitempty"`  // the same object, in short
}

type Profile struct {
	Tag        uint32      `json:"tag"`
	Kind       string      `json:"kind"`
	Version    string      `json:"version,omitempty"`
	Addresses  []string    `json:"addresses,omitempty"`
	Key        *Key        `json:"key,omitempty"`
	Components []Component `json:"components,omitempty"`
	Data       string      `json:"data,omitempty"` // of a kind that is not known here, in hexadecimal
	Error      string      `json:"error,omitempty"`
}

// A Key is an object key; one of ours is taken apart.
type Key struct {
	Hex         string `json:"hex"`
	Text        string `json:"text,omitempty"` // where it is text
	Server      string `json:"server,omitempty"`
	Adapter     string `json:"adapter,omitempty"`
	Object      string `json:"object,omitempty"`
	Persistent  bool   `json:"persistent,omitempty"`
	Incarnation string `json:"incarnation,omitempty"`
	Ours        bool   `json:"-"` // it is one of DSOM: the fields from Server on are set
}

type Component struct {
	Tag   uint32 `json:"tag"`
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"` // in words
	Data  string `json:"data"`            // in hexadecimal
}

// Of takes a URL apart.
func Of(u *ior.URL) Reference {
	s := Reference{URL: u.String(), Scheme: u.Scheme}
	if u.IOR == nil {
		for _, a := range u.Addresses {
			s.Addresses = append(s.Addresses, a.String())
		}
		s.Key, s.Name = key(u.Key), u.Name.String()
		return s
	}
	s.Type, s.Nil = u.IOR.TypeID, u.IOR.IsNil()
	for _, p := range u.IOR.Profiles {
		s.Profiles = append(s.Profiles, profile(p))
	}
	if short, ok := u.IOR.Corbaloc(); ok {
		s.Corbaloc = short.String()
	}
	return s
}

func profile(p ior.Profile) Profile {
	s := Profile{Tag: p.Tag}
	var list []ior.Component
	switch p.Tag {
	case ior.TagInternetIOP:
		s.Kind = "IIOP"
		b, err := p.IIOP()
		if err != nil {
			s.Error, s.Data = err.Error(), hex.EncodeToString(p.Data)
			return s
		}
		s.Version, s.Key, list = b.Version.String(), key(b.Key), b.Components
		for _, a := range b.Addresses() {
			s.Addresses = append(s.Addresses, a.HostPort())
		}
	case ior.TagMultipleComponents:
		s.Kind = "components"
		var err error
		if list, err = p.MultiComponent(); err != nil {
			s.Error, s.Data = err.Error(), hex.EncodeToString(p.Data)
		}
	default:
		s.Kind, s.Data = profileNames[p.Tag], hex.EncodeToString(p.Data)
		if s.Kind == "" {
			s.Kind = "unknown"
		}
	}
	for _, c := range list {
		s.Components = append(s.Components, component(c))
	}
	return s
}

// profileNames names profiles that are not taken apart (OMG's list of tags).
var profileNames = map[uint32]string{2: "SCCP IOP", 3: "UIPMC", 4: "mobile terminal IOP", 0x54414f00: "TAO UIOP", 0x54414f02: "TAO SHMIOP"}

// componentNames names components (OMG's list of tags).
var componentNames = map[uint32]string{
	ior.TagORBType: "ORB type", ior.TagCodeSets: "code sets", ior.TagPolicies: "policies", ior.TagAlternateIIOPAddress: "alternate address",
	5: "complete object key", 6: "endpoint id position", 12: "location policy", 13: "association options", 14: "security name",
	ior.TagSSLSecTrans: "SSL", 21: "CSI ECMA secret", 31: "OTS policy", 32: "invocation policy", ior.TagCSISecMechList: "CSIv2 mechanisms",
	ior.TagDSOMEndpoints: "DSOM endpoints",
	34:                   "null security", 35: "SECIOP security", ior.TagTLSSecTrans: "TLS", 37: "activity policy", ior.TagRMICustomMaxStream: "RMI stream version",
	100: "DCE string binding", 101: "DCE binding name", 102: "DCE no pipes", 0x54414f02: "TAO endpoints", 0x41545401: "omniORB bidirectional",
	ior.TagOmniORBUnix: "omniORB unix socket", ior.TagOmniORBHTTP: "omniORB HTTP", 0x41545403: "omniORB persistent id", 0x41545404: "omniORB restricted connection",
}

var orbTypes = map[uint32]string{
	ior.ORBTypeOmniORB: "omniORB", ior.ORBTypeTAO: "TAO", ior.ORBTypeJacORB: "JacORB", ior.ORBTypeDSOM: "DSOM",
	0x4f425832: "Orbix", 0x56495300: "VisiBroker", 0x49424d00: "IBM", 0x53554e00: "Java", 0x4f4f4300: "ORBacus", 0x4d435000: "MICO", 0x47414c00: "ORBit",
}

func component(c ior.Component) Component {
	s := Component{Tag: c.Tag, Name: componentNames[c.Tag], Data: hex.EncodeToString(c.Data)}
	switch c.Tag {
	case ior.TagORBType:
		if id, err := c.ORBType(); err == nil {
			s.Value = fmt.Sprintf("0x%08x", id)
			if name := orbTypes[id]; name != "" {
				s.Value = name + " (" + s.Value + ")"
			}
		}
	case ior.TagCodeSets:
		if sets, err := codeset.ParseComponent(c.Data); err == nil {
			s.Value = "char " + supportText(sets.Char) + "; wchar " + supportText(sets.Wchar)
		}
	case ior.TagSSLSecTrans:
		if x, err := c.SSL(); err == nil {
			s.Value = fmt.Sprintf("port %d; supports %v; requires %v", x.Port, x.Supports, x.Requires)
		}
	case ior.TagDSOMEndpoints:
		if x, err := c.Endpoints(); err == nil {
			s.Value = strings.Join(x.Names, " ")
			if x.Machine != ([16]byte{}) {
				s.Value += fmt.Sprintf(" on the machine %x", x.Machine)
			}
		}
	case ior.TagOmniORBUnix:
		if machine, path, err := c.OmniORBUnix(); err == nil {
			s.Value = fmt.Sprintf("%s on the machine %s", path, machine)
		}
	case ior.TagOmniORBHTTP:
		if url, err := c.OmniORBHTTP(); err == nil {
			s.Value = url
		}
	case ior.TagAlternateIIOPAddress:
		if host, port, err := c.AlternateAddress(); err == nil {
			s.Value = net.JoinHostPort(host, strconv.Itoa(int(port)))
		}
	}
	return s
}

// supportText says which code sets are taken, the native one first.
func supportText(s codeset.Support) string {
	var names []string
	if s.Native != 0 {
		names = append(names, codeset.Name(s.Native))
	}
	for _, id := range s.Conversion {
		if id != s.Native { // omniORB repeats it
			names = append(names, codeset.Name(id))
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func key(key []byte) *Key {
	if len(key) == 0 {
		return nil
	}
	s := &Key{Hex: hex.EncodeToString(key)}
	if k, ok := ior.ParseKey(key); ok {
		s.Ours = true
		s.Server, s.Adapter, s.Object, s.Persistent = uuidText(k.Server), strings.ReplaceAll(string(k.Adapter), "\x00", "/"), octetText(k.ID), k.Incarnation == 0
		if k.Incarnation != 0 {
			s.Incarnation = fmt.Sprintf("%016x", k.Incarnation)
		}
		return s
	}
	if text := string(key); utf8.ValidString(text) && !strings.ContainsFunc(text, unprintable) {
		s.Text = text
	}
	return s
}

func uuidText(u [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// octetText returns octets as text where they are text, else in hexadecimal.
func octetText(b []byte) string {
	if s := string(b); utf8.ValidString(s) && !strings.ContainsFunc(s, unprintable) {
		return s
	}
	return "0x" + hex.EncodeToString(b)
}

// unprintable are control characters, and those that turn the direction of text around, and so hide what it says.
func unprintable(r rune) bool { return !unicode.IsPrint(r) }
