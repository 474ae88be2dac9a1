package somenv

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Fate is what a setting has become.
type Fate struct {
	Setting
	Key  string // the key of the daemon's configuration, or ""
	Text string // its value there
	Note string // what there is instead, or what is to be known
}

// A meaning is what settings of some names have become.
type meaning struct {
	names    []string
	stanzas  []string                                     // where they stand
	variable bool                                         // it was a variable of DSOM 2.1
	become   func(v string) (key, text string, err error) // nil: nothing by itself
	note     string
}

// tcpip is the stanza of the one protocol that is spoken. What it says of an address goes before what [somd] says for all protocols.
const tcpip = "SOMD_TCPIP"

const logged = "the daemon logs to standard error: let the system keep it, or write dsom somdd 2>>FILE"

// The stanzas that settings belong to.
var (
	somd      = []string{"somd"}
	address   = []string{tcpip, "somd"}
	protocols = []string{tcpip, "SOMD_IPC", "SOMD_NetBIOS", "SOMD_IPX"}
	ras       = []string{"somras"}
	ir        = []string{"somir"}
	nm        = []string{"somnm"}
	sec       = []string{"somsec"}
	u         = []string{"somu"}
	jclient   = []string{"SOMD_JCLIENT"}
)

// among reports whether a name is one of some, whatever its case.
func among(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// meanings is the one place that knows them.
var meanings = []meaning{
	{[]string{"SOMDPORT"}, address, true, port, "the port at which calls are taken; without it 3053, where IBM's had 9393 or what the services file said"},
	{[]string{"HOSTNAME"}, address, true, host, "what references name"},
	{[]string{"SOMDDIR"}, somd, true, nil, "the state folder is dsom within it, if it is a variable of the environment and DSOM_STATE is not; what DSOM has stored there is not read: register its servers again, with regimpl"},
	{[]string{"SOMDTIMEOUT", "SOMDRECVWAIT"}, somd, true, seconds("call-timeout"), "the time that a call may take"},
	{[]string{"SOMDSENDWAIT"}, somd, true, seconds("stall-timeout"), "the time without an octet in the middle of a message"},
	{[]string{"SOMDDEBUG"}, somd, true, debug, "more is logged"},
	{[]string{"SOMDMESSAGELOG"}, somd, true, nil, logged},
	{[]string{"SOMErrorLogFile"}, ras, true, nil, logged},
	{[]string{"SOMErrorLogSize", "SOMErrorLogControl", "SOMErrorLogDisplayMsgs"}, ras, false, nil, "the daemon logs to standard error; --verbose logs more, -q less"},
	{[]string{"SOMDNUMTHREADS", "SOMDTHREADSTACKSIZE"}, somd, true, nil, "there are no threads to be set: outstanding-requests bounds the requests of a connection"},
	{[]string{"CHECK_CONNECTION_INTERVAL"}, somd, false, nil, "connections are watched all the time; idle-timeout closes unused ones"},
	{[]string{"SOMSOCKETS", "SOMDPROTOCOLS"}, somd, true, nil, "calls go over TCP/IP, by NetBIOS besides if the key netbios names an interface, and by IPX/SPX if the key ipx names what carries it; for programs of one machine there are sockets of its own (DSOM_SOCKET)"},
	{[]string{"SOMIR"}, ir, true, nil, "the interface repository is in the daemon: dsom idl register FILE.idl fills it; .ir files are not read"},
	{[]string{"HOSTKIND", "SOMNMOBJREF", "NAMING_SERVER_ALIAS", "GLOBAL_OBJREF_FILE"}, nm, false, nil, "the naming service is in the daemon, at corbaloc::HOST/NameService: dsom name"},
	{[]string{"USER"}, somd, false, nil, "what a program says of its user is not believed: --dsom-clients says whose programs are served"},
	{[]string{"SECURITY_SERVER_ALIAS", "LOGIN_INFO_SOURCE", "LOGIN_TIMEOUT"}, sec, false, nil, "there is no security server: --dsom-clients and --allow-write say who may do what"},
	{[]string{"SOMM_TRACED"}, u, false, nil, "classes are traced by their metaclass, or by a program that sets a hook: docs/som-c.md"},
	{[]string{"CSFactoryClass", "CSRegistrarClass", "CSTransportClass", "CSLocationName", "CSProfileTag", "CALL_POOL_SIZE", "ENCAP_POOL_SIZE"}, protocols, false, nil, "transports are in the daemon, and need no classes"},
	{[]string{"SERVICES_FILE_TARGET"}, jclient, false, nil, "Java programs call the daemon by GIOP, and need no file"},
}

// Became says what a setting has become. Its error is that of a value that the setting cannot have.
func (s Setting) Became() (Fate, error) {
	i := slices.IndexFunc(meanings, func(m meaning) bool { return among(m.names, s.Name) })
	if i < 0 {
		return Fate{Setting: s, Note: "no setting of SOM that is known"}, nil
	}
	m := meanings[i]
	switch {
	case s.Stanza == "" || among(m.stanzas, s.Stanza):
	case among([]string{"SOMD_NetBIOS", "SOMD_IPX"}, s.Stanza):
		return Fate{Setting: s, Note: "calls go by this protocol as other keys say: " + roads(s.Stanza)}, nil
	case among(protocols, s.Stanza):
		return Fate{Setting: s, Note: "it is of a protocol that is not spoken: calls go over TCP/IP, and [" + tcpip + "] says where"}, nil
	default:
		return Fate{Setting: s, Note: "of no effect in this stanza: it belongs in [" + strings.Join(m.stanzas, "] or [") + "]"}, nil
	}
	f := Fate{Setting: s, Note: m.note}
	if among([]string{"SOMSOCKETS", "SOMDPROTOCOLS"}, s.Name) && s.Value != "" {
		f.Note = roads(s.Value)
	}
	if m.become == nil || s.Value == "" {
		return f, nil
	}
	var err error
	if f.Key, f.Text, err = m.become(s.Value); err != nil {
		at := s.From
		if s.Stanza != "" {
			at += ": " + s.Name
		}
		return Fate{}, fmt.Errorf("%s: %q %w", at, s.Value, err)
	}
	return f, nil
}

// Fates says what each of some settings has become. Where two have become one key, a variable has it, then that of the stanza of TCP/IP, then the first.
func Fates(all []Setting) ([]Fate, error) {
	fates := make([]Fate, len(all))
	best := map[string]int{} // by key: which setting has it
	for i, s := range all {
		f, err := s.Became()
		if err != nil {
			return nil, err
		}
		fates[i] = f
		if had, ok := best[f.Key]; f.Key != "" && (!ok || rank(s) < rank(all[had])) {
			best[f.Key] = i
		}
	}
	for i, f := range fates {
		if by := best[f.Key]; f.Key != "" && by != i {
			fates[i].Key, fates[i].Text, fates[i].Note = "", "", f.Note+"; "+all[by].where()+" says it already"
		}
	}
	return fates, nil
}

// A road is a way of calling, by the names that DSOM gave it: the class of its sockets (SOMSOCKETS), or its protocol (SOMDPROTOCOLS).
type road struct {
	names []string
	is    string
}

var allRoads = []road{
	{[]string{"TCPIPSockets", "TCPIPSockets32", tcpip}, "TCP/IP, which calls go over"},
	{[]string{"SOMD_IPC"}, "shared memory of a machine, for which there are sockets of its own (DSOM_SOCKET)"},
	{[]string{"NBSockets", "SOMD_NetBIOS"}, "NetBIOS, by which calls go over TCP/IP if the key netbios names an interface"},
	{[]string{"IPXSockets", "SOMD_IPX"}, "IPX/SPX, by which calls go if the key ipx says what carries it"},
}

// mostRoads is how many names of a list are told of.
const mostRoads = 8

// Example returns a value for a setting of a name, by which it says what it becomes.
func Example(name string) string {
	var list []string
	switch {
	case strings.EqualFold(name, "SOMSOCKETS"):
		list = []string{"TCPIPSockets", "NBSockets", "IPXSockets", "MySockets"}
	case strings.EqualFold(name, "SOMDPROTOCOLS"):
		list = []string{tcpip, "SOMD_IPC", "SOMD_NetBIOS", "SOMD_IPX"}
	default:
		return "1"
	}
	return strings.Join(list, " ")
}

// roads says what has become of each way of calling that a list names.
func roads(list string) string {
	var all []string
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return r <= ' ' || r == ',' || r == ';' || r == '\\' }) {
		if len(all) == mostRoads {
			all = append(all, "and more, which are not looked at")
			break
		}
		is := "no way of calling that is known: a class of one's own is not loaded"
		if i := slices.IndexFunc(allRoads, func(r road) bool { return among(r.names, name) }); i >= 0 {
			is = allRoads[i].is
		}
		all = append(all, fmt.Sprintf("%.64s is %s", name, is))
	}
	return strings.Join(all, "; ")
}

func rank(s Setting) int {
	switch {
	case s.Stanza == "":
		return 0
	case strings.EqualFold(s.Stanza, tcpip):
		return 1
	}
	return 2
}

// where is the setting with its stanza.
func (s Setting) where() string {
	if s.Stanza == "" {
		return s.Name
	}
	return "[" + s.Stanza + "] " + s.Name
}

func port(v string) (key, text string, err error) {
	if n, err := strconv.ParseUint(v, 10, 16); err != nil || n == 0 {
		return "", "", errors.New("is no port")
	}
	return "listen", ":" + v, nil
}

func host(v string) (key, text string, err error) {
	if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || strings.ContainsRune("=@,/\x7f", r) }) {
		return "", "", errors.New("is no host")
	}
	return "publish", v, nil
}

// seconds returns a function for a time that SOM counted in seconds.
func seconds(key string) func(string) (string, string, error) {
	return func(v string) (string, string, error) {
		if n, err := strconv.ParseUint(v, 10, 31); err != nil || n == 0 {
			return "", "", errors.New("is no number of seconds")
		}
		return key, v + "s", nil
	}
}

func debug(v string) (key, text string, err error) {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return "", "", errors.New("is no number")
	}
	return "verbose", strconv.FormatBool(n > 0), nil
}

// Names returns the settings that are known.
func Names() []string {
	var all []string
	for _, m := range meanings {
		all = append(all, m.names...)
	}
	return all
}
