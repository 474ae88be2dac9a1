package main

import (
	"path/filepath"
	"slices"
	"strings"
)

// oldNames are the programs of SOM's DSOM that this one is, when it is called by their names.
var oldNames = []string{"irdump", "regimpl", "somdchk", "somdd", "somdsvr"}

// asNamed returns the command line of a program that was called as program: under an old name, which may end in .exe, the verb of that name is
// put before it.
func asNamed(program string, args []string) []string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(program)), ".exe")
	if slices.Contains(oldNames, name) {
		return append([]string{name}, args...)
	}
	return args
}
