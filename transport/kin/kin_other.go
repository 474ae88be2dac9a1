//go:build !unix

package kin

import (
	"errors"
	"os"
	"os/exec"

	"github.com/opendsom/dsom/transport"
)

var errElsewhere = errors.New("processes of one's own are reached privately on Unix alone; this system has no such sockets")

// A control is nothing here.
type control struct{}

func (*control) say(string) error { return errElsewhere }
func (*control) close()           {}

// Start is an error on this system.
func (p *Parent) Start(*exec.Cmd) (*Child, error) { return nil, errElsewhere }

func (c *Child) dial(transport.Endpoint) (transport.Conn, error) { return nil, errElsewhere }

// Inherited is an error on this system, unless there is nothing to inherit.
func Inherited(transport.Transport) (*Heir, bool, error) {
	if os.Getenv(EnvSocket) == "" {
		return nil, false, nil
	}
	return nil, true, errElsewhere
}
