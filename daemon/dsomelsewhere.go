package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd"
)

// doThere has another machine's daemon do what a program of DSOM wants of a server that is that machine's. It reports whether it is: nothing was done if not.
// path is what follows the server's name; the answer, if out is not nil, is read into it.
func (d *Daemon) doThere(ctx context.Context, r implrepo.Record, method, path string, out any) (there bool, err error) {
	if d.machines == nil {
		return false, nil
	}
	p := d.machines.Where(r.UUID, r.On)
	if p.Here || p.Machine == "" {
		return false, nil
	}
	if !p.Up {
		return true, fmt.Errorf("%w: %w", somdd.ErrStart, asElsewhere(r, p))
	}
	res, err := d.errandTo(ctx, p.Machine, method, "/v1/servers/"+url.PathEscape(r.Name)+path, nil, nil)
	if err != nil {
		return true, fmt.Errorf("%w: the machine %q does not answer: %w", somdd.ErrStart, p.Machine, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, admin.MaxResponse))
	if err != nil {
		return true, fmt.Errorf("%w: what the machine %q answers is not whole: %w", somdd.ErrStart, p.Machine, err)
	}
	if res.StatusCode/100 == 2 {
		if out == nil {
			return true, nil
		}
		return true, json.Unmarshal(body, out)
	}
	var answer struct{ Error admin.Error }
	if json.Unmarshal(body, &answer) != nil || answer.Error.Code == "" {
		answer.Error = admin.Error{Code: admin.CodeUnavailable, Message: res.Status}
	}
	told := &answer.Error
	return true, fmt.Errorf("%w: on the machine %q: %w", dsomKinds[told.Code], p.Machine, told)
}

// dsomKinds are what a program of DSOM is told of what another daemon's API says.
var dsomKinds = map[string]error{
	admin.CodeInvalid: somdd.ErrStart, admin.CodeUnauthorized: somdd.ErrNotYours, admin.CodeNotFound: somdd.ErrUnknown, admin.CodeExists: somdd.ErrExists, admin.CodeBusy: somdd.ErrRuns,
	admin.CodeHeld: somdd.ErrNotYours, admin.CodeDisabled: somdd.ErrDisabled, admin.CodeFailed: somdd.ErrStart, admin.CodeUnavailable: somdd.ErrStart,
}
