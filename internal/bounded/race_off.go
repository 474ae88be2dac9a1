//go:build !race

package bounded

const slack = 1
