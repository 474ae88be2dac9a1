//go:build !linux

package conn

// newSystemPulse returns a pulse on a timer of the runtime.
func newSystemPulse() pulse { return newTimerPulse() }
