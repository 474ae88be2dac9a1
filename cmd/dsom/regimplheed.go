package main

import (
	"fmt"
	"path/filepath"

	"github.com/opendsom/dsom/svc/somdd/wire"
)

// generic reports whether the program of a definition is the generic server, which does what the definition says.
func generic(d wire.Definition) bool {
	return d.Program == "" || filepath.Base(d.Program) == "somdsvr"
}

// secure reports whether a definition wants identified callers alone.
func secure(d wire.Definition) bool { return d.Secure || d.Flags&wire.SecureMode != 0 }

// refuses says what a program of one's own has to do for that.
const refuses = "it has to be one of package server, or of bind/somd, which refuse callers that are not identified; nobody is sent to another"

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
	if secure(d) && !generic(d) {
		c.note("A secure server's program, %s: %s", safe(filepath.Base(d.Program)), refuses)
	}
}
