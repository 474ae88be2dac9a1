package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// generic reports whether the program of a definition is the generic server, which does what the definition says.
func generic(d wire.Definition) bool {
	return d.Program == "" || filepath.Base(d.Program) == "somdsvr"
}

// secure reports whether a definition wants authenticated clients.
func secure(d wire.Definition) bool { return d.Secure || d.Flags&wire.SecureMode != 0 }

// notSecure is why there are no secure servers.
const notSecure = "nothing here authenticates clients of DSOM's servers, so that a secure server would have to refuse all, or serve anybody; register it with -s off, and let the network say who reaches it"

// unheeded says what of a definition is kept, and listed, and does nothing.
func unheeded(d wire.Definition) (all []string) {
	say := func(is bool, format string, args ...any) {
		if is {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	own := filepath.Base(d.Program)
	say(!generic(d) && d.ServerClass != "" && d.ServerClass != somdServerClass, "server class %s, unless %s becomes the server by impl_is_ready: another program says itself which class its server object has", d.ServerClass, own)
	say(!generic(d) && d.Flags&wire.MultiThread != 0, "several threads, unless %s becomes the server by impl_is_ready: another program says itself how many requests it takes at once", own)
	say(d.Flags&wire.Managed != 0, "managed: nothing here manages servers by it")
	say(d.ConfigFile != "", "configuration file %s: no program here reads it", d.ConfigFile)
	say(d.Protocols != "" && d.Protocols != wire.TCPIP, "protocols %s: calls go over TCP/IP alone", d.Protocols)
	say(d.Class != "" && d.Class != "ImplementationDef", "class of the definition %s: it is an ImplementationDef", d.Class)
	return all
}

// heeded tells of what a registration says that does nothing.
func (c *console) heeded(d wire.Definition) {
	for _, says := range unheeded(d) {
		c.note("Of no effect: %s", safe(says))
	}
}

// refused says more of the error by which a daemon refuses a secure server, and returns it.
func (c *console) refused(d wire.Definition, err error) error {
	var sys *exc.SystemException
	if secure(d) && errors.As(err, &sys) && wire.Code(sys.Minor) == wire.NotImplemented {
		c.note("A secure server: %s.", notSecure)
	}
	return err
}
