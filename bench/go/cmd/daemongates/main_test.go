package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestMain has the test binary be the server, too.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args[1:], "-serve") {
		if err := beServer(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestFirstCalls makes a few first calls of either kind. What they take is for run to judge.
func TestFirstCalls(t *testing.T) {
	dsom, err := filepath.Abs("../../../build/dsom")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dsom); err != nil {
		t.Skipf("%v: ./run -build makes it", err)
	}
	for _, listen := range []string{"127.0.0.1:0", ":0"} {
		direct, by, err := measured(t.Context(), dsom, listen, 3)
		if err != nil || direct <= 0 || by <= 0 {
			t.Errorf("%s: %v, %v, %v", listen, direct, by, err)
		}
	}
	if _, _, err := measured(t.Context(), dsom, "nowhere:at all", 1); err == nil {
		t.Error("a daemon that cannot listen was called")
	}
}
