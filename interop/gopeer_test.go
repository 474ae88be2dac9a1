package interop_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/gopeer/cases"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
	"github.com/opendsom/dsom/interop/wiretap"
)

// forms are the ways in which this project's ORB can be told to send.
var forms = []struct {
	name    string
	options gopeer.Options
}{
	{"little-endian", gopeer.Options{}},
	{"big-endian", gopeer.Options{BigEndian: true}},
	{"in fragments", gopeer.Options{Fragment: 1000}},
}

// forEachForm runs a test for each version of GIOP and each form.
func forEachForm(t *testing.T, test func(t *testing.T, version string, form gopeer.Options)) {
	for _, version := range omniorb.Versions {
		for _, form := range forms {
			if form.options.Fragment > 0 && version != "1.2" {
				continue // this ORB sends none before: see giop.Split
			}
			t.Run(version+" "+form.name, func(t *testing.T) {
				t.Parallel()
				test(t, version, form.options)
			})
		}
	}
}

// TestGoServer runs all cases of omniORB's client against this project's server.
func TestGoServer(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	forEachForm(t, func(t *testing.T, version string, form gopeer.Options) {
		testGoServer(t, omniorb.Peer, cpp, version, form)
	})
}

// testGoServer runs all cases of the client of an omniORB against this project's server, and returns its tap.
func testGoServer(t *testing.T, p matrix.Peer, cpp *omniorb.ORB, version string, form gopeer.Options) *wiretap.Tap {
	t.Helper()
	form.Version, form.Port = version, freeport.Hold(t)
	client := omniorb.Options{Port: freeport.Hold(t)}
	capture := tshark.Start(t, form.Port, client.Port)
	s := gopeer.Start(t, form)
	r := cpp.Run(t, client, s.IOR)
	s.Stop(t)
	expected := slices.Clone(tooWide(version))
	if version != "1.0" { // omniORB takes the server's native code set, UTF-8
		expected = append(expected, "char_latin1")
	}
	checkReport(t, r, expected)
	checkRow(t, matrix.Row{Client: p.Name, Server: matrix.Self, Version: version}, form, r)
	checkWire(t, capture.Stop(t), version, side{s.ORB, form})
	received := s.Tap.Count(func(m wiretap.Message) bool { return !m.Sent && m.Header.Type == giop.TypeRequest })
	checkCounts(t, []count{
		{"requests of the client", r.Made, received - requestsTo(s.ORB, form.Port)},
		{"callbacks to the client", r.Served + r.Oneways, requestsTo(s.ORB, client.Port)},
	})
	return s.Tap
}

// checkRow holds a report against the document, where this project sent in its usual form.
func checkRow(t *testing.T, row matrix.Row, form gopeer.Options, r peer.Report) {
	t.Helper()
	if form == (gopeer.Options{Version: form.Version, Port: form.Port}) {
		document.Check(t, row, r)
	}
}

// ownRow is the row of this project's client and server, one of which sends in the other byte order.
func ownRow(version string, client, server bool) matrix.Row {
	row := matrix.Row{Client: matrix.Self, Server: matrix.Self, Version: version}
	if client {
		row.Client = bigEndian.Name
	}
	if server {
		row.Server = bigEndian.Name
	}
	return row
}

// requestsTo counts what an ORB sent to a port. (A server may send some to itself, when it asks about its own hub.)
func requestsTo(o *gopeer.ORB, port int) int {
	return o.Tap.Count(func(m wiretap.Message) bool { return wiretap.Made(m) && m.To == port })
}

// TestGoClient runs all cases of this project's client against omniORB's server.
func TestGoClient(t *testing.T) {
	t.Parallel()
	cpp := omniorb.Build(t, &tally)
	forEachForm(t, func(t *testing.T, version string, form gopeer.Options) {
		testGoClient(t, omniorb.Peer, cpp, version, form)
	})
}

// testGoClient runs all cases of this project's client against the server of an omniORB, and returns the client's tap.
func testGoClient(t *testing.T, p matrix.Peer, cpp *omniorb.ORB, version string, form gopeer.Options) *wiretap.Tap {
	t.Helper()
	server := omniorb.Options{Version: version, Port: freeport.Hold(t)}
	form.Port = freeport.Hold(t)
	capture := tshark.Start(t, server.Port, form.Port)
	s := cpp.Start(t, server)
	client := gopeer.NewORB(t, form)
	r := client.Run(t, s.IOR)
	counts := s.Stop(t)
	client.Stop(t)
	expected := append(slices.Clone(tooWide(version)), "any_exception")
	if version == "1.2" { // omniORB names no code sets before
		expected = append(expected, "char_latin1")
	}
	checkReport(t, r, expected)
	checkRow(t, matrix.Row{Client: matrix.Self, Server: p.Name, Version: version}, form, r)
	checkWire(t, capture.Stop(t), version, side{client, form})
	forwards := client.Tap.Count(func(m wiretap.Message) bool {
		return !m.Sent && m.Header.Type == giop.TypeReply && m.Status > giop.SystemException
	})
	checkCounts(t, []count{
		{"requests of the client", r.Made, counts.Answered + counts.Oneways + forwards},
		{"callbacks to the client", r.Served + r.Oneways, counts.Made},
	})
	cancels := 0
	if version == "1.0" { // whose references do not say whose they are
		cancels = 1
	}
	if n := client.Tap.Count(cancelled); n != cancels {
		t.Errorf("%d CancelRequests were sent to omniORB, which cannot bear them, want %d", n, cancels)
	}
	return client.Tap
}

func cancelled(m wiretap.Message) bool { return m.Header.Type == giop.TypeCancelRequest }

// TestGoGo runs all cases between this project's client and its server.
func TestGoGo(t *testing.T) {
	t.Parallel()
	forEachForm(t, func(t *testing.T, version string, form gopeer.Options) {
		form.Version, form.Port = version, freeport.Hold(t)
		client := gopeer.Options{Port: freeport.Hold(t), BigEndian: !form.BigEndian, Fragment: form.Fragment}
		capture := tshark.Start(t, form.Port, client.Port)
		s := gopeer.Start(t, form)
		c := gopeer.NewORB(t, client)
		r := c.Run(t, s.IOR)
		counts := s.Stop(t)
		c.Stop(t)
		expected := []string{"char_latin1"}
		if version == "1.0" { // characters are ISO 8859-1, and there are no wide ones
			expected = tooWide(version)
		}
		checkReport(t, r, expected)
		if form.Fragment == 0 {
			document.Check(t, ownRow(version, client.BigEndian, form.BigEndian), r)
		}
		checkWire(t, capture.Stop(t), version, side{s.ORB, form}, side{c, client})
		checkCounts(t, []count{
			{"callbacks to the client", r.Served + r.Oneways, requestsTo(s.ORB, client.Port)},
			{"oneways", counts.Oneways, 102},
		})
		if n := s.Tap.Count(cancelled); n > 1 { // that of case timeout, unless the server sees the end of the time first
			t.Errorf("%d CancelRequests came, want one", n)
		}
	})
}

// A count is something that two parties counted.
type count struct {
	what string
	a, b int
}

func checkCounts(t *testing.T, counts []count) {
	t.Helper()
	for _, c := range counts {
		if c.a != c.b || c.a == 0 {
			t.Errorf("%s: one side counts %d, the other %d", c.what, c.a, c.b)
		}
	}
}

// A side is an ORB of this project, and how it was told to send.
type side struct {
	*gopeer.ORB
	form gopeer.Options
}

// checkWire holds what this project's ORBs wrote down against what tshark saw: the same messages, none of them malformed,
// and those that an ORB sent in the version and form that it was told.
func checkWire(t *testing.T, seen []tshark.Message, version string, sides ...side) {
	t.Helper()
	for _, m := range tshark.Troubled(seen) {
		t.Errorf("tshark: %v", m)
	}
	left := map[sight]int{} // seen and not written down
	for _, m := range seen {
		left[sight{m.From, m.To, m.Version, m.Type, m.Little, m.More, m.Size, m.ID, m.Operation, m.Status, m.Located}]++
	}
	type direction struct{ from, to int }
	ours := map[direction]bool{}
	var received []wiretap.Message
	late := map[direction]map[uint32]bool{} // answers that nobody waits for: this side ended before they came
	for _, s := range sides {
		messages, err := s.Tap.Messages()
		if err != nil {
			t.Error(err)
		}
		fragments := 0
		for _, m := range messages {
			if !m.Sent {
				received = append(received, m)
				continue
			}
			ours[direction{m.From, m.To}] = true
			if m.Operation == "pause" {
				back := direction{m.To, m.From}
				if late[back] == nil {
					late[back] = map[uint32]bool{}
				}
				late[back][m.ID] = true
			}
			left[sighted(m)]--
			if m.Header.Type == giop.TypeFragment {
				fragments++
			}
			if got := m.Header.Version.String(); got != version {
				t.Errorf("%v was sent in GIOP %s, want %s", m.Header.Type, got, version)
			}
			if m.Header.Little == s.form.BigEndian && m.Header.Size > 0 && m.Header.Type != giop.TypeLocateRequest { // sent by hand
				t.Errorf("%v %s was sent in the wrong byte order", m.Header.Type, m.Operation)
			}
		}
		if want := s.form.Fragment > 0; (fragments > 0) != want {
			t.Errorf("%d fragments were sent, wanted: %v", fragments, want)
		}
	}
	for _, m := range received {
		if !ours[direction{m.From, m.To}] { // otherwise it was counted where it was sent
			left[sighted(m)]--
		}
	}
	for m, n := range left {
		switch {
		case n > 0 && m.Type == tshark.CloseConnection: // which need not be read
		case n > 0 && m.Type == tshark.Reply && late[direction{m.From, m.To}][m.ID]:
		case n > 0:
			t.Errorf("tshark saw %d times more: %+v", n, m)
		case n < 0:
			t.Errorf("tshark saw %d times less: %+v", -n, m)
		}
	}
}

// A sight is what the tap and tshark both know of a message.
type sight struct {
	From, To     int
	Version      string
	Type         tshark.Type
	Little, More bool
	Size         int
	ID           uint32
	Operation    string
	Status       tshark.Status
	Located      int
}

func sighted(m wiretap.Message) sight {
	status := tshark.NoStatus
	if m.Header.Type == giop.TypeReply {
		status = tshark.Status(m.Status)
	}
	h := m.Header
	return sight{m.From, m.To, h.Version.String(), tshark.Type(h.Type), h.Little, h.More, int(h.Size), m.ID, m.Operation, status, int(m.Located)}
}

// TestGoCases demands that the Go client has the cases that the IDL documents.
func TestGoCases(t *testing.T) {
	t.Parallel()
	if got, want := slices.Sorted(slices.Values(cases.Names())), documentedCases(t); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
