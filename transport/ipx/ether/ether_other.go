//go:build !linux

package ether

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/transport/ipx"
)

// A Carrier is a carrier, of which there is none here.
type Carrier struct{ ipx.Carrier }

// Open fails: this system has no packet sockets, or they are not spoken to here.
func Open(_ context.Context, c Config) (*Carrier, error) {
	if _, _, err := nodeOf(c.Interface); err != nil {
		return nil, err
	}
	return nil, errors.New("IPX in frames of Ethernet goes by packet sockets of Linux; on this system there is IPX over UDP: tunnel and RFC 1234")
}
