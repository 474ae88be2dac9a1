package orb_test

import (
	"context"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// says answers Say with a text of its own, and Add with a user exception whose text cannot be written.
type says struct {
	echo
	text string
}

func (s *says) Say(context.Context, string) (string, error) { return s.text, nil }

func (s *says) Add(context.Context, float64, int32) (float64, int32, string, error) {
	return 0, 0, "", &Refused{1, s.text}
}

// TestInterceptorsAreToldWhatTheClientGets: a result or user exception that cannot be sent is a failure to the server's
// interceptors as it is to the client, and they may answer otherwise.
func TestInterceptorsAreToldWhatTheClientGets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       exc.Kind
	}{
		{"an octet that strings cannot have", "a\x00b", exc.BadParam},
		{"more than the limit", strings.Repeat("x", 8<<10), exc.ImpLimit},
	} {
		for _, local := range []bool{false, true} {
			var told error
			var status string
			replace := false
			server := func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
				told = next(ctx)
				status = r.Status().String()
				if replace {
					return exc.New(exc.NoResources, 7, exc.Yes, "otherwise")
				}
				return told
			}
			l := new(limits.Limits)
			l.Set(limits.MessageSize, 4<<10)
			o, root := newORB(t, func(cfg *orb.Config) {
				cfg.ServerInterceptors, cfg.Limits, cfg.MaxVersion = []orb.ServerInterceptor{server}, l, cdr.V12
			})
			ref, err := EchoClass.Activate(root, &says{text: c.text})
			if err != nil {
				t.Fatal(err)
			}
			if !local {
				o = newClient(t, nil)
			}
			e := EchoClass.Unchecked(o.NewRef(ref.IOR()))
			for name, call := range map[string]func() error{
				"result":         func() error { _, err := e.Say(t.Context(), "x"); return err },
				"user exception": func() error { _, _, _, err := e.Add(t.Context(), 1, 1); return err },
			} {
				replace = false
				got := exc.From(call(), exc.Maybe)
				sys := exc.From(told, exc.Maybe)
				if told == nil || status != "SYSTEM_EXCEPTION" || sys.Kind != got.Kind || sys.Minor != got.Minor || sys.Completed != got.Completed || got.Kind != c.want || got.Completed != exc.Yes {
					t.Errorf("%s, %s, local=%v: the interceptor was told %v (%s), the client %v", c.name, name, local, told, status, got)
				}
				replace = true
				if got := exc.From(call(), exc.Maybe); got.Kind != exc.NoResources || got.Minor != 7 {
					t.Errorf("%s, %s, local=%v: the interceptor's answer is not taken: %v", c.name, name, local, got)
				}
			}
		}
	}
}
