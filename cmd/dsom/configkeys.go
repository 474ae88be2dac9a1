package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
)

type configKeysCmd struct{}

func (configKeysCmd) Help() string {
	return `Example:

    dsom config keys
    dsom config keys --json | jq -r '.[].key'`
}

// A configKey is a key of the configuration, as its flag tells it.
type configKey struct {
	Key      string `json:"key"`
	Variable string `json:"variable"`
	Default  string `json:"default,omitempty"`
	Form     string `json:"form"` // true or false, a text, a list
	Live     bool   `json:"live"`
	Doc      string `json:"doc"`

	limit bool
}

// configKeys returns all keys, in the order of the help.
func configKeys(ctx context.Context, c *console) ([]configKey, error) {
	parser, err := newParser(ctx, newGrammar(), c, func(int) {})
	if err != nil {
		return nil, err
	}
	var all []configKey
	for _, f := range childOf(parser.Model.Node, "daemon").Flags {
		if !unkeyed[f.Name] {
			all = append(all, configKey{f.Name, envOf(f.Name), f.Default, formOf(f), reloadable[f.Name], f.Help, f.Group != nil})
		}
	}
	return all, nil
}

func formOf(f *kong.Flag) string {
	switch {
	case f.IsBool():
		return "true or false"
	case f.IsSlice():
		return "a list of texts"
	case f.Enum != "":
		return strings.ReplaceAll(f.Enum, ",", ", ")
	}
	return "a text"
}

func (configKeysCmd) Run(ctx context.Context, c *console) error {
	all, err := configKeys(ctx, c)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(all)
	}
	for _, k := range all {
		live := ""
		if k.Live {
			live = "; can be changed while the daemon runs"
		}
		c.printf("%s  ($%s; %s%s)\n    %s\n", k.Key, k.Variable, k.Form, live, k.Doc)
	}
	return nil
}

type configInitCmd struct {
	stateFlag
	File string `arg:"" optional:"" help:"The file to make. Default: dsom.toml in the state folder."`
}

func (configInitCmd) Help() string {
	return `Each key stands there as a comment, with what it means and its default: take the # away where you want another. A file that
is there already is left alone.

Example:

    dsom config init
    dsom config init ./dsom.toml && dsom daemon --config ./dsom.toml`
}

func (v configInitCmd) Run(ctx context.Context, c *console) error {
	path, err := configPath(v.File, v.State)
	if err != nil {
		return err
	}
	all, err := configKeys(ctx, c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; dsom config check says whether it is good", path)
	}
	if err != nil {
		return err
	}
	if _, err := f.WriteString(configText(all)); err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	if err := f.Close(); err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"file": path, "keys": len(all)})
	}
	c.printf("%s has all keys, as comments.\n", safe(path))
	return nil
}

// configText is a file that says nothing yet.
func configText(all []configKey) string {
	var b strings.Builder
	b.WriteString("# The configuration of dsom daemon, in TOML. What the command line or a variable of the environment says comes first.\n" +
		"# dsom config check says whether it is good; dsom config reload has a daemon that runs read it again.\n")
	limits := false
	for _, k := range all {
		if k.limit && !limits {
			limits = true
			b.WriteString("\n# The bounds on what comes from outside: octets (64MiB), times (30s), or counts; unlimited switches one off.\n")
		}
		live := ""
		if k.Live {
			live = " Can be changed while the daemon runs."
		}
		b.WriteString("\n")
		for _, line := range wrapped(k.Doc+live, 110) {
			b.WriteString("# " + line + "\n")
		}
		fmt.Fprintf(&b, "#%s = %s\n", k.Key, exampleOf(k))
	}
	return b.String()
}

// exampleOf returns the value that stands in the comment: what the key has anyway, where that can be said.
func exampleOf(k configKey) string {
	switch k.Form {
	case "true or false":
		return "false"
	case "a list of texts":
		return "[]"
	}
	return fmt.Sprintf("%q", k.Default)
}

// wrapped returns the lines of a text, each of so many octets at most if its words allow.
func wrapped(text string, most int) []string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(text) {
		if line != "" && len(line)+1+len(w) > most {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	return append(lines, line)
}
