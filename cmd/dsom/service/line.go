package service

import (
	"bytes"
	"errors"
	"strings"
)

// ErrNone is the error of who removes a service that is not installed.
var ErrNone = errors.New("no service is installed")

// daemon is the command line of the daemon behind the program.
func (s Service) daemon() []string { return append([]string{"daemon", "--state", s.State}, s.Args...) }

// Windows returns what Windows runs.
func (s Service) Windows() string { return WindowsLine(s.command(s.daemon()...)) + "\r\n" }

// WindowsLine quotes a command line as programs of Windows read theirs (CommandLineToArgvW): backslashes mean themselves but before a quotation mark.
func WindowsLine(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if w != "" && !strings.ContainsAny(w, " \t\n\v\"") {
			b.WriteString(w)
			continue
		}
		b.WriteByte('"')
		slashes := 0
		for j := range len(w) {
			switch w[j] {
			case '\\':
				slashes++
			case '"':
				b.WriteString(strings.Repeat(`\`, slashes+1))
				slashes = 0
			default:
				slashes = 0
			}
			b.WriteByte(w[j])
		}
		b.WriteString(strings.Repeat(`\`, slashes))
		b.WriteByte('"')
	}
	return b.String()
}

// severity is the level of a line of the daemon's log, in either form; "" is none.
func severity(line []byte) string {
	for _, begin := range []string{"level=", `"level":"`} {
		if _, rest, ok := bytes.Cut(line, []byte(begin)); ok {
			end := bytes.IndexFunc(rest, func(r rune) bool { return r < 'A' || r > 'Z' })
			if end < 0 {
				end = len(rest)
			}
			return string(rest[:end])
		}
	}
	return ""
}
