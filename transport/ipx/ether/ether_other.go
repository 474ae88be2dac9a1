//go:build !linux

package ether

import (
	"context"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/transport/ipx"
)

// A Carrier is a carrier, of which there is none here.
type Carrier struct{ ipx.Carrier }

// Open fails with platform.RawEthernet: this system has no packet sockets, or they are not spoken to here.
func Open(context.Context, Config) (*Carrier, error) { return nil, platform.RawEthernet.Missing() }
