//go:build !linux && !darwin

package bbolt_test

var systemChildren map[string]func(string) error
