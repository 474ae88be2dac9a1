package cgroup

var (
	FindBase  = findBase
	MakeBelow = makeBelow
	MakeWayIn = makeWay
	RejoinIn  = rejoinBelow
	Vacate    = vacate
	IsControl = isControl
)
