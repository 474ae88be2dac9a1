package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/somdd/somenv"
)

// configCmd groups the verbs about the daemon's configuration.
type configCmd struct {
	Show   configShowCmd   `cmd:"" help:"Show what the daemon was configured with, and where each setting is from."`
	Keys   configKeysCmd   `cmd:"" help:"List all keys, with their variables, defaults and meanings."`
	Init   configInitCmd   `cmd:"" help:"Make a configuration file with all keys in it, as comments."`
	Check  configCheckCmd  `cmd:"" help:"Say whether a configuration file is good."`
	Reload configReloadCmd `cmd:"" help:"Have the daemon read its configuration again."`
	Old    configOldCmd    `cmd:"" help:"Say what SOM's settings have become: variables of the environment, somenv.ini."`
}

func (configCmd) Help() string {
	return `The daemon needs no configuration. What it is told comes from its command line, from variables of the environment that are called as its
options (DSOM_CALL_TIMEOUT for --call-timeout), and from dsom.toml in its state folder: the first of these that says something.

Example:

    dsom config init
    dsom config check && dsom config reload`
}

type configShowCmd struct {
	stateFlag
	Config string `placeholder:"FILE" help:"The file, for a daemon that does not run."`
	All    bool   `short:"a" help:"Show also what has its default."`
}

func (configShowCmd) Help() string {
	return `Example:

    dsom config show
    dsom config show --all --json`
}

func (v configShowCmd) Run(ctx context.Context, c *console) error {
	all, err := v.running(ctx)
	if errors.Is(err, admin.ErrNoDaemon) {
		var note string
		if all, note, err = v.next(ctx, c); err == nil && !c.json {
			c.note("%s", note)
		}
	}
	if err != nil {
		return err
	}
	shown := []admin.Setting{}
	for _, s := range all {
		if v.All || s.Source != "default" {
			shown = append(shown, s)
		}
	}
	if c.json {
		return c.printJSON(shown)
	}
	if len(shown) == 0 {
		c.note("All keys have their defaults: dsom config show --all")
		return nil
	}
	var rows [][]string
	for _, s := range shown {
		rows = append(rows, []string{s.Key, s.Value, s.Source})
	}
	c.table([]string{"KEY", "VALUE", "FROM"}, rows)
	return nil
}

// running returns what the daemon of the state has.
func (v configShowCmd) running(ctx context.Context) ([]admin.Setting, error) {
	d, err := v.daemon()
	if err != nil {
		return nil, err
	}
	return d.Settings(ctx)
}

// next returns what a daemon would have that were started now.
func (v configShowCmd) next(ctx context.Context, c *console) ([]admin.Setting, string, error) {
	cmd, k, s, err := parseDaemon(ctx, c, daemonArgs(v.State, v.Config), nil)
	if err != nil {
		return nil, "", err
	}
	if _, err := cmd.config(s); err != nil {
		return nil, "", err
	}
	return s.effective(k), "No daemon runs. One that is started now has:", nil
}

// daemonArgs returns a command line.
func daemonArgs(state, config string) []string {
	args := []string{"daemon"}
	if state != "" {
		args = append(args, "--state="+state)
	}
	if config != "" {
		args = append(args, "--config="+config)
	}
	return args
}

type configCheckCmd struct {
	stateFlag
	File string `arg:"" optional:"" help:"The file. Default: $$DSOM_CONFIG, else dsom.toml in the state folder."`
}

func (configCheckCmd) Help() string {
	return `Says whether a daemon would take the file, and what is wrong with it, with the line. The status is 1 if something is.

Example:

    dsom config check
    dsom config check new.toml && cp new.toml /var/lib/dsom/dsom.toml && dsom config reload`
}

func (v configCheckCmd) Run(ctx context.Context, c *console) error {
	path, err := configPath(v.File, v.State)
	if err != nil {
		return err
	}
	if named := os.Getenv(envConfig); v.File == "" && named != "" {
		path = named
	}
	cmd, _, s, err := parseDaemon(ctx, c, daemonArgs(v.State, path), nil)
	if err == nil {
		_, err = cmd.config(s)
	}
	if err != nil {
		return errors.New(err.Error()) // the file is wrong, and not the command line
	}
	if c.json {
		return c.printJSON(map[string]any{"file": path, "keys": len(s.file.values)})
	}
	c.printf("%s is good: %d of its keys are set.\n", safe(path), len(s.file.values))
	return nil
}

type configReloadCmd struct{ stateFlag }

func (configReloadCmd) Help() string {
	return `The daemon reads its file again, and takes up at once what can be changed while it runs; what else is different is said, and in force when
the daemon is started again. If the file is wrong, all is as it was.

Example:

    dsom config reload`
}

func (v configReloadCmd) Run(ctx context.Context, c *console) error {
	d, err := v.daemon()
	if err != nil {
		return err
	}
	r, err := d.Reload(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	for _, s := range r.Changed {
		c.printf("%s is %s now (%s)\n", s.Key, orDefault(s.Value), safe(s.Source))
	}
	for _, s := range r.Restart {
		c.printf("%s is to be %s, when the daemon is started again (%s)\n", s.Key, orDefault(s.Value), safe(s.Source))
	}
	if len(r.Changed)+len(r.Restart) == 0 {
		c.printf("Nothing has changed.\n")
	}
	return nil
}

func orDefault(v string) string {
	if v == "" {
		return "its default"
	}
	return safe(v)
}

type configOldCmd struct {
	Files []string `arg:"" optional:"" help:"Files with stanzas. Default: the variables of DSOM, and the files that $$SOMENV lists."`
	TOML  bool     `name:"toml" help:"Print what goes into dsom.toml."`
}

func (configOldCmd) Help() string {
	return `Says what each setting of SOM has become. dsom somdd heeds them by itself; with --toml they are printed for a daemon that does not.

Example:

    dsom config old
    dsom config old --toml /etc/somenv.ini >> /var/lib/dsom/dsom.toml`
}

func (v configOldCmd) Run(_ context.Context, c *console) error {
	fates, err := oldSettings(v.Files)
	if err != nil {
		return err
	}
	switch {
	case v.TOML:
		for _, f := range fates {
			if f.Key != "" {
				c.printf("%s = %s # %s, %s\n", f.Key, tomlText(f.Key, f.Text), f.Name, safe(f.From))
			}
		}
		return nil
	case c.json:
		return c.printJSON(jsonFates(fates))
	case len(fates) == 0:
		c.note("SOM is told nothing here: none of its variables is set, and $%s lists no file.", somenv.EnvFiles)
		return nil
	}
	for _, f := range fates {
		c.printf("%s = %s (%s)\n", safe(f.Name), safe(f.Value), safe(f.From))
		if f.Key != "" {
			c.printf("    %s = %s: %s\n", f.Key, safe(f.Text), f.Note)
		} else {
			c.printf("    %s\n", f.Note)
		}
	}
	return nil
}

// oldSettings returns what SOM's settings have become: those of files, or of the environment.
func oldSettings(files []string) ([]somenv.Fate, error) {
	if len(files) == 0 {
		all, err := somenv.Read(os.LookupEnv)
		if err != nil {
			return nil, err
		}
		return somenv.Fates(all)
	}
	var all []somenv.Setting
	for _, f := range files {
		of, err := somenv.ReadFile(f)
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return somenv.Fates(all)
}

type jsonFate struct {
	Stanza string `json:"stanza,omitempty"`
	Name   string `json:"name"`
	Value  string `json:"value"`
	From   string `json:"from"`
	Key    string `json:"key,omitempty"`
	Text   string `json:"becomes,omitempty"`
	Note   string `json:"note"`
}

func jsonFates(fates []somenv.Fate) []jsonFate {
	all := make([]jsonFate, len(fates))
	for i, f := range fates {
		all[i] = jsonFate{f.Stanza, f.Name, f.Value, f.From, f.Key, f.Text, f.Note}
	}
	return all
}

// tomlText returns a value of a key as the file has it.
func tomlText(key, text string) string {
	if text == "true" || text == "false" {
		return text
	}
	return fmt.Sprintf("%q", strings.ToValidUTF8(text, "?"))
}
