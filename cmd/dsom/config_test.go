package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// TestConfigRefuses holds that whatever is wrong in a file is said with its line, and by the daemon too, which does not start.
func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"half a line":          {"verbose = true\nlisten = \":30", ":2: "},
		"a key alone":          {"\nlisten", ":2: "},
		"no text":              {"listen = \"\xff\"", ":1: "},
		"a key twice":          {"verbose = true\nverbose = false", ":2: "},
		"an unknown key":       {"colour = 1", ":1: there is no key colour; dsom config keys lists all"},
		"a key misspelt":       {"#\n\nconections = 1", ":3: there is no key conections; did you mean connections?"},
		"an underscore":        {"allow_write = []", "did you mean allow-write?"},
		"the state":            {"state = \"/x\"", "the file lies in the state folder"},
		"a table":              {"verbose = true\n[limits]\nconnections = 3", ":2: there is no key limits"},
		"a key as a table":     {"[listen]\na = 1", ":1: listen is a table"},
		"no truth":             {"verbose = \"yes\"", ":1: verbose is given \"yes\", and is true or false, without quotes"},
		"a truth":              {"listen = true", ":1: listen is given true"},
		"a list for one":       {"listen = [\":1\"]", ":1: listen is given a list"},
		"numbers in a list":    {"allow-write = [10]", "put it in quotes"},
		"a date":               {"console = 2020-01-01", "put it in quotes"},
		"a limit":              {"\nconnections = \"many\"", "connections: \"many\" is neither"},
		"a limit below zero":   {"connections = -1", "connections:"},
		"a network":            {"allow-write = [\"here\"]", "--allow-write: \"here\" is neither"},
		"no address":           {"listen = \"nonsense\"", "--listen: \"nonsense\" is not HOST:PORT"},
		"no port":              {"listen = \"127.0.0.1:99999\"", "--listen: \"127.0.0.1:99999\": the port"},
		"pages for all":        {"console = \"0.0.0.0:80\"", "--console: \"0.0.0.0:80\" is no address of loopback"},
		"a rule":               {"publish = \"a=b=c\"", "--publish:"},
		"whom there is not":    {"dsom-clients = \"all\"", "must be one of"},
		"longer than any file": {strings.Repeat("#\n", 1<<19) + "#", "is longer than 1048576 octets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			file := filepath.Join(state, configName)
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got := dsom(t, "", "config", "check", file)
			if got.status != statusFailed || !strings.Contains(got.err, c.want) || !strings.Contains(got.err, file) {
				t.Errorf("check: got %+v, want %q", got, c.want)
			}
			args := []string{"daemon", "--state", state}
			if !strings.Contains(c.text, "listen") { // which would come first
				args = append(args, "--listen", "127.0.0.1:0")
			}
			got = dsom(t, "", args...)
			if got.status == statusGood || !strings.Contains(got.err, c.want) {
				t.Errorf("daemon: got %+v, want %q", got, c.want)
			}
		})
	}
}

// TestConfigInit holds that the file that is made is good, says nothing, and is not made twice; and that each of its lines is good when its # is away.
func TestConfigInit(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new", "d.toml")
	if got := dsom(t, "", "config", "init", file); got.status != statusGood {
		t.Fatal(got)
	}
	if got := dsom(t, "", "config", "check", file); got.out != file+" is good: 0 of its keys are set.\n" {
		t.Error(got)
	}
	if got := dsom(t, "", "config", "init", file); got.status != statusFailed || !strings.Contains(got.err, "is there already") {
		t.Error(got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	lines := strings.Split(string(text), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "#") && !strings.HasPrefix(l, "# ") {
			lines[i] = l[1:]
			keys++
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := dsom(t, "", "config", "check", file); got.status != statusGood || keys < 40 {
		t.Errorf("%d keys: %+v", keys, got)
	}
}

// aConfiguredDaemon runs dsom daemon until the test ends, and returns its state folder when it takes calls.
func aConfiguredDaemon(t *testing.T, config string, args ...string) (state string, end func()) {
	t.Helper()
	state = t.TempDir()
	writeConfig(t, state, config)
	return state, aDaemonOf(t, state, args...)
}

// aDaemonOf runs dsom daemon with a state folder until the test ends, or end is called. It returns when the daemon takes calls.
func aDaemonOf(t *testing.T, state string, args ...string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan int, 1)
	log := &watched{text: "Taking calls at", then: func() {
		select {
		case <-ready:
		default:
			close(ready)
		}
	}}
	go func() {
		done <- run(ctx, append([]string{"daemon", "--state", state, "--listen", "127.0.0.1:0", "--console=off"}, args...), strings.NewReader(""), log, log)
	}()
	end = sync.OnceFunc(func() {
		cancel()
		if status := <-done; status != statusGood {
			t.Errorf("the daemon's status is %d: %s", status, log.got.String())
		}
	})
	t.Cleanup(end)
	select {
	case <-ready:
	case status := <-done:
		done <- status
		t.Fatalf("status %d: %s", status, log.got.String())
	case <-time.After(20 * time.Second):
		t.Fatal("the daemon does not come up")
	}
	return end
}

func writeConfig(t *testing.T, state, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(state, configName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestConfigReload holds what a daemon that runs takes up of its file: what can be, at once; the command line comes first all the same; of a file
// that is wrong, nothing.
func TestConfigReload(t *testing.T) {
	t.Parallel()
	state, _ := aConfiguredDaemon(t, "verbose = false\nconnections = 50\nallow-write = [\"10.0.0.0/8\"]\nleave-servers = true\n", "--dsom-clients=nobody")
	client, err := admin.Open(state)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(want ...string) {
		t.Helper()
		all, err := client.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range all {
			if s.Source != "default" {
				got = append(got, strings.ReplaceAll(s.Key+"="+s.Value+" "+s.Source, state+"/", ""))
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	holds("listen=127.0.0.1:0 command line", "console=off command line", "allow-write=10.0.0.0/8 dsom.toml:3", "dsom-clients=nobody command line",
		"leave-servers=true dsom.toml:4", "verbose=false dsom.toml:1", "connections=50 dsom.toml:2")

	writeConfig(t, state, "connections = 60\ndsom-clients = \"this-machine\"\nallow-write = [\"10.0.0.0/8\", \"192.0.2.7\"]\nverbose = true\n")
	got := dsom(t, "", "config", "reload", "--state", state)
	file := filepath.Join(state, configName)
	if want := "allow-write is 10.0.0.0/8 192.0.2.7 now (" + file + ":3)\nleave-servers is false now (default)\nverbose is true now (" + file + ":4)\n" +
		"connections is to be 60, when the daemon is started again (" + file + ":1)\n"; got.out != want || got.status != statusGood {
		t.Errorf("got %+v\nwant %s", got, want)
	}
	after := []string{"listen=127.0.0.1:0 command line", "console=off command line", "allow-write=10.0.0.0/8 192.0.2.7 dsom.toml:3", "dsom-clients=nobody command line",
		"verbose=true dsom.toml:4", "connections=50 dsom.toml:2"}
	holds(after...)

	writeConfig(t, state, "verbose = false\nallow-write = [\"10.0.0")
	got = dsom(t, "", "config", "reload", "--state", state)
	if got.status != statusFailed || !strings.Contains(got.err, file+":2: ") {
		t.Errorf("got %+v", got)
	}
	holds(after...)
}

// TestConfigShow holds what is said where no daemon runs.
func TestConfigShow(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	if got := dsom(t, "", "config", "show", "--state", state); got.out != "" || !strings.Contains(got.err, "All keys have their defaults") {
		t.Error(got)
	}
	writeConfig(t, state, "call-timeout = \"3s\"\n")
	got := dsom(t, "", "config", "show", "--state", state)
	if want := "KEY           VALUE  FROM\ncall-timeout  3s     " + filepath.Join(state, configName) + ":1\n"; got.out != want || !strings.Contains(got.err, "No daemon runs") {
		t.Error(got)
	}
	got = dsom(t, "", "config", "show", "--json", "--state", state)
	if want := `[{"key":"call-timeout","value":"3s","source":"` + filepath.Join(state, configName) + `:1","live":false}]` + "\n"; got.out != want {
		t.Error(got)
	}
	if got := dsom(t, "", "config", "show", "--state", state, "--config", filepath.Join(state, "none")); got.status != statusFailed || !strings.Contains(got.err, "no such file") {
		t.Error(got)
	}
}
