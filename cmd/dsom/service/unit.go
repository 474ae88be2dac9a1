// Package service writes what systems that keep programs running want to know of the daemon: units of systemd, property lists of launchd, command lines of Windows.
package service

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Name is what the daemon is called as a service, and Label by launchd.
const (
	Name  = "dsom"
	Label = "org.opendsom.dsom"
)

// A Service is how the daemon is to be run.
type Service struct {
	Program string   // absolute
	State   string   // the state folder, absolute
	Args    []string // more of the command line of dsom daemon
	User    bool     // for the user who installs it, while that is logged in; false: for the machine
}

func (s Service) command(args ...string) []string {
	return append([]string{s.Program}, args...)
}

// Systemd returns the unit. The daemon tells systemd itself when it takes calls; its servers live on when it crashes, and are taken
// up by the next, which is started at once: so systemd ends the daemon alone, and the daemon its servers. Those that are limited together are in groups below the service's
// own, in which then no process can be started: what comes before the daemon takes the limits off, and the daemon sets them again.
func (s Service) Systemd() string {
	wanted, network := "multi-user.target", "Wants=network-online.target\nAfter=network-online.target\n"
	runtime := "RuntimeDirectory=" + Name + "\nRuntimeDirectoryPreserve=restart\n" // for the daemon's socket
	if s.User {
		wanted, network, runtime = "default.target", "", "" // a user has a folder of that kind anyway
	}
	return "[Unit]\nDescription=DSOM daemon\n" + network + `
[Service]
Type=notify
ExecStartPre=-` + systemdLine(s.command("service", "vacate")) + `
ExecStart=` + systemdLine(s.command(s.daemon()...)) + `
ExecReload=` + systemdLine(s.command("config", "reload", "--state", s.State)) + `
Restart=on-failure
RestartSec=1
TimeoutStopSec=60
KillMode=process
Delegate=yes
LimitNOFILE=65536
` + runtime + `
[Install]
WantedBy=` + wanted + "\n"
}

// systemdLine quotes a command line as systemd reads it (systemd.service, "command lines"): specifiers and variables are escaped too.
func systemdLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		w = strings.ReplaceAll(w, "%", "%%")
		if i > 0 { // of the program no variable is made
			w = strings.ReplaceAll(w, "$", "$$")
		}
		if w != "" && !strings.ContainsFunc(w, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`"'\;`, r) }) {
			quoted[i] = w
			continue
		}
		var b strings.Builder
		b.WriteByte('"')
		for _, c := range []byte(w) {
			switch {
			case c == '"' || c == '\\':
				b.WriteString(`\` + string(c))
			case c < ' ' || c == 0x7f:
				fmt.Fprintf(&b, `\x%02x`, c)
			default:
				b.WriteByte(c)
			}
		}
		b.WriteByte('"')
		quoted[i] = b.String()
	}
	return strings.Join(quoted, " ")
}

// Launchd returns the property list. log is the file to which the daemon logs.
func (s Service) Launchd(log string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + Label + `</string>
	<key>ProgramArguments</key>
	<array>
`)
	for _, w := range s.command(s.daemon()...) {
		b.WriteString("\t\t<string>" + xmlText(w) + "</string>\n")
	}
	b.WriteString(`	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>AbandonProcessGroup</key>
	<true/>
	<key>ExitTimeOut</key>
	<integer>60</integer>
	<key>SoftResourceLimits</key>
	<dict>
		<key>NumberOfFiles</key>
		<integer>65536</integer>
	</dict>
	<key>StandardErrorPath</key>
	<string>` + xmlText(log) + `</string>
</dict>
</plist>
`)
	return b.String()
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // to a string: it cannot fail
	return b.String()
}
