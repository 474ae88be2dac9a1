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
	variable bool                                         // it was a variable of DSOM 2.1
	become   func(v string) (key, text string, err error) // nil: nothing by itself
	note     string
}

// meanings is the one place that knows them.
var meanings = []meaning{
	{[]string{"SOMDPORT"}, true, port, "the port at which calls are taken; without it 3053, where IBM's had 9393 or what the services file said"},
	{[]string{"HOSTNAME"}, true, host, "what references name"},
	{[]string{"SOMDDIR"}, true, nil, "the state folder is dsom within it, if it is a variable of the environment and DSOM_STATE is not; what DSOM has stored there is not read: register its servers again, with regimpl"},
	{[]string{"SOMDTIMEOUT", "SOMDRECVWAIT"}, true, seconds("call-timeout"), "the time that a call may take"},
	{[]string{"SOMDSENDWAIT"}, true, seconds("stall-timeout"), "the time without an octet in the middle of a message"},
	{[]string{"SOMDDEBUG"}, true, debug, "more is logged"},
	{[]string{"SOMDMESSAGELOG", "SOMErrorLogFile"}, true, nil, "the daemon logs to standard error: let the system keep it, or write dsom somdd 2>>FILE"},
	{[]string{"SOMErrorLogSize", "SOMErrorLogControl", "SOMErrorLogDisplayMsgs"}, false, nil, "the daemon logs to standard error; --verbose logs more, -q less"},
	{[]string{"SOMDNUMTHREADS", "SOMDTHREADSTACKSIZE"}, true, nil, "there are no threads to be set: outstanding-requests bounds the requests of a connection"},
	{[]string{"CHECK_CONNECTION_INTERVAL"}, false, nil, "connections are watched all the time; idle-timeout closes unused ones"},
	{[]string{"SOMSOCKETS", "SOMDPROTOCOLS"}, true, nil, "calls go over TCP/IP; NetBIOS and IPX are not spoken"},
	{[]string{"SOMIR"}, true, nil, "the interface repository is in the daemon: dsom idl register FILE.idl fills it; .ir files are not read"},
	{[]string{"HOSTKIND", "SOMNMOBJREF", "NAMING_SERVER_ALIAS", "GLOBAL_OBJREF_FILE"}, false, nil, "the naming service is in the daemon, at corbaloc::HOST/NameService: dsom name"},
	{[]string{"USER"}, false, nil, "what a program says of its user is not believed: --dsom-clients says whose programs are served"},
	{[]string{"SECURITY_SERVER_ALIAS", "LOGIN_INFO_SOURCE", "LOGIN_TIMEOUT"}, false, nil, "there is no security server: --dsom-clients and --allow-write say who may do what"},
	{[]string{"SOMM_TRACED"}, false, nil, "classes are traced by their metaclass, or by a program that sets a hook: docs/som-c.md"},
	{[]string{"CSFactoryClass", "CSRegistrarClass", "CSTransportClass", "CSLocationName", "CSProfileTag", "CALL_POOL_SIZE", "ENCAP_POOL_SIZE"}, false, nil, "transports are in the daemon, and need no classes"},
	{[]string{"SERVICES_FILE_TARGET"}, false, nil, "Java programs call the daemon by GIOP, and need no file"},
}

// Became says what a setting has become. Its error is that of a value that the setting cannot have.
func (s Setting) Became() (Fate, error) {
	i := slices.IndexFunc(meanings, func(m meaning) bool {
		return slices.ContainsFunc(m.names, func(n string) bool { return strings.EqualFold(n, s.Name) })
	})
	if i < 0 {
		return Fate{Setting: s, Note: "no setting of SOM that is known"}, nil
	}
	m := meanings[i]
	f := Fate{Setting: s, Note: m.note}
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

// Fates says what each of some settings has become. Where two have become one key, the first has it.
func Fates(all []Setting) ([]Fate, error) {
	var fates []Fate
	taken := map[string]string{}
	for _, s := range all {
		f, err := s.Became()
		if err != nil {
			return nil, err
		}
		if by, ok := taken[f.Key]; ok && f.Key != "" {
			f.Key, f.Text, f.Note = "", "", f.Note+"; "+by+" says it already"
		} else if f.Key != "" {
			taken[f.Key] = f.Name
		}
		fates = append(fates, f)
	}
	return fates, nil
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
