package pi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/orb/pi"
)

// TestPanic: where an interceptor panics, those that have begun with the request get an ending point all the same: UNKNOWN. A
// client's panic is its program's, a server's is answered.
func TestPanic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   pi.Point
		op   string
		want string
	}{
		{pi.AtSendRequest, "ok", "a send_request; b send_request; a receive_exception"},
		{pi.AtReceiveReply, "ok", "a send_request; b send_request; c send_request; c receive_reply; b receive_reply; a receive_exception"},
		{pi.AtReceiveException, "system", "a send_request; b send_request; c send_request; c receive_exception; b receive_exception; a receive_exception"},
		{pi.AtReceiveRequestServiceContexts, "ok", "a receive_request_service_contexts; b receive_request_service_contexts; a send_exception"},
		{pi.AtReceiveRequest, "ok", "a receive_request_service_contexts; b receive_request_service_contexts; c receive_request_service_contexts; " +
			"a receive_request; b receive_request; c send_exception; b send_exception; a send_exception"},
		{pi.AtSendReply, "ok", "a receive_request_service_contexts; b receive_request_service_contexts; c receive_request_service_contexts; " +
			"a receive_request; b receive_request; c receive_request; c send_reply; b send_reply; a send_exception"},
	} {
		t.Run(c.at.String(), func(t *testing.T) {
			t.Parallel()
			d := new(diary)
			atClient := c.at < pi.AtReceiveRequestServiceContexts
			note := func(name string, i *pi.RequestInfo) {
				d.note("%s %v", name, i.Point())
				if s, err := i.ReplyStatus(); err == nil && name == "a" && (s != pi.SystemException || brief(i.Err())[:7] != "UNKNOWN") {
					t.Errorf("a was told %v, %v", s, i.Err())
				}
				if i.Point() == c.at && name == "b" {
					panic("told to")
				}
			}
			var inits []pi.Initializer
			for _, name := range []string{"a", "b", "c"} {
				inits = append(inits, initializer{pre: func(i *pi.InitInfo) error {
					if atClient {
						return i.AddClientRequestInterceptor(clientAt{pi.Base{ID: name}, func(_ context.Context, r *pi.ClientRequestInfo) error { note(name, &r.RequestInfo); return nil }})
					}
					return i.AddServerRequestInterceptor(serverAt{pi.Base{ID: name}, func(_ context.Context, r *pi.ServerRequestInfo) error { note(name, &r.RequestInfo); return nil }})
				}})
			}
			o, _ := newORB(t, true, inits...)
			client, server := o, o
			if atClient {
				server, _ = newORB(t, true)
			} else {
				client, _ = newORB(t, false)
			}
			ref := activate(t, server, new(servant))
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err = fmt.Errorf("panic: %v", p)
					}
				}()
				return call(t.Context(), client.NewRef(ref.IOR()), c.op)
			}()
			if got := brief(err); atClient && got != "panic: told to" || !atClient && got[:7] != "UNKNOWN" {
				t.Errorf("the call ended with %s", got)
			}
			if got := d.take(); got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}
