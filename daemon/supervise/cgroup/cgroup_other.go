//go:build !linux

package cgroup

import "github.com/opendsom/dsom/platform"

// Make returns no group, and that no limit is enforced.
func Make(_, _ string, l Limits) (*Group, []string) {
	if l == (Limits{}) {
		return nil, nil
	}
	return nil, []string{platform.ControlGroups.Missing().Error()}
}

// Rejoin is as Make.
func Rejoin(name, part string, _ int, l Limits) (*Group, []string) { return Make(name, part, l) }

// Find returns none.
func Find(_, _ string) *Group { return nil }

// MakeWay does nothing.
func MakeWay() error { return nil }

// Kill does nothing.
func (g *Group) Kill() (int, error) { return 0, nil }

// Close does nothing.
func (g *Group) Close() {}
