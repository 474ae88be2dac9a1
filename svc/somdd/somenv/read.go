package somenv

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// EnvFiles is the variable that lists the files with stanzas, and folders with a [FileName] in them.
const EnvFiles = "SOMENV"

// FileName is what the file with stanzas is called.
const FileName = "somenv.ini"

// A Setting is a key with a value that SOM was told.
type Setting struct {
	Stanza string // in which it stands, without brackets; "" for a variable
	Name   string
	Value  string
	From   string // $NAME, or file:line
}

// Read returns the settings that there are: the variables of DSOM, then those of the files. A variable comes before a file, a file before those
// behind it in the list, and in a file the first of several. A file that is listed and not there is an error. HOSTNAME, which other programs set
// too, is DSOM's where SOMDDIR is set.
func Read(env func(string) (string, bool)) ([]Setting, error) {
	var all []Setting
	_, dsom := env("SOMDDIR")
	for _, m := range meanings {
		for _, name := range m.names {
			if v, ok := env(name); ok && m.variable && (dsom || name != "HOSTNAME") {
				all = append(all, Setting{Name: name, Value: v, From: "$" + name})
			}
		}
	}
	list, _ := env(EnvFiles)
	files := filepath.SplitList(list)
	if len(files) > maxFiles {
		return nil, fmt.Errorf("$%s lists %d files, more than %d", EnvFiles, len(files), maxFiles)
	}
	for _, f := range files {
		if f == "" {
			continue
		}
		if s, err := os.Stat(f); err == nil && s.IsDir() {
			f = filepath.Join(f, FileName)
		}
		of, err := ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("$%s: %w", EnvFiles, err)
		}
		all = append(all, of...)
	}
	return first(all), nil
}

// ReadFile returns the settings of one file, each once.
func ReadFile(path string) ([]Setting, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is longer than %d octets: it is no %s", path, maxFile, FileName)
	}
	all, err := Parse(path, data)
	return first(all), err
}

// Parse reads a text with stanzas: [stanza], name=value, comments behind a semicolon, lines continued by a backslash at their end, behind a space, or before a line
// that would mean nothing by itself: the name of a folder may end so, too. name is what errors
// and settings call it. Errors say the line.
func Parse(name string, data []byte) ([]Setting, error) {
	var all []Setting
	var stanza, kept string
	lines := bytes.Split(data, []byte("\n"))
	began := 0
	for i, l := range lines {
		text := kept + strings.TrimSpace(string(l))
		if kept == "" {
			began = i + 1
		}
		at := fmt.Sprintf("%s:%d", name, began)
		if len(text) > maxLine {
			return nil, fmt.Errorf("%s: a setting is longer than %d octets", at, maxLine)
		}
		before, more := strings.CutSuffix(text, `\`) // behind a space: folders end so, too
		if more = more && strings.TrimRight(before, " \t") != before || text == `\`; more && i+1 < len(lines) {
			kept = strings.TrimSpace(before) + " "
			continue
		}
		if before != text && i+1 < len(lines) && isRest(strings.TrimSpace(string(lines[i+1]))) {
			kept = before
			continue
		}
		kept = ""
		text = strings.TrimSpace(uncommented(text))
		switch {
		case text == "" || text == "\x1a": // OS/2's editors end files so
		case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' }):
			return nil, fmt.Errorf("%s: it is no text", at)
		case text[0] == '[':
			in, ok := strings.CutSuffix(text[1:], "]")
			if !ok || strings.TrimSpace(in) == "" {
				return nil, fmt.Errorf("%s: a stanza is written [name]", at)
			}
			stanza = strings.TrimSpace(in)
		default:
			n, v, ok := strings.Cut(text, "=")
			if n = strings.TrimSpace(n); !ok || n == "" {
				return nil, fmt.Errorf("%s: a setting is written name=value", at)
			}
			if stanza == "" {
				return nil, fmt.Errorf("%s: %s stands in no stanza; write [somd] above it", at, n)
			}
			all = append(all, Setting{stanza, n, strings.TrimSpace(v), at})
		}
	}
	return all, nil
}

// isRest reports whether a line can only be the rest of the one before: it is neither a setting nor a stanza, a comment or blank.
func isRest(line string) bool {
	return line != "" && line != "\x1a" && line[0] != '[' && line[0] != ';' && !strings.Contains(line, "=")
}

// uncommented returns what stands before a comment: at the start, or behind a space, since values are lists with semicolons between, too.
func uncommented(text string) string {
	for i := range len(text) {
		if text[i] == ';' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return text[:i]
		}
	}
	return text
}

// first leaves the first of the settings that are one: in SOM their names and stanzas are so whatever their case. A variable
// is that of any stanza.
func first(all []Setting) []Setting {
	seen := map[string]bool{}
	var left []Setting
	for _, s := range all {
		name := strings.ToLower(s.Name)
		key := strings.ToLower(s.Stanza) + "\x00" + name
		if seen[key] || seen["\x00"+name] {
			continue
		}
		seen[key] = true
		left = append(left, s)
	}
	return left
}
