//go:build !race

package som_test

// randomCases is how many random cases are compared.
const randomCases = 2000
