package cgroup

var (
	FindBase  = findBase
	MakeBelow = makeBelow
	MakeWayIn = makeWay
	Vacate    = vacate
	IsControl = isControl
)
