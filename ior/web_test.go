package ior_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/ior"
)

// TestWeb: URLs of WebSocket, what they come to, and what a reference says of them.
func TestWeb(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]struct{ canonical, endpoint string }{
		"corbaloc:ws:host/k":                   {"corbaloc:ws:host:80/k", "ws:host:80"},
		"corbaloc:wss:host/k":                  {"corbaloc:wss:host:443/k", "wss:host:443"},
		"corbaloc:ws:1.1@host:8080%2Forb%2Fx/": {"corbaloc:ws:1.1@host:8080%2Forb%2Fx", "ws:host:8080/orb/x"},
		"corbaloc:ws:[::1]:8080%2F/k":          {"corbaloc:ws:[::1]:8080/k", "ws:[::1]:8080"},
		"ws://host:8080/orb#a%20b":             {"corbaloc:ws:host:8080%2Forb/a%20b", "ws:host:8080/orb"},
		"wss://[2001:db8::1]/#k":               {"corbaloc:wss:[2001:db8::1]:443/k", "wss:[2001:db8::1]:443"},
	} {
		u, err := ior.ParseURL(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := u.String(); got != want.canonical {
			t.Errorf("%s is written as %s, want %s", url, got, want.canonical)
		}
		if again, err := ior.ParseURL(u.String()); err != nil || again.String() != u.String() {
			t.Errorf("%s is read again as %v, %v", url, again, err)
		}
		b, err := u.Reference().Profiles[0].IIOP()
		if err != nil || b.Port != 0 || !slices.Equal(b.Web(), []string{want.endpoint}) { // which both components name
			t.Errorf("%s names %q, port %d, %v; want %s", url, b.Web(), b.Port, err, want.endpoint)
		}
	}
	for _, url := range []string{"corbaloc:ws:h:1%2Fa b/k", "corbaloc:ws:h:1%2Fa%0d%0aX/k", "corbaloc:ws:h:x/k", "ws:host", "ws://u@h/#k", "ws://h/?q#k", "ws://h:99999/#k"} {
		if u, err := ior.ParseURL(url); err == nil {
			t.Errorf("%s is read as %v", url, u)
		}
	}
	odd := ior.IIOP{Components: []ior.Component{ior.OmniORBHTTPComponent("http://h/"), ior.OmniORBHTTPComponent("ws://h/ a"), ior.OmniORBHTTPComponent("ws://h\r\nX: y/"), {Tag: ior.TagOmniORBHTTP, Data: []byte{1}}}}
	if got := odd.Web(); len(got) > 1 || len(got) == 1 && got[0] != "ws:h:80/%20a" {
		t.Errorf("of components that are none: %q", got)
	}
}
