package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/store/nats"
)

// A Shared is where machines share their state, as the daemon's configuration says it.
type Shared struct {
	Servers     []string
	Credentials string
	CA          string
}

// shared looks at the state that machines share: at its servers, and, by the daemon, at the other machines.
func (e *exam) shared(ctx context.Context) {
	const about = "shared state"
	if len(e.Shared.Servers) > 0 {
		e.sharedStore(ctx, about)
	}
	if e.status == nil || e.status.Machine == "" {
		if e.status != nil && len(e.Shared.Servers) > 0 {
			e.say(about, Bad, "start the daemon again: it takes the store up when it starts", "the configuration says that the state is shared, and the daemon that runs shares none")
		}
		return
	}
	limited, cancel := context.WithTimeout(ctx, 5*e.Timeout)
	defer cancel()
	m, err := e.Daemon.Machines(limited)
	if err != nil {
		if !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) {
			e.say(about, Bad, "", "the daemon does not tell of the other machines: %v", err)
		}
		return
	}
	if !m.Sure {
		e.say(about, Bad, "see that most of the store's servers are up, and reached from here", "this machine does not reach the store: names and servers cannot be changed, and no server runs here that may run on any machine")
	}
	for _, x := range m.Machines {
		switch silent := time.Duration(x.Silent); {
		case silent > time.Duration(m.DeadAfter)/2:
			e.say("machine "+x.Name, Note, "", "nothing was heard of it for %v; after %v it is dead, and what may run on any machine runs elsewhere", silent.Round(time.Second), time.Duration(m.DeadAfter))
		case e.status.Version != "" && x.Version != "" && x.Version != e.status.Version:
			e.say("machine "+x.Name, Note, "bring them to the same, one after the other", "its daemon's version is %q, and this one's %q", x.Version, e.status.Version)
		default:
			e.say("machine "+x.Name, Good, "", "takes calls at %s", strings.Join(x.Addresses, " "))
		}
	}
}

// sharedStore looks at the servers of the store.
func (e *exam) sharedStore(ctx context.Context, about string) {
	limited, cancel := context.WithTimeout(ctx, 5*e.Timeout)
	defer cancel()
	h, err := nats.Look(limited, nats.Options{Servers: e.Shared.Servers, Credentials: e.Shared.Credentials, CA: e.Shared.CA})
	urls := make([]string, 0, len(h.Unreached))
	for url := range h.Unreached {
		urls = append(urls, url)
	}
	slices.Sort(urls)
	for _, url := range urls {
		e.say(about, Bad, "start it, or mend the way there; while most are up the others go on", "%s: %v", url, h.Unreached[url])
	}
	switch {
	case err != nil:
		e.say(about, Bad, "the configuration's keys are store, store-credentials and store-ca", "%v", err)
	case !h.Made:
		e.say(about, Note, "", "%v are there, and hold no state yet: the first daemon makes it", e.Shared.Servers)
	case h.Replicas > 1 && h.Leader == "":
		e.say(about, Bad, "see that most of its servers are up", "it has no leader just now: nothing can be changed")
	case len(h.Behind) > 0:
		e.say(about, Bad, "look why: nats stream info "+nats.DefaultStream, "%v do not have the state as it is", h.Behind)
	case h.Replicas < 3:
		e.say(about, Note, "three servers, and --store-replicas 3 when the store is made", "the state is kept %d times: who loses a machine may lose it", h.Replicas)
	case len(urls) == 0:
		e.say(about, Good, "", "%d entries, %s, kept %d times", h.Messages, octets(h.Octets), h.Replicas)
	}
}
