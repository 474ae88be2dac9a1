package lint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// ConfigFile is the name of the file in which a project configures its IDL tools. The field
// "lint" is this package's; others belong to other tools.
const ConfigFile = ".dsom-idl.json"

// fields are those that a configuration file has, for all tools; those of the language server are
// in docs/idl-editors.md.
var fields = []string{"lint", "include", "define", "indent"}

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
	var all map[string]json.RawMessage
	var c Config
	if err := json.Unmarshal(b, &all); err != nil {
		return c, err
	}
	for _, f := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(fields, f) {
			return c, fmt.Errorf("no tool on IDL reads the field %q%s", f, didYouMean(f, fields))
		}
	}
	if all["lint"] == nil {
		return c, nil
	}
	d := json.NewDecoder(bytes.NewReader(all["lint"]))
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
		if names := ruleNames(); name != "all" && !slices.Contains(names, name) {
			return fmt.Errorf("there is no rule %q%s", name, didYouMean(name, names))
		}
		return nil
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

// ruleNames returns the names of all rules.
func ruleNames() []string {
	var names []string
	for _, r := range Rules() {
		names = append(names, r.Name)
	}
	return names
}

// didYouMean returns a question to append where a name is near one that there is.
func didYouMean(name string, names []string) string {
	if near := diag.Closest(name, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
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
