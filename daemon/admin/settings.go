package admin

import (
	"context"
	"io"
	"net/http"
)

// A Setting is a key of the daemon's configuration, and what it has.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`  // as the command line says it; "": the key's own default
	Source string `json:"source"` // default, command line, $VARIABLE, or file:line
	Live   bool   `json:"live"`   // it can be changed while the daemon runs
}

// Reloaded is what became of a configuration that was read again.
type Reloaded struct {
	Changed []Setting `json:"changed"` // and in force
	Restart []Setting `json:"restart"` // in force when the daemon is started again
}

// Settings returns what the daemon was configured with.
func (c *Client) Settings(ctx context.Context) (s []Setting, err error) {
	return s, c.call(ctx, http.MethodGet, "/v1/settings", nil, &s)
}

// Reload has the daemon read its configuration again. If that is wrong it is a CodeInvalid error, and all is as before.
func (c *Client) Reload(ctx context.Context) (r Reloaded, err error) {
	return r, c.call(ctx, http.MethodPost, "/v1/settings/reload", nil, &r)
}

// Backup writes the daemon's state to w, in the form of package daemon/backup. The daemon works on meanwhile. What is cut off has no end.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	res, err := c.do(ctx, http.MethodGet, "/v1/backup", nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(w, res.Body)
	return err
}
