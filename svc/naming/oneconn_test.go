package naming_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// TestOneConnection holds that a client that finds an object by a corbaname URL calls it over the connection that it has found it by, where both are at one
// address, and in the code sets that the object's reference tells; and that who has called by the address alone before keeps to what was agreed on.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	p := serve(t, nil)
	ctx := t.Context()
	port := p.server.Endpoints()[0].Port
	stop(t, p.client) // whose connections would count
	setup := newORB(t, orb.Config{})
	root, err := cosnaming.NamingContextExtClass.Bind(ctx, setup, p.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"a", "b"} {
		if _, err := root.BindNewContext(ctx, name(at)); err != nil {
			t.Fatal(err)
		}
	}
	stop(t, setup)
	connections := func(want int) {
		t.Helper()
		until(t, fmt.Sprintf("%d connections", want), func() bool { return p.server.Connections() == want })
	}
	connections(0)
	const text = "日本 ä" // which ISO 8859-1 has not, and would read otherwise
	speak := func(at cosnaming.NamingContextExt, id string) {
		t.Helper()
		n := cosnaming.Name{{Id: id, Kind: text}}
		if _, err := at.BindNewContext(ctx, n); err != nil {
			t.Fatal(err)
		}
		list, _, err := at.List(ctx, 100)
		if err != nil || len(list) == 0 || list[len(list)-1].BindingName[0].Kind != text {
			t.Errorf("it has %v, %v, want one of the kind %q", list, err, text)
		}
	}
	find := func(o *orb.ORB, url string) cosnaming.NamingContextExt {
		t.Helper()
		at, err := cosnaming.NamingContextExtClass.Bind(ctx, o, url)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for i, prefix := range []string{"corbaname::", "corbaname:iiop:1.2@"} {
		o := newORB(t, orb.Config{})
		speak(find(o, fmt.Sprintf("%s127.0.0.1:%d#a", prefix, port)), fmt.Sprint("first", i))
		connections(1)
		speak(find(o, fmt.Sprintf("%slocalhost:%d#b", "corbaname::", port)), fmt.Sprint("other", i)) // the same end by another name: what was opened to ask is closed
		connections(1)
		speak(find(o, p.url), fmt.Sprint("root", i)) // over the same, or another in Unicode
		stop(t, o)
		connections(0)
	}

	o := newORB(t, orb.Config{})
	early := find(o, fmt.Sprintf("corbaloc::127.0.0.1:%d/NameService", port))
	if _, err := early.Resolve(ctx, name("a")); err != nil {
		t.Fatal(err)
	}
	speak(find(o, fmt.Sprintf("corbaname::127.0.0.1:%d#a", port)), "early")
	if got, err := early.ToString(ctx, cosnaming.Name{{Id: "ä"}}); err != nil || got != "ä" { // in ISO 8859-1, both ways
		t.Errorf("by the address alone: got %q, %v", got, err)
	}
	connections(2) // what "early" was given is another's, and stays as it is
}

// until waits for a condition.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !met(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it has not come to: %s", what)
		}
	}
}
