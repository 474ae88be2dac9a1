//go:build race

package transporttest

func init() { raceEnabled = true }
