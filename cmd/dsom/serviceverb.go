package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/opendsom/dsom/cmd/dsom/service"
	"github.com/opendsom/dsom/daemon/supervise/cgroup"
	"github.com/opendsom/dsom/platform"
)

// serviceCmd groups the verbs about the daemon as a service of the system.
type serviceCmd struct {
	Install serviceInstallCmd `cmd:"" help:"Have systemd, launchd or Windows run the daemon, now and from each start of the machine on."`
	Remove  serviceRemoveCmd  `cmd:"" help:"Have it run no more. The state stays."`
	Show    serviceShowCmd    `cmd:"" help:"Print what would be installed."`
	Vacate  serviceVacateCmd  `cmd:"" hidden:"" help:"Have the control group of the service be one in which the daemon can be started: what the unit runs before it."`
}

// serviceVacateCmd is what systemd runs before the daemon.
type serviceVacateCmd struct{}

func (serviceVacateCmd) Help() string {
	return `Limits of servers that live on are taken off; the daemon sets them again.

Example:

    dsom service vacate`
}

func (serviceVacateCmd) Run() error { return cgroup.MakeWay() }

func (serviceCmd) Help() string {
	return `The daemon then runs from the start of the machine on, is started again when it has crashed, and its log is the system's. Its servers live on
through a crash.

Example:

    dsom service install`
}

// serviceFlags say which service is meant.
type serviceFlags struct {
	User bool   `help:"For this user, while he is logged in, and not for the machine."`
	Kind string `enum:"auto,systemd,launchd,windows" default:"auto" help:"What runs services here: systemd, launchd or windows. Default: what this system has."`
}

// A keeper is what runs services.
type keeper struct {
	kind    string
	file    string     // what it reads
	log     string     // of launchd's
	enable  [][]string // commands by which it runs the daemon
	disable [][]string
}

// keeper returns what runs services here, and for whom.
func (v serviceFlags) keeper() (k keeper, err error) {
	k.kind = v.Kind
	if k.kind == "auto" {
		switch runtime.GOOS {
		case "linux":
			k.kind = "systemd"
		case "darwin":
			k.kind = "launchd"
		case "windows":
			k.kind = "windows"
		default:
			return k, platform.Services.Missing()
		}
	}
	if k.kind == "windows" {
		if v.User {
			return k, errors.New("services of Windows are the machine's: leave out --user")
		}
		return k, nil
	}
	dir, err := os.UserConfigDir()
	if v.User && err != nil {
		return k, err
	}
	if k.kind == "systemd" {
		ctl := []string{"systemctl"}
		k.file = "/etc/systemd/system/" + service.Name + ".service"
		if v.User {
			k.file = filepath.Join(dir, "systemd", "user", service.Name+".service")
			ctl = append(ctl, "--user")
		}
		with := func(words ...string) []string { return append(append([]string{}, ctl...), words...) }
		k.enable = [][]string{with("daemon-reload"), with("enable", service.Name), with("restart", service.Name)}
		k.disable = [][]string{with("disable", "--now", service.Name)}
		return k, nil
	}
	k.file, k.log = "/Library/LaunchDaemons/"+service.Label+".plist", "/var/log/dsom.log"
	domain := "system"
	if v.User {
		home, err := os.UserHomeDir()
		if err != nil {
			return k, err
		}
		k.file = filepath.Join(home, "Library", "LaunchAgents", service.Label+".plist")
		k.log = filepath.Join(home, "Library", "Logs", "dsom.log")
		domain = fmt.Sprintf("gui/%d", os.Getuid())
	}
	k.enable = [][]string{{"launchctl", "bootstrap", domain, k.file}}
	k.disable = [][]string{{"launchctl", "bootout", domain + "/" + service.Label}}
	return k, nil
}

// text returns what the keeper reads.
func (k keeper) text(s service.Service) string {
	switch k.kind {
	case "launchd":
		return s.Launchd(k.log)
	case "windows":
		return s.Windows()
	}
	return s.Systemd()
}

// allowed says why this user cannot install a service.
func (v serviceFlags) allowed() error {
	if !v.User && runtime.GOOS != "windows" && os.Geteuid() != 0 {
		return errors.New("a service of the machine is installed by root; --user installs one for you, while you are logged in")
	}
	return nil
}

// run runs commands, and says which failed.
func (k keeper) run(ctx context.Context, commands [][]string) error {
	for _, words := range commands {
		out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w %s", strings.Join(words, " "), err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

type serviceShowCmd struct {
	stateFlag
	serviceFlags
	Args []string `arg:"" optional:"" passthrough:"" help:"Options of dsom daemon, after --."`
}

func (serviceShowCmd) Help() string {
	return `Example:

    dsom service show
    dsom service show --kind launchd --user -- --listen 127.0.0.1:3053`
}

// service returns how the daemon is to be run, if its options are good.
func (v serviceShowCmd) service(ctx context.Context, c *console) (s service.Service, err error) {
	s = service.Service{User: v.User, Args: v.Args}
	if len(s.Args) > 0 && s.Args[0] == "--" {
		s.Args = s.Args[1:]
	}
	for i, a := range s.Args {
		name, value, is := strings.Cut(a, "=")
		if !is && i+1 < len(s.Args) {
			value = s.Args[i+1]
		}
		switch {
		case name == "--state":
			return s, usage("--state stands before --, as the other verbs have it: dsom service install --state DIR")
		case name == "--config" && !filepath.IsAbs(value):
			return s, usage("--config: %q must be a whole path: the service does not run in this folder", value)
		}
	}
	if s.State, err = v.folder(); err != nil {
		return s, err
	}
	cmd, _, set, err := parseDaemon(ctx, c, append(daemonArgs(s.State, ""), s.Args...), nil)
	if err == nil {
		_, err = cmd.config(set)
	}
	if err != nil {
		return s, fmt.Errorf("the daemon would not start so: %w", err)
	}
	s.Program, err = self()
	return s, err
}

func (v serviceShowCmd) Run(ctx context.Context, c *console) error {
	k, err := v.keeper()
	if err != nil {
		return err
	}
	s, err := v.service(ctx, c)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]string{"file": k.file, "kind": k.kind, "text": k.text(s)})
	}
	c.printf("%s", k.text(s))
	return nil
}

type serviceInstallCmd struct {
	serviceShowCmd
	NoStart bool `help:"Write the file alone."`
}

func (serviceInstallCmd) Help() string {
	return `What is installed already is replaced, and the daemon started anew: its servers live on, if its configuration says leave-servers.

Example:

    dsom service install
    dsom service install --user -- --listen 127.0.0.1:3053`
}

func (v serviceInstallCmd) Run(ctx context.Context, c *console) error {
	k, err := v.keeper()
	if err != nil {
		return err
	}
	if err := v.allowed(); err != nil {
		return err
	}
	s, err := v.service(ctx, c)
	if err != nil {
		return err
	}
	if k.kind == "windows" {
		if err := s.Install(ctx, !v.NoStart); err != nil {
			return err
		}
		return v.installed(c, k)
	}
	if err := os.MkdirAll(filepath.Dir(k.file), 0o755); err != nil {
		return err
	}
	_, before := os.Stat(k.file)
	if err := writeWhole(k.file, k.text(s)); err != nil {
		return err
	}
	c.note("%s is written.", k.file)
	if !v.NoStart {
		if k.kind == "launchd" && before == nil {
			_ = k.run(ctx, k.disable) // it may not have been started
		}
		if err := k.run(ctx, k.enable); err != nil {
			return fmt.Errorf("%s is written, and the daemon not started: %w", k.file, err)
		}
	}
	return v.installed(c, k)
}

// installed says what has been done.
func (v serviceInstallCmd) installed(c *console, k keeper) error {
	if !v.NoStart {
		c.note("The daemon runs, and from each start of the machine on.")
	}
	if c.json {
		return c.printJSON(map[string]any{"file": k.file, "kind": k.kind, "started": !v.NoStart})
	}
	return nil
}

// writeWhole writes a file for all to read, wholly or not at all.
func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".dsom-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

type serviceRemoveCmd struct{ serviceFlags }

func (serviceRemoveCmd) Help() string {
	return `Example:

    dsom service remove`
}

func (v serviceRemoveCmd) Run(ctx context.Context, c *console) error {
	k, err := v.keeper()
	if err != nil {
		return err
	}
	if err := v.allowed(); err != nil {
		return err
	}
	if k.kind == "windows" {
		if err := service.Remove(ctx); err != nil {
			return err
		}
		c.note("The service %s is removed, and the daemon has ended.", service.Name)
		if c.json {
			return c.printJSON(map[string]any{"kind": k.kind, "removed": true})
		}
		return nil
	}
	if _, err := os.Stat(k.file); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("no service is installed: %s is not there", k.file)
	}
	ended := k.run(ctx, k.disable) // and if that fails the file goes all the same: the next start of the machine has none
	if err := os.Remove(k.file); err != nil {
		return errors.Join(ended, err)
	}
	if ended != nil {
		return fmt.Errorf("%s is removed, but the daemon may still run: %w", k.file, ended)
	}
	c.note("%s is removed, and the daemon has ended.", k.file)
	if c.json {
		return c.printJSON(map[string]any{"file": k.file, "removed": true})
	}
	return nil
}
