package cgroup

var (
	FindBase  = findBase
	MakeBelow = makeBelow
)
