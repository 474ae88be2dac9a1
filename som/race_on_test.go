//go:build race

package som_test

// randomCases is how many random cases are compared; the detector of races makes each cost ten times as much.
const randomCases = 200
