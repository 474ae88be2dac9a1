package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMain has the test binary be the servers and the clients, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && (os.Args[1] == "-serve" || os.Args[1] == "-call") {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestFirstCalls makes a few first calls of each kind. What they take is for run to judge.
func TestFirstCalls(t *testing.T) {
	dsom, err := filepath.Abs("../../../build/dsom")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dsom); err != nil {
		t.Skipf("%v: ./run -build makes it", err)
	}
	for _, at := range places {
		rows, err := measured(t.Context(), dsom, at.listen, 3)
		if err != nil || len(rows) != len(ways) {
			t.Errorf("%s: %d rows, %v", at.name, len(rows), err)
		}
		for _, r := range rows {
			if r.Direct.median() <= 0 || r.By.median() <= 0 || len(r.Direct) != len(r.By) {
				t.Errorf("%s, %s: %v, %v", at.name, r.Client, r.Direct, r.By)
			}
		}
	}
	if _, err := measured(t.Context(), dsom, "nowhere:at all", 1); err == nil {
		t.Error("a daemon that cannot listen was called")
	}
}
