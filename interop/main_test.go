package interop_test

import (
	"flag"
	"os"
	"testing"

	"github.com/opendsom/dsom/interop/natsserver"
	"github.com/opendsom/dsom/interop/peer"
)

// tally counts the calls of real peers in all tests of this package.
var tally peer.Tally

// parallel is how many tests run at once, unless the command line says otherwise: they wait for other programs, and for
// time to pass, more than they work.
const parallel = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", parallel); err != nil {
			panic(err)
		}
	}
	tally.Main(m, func() error {
		natsserver.Remove()
		if os.Getenv("DSOM_UPDATE_GOLDEN") == "" {
			return nil
		}
		return document.Write()
	})
}
