package neighbours

import (
	"time"

	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/orb"
)

// Hints is what is remembered, for tests.
type Hints = hints

// Add remembers a hint.
func (x *hints) Add(h Hint, now time.Time) bool { return x.add(h, now) }

// All returns what is remembered.
func (x *hints) All(now time.Time) []Hint { return x.all(now) }

// Answered says that one has answered.
func (x *hints) Answered(h Hint, so bool) { x.answered(h, so) }

// Hearer is the member of the group that a link is.
func (l *Link) Hearer() orb.Servant { return dsomlink.DaemonClass.Servant(&hearer{link: l}) }

// Printable reports whether a text may be shown.
func Printable(s string) bool { return printable(s) }
