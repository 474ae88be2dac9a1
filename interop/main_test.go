package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/interop/peer"
)

// tally counts the calls of real peers in all tests of this package.
var tally peer.Tally

func TestMain(m *testing.M) { tally.Main(m) }
