package cgroup

var (
	FindBase  = findBase
	FindBelow = findBelow
	MakeBelow = makeBelow
	MakeWayIn = makeWay
	RejoinIn  = rejoinBelow
	Vacate    = vacate
	IsControl = isControl
)
