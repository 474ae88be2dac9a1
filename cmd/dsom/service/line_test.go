package service

import (
	"strings"
	"testing"
)

// argv reads a command line by the rules of Windows' programs, written down anew: 2n backslashes before a quotation mark are n, one more makes the mark one of the text.
func argv(line string) (words []string) {
	var w strings.Builder
	in, some, slashes := false, false, 0
	flush := func() {
		w.WriteString(strings.Repeat(`\`, slashes))
		slashes = 0
	}
	for _, r := range line {
		switch {
		case r == '\\':
			slashes++
			some = true
		case r == '"':
			odd := slashes%2 == 1
			slashes /= 2
			flush()
			if some = true; odd {
				w.WriteByte('"')
			} else {
				in = !in
			}
		case (r == ' ' || r == '\t') && !in:
			flush()
			if some {
				words = append(words, w.String())
			}
			w.Reset()
			some = false
		default:
			flush()
			w.WriteRune(r)
			some = true
		}
	}
	flush()
	if some {
		words = append(words, w.String())
	}
	return words
}

func TestWindowsLine(t *testing.T) {
	t.Parallel()
	words := []string{`C:\Program Files\dsom\dsom.exe`, "daemon", "--state", `D:\a b\`, "", `say "hi"`, `\"`, `\\`, `a\\b c\\`, `tab	x`, `--publish=x \\host\share`}
	got := argv(WindowsLine(words))
	if strings.Join(got, "|") != strings.Join(words, "|") {
		t.Errorf("%s\nis read as %q, want %q", WindowsLine(words), got, words)
	}
	s := Service{Program: `C:\x y\dsom.exe`, State: `C:\state`, Args: []string{"--listen", ":4000"}}
	if got, want := s.Windows(), `"C:\x y\dsom.exe" daemon --state C:\state --listen :4000`+"\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`time=2026-01-02 level=WARN msg="x level=ERROR"`: "WARN", `{"time":"x","level":"ERROR","msg":""}`: "ERROR", "Taking calls at x": "", "level=": "", "level=INFO": "INFO",
	} {
		if got := severity([]byte(line)); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}
