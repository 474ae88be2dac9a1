package daemon

import (
	"log/slog"

	"github.com/opendsom/dsom/limits"
)

// What the daemon keeps of its file descriptors for its own work: the state, the local API with a
// connection for each server's lease, and the programs that it starts.
const (
	reservedFiles = 32 // and
	reservedPart  = 8  // one in so many of the others
)

// fitConnections lowers the limits of connections, so that clients cannot take all descriptors that
// the system allows this process: files of them, 0 where that is not known.
func fitConnections(l *limits.Limits, files uint64, log *slog.Logger) {
	if files == 0 || files > 1<<31 {
		return
	}
	most := max(int64(files)-reservedFiles, 1)
	most = max(most-most/reservedPart, 1)
	defer func() { // those are beyond the others, and the daemon's own work comes before
		spare := max((int64(files)-l.Get(limits.Connections))/2, 1)
		l.Set(limits.ReservedConnections, min(l.Get(limits.ReservedConnections), spare))
	}()
	if l.Get(limits.Connections) <= most {
		return
	}
	log.Warn("the limit connections is lowered to what the system allows this process to open; raise that with ulimit -n, or LimitNOFILE in systemd",
		"connections", most, "wanted", l.Get(limits.Connections), "files", files)
	l.Set(limits.Connections, most)
}
