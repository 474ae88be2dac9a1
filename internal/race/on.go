//go:build race

// Package race tells tests whether the race detector is on, under which pools forget at random, all takes more memory
// and some of it ten times as long. What runs without it only, internal/exactall runs.
package race

// Enabled says that it is on.
const Enabled = true
