package daemon_test

import (
	"context"
	"errors"
	"net"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server/lease"
)

// forwarding starts a daemon, and returns it and what tells to where it sends a client that calls an object of a key.
func forwarding(t *testing.T) (d *daemon.Daemon, sent func(key []byte) ior.IIOP) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan *daemon.Daemon, 1), make(chan error, 1)
	go func() {
		ended <- daemon.Run(ctx, daemon.Config{State: t.TempDir(), Listen: "127.0.0.1:0", Ready: func(d *daemon.Daemon) { ready <- d }}.WithAnswerTime(time.Minute))
	}()
	select {
	case d = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	status, err := client(t, d).Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	host, p, err := net.SplitHostPort(status.Addresses[0])
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	var forward *orb.ForwardRequest
	o, err := orb.New(orb.Config{ClientInterceptors: []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		err := next(ctx)
		if errors.As(err, &forward) {
			return errors.New("far enough")
		}
		return err
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	return d, func(key []byte) ior.IIOP {
		t.Helper()
		forward = nil
		ref := o.NewRef(&ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: host, Port: uint16(port), Key: key}.Profile()}})
		if _, err := ref.NonExistent(ctx); forward == nil {
			t.Fatalf("not forwarded: %v", err)
		}
		to, err := forward.To.IOR().Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
}

// TestForwardsSpeakAsTheServer holds that the daemon sends a client to a server in the version of GIOP and with the code sets
// that the server's own references name.
func TestForwardsSpeakAsTheServer(t *testing.T) {
	t.Parallel()
	d, sent := forwarding(t)
	ctx := t.Context()
	latin := codeset.Component{Char: codeset.Support{Native: codeset.IDLatin1}, Wchar: codeset.Support{Native: codeset.IDUTF16}}
	for name, c := range map[string]struct {
		endpoints []string
		want      admin.Speech
	}{
		"silent":  {nil, admin.OrdinarySpeech()},
		"latin":   {[]string{admin.Speech{Version: cdr.V11, CodeSets: latin}.String()}, admin.Speech{Version: cdr.V11, CodeSets: latin}},
		"old":     {[]string{admin.Speech{Version: cdr.V10, CodeSets: latin}.String()}, admin.Speech{Version: cdr.V10}},
		"unknown": {[]string{admin.SpeechPrefix + "in tongues"}, admin.OrdinarySpeech()},
	} {
		l, err := lease.Connect(lease.Config{State: d.State(), Name: name, Create: true, Endpoints: append(c.endpoints, "tcp:127.0.0.1:9")})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Granted(ctx); err != nil {
			t.Fatal(err)
		}
		s, err := client(t, d).Server(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		key := ior.AppendKey(nil, ior.Key{Server: uuid(t, s), Adapter: "a", ID: []byte("1")})
		to := sent(key)
		got := admin.Speech{Version: to.Version}
		for _, component := range to.Components {
			if component.Tag == ior.TagCodeSets {
				if got.CodeSets, err = codeset.ParseComponent(component.Data); err != nil {
					t.Error(err)
				}
			}
		}
		if !reflect.DeepEqual(got, c.want) || to.Port != 9 {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
		if err := l.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}

// TestForwardsFollow holds that what the daemon keeps of where a server takes calls is of that place and that object alone.
func TestForwardsFollow(t *testing.T) {
	t.Parallel()
	d, sent := forwarding(t)
	ctx := t.Context()
	l, err := lease.Connect(lease.Config{State: d.State(), Name: "roamer", Create: true, Endpoints: []string{"tcp:127.0.0.1:9"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close(context.Background()) }()
	if err := l.Granted(ctx); err != nil {
		t.Fatal(err)
	}
	s, err := client(t, d).Server(ctx, "roamer")
	if err != nil {
		t.Fatal(err)
	}
	for port := uint16(9); port < 12; port++ {
		at := []string{"tcp:127.0.0.1:" + strconv.Itoa(int(port))}
		l.Ready(at)
		eventually(t, "the daemon knows of it", func() bool {
			s, err := client(t, d).Server(ctx, "roamer")
			return err == nil && slices.Equal(s.Run.Endpoints, at)
		})
		for range 2 {
			for _, id := range []string{"1", "1", "2"} {
				key := ior.AppendKey(nil, ior.Key{Server: uuid(t, s), Adapter: "a", ID: []byte(id)})
				if to := sent(key); to.Port != port || string(to.Key) != string(key) {
					t.Errorf("object %s of a server at %d: sent to port %d, key %q", id, port, to.Port, to.Key)
				}
			}
		}
	}
}
