//go:build !linux

package ether_test

import (
	"errors"
	"testing"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/transport/ipx/ether"
)

// TestLack: frames of Ethernet are refused with the error of what the system lacks.
func TestLack(t *testing.T) {
	t.Parallel()
	var e *platform.Error
	if _, err := ether.Open(t.Context(), ether.Config{}); !errors.As(err, &e) || e.Ability != platform.RawEthernet {
		t.Error(err)
	}
}
