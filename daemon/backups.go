package daemon

import (
	"bufio"
	"net/http"
	"os"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
)

// streamed writes to an answer, piece by piece: each has its time.
type streamed struct {
	c    *call
	sent bool
}

func (s *streamed) Write(b []byte) (int, error) {
	if !s.sent {
		s.c.w.Header().Set("Content-Type", "application/gzip")
		s.sent = true
	}
	if err := s.c.stream(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// backup answers GET /v1/backup. What goes wrong in the middle cuts the answer off, which its reader recognises.
func (d *Daemon) backup(c *call) error {
	host, _ := os.Hostname()
	out := &streamed{c: c}
	pieces := bufio.NewWriterSize(out, 64<<10)
	_, err := backup.Write(c.r.Context(), pieces, d.store, d.o.State, backup.Head{Version: d.o.Version, Host: host, Made: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = pieces.Flush()
	}
	if err != nil && !out.sent {
		return &admin.Error{Code: admin.CodeUnavailable, Message: err.Error()}
	}
	if err != nil {
		d.o.Log.Warn("a backup was not finished", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
