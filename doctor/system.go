package doctor

import (
	"context"

	"github.com/opendsom/dsom/platform"
)

// system tells what the system lacks.
func (e *exam) system(context.Context) {
	for _, a := range platform.Lacks(e.System) {
		e.say(a.Key, Lack, "", "%s: not on %s; %s", a.What, e.System, a.Instead)
	}
}
