//go:build !unix

package kin

import (
	"os"
	"os/exec"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/transport"
)

// A control is nothing here.
type control struct{}

func (*control) say(string) error { return platform.PrivateProcesses.Missing() }
func (*control) close()           {}

// Start is an error on this system.
func (p *Parent) Start(*exec.Cmd) (*Child, error) { return nil, platform.PrivateProcesses.Missing() }

func (c *Child) dial(transport.Endpoint) (transport.Conn, error) {
	return nil, platform.PrivateProcesses.Missing()
}

// Inherited is an error on this system, unless there is nothing to inherit.
func Inherited(transport.Transport) (*Heir, bool, error) {
	if os.Getenv(EnvSocket) == "" {
		return nil, false, nil
	}
	return nil, true, platform.PrivateProcesses.Missing()
}
