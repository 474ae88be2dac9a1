package conn

import "time"

// A pulse wakes one goroutine when a time has come. It stands for a timer of the runtime
// where the system has one that the poller can wait for: while a runtime timer is pending,
// each time that the scheduler has nothing to do it sleeps in the poller with a time-out, and arming
// that costs a system timer, twice for every call; measured, 3 µs a ping on either side.
type pulse interface {
	// wait returns when the time set last has come, or poke was called since the last wait.
	wait()
	// set makes wait return after d. It replaces what was set before. Only the goroutine that waits calls it, or another of
	// which it knows that it will, while it does not.
	set(d time.Duration)
	// poke makes wait return now. It may be called by anybody, and after close.
	poke()
	// close ends the pulse. Only the goroutine that waits calls it.
	close()
}

// A timerPulse is a pulse on a timer of the runtime. It knows virtual time.
type timerPulse struct {
	timer *time.Timer
	poked chan struct{}
}

func newTimerPulse() pulse {
	return &timerPulse{time.NewTimer(time.Hour), make(chan struct{}, 1)}
}

func (p *timerPulse) wait() {
	select {
	case <-p.timer.C:
	case <-p.poked:
	}
}

func (p *timerPulse) set(d time.Duration) { p.timer.Reset(d) }

func (p *timerPulse) poke() {
	select {
	case p.poked <- struct{}{}:
	default:
	}
}

func (p *timerPulse) close() { p.timer.Stop() }
