//go:build race

package bounded

// slack is how much more may be allocated: the race detector makes pools forget at random.
const slack = 2
