package orb

// Links returns how many connections to others o keeps in mind.
func Links(o *ORB) int {
	o.links.mu.Lock()
	defer o.links.mu.Unlock()
	return len(o.links.byHop)
}
