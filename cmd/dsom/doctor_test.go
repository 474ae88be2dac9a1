package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/doctor"
)

// TestDoctor holds what is found of a real daemon, and where there is none.
func TestDoctor(t *testing.T) {
	t.Parallel()
	none := t.TempDir()
	got := dsom(t, "", "doctor", "--state", none)
	if got.status != statusFailed || !strings.Contains(got.out, "bad   daemon: none runs with this state folder\n      dsom daemon\n") || strings.Contains(got.out, "good") {
		t.Errorf("got %+v", got)
	}
	writeConfig(t, none, "verbose = 3\n")
	if got := dsom(t, "", "doctor", "--state", none); !strings.Contains(got.out, "bad   configuration: "+none+"/dsom.toml:1: verbose is given 3") {
		t.Errorf("got %+v", got)
	}

	var state string
	for heard := false; !heard; { // where the system has chosen a port for TCP that another program has for UDP the next daemon's is another
		var end func()
		state, end = aConfiguredDaemon(t, "verbose = true\n")
		d, err := admin.Open(state)
		if err != nil {
			t.Fatal(err)
		}
		status, err := d.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if heard = status.UDP != nil; !heard {
			end()
		}
	}
	program := filepath.Join(t.TempDir(), "till.exe")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := dsom(t, "", "server", "add", "--state", state, "till", "--", program); got.status != statusGood {
		t.Fatal(got)
	}
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	var found []doctor.Finding
	got = dsom(t, "", "doctor", "--json", "--state", state)
	if err := json.Unmarshal([]byte(got.out), &found); err != nil {
		t.Fatal(err, got)
	}
	said := map[string]string{}
	for _, f := range found {
		said[f.About] += string(f.Grade) + " " + f.Says + "\n"
	}
	for about, want := range map[string]string{"daemon": "good process ", "configuration": "good " + state + "/dsom.toml is good", "server till": "bad its program cannot be run", "clock": " ", "UDP": "good where objects are is told by datagrams at 127.0.0.1:"} {
		if !strings.Contains(said[about], want) {
			t.Errorf("%s: got %q, want %q", about, said[about], want)
		}
	}
	reached := 0
	for about, says := range said {
		if strings.HasPrefix(about, "address 127.0.0.1:") && strings.HasPrefix(says, "good the naming service is reached there") {
			reached++
		}
	}
	if reached != 1 || got.status != statusFailed {
		t.Errorf("got %+v", got)
	}
}
