// Package cgroup holds the processes of a server together within limits, by the groups of Linux
// (version 2): the one means that sees all of them, whatever they start.
//
// Whether a group can be made, and which limits it enforces, is for the system and whoever started this
// process to say. What is not enforced is told, and nothing fails because of it.
package cgroup

import "os"

// Limits are what the processes of a group may use together; 0 is no limit.
type Limits struct {
	Memory    int64 // octets
	CPU       int   // percent of one processor
	Processes int64 // and threads
}

// A Group is a cgroup of this process's making: that of a server, which has the limits, and in it a part for one process and what that starts.
type Group struct {
	dir  string   // of the server
	part string   // "": none, as for a process that a release without parts has started
	f    *os.File // of part, or else dir
}

// File returns the folder of the part, open, for a process to be started in it; nil for no group. It is valid until Close.
func (g *Group) File() *os.File {
	if g == nil {
		return nil
	}
	return g.f
}
