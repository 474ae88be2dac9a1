package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/somdd/somenv"
)

// envConfig names the daemon's configuration file.
const envConfig = "DSOM_CONFIG"

// configName is what it is called in the state folder.
const configName = "dsom.toml"

// settings gives the flags of dsom daemon what the command line does not: variables of the environment, the configuration file, and what SOM's
// settings have become. The flags are the one table of keys, with their defaults and what they mean.
//
// It is Kong's resolver, and belongs to one parsing of one command line.
type settings struct {
	env func(string) (string, bool)
	old []somenv.Fate // come last

	file  *configFile // nil: there is none
	path  string      // where it is, or would be
	asked bool        // it is named, and must be there
	err   error       // why the file is not good
	read  bool
	all   []admin.Setting // what the flags have, by the order of the help
}

// unkeyed are the flags of the daemon that say where its configuration is, and Kong's own.
var unkeyed = map[string]bool{"state": true, "config": true, "help": true}

// reloadable are the keys that a daemon takes up while it runs.
var reloadable = map[string]bool{"allow-write": true, "operators": true, "dsom-clients": true, "verbose": true, "leave-servers": true}

// envOf returns the variable of a key.
func envOf(key string) string { return "DSOM_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_")) }

// Validate is Kong's.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve returns what a flag has that the command line does not set, nil for its default.
func (s *settings) Resolve(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	if parent.Command == nil || parent.Command.Name != "daemon" || unkeyed[flag.Name] {
		return nil, nil
	}
	if !s.read {
		s.read = true
		s.open(ctx, parent.Command)
	}
	v, from := s.value(flag)
	if from == "" {
		return nil, nil
	}
	s.all = append(s.all, admin.Setting{Key: flag.Name, Source: from})
	return v, nil
}

// value returns what a flag has, and from where: "" where nothing is said.
func (s *settings) value(flag *kong.Flag) (v any, from string) {
	if v, _ := s.env(envOf(flag.Name)); v != "" {
		return v, "$" + envOf(flag.Name)
	}
	if s.file != nil {
		if v, ok := s.file.values[flag.Name]; ok {
			return v, s.file.at(flag.Name)
		}
	}
	for _, f := range s.old {
		if f.Key == flag.Name {
			return f.Text, f.From
		}
	}
	return nil, ""
}

// open reads the file that the command line, the environment or the state folder has.
func (s *settings) open(ctx *kong.Context, daemon *kong.Command) {
	flag := func(name string) string {
		for _, f := range daemon.Flags {
			if f.Name == name {
				v, _ := ctx.FlagValue(f).(string)
				return v
			}
		}
		return ""
	}
	named, _ := s.env(envConfig)
	if s.path, s.err = configPath(cmp.Or(flag("config"), named), flag("state")); s.err != nil {
		return
	}
	s.asked = cmp.Or(flag("config"), named) != ""
	s.file, s.err = readConfig(s.path, daemon)
	if !s.asked && (errors.Is(s.err, os.ErrNotExist) || errors.Is(s.err, syscall.ENOTDIR)) {
		s.err = nil // nor is there a state folder, maybe: who makes it says why it cannot
	}
}

// configPath returns where the configuration is: where it is named, or else in the state folder.
func configPath(named, state string) (string, error) {
	if named != "" {
		return filepath.Abs(named)
	}
	dir, err := stateFlag{state}.folder()
	return filepath.Join(dir, configName), err
}

// blame adds to an error about a flag where its value is from, unless that is the command line.
func (s *settings) blame(err error) error {
	if s == nil || err == nil {
		return err
	}
	for _, a := range s.all {
		if strings.Contains(err.Error(), "--"+a.Key+":") || strings.Contains(err.Error(), "--"+a.Key+" ") {
			return fmt.Errorf("%w (from %s)", err, a.Source)
		}
	}
	return err
}

// effective returns what all keys have after parsing, in the order of the help.
func (s *settings) effective(k *kong.Context) []admin.Setting {
	from := map[string]string{}
	for _, p := range k.Path {
		if p.Flag != nil {
			from[p.Flag.Name] = "command line"
		}
	}
	for _, a := range s.all {
		from[a.Key] = a.Source
	}
	var all []admin.Setting
	for _, f := range k.Selected().Flags {
		if !unkeyed[f.Name] {
			all = append(all, admin.Setting{Key: f.Name, Value: valueText(f), Source: cmp.Or(from[f.Name], "default"), Live: reloadable[f.Name]})
		}
	}
	return all
}

// tell logs what is taken from SOM's settings, and which of them need a word.
func (s *settings) tell(log *slog.Logger) {
	for _, f := range s.old {
		if f.Key != "" {
			log.Info("a setting of SOM", "name", f.Name, "from", f.From, "value", f.Value, "is", f.Key)
		} else {
			log.Info("a setting of SOM has nothing to set here", "name", f.Name, "from", f.From, "note", f.Note)
		}
	}
	if p, ok := s.env(envSOMPort); ok && len(s.old) == 0 && p != "" {
		log.Info("$SOMDPORT is not heeded by dsom daemon: dsom somdd does, and --listen :"+p+" says the same", "SOMDPORT", p)
	}
}

// valueText returns what a flag has as the command line would say it.
func valueText(f *kong.Flag) string {
	if list, ok := f.Target.Interface().([]string); ok {
		return strings.Join(list, " ")
	}
	return fmt.Sprint(f.Target.Interface())
}
