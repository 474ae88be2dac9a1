//go:build !linux

package process

// An eye sees nothing here.
type eye struct{}

func (*eye) open(ID)     {}
func (*eye) lives() bool { return false }
func (*eye) close()      {}
