package interop_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/internal/chromium"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/omniorb/later"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ws"
)

// webORB returns an ORB that calls, and is called where listen says, by WebSocket alone.
func webORB(t *testing.T, c ws.Config, listen ...string) *orb.ORB {
	t.Helper()
	by, err := ws.New(c)
	if err != nil {
		t.Fatal(err)
	}
	o, err := orb.New(orb.Config{Transports: transport.Set{by}, Listen: listen})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = o.Shutdown(ctx)
	})
	return o
}

// webNaming returns an ORB with a naming service that is reached by WebSocket alone, and its root context.
func webNaming(t *testing.T, c ws.Config) (*orb.ORB, *ior.IOR) {
	t.Helper()
	o := webORB(t, c, "ws:127.0.0.1:0")
	names, err := naming.New(t.Context(), naming.Config{Store: newStore(t), Root: poa.New(o)})
	if err != nil {
		t.Fatal(err)
	}
	return o, names.Root().IOR()
}

// TestWebSocketToOmniORB: omniNames 4.3 is called by WebSocket alone, by the reference that it prints and by URLs.
func TestWebSocketToOmniORB(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/some/orb"} {
		web := freeport.Hold(t)
		text := later.StartNaming(t, freeport.Hold(t), web, path)
		o := webORB(t, ws.Config{})
		short := strings.TrimSuffix(fmt.Sprintf("127.0.0.1:%d%s", web, path), "/")
		for _, url := range []string{text, "corbaloc:ws:" + strings.ReplaceAll(short, "/", "%2F") + "/NameService", fmt.Sprintf("ws://127.0.0.1:%d%s#NameService", web, path)} {
			ref, err := o.Resolve(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			root, err := cosnaming.NamingContextClass.Narrow(t.Context(), ref)
			if err != nil {
				t.Fatalf("%s: %v", url, err)
			}
			name := cosnaming.Name{{Id: strings.Repeat("n", 100)}}
			if _, err := root.BindNewContext(t.Context(), name); err != nil {
				t.Fatalf("%s: %v", url, err)
			}
			for range 300 { // so that it is a long list
				if err := root.Rebind(t.Context(), cosnaming.Name{{Id: fmt.Sprint(time.Now().UnixNano()), Kind: strings.Repeat("k", 200)}}, ref); err != nil {
					t.Fatal(err)
				}
			}
			list, _, err := root.List(t.Context(), 1000)
			if err != nil || len(list) < 301 {
				t.Fatalf("%s: %d names, %v", url, len(list), err)
			}
			if _, err := root.Resolve(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			if err := root.Unbind(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestWebSocketFromOmniORB: a client of omniORB 4.3 calls by WebSocket, by references of this project that name nothing else.
func TestWebSocketFromOmniORB(t *testing.T) {
	t.Parallel()
	_, root := webNaming(t, ws.Config{})
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"bind_new_context", "bank"}, ""},
		{[]string{"bind", "bank/main", "corbaloc::h:1/k"}, ""},
		{[]string{"list", "bank"}, "main"},
		{[]string{"resolve", "bank/main"}, "IOR:"},
		{[]string{"unbind", "bank/main"}, ""},
	} {
		out, err := later.NameClt(t, root.String(), c.args...)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("nameclt %q: %v\n%s", c.args, err, out)
		}
	}
}

// script asks for an object by a LocateRequest of GIOP 1.0, in pieces, then the same whole, and says what came: 1 is OBJECT_HERE.
const script = `
function locate(url, done) {
	const key = new TextEncoder().encode('KEY')
	const m = new Uint8Array(20 + key.length)
	const v = new DataView(m.buffer)
	m.set([0x47, 0x49, 0x4f, 0x50, 1, 0, 1, 3])
	v.setUint32(8, 8 + key.length, true)
	v.setUint32(12, 7, true)
	v.setUint32(16, key.length, true)
	m.set(key, 20)
	const s = new WebSocket(url, 'giop.omniorb.net')
	s.binaryType = 'arraybuffer'
	let got = []
	s.onopen = () => { s.send(m.slice(0, 3)); s.send(m.slice(3, 15)); s.send(m.slice(15)); s.send(m) }
	s.onerror = () => done('refused')
	s.onmessage = e => {
		got.push(...new Uint8Array(e.data))
		if (got.length < 40) return
		const r = new DataView(new Uint8Array(got).buffer)
		done([r.getUint32(12, true), r.getUint32(16, true), r.getUint32(36, true), got.length].join(' '))
		s.close()
	}
}
`

const located = "7 1 1 40"

// TestWebSocketFromNode: the WebSockets of Node, which are those of undici.
func TestWebSocketFromNode(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		peer.Lacking(t, "missing packages: nodejs")
	}
	o, root := webNaming(t, ws.Config{})
	url, program := asked(t, o, root)
	cmd := exec.CommandContext(t.Context(), node, "--experimental-websocket", "-e", program+"locate('"+url+"', s => { console.log(s) })")
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != located {
		t.Errorf("got %q, %v; want %q", out, err, located)
	}
}

// newStore is where a naming service keeps its names.
func newStore(t *testing.T) store.Store {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "store"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// pageServer serves an empty page, and returns its origin.
func pageServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>empty</title>")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// asked returns the URL of a naming service's WebSocket, and the script that asks for its root.
func asked(t *testing.T, o *orb.ORB, root *ior.IOR) (url, program string) {
	t.Helper()
	p, err := root.Profiles[0].IIOP()
	if err != nil || !p.Version.AtLeast(cdr.V12) {
		t.Fatal(err)
	}
	key := make([]string, len(p.Key))
	for i, b := range p.Key {
		key[i] = fmt.Sprint(b)
	}
	return "ws://" + o.Endpoints()[0].Address() + "/", strings.Replace(script, "new TextEncoder().encode('KEY')", "["+strings.Join(key, ",")+"]", 1)
}

// TestWebSocketFromChromium: a page in a browser calls where its origin is named, and not where it is not, the server's own included.
func TestWebSocketFromChromium(t *testing.T) {
	page := chromium.Open(t)
	server := pageServer(t)
	for _, c := range []struct {
		origins []string
		want    string
	}{{[]string{server}, located}, {nil, "refused"}, {[]string{"https://bank.example.org"}, "refused"}} {
		o, root := webNaming(t, ws.Config{Origins: c.origins})
		url, program := asked(t, o, root)
		page.Go(server)
		page.Value("(() => { " + program + " window.said = ''; locate('" + url + "', s => { window.said ||= s }); return '' })()")
		page.Await("window.said !== ''")
		if got := page.Value("window.said"); got != c.want {
			t.Errorf("with the origins %q: got %q, want %q", c.origins, got, c.want)
		}
	}
}
