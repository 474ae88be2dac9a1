package supervise

import "time"

// pauses are how long calls wait for a server here, and the longest of that while it is upgraded. The group's mu is held.
type pauses struct {
	waiting map[uint64]time.Time // calls that wait, and since when
	last    uint64               // the number of the one that came last
	since   time.Time            // of the upgrade; zero: there is none
	longest time.Duration
}

// waits notes that a call waits for the server, until the function that it returns is called.
func (g *group) waits() (over func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := &g.pauses
	if p.waiting == nil {
		p.waiting = map[uint64]time.Time{}
	}
	p.last++
	n := p.last
	p.waiting[n] = time.Now()
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		p.until(n)
		delete(p.waiting, n)
	}
}

// until notes how long a call has waited by now.
func (p *pauses) until(n uint64) {
	if p.since.IsZero() {
		return
	}
	since := p.waiting[n]
	if since.Before(p.since) {
		since = p.since
	}
	p.longest = max(p.longest, time.Since(since))
}

// timePauses begins to look for the longest pause, and returns what ends that and says how long it was.
func (g *group) timePauses() (longest func() time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pauses.since, g.pauses.longest = time.Now(), 0
	return func() time.Duration {
		g.mu.Lock()
		defer g.mu.Unlock()
		for n := range g.pauses.waiting {
			g.pauses.until(n)
		}
		g.pauses.since = time.Time{}
		return g.pauses.longest
	}
}
