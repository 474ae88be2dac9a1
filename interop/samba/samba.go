//go:build linux

// Package samba runs Samba's daemons: nmbd, a name server of NetBIOS (WINS), and smbd, which takes sessions.
package samba

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/interop/cable"
	"github.com/opendsom/dsom/interop/peer"
)

// Host is the name that they have.
const Host = "NMBHOST"

// A Samba is what was started.
type Samba struct{ Log peer.Buffer }

// Start starts programs, nmbd or smbd, at an end of a cable that has an address; nmbd is a name server. They end with the test.
func Start(t testing.TB, at *cable.End, address string, programs ...string) *Samba {
	t.Helper()
	return start(t, at, address, "wins support = yes", programs)
}

// StartClient is Start with another name server, which nmbd uses.
func StartClient(t testing.TB, at *cable.End, address, server string, programs ...string) *Samba {
	t.Helper()
	return start(t, at, address, "wins server = "+server, programs)
}

func start(t testing.TB, at *cable.End, address, wins string, programs []string) *Samba {
	t.Helper()
	var tools []peer.Tool
	for _, p := range programs {
		tools = append(tools, peer.Tool{Name: p, Package: "samba"})
	}
	peer.Need(t, tools...)
	dir, err := os.MkdirTemp("", "smb") // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	var b strings.Builder
	b.WriteString("[global]\nnetbios name = " + Host + "\nworkgroup = DSOMGRP\n" + wins + "\ninterfaces = " + address + "/24\nbind interfaces only = yes\n" +
		"smb ports = 139 445\nmin wins ttl = 2\nmax wins ttl = 4\nmap to guest = bad user\nserver min protocol = NT1\nlog level = 3\nload printers = no\ndisable spoolss = yes\n")
	for _, key := range []string{"lock directory", "state directory", "cache directory", "pid directory", "private dir", "ncalrpc dir", "usershare path"} {
		b.WriteString(key + " = " + dir + "\n")
	}
	conf := filepath.Join(dir, "smb.conf")
	if err := os.WriteFile(conf, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	all := new(Samba)
	for _, p := range programs {
		cmd := at.Command(p, "--foreground", "--no-process-group", "--debug-stdout", "-s", conf)
		cmd.Stdout, cmd.Stderr = &all.Log, &all.Log
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			_ = cmd.Wait()
			if t.Failed() {
				t.Logf("%s says:\n%s", p, all.Log.String())
			}
		})
	}
	return all
}
