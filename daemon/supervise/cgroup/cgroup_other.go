//go:build !linux

package cgroup

import "github.com/opendsom/dsom/platform"

// Make returns no group, and that no limit is enforced.
func Make(_ string, l Limits) (*Group, []string) {
	if l == (Limits{}) {
		return nil, nil
	}
	return nil, []string{platform.ControlGroups.Missing().Error()}
}

// Rejoin is as Make.
func Rejoin(name string, _ int, l Limits) (*Group, []string) { return Make(name, l) }

// MakeWay does nothing.
func MakeWay() error { return nil }

// Kill does nothing.
func (g *Group) Kill() error { return nil }

// Close does nothing.
func (g *Group) Close() {}
