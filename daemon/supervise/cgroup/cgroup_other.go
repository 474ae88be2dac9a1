//go:build !linux

package cgroup

// Make returns no group, and that no limit is enforced.
func Make(_ string, l Limits) (*Group, []string) {
	if l == (Limits{}) {
		return nil, nil
	}
	return nil, []string{"limits for all processes together: there are none on this system"}
}

// Kill does nothing.
func (g *Group) Kill() error { return nil }

// Close does nothing.
func (g *Group) Close() {}
