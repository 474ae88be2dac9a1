package platform_test

import (
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/platform"
)

const root = ".."

// silent are the files that are compiled on some systems in place of others and take nothing away there, or what another file in the
// table does: why.
var silent = map[string]string{
	"transport/unix/stream_other.go":        "calls by a socket take some more, and do the same",
	"reach/source_other.go":                 "the same, by a socket of package net",
	"probe/errno_other.go":                  "Windows has other numbers of errors",
	"orb/internal/conn/pulse_other.go":      "a timer of the runtime: it costs more",
	"process/observe_other.go":              "each look asks the system anew: it costs more",
	"process/look_other.go":                 "the same, by a module, but on aix: ProcessIdentity",
	"process/owner_other.go":                "whose a process is, is asked for the sake of TCPUser alone",
	"transport/tcp/inherit_other.go":        "options are set on each socket: it costs more",
	"probe/byudp/errno_other.go":            "Windows does not tell of a UDP port that nobody hears",
	"transport/socket/long_other.go":        "Windows has an error for what is cut elsewhere",
	"transport/socket/refused_other.go":     "Windows has other numbers of errors",
	"cmd/dsom/service/windows_other.go":     "services of Windows are Windows's; the others are text",
	"daemon/supervise/child/exit_other.go":  "what is left of a group is signalled a moment later",
	"nonblock/system_unix.go":               "system calls of which the runtime is told: they cost more",
	"process/group_pgid.go":                 "the other side of process/group_other.go",
	"daemon/supervise/child/exit_waitid.go": "the other side of daemon/supervise/child/exit_other.go",
	"internal/freeport/hold_other.go":       "for tests",
}

// compiled reports whether a file is part of the program that is released for an operating system. With its processors it is the same.
func compiled(t *testing.T, file, os string) bool {
	t.Helper()
	var answers []bool
	for _, target := range platform.Targets() {
		if target.OS != os {
			continue
		}
		c := build.Default
		c.GOOS, c.GOARCH, c.CgoEnabled, c.BuildTags, c.ToolTags = target.OS, target.Arch, false, nil, nil
		is, err := c.MatchFile(filepath.Join(root, filepath.Dir(file)), filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, is)
	}
	if len(slices.Compact(answers)) != 1 {
		t.Fatalf("%s is compiled for some processors of %s and not for all", file, os)
	}
	return answers[0]
}

// TestFiles: where a file stands in for what a system lacks is what the file's build constraints say.
func TestFiles(t *testing.T) {
	t.Parallel()
	for _, a := range platform.Abilities() {
		if len(a.Files) == 0 {
			continue
		}
		for _, os := range platform.Systems() {
			stands := slices.ContainsFunc(a.Files, func(f string) bool { return compiled(t, f, os) })
			if stands != !a.On(os) {
				t.Errorf("%s on %s: the table says %v, the constraints of %v say %v", a.Key, os, a.On(os), a.Files, !stands)
			}
		}
	}
}

// TestAllFilesTold: each file that is compiled where another is not is in the table, or takes nothing away.
func TestAllFilesTold(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, a := range platform.Abilities() {
		for _, f := range a.Files {
			told[f] = true
		}
	}
	for file := range silent {
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			t.Errorf("what is said of a file that takes nothing away: %v", err)
		}
	}
	standsIn := regexp.MustCompile(`(?m)^//go:build .*!(unix|linux|windows|darwin|freebsd|cgo)`)
	seen := 0
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file := filepath.ToSlash(rel)
		if d.IsDir() {
			switch base := d.Name(); {
			case name != root && (base[0] == '.' || base == "testdata"), file == "bench", file == "interop", file == "build":
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "race/off.go") {
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		head, _, _ := strings.Cut(string(b), "\npackage ")
		if !standsIn.MatchString(head) && !strings.HasSuffix(file, "_other.go") {
			return nil
		}
		seen++
		if why, ok := silent[file]; ok && why != "" || told[file] {
			return nil
		}
		t.Errorf("%s is compiled on some systems alone: no ability has it among its files (platform/abilities.go), and it is not said here that it takes nothing away", file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Errorf("only %d files were found", seen)
	}
}

// TestErrorsOfTheTable: what stands in for an ability and fails does so with the ability's error.
func TestErrorsOfTheTable(t *testing.T) {
	t.Parallel()
	for file, ability := range map[string]string{
		"transport/kin/kin_other.go":              "PrivateProcesses",
		"transport/pipe/pipe_other.go":            "NamedPipes",
		"transport/ipx/ether/ether_other.go":      "RawEthernet",
		"transport/unix/unix.go":                  "AbstractSockets",
		"daemon/peers_other.go":                   "TCPUser",
		"daemon/peers.go":                         "SocketUser",
		"daemon/supervise/cgroup/cgroup_other.go": "ControlGroups",
		"daemon/supervise/child/limits_other.go":  "ProcessLimits",
		"daemon/supervise/child/user_other.go":    "OtherAccounts",
		"cmd/dsom/serviceverb.go":                 "Services",
		"process/members_other.go":                "", // a package of the same floor
		"process/group_other.go":                  "",
	} {
		b, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			continue
		}
		want := "platform." + ability + ".Missing()"
		if ability == "" {
			want = "errors.ErrUnsupported"
		}
		if !strings.Contains(string(b), want) {
			t.Errorf("%s does not answer with %s", file, want)
		}
		if strings.HasSuffix(file, "_other.go") && strings.Contains(string(b), "errors.New(") {
			t.Errorf("%s has an error of its own", file)
		}
	}
}

// TestTable: keys are keys, systems are those of the targets, and nobody lacks what nobody has said.
func TestTable(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, a := range platform.Abilities() {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(a.Key) || keys[a.Key] {
			t.Errorf("the key %q is none, or stands twice", a.Key)
		}
		keys[a.Key] = true
		if len(a.Lacking) == 0 || a.What == "" || !strings.HasSuffix(a.Instead, ".") {
			t.Errorf("%s is not wholly described", a.Key)
		}
		for _, os := range a.Lacking {
			if !slices.Contains(platform.Systems(), os) {
				t.Errorf("%s: nothing is released for %s", a.Key, os)
			}
		}
		err := fmt.Errorf("wrapped: %w", a.Missing())
		var e *platform.Error
		if !errors.Is(err, errors.ErrUnsupported) || !errors.As(err, &e) || e.Ability != a || e.OS != runtime.GOOS {
			t.Errorf("%s: the error is %v", a.Key, err)
		}
		for _, want := range []string{a.Key, a.What, a.Instead, runtime.GOOS} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not say %q", err, want)
			}
		}
	}
	if l := platform.Lacks("linux"); len(l) != 2 || l[0] != platform.NamedPipes || l[1] != platform.ClassLibraries {
		t.Errorf("Linux lacks %d abilities", len(l))
	}
	for _, os := range platform.Systems() {
		if l := platform.Lacks(os); !slices.Contains(l, platform.ClassLibraries) {
			t.Errorf("%s does not lack class libraries: the releases have no cgo", os)
		}
	}
}
