//go:build !linux && !darwin

package child

// awaitExit reports that a process can only be waited for by taking its status here. What is left of its
// group is then signalled just after: the number of a group that has members is not given away.
func awaitExit(int) bool { return false }
