//go:build !linux

package doctor

func (thisMachine) Synchronised() (yes, known bool) { return false, false }

func (thisMachine) Filters() (in string, known bool) { return "", false }
