package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// maxConfig is how long a configuration file may be, in octets.
const maxConfig = 1 << 20

// A configFile is what a configuration file says: TOML, without tables.
type configFile struct {
	path   string
	values map[string]any // of a flag as Kong takes it: string, bool, or []any of strings
	lines  map[string]int
}

// at returns file:line of a key.
func (f *configFile) at(key string) string { return f.path + ":" + strconv.Itoa(f.lines[key]) }

// readConfig reads a file. Its errors say file and line; that there is none is os.ErrNotExist.
func readConfig(path string, daemon *kong.Command) (*configFile, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	defer func() { _ = in.Close() }()
	data, err := io.ReadAll(io.LimitReader(in, maxConfig+1))
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	if len(data) > maxConfig {
		return nil, fmt.Errorf("%s is longer than %d octets: it is no configuration", path, maxConfig)
	}
	return parseConfig(path, data, daemon)
}

func parseConfig(path string, data []byte, daemon *kong.Command) (*configFile, error) {
	raw := map[string]any{}
	if _, err := toml.NewDecoder(bytes.NewReader(data)).Decode(&raw); err != nil {
		if e := (toml.ParseError{}); errors.As(err, &e) {
			return nil, usage("%s:%d: %s", path, e.Position.Line, e.Message)
		}
		return nil, usage("%s: %w", path, err)
	}
	f := &configFile{path, map[string]any{}, map[string]int{}}
	for key := range raw {
		f.lines[key] = lineOf(data, key)
	}
	keys := slices.SortedFunc(maps.Keys(raw), func(a, b string) int { return f.lines[a] - f.lines[b] })
	for _, key := range keys {
		i := slices.IndexFunc(daemon.Flags, func(f *kong.Flag) bool { return f.Name == key && !unkeyed[key] })
		if i < 0 {
			return nil, usage("%s: there is no key %s%s", f.at(key), key, meant(key, daemon))
		}
		v, err := flagValue(raw[key], daemon.Flags[i])
		if err != nil {
			return nil, usage("%s: %s is %w", f.at(key), key, err)
		}
		f.values[key] = v
	}
	return f, nil
}

// lineOf returns the line in which a key is set, from 1.
func lineOf(data []byte, key string) int {
	at := regexp.MustCompile(`(?m)^[ \t]*\[?[ \t]*["']?` + regexp.QuoteMeta(key) + `["']?[ \t]*[=.\]]`).FindIndex(data)
	if at == nil {
		return 1
	}
	return 1 + bytes.Count(data[:at[0]], []byte("\n"))
}

// meant says what may have been meant by a key that there is not, or why there is none.
func meant(key string, daemon *kong.Command) string {
	switch {
	case key == "state":
		return ": the file lies in the state folder; say --state, or DSOM_STATE"
	case unkeyed[key]:
		return ""
	}
	for _, f := range daemon.Flags {
		if !unkeyed[f.Name] && near(f.Name, key) {
			return "; did you mean " + f.Name + "?"
		}
	}
	return "; dsom config keys lists all"
}

// near reports whether two keys differ by little: an octet more, less or another, or in what joins their words.
func near(a, b string) bool {
	a, b = strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(a)), strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(b))
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	return a == b || a[i+1:] == b[min(i+1-(len(a)-len(b)), len(b)):]
}

// flagValue makes of a TOML value what a flag takes.
func flagValue(v any, flag *kong.Flag) (any, error) {
	if list, ok := v.([]any); ok {
		if !flag.IsSlice() {
			return nil, errors.New("given a list, and has one value")
		}
		texts := make([]any, len(list))
		for i, e := range list {
			text, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("given a list with %v in it, which is no text; put it in quotes", e)
			}
			texts[i] = text
		}
		return texts, nil
	}
	switch v := v.(type) {
	case bool:
		if flag.IsBool() {
			return v, nil
		}
		return nil, fmt.Errorf("given %t, and is not true or false", v)
	case string:
		if flag.IsBool() {
			return nil, fmt.Errorf("given %q, and is true or false, without quotes", v)
		}
		if flag.IsSlice() {
			return []any{v}, nil
		}
		return v, nil
	case int64:
		if flag.IsBool() || flag.IsSlice() {
			return nil, fmt.Errorf("given %d, which it cannot be", v)
		}
		return strconv.FormatInt(v, 10), nil
	case map[string]any, []map[string]any:
		return nil, errors.New("a table, and all keys stand by themselves")
	default:
		return nil, fmt.Errorf("given %v; put it in quotes", v)
	}
}
