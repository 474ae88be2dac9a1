package server

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/tls"
)

// TestInitialReferences: where the daemon's own objects are called, by what it has told.
func TestInitialReferences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   *registration
		want string
	}{
		"no daemon":              {&registration{}, ""},
		"plain":                  {&registration{daemon: "ada:3053", local: "127.0.0.1:3053"}, "iiop:1.2@127.0.0.1:3053"},
		"names alone":            {&registration{names: "ada:3053"}, "iiop:1.2@ada:3053"},
		"TLS alone":              {&registration{daemon: "ada:3055", local: "127.0.0.1:3055", require: true}, "ssliop:1.2@ada:3055"},
		"TLS alone, by a socket": {&registration{daemon: "ada:3055", local: "127.0.0.1:3055", require: true, socket: "@d"}, "unix:%40d,ssliop:1.2@ada:3055"},
	} {
		got := c.at.initial()
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got == "" {
			continue
		}
		if _, err := ior.ParseURL("corbaloc:" + got + "/NameService"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDaemonsTold: references of a server that takes TLS alone name the daemon as it says it is called by TLS, and stay as they were where it says something else: that
// it takes none, or what is no rule.
func TestDaemonsTold(t *testing.T) {
	t.Parallel()
	own := certs.New(t, "authority").Issue(t, certs.Order{Name: "bank"})
	by, err := tls.Set(tls.Config{Certificate: own.Cert, Key: own.Key})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	quiet := slog.New(slog.NewTextHandler(&log, nil))
	o, err := orb.New(orb.Config{
		Transports: by, Listen: []string{"tls:127.0.0.1:0"}, RequireTLS: true, Daemon: "ada.example.org:3053", DaemonTLS: orb.DaemonTLS{Publish: "ada.example.org:3055"}, Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Shutdown(context.Background()) })
	at := &registration{daemon: "ada.example.org:3053"}
	for _, c := range []struct {
		now    admin.Daemons
		port   uint16 // of TLS in references from then on
		logged string
	}{
		{admin.Daemons{TLS: admin.DaemonTLS{Publish: "ada.example.org:7"}}, 7, ""},
		{admin.Daemons{}, 7, "takes no calls by TLS any more"},
		{admin.Daemons{TLS: admin.DaemonTLS{Publish: "=;\x00@here"}}, 7, "cannot be used"},
		{admin.Daemons{Publish: "@all", TLS: admin.DaemonTLS{Publish: "ada.example.org:8"}}, 7, "cannot be used"},
		{admin.Daemons{TLS: admin.DaemonTLS{Publish: strings.Repeat("a", 1<<16) + ":7"}}, 7, "cannot be used"},
		{admin.Daemons{Publish: "ada.example.org:1,b.example.org:2", TLS: admin.DaemonTLS{Publish: "ada.example.org:9,b.example.org:10", Require: true}}, 9, ""},
	} {
		log.Reset()
		at.follow(o, c.now, quiet)
		if said := log.String(); (said != "") != (c.logged != "") || !strings.Contains(said, c.logged) {
			t.Errorf("%.200v: logged %.300q, want %q", c.now, said, c.logged)
		}
		to := o.AtDaemon([]byte("key"))
		b, err := to.Profiles[0].IIOP()
		if err != nil {
			t.Fatal(err)
		}
		if s, _ := b.TLS(); s.Port != c.port || b.Port != 0 {
			t.Errorf("%.200v: references name port %d, and of TLS %d", c.now, b.Port, s.Port)
		}
	}
}
