package lint

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// ConfigFile is the name of the file in which a project configures its IDL tools. The field
// "lint" is this package's; others belong to other tools.
const ConfigFile = ".dsom-idl.json"

// Config says which rules are applied, and how. The zero Config applies those that are not off.
type Config struct {
	// Only, if not empty, are the rules that are applied, whatever else is said.
	Only []string `json:"only,omitempty"`
	// Enable and Disable are rules that are applied although they are off, or not although
	// they are on. "all" is all of them.
	Enable  []string `json:"enable,omitempty"`
	Disable []string `json:"disable,omitempty"`
	// Severity changes what findings are: "error", "warning" or "info", by rule.
	Severity map[string]diag.Severity `json:"severity,omitempty"`
	// Options are the numbers with which rules are configured, by name.
	Options map[string]int `json:"options,omitempty"`
	// Ignore are patterns of the files in which nothing is found, as path.Match has them; one
	// that ends with "/" is a folder and all that is in it.
	Ignore []string `json:"ignore,omitempty"`
}

// ReadConfig reads the part of a configuration file that is this package's.
func ReadConfig(b []byte) (Config, error) {
	var all struct {
		Lint json.RawMessage `json:"lint"`
	}
	var c Config
	if err := json.Unmarshal(b, &all); err != nil {
		return c, err
	}
	if all.Lint == nil {
		return c, nil
	}
	d := json.NewDecoder(strings.NewReader(string(all.Lint)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("lint: %w", err)
	}
	_, err := c.rules()
	return c, err
}

// rules returns the rules that are to be applied, and an error for what there is not.
func (c Config) rules() ([]Rule, error) {
	all := Rules()
	known := func(name string) error {
		if name == "all" || slices.ContainsFunc(all, func(r Rule) bool { return r.Name == name }) {
			return nil
		}
		var names []string
		for _, r := range all {
			names = append(names, r.Name)
		}
		if near := diag.Closest(name, names); near != "" {
			return fmt.Errorf("there is no rule %q; did you mean %q?", name, near)
		}
		return fmt.Errorf("there is no rule %q", name)
	}
	for _, list := range [][]string{c.Only, c.Enable, c.Disable} {
		for _, n := range list {
			if err := known(n); err != nil {
				return nil, err
			}
		}
	}
	for n := range c.Severity {
		if err := known(n); err != nil {
			return nil, err
		}
	}
	for o := range c.Options {
		if !slices.ContainsFunc(all, func(r Rule) bool { return r.Option == o }) {
			return nil, fmt.Errorf("no rule has an option %q", o)
		}
	}
	for _, p := range c.Ignore {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("ignore: %q is no pattern of files", p)
		}
	}
	return slices.DeleteFunc(all, func(r Rule) bool { return !c.applies(r) }), nil
}

func (c Config) applies(r Rule) bool {
	in := func(list []string) bool { return slices.Contains(list, r.Name) || slices.Contains(list, "all") }
	switch {
	case len(c.Only) > 0:
		return in(c.Only)
	case slices.Contains(c.Disable, r.Name):
		return false
	case slices.Contains(c.Enable, r.Name):
		return true
	case in(c.Disable):
		return false
	}
	return !r.Off || in(c.Enable)
}

func (c Config) severity(r Rule) diag.Severity {
	if s, ok := c.Severity[r.Name]; ok {
		return s
	}
	return r.Severity
}

func (c Config) ignores(file string) bool {
	for _, p := range c.Ignore {
		if dir, ok := strings.CutSuffix(p, "/"); ok {
			if strings.HasPrefix(file, dir+"/") || strings.Contains(file, "/"+dir+"/") {
				return true
			}
			continue
		}
		if ok, _ := path.Match(p, file); ok {
			return true
		}
		if ok, _ := path.Match(p, path.Base(file)); ok && !strings.Contains(p, "/") {
			return true
		}
	}
	return false
}
