package somdd_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/dsomtalk"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// ask makes one request by hand and returns the reply's status and, of a system exception, its words.
func ask(t *testing.T, d *daemon, key []byte, operation string, args func(*cdr.Encoder)) (giop.ReplyStatus, string, []byte) {
	t.Helper()
	c, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	var e cdr.Encoder
	e.Reset(nil, true, nil)
	m := giop.BeginRequest(&e, cdr.V10, &giop.RequestHead{ID: 7, Flags: giop.SyncTarget, Key: key, Operation: operation, Principal: principal})
	if args != nil {
		args(&e)
	}
	giop.Finish(&e, m)
	if _, err := c.Write(e.Bytes()); err != nil {
		t.Fatal(err)
	}
	b, err := dsomtalk.Read(c)
	if err != nil {
		t.Fatalf("%s: no answer: %v", operation, err)
	}
	h, _ := giop.ParseHeader(b)
	if h.Type != giop.TypeReply {
		t.Fatalf("%s: answered by %v", operation, h.Type)
	}
	var in cdr.Decoder
	in.Reset(b, giop.HeaderSize, h.Little, nil)
	var r giop.Reply
	if err := r.Parse(h, &in); err != nil {
		t.Fatal(err)
	}
	if r.Status != giop.SystemException {
		return r.Status, "", b
	}
	id, minor := in.RawString(), in.ULong()
	return r.Status, fmt.Sprint(id, " ", minor), b
}

// made has the daemon make an object and returns its key.
func (d *daemon) made(t *testing.T, class string) []byte {
	t.Helper()
	status, words, b := ask(t, d, wire.ServerKey(wire.DaemonID), "somdCreateObj", func(e *cdr.Encoder) { e.RawString(class); e.ULong(0) })
	if status != giop.NoException {
		t.Fatalf("somdCreateObj %s: %s", class, words)
	}
	return dsomtalk.MadeKey(b)
}

// refTo writes a reference to an object of a daemon.
func refTo(port uint16, key []byte) func(*cdr.Encoder) {
	return func(e *cdr.Encoder) {
		ior.Put(e, &ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{ior.IIOP{Version: cdr.V10, Host: "127.0.0.1", Port: port, Key: key}.Profile()}})
	}
}

// TestCutRequests cuts a recorded request of each operation at every octet. Whatever comes of it, the daemon has not been made to do anything, and
// answers the next client.
func TestCutRequests(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	d.servers.begin = func(wire.ID) { t.Error("a server was started") }
	seen := map[string]bool{}
	var r dsomtalk.Reader
	for _, m := range dsomtalk.Messages(t) {
		if m.Called {
			continue
		}
		op, _, err := r.Request(m.Octets)
		if err != nil {
			t.Fatal(err)
		}
		if seen[op] {
			continue
		}
		seen[op] = true
		for n := giop.HeaderSize; n < len(m.Octets); n++ {
			cut := slices.Clone(m.Octets[:n])
			binary.LittleEndian.PutUint32(cut[8:], uint32(n-giop.HeaderSize))
			d.throw(t, cut)
		}
	}
	if len(d.servers.all) != 0 || len(d.servers.up) != 0 {
		t.Errorf("servers: %v, up: %v", d.servers.all, d.servers.up)
	}
	life(t, d, d.client(t, orb.Config{}))
}

// throw sends octets and waits for whatever is answered, or the end of the connection.
func (d *daemon) throw(t *testing.T, b []byte) {
	t.Helper()
	c, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write(b); err != nil {
		return // it has closed
	}
	_ = c.(*net.TCPConn).CloseWrite()
	for {
		answer, err := dsomtalk.Read(c)
		if err != nil {
			return
		}
		h, _ := giop.ParseHeader(answer)
		if h.Type == giop.TypeReply && binary.LittleEndian.Uint32(answer[giop.HeaderSize+8:]) == uint32(giop.NoException) {
			// What a cut argument ends in front of is an operation without it, or with hints cut off that nobody reads.
			op := string(b)
			if !strings.Contains(op, "somGetClassName") && !strings.Contains(op, "find_all") {
				t.Errorf("a request cut to % x was carried out", b)
			}
		}
	}
}

// TestLengths writes lengths into requests that their messages have not.
func TestLengths(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	stream := d.made(t, "somStream::MemoryStreamIO")
	for _, n := range []uint32{5, 0x7fffffff, 0x80000000, 0xffffffff} {
		long := func(e *cdr.Encoder) { e.ULong(n); e.Octets([]byte{1, 2, 3, 0}) }
		for what, c := range map[string]struct {
			key []byte
			op  string
			in  func(*cdr.Encoder)
		}{
			"a buffer":     {stream, "set_buffer", long},
			"a class":      {wire.ServerKey(wire.DaemonID), "somdCreateObj", long},
			"an alias":     {wire.ServerMgrKey, "somdStartServer", long},
			"a reference":  {wire.RepositoryKey, "add_impldef", long},
			"profiles":     {wire.RepositoryKey, "add_impldef", func(e *cdr.Encoder) { e.RawString("IDL:X:1.0"); long(e) }},
			"properties":   {wire.RepositoryKey, "add_class_with_properties", func(e *cdr.Encoder) { e.RawString(full.ID); e.RawString("X"); long(e) }},
			"an attribute": {d.made(t, "ImplementationDef"), "_set_impl_alias", long},
		} {
			if _, words, _ := ask(t, d, c.key, c.op, c.in); !strings.HasPrefix(words, "::StExcep::MARSHAL ") && !strings.HasPrefix(words, "::StExcep::IMP_LIMIT ") {
				t.Errorf("%s of %d: %q", what, n, words)
			}
		}
	}
}

// TestMistakes holds what is answered to requests that make no sense.
func TestMistakes(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	server, def, stream := wire.ServerKey(wire.DaemonID), d.made(t, "ImplementationDef"), d.made(t, "somStream::MemoryStreamIO")
	text := func(all ...string) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			for _, s := range all {
				e.RawString(s)
			}
		}
	}
	both := func(all ...func(*cdr.Encoder)) func(*cdr.Encoder) {
		return func(e *cdr.Encoder) {
			for _, f := range all {
				f(e)
			}
		}
	}
	null := func(e *cdr.Encoder) { e.ULong(0); e.ULong(0) }
	unknownKey := wire.Key{Server: wire.DaemonID, Transient: true, Ref: []byte("8 octets")}.Append(nil)
	other := &ior.IOR{TypeID: "IDL:SOMDServer:2.2", Profiles: []ior.Profile{ior.IIOP{Version: cdr.V10, Host: "h", Port: 1, Key: wire.ServerKey(wire.NewID())}.Profile()}}
	for _, c := range []struct {
		key  []byte
		op   string
		in   func(*cdr.Encoder)
		want string
	}{
		{server, "somdCreateObj", text("Dog", ""), "BAD_PARAM 30047"},
		{server, "somdCreateObj", text("SOMOA", ""), "BAD_PARAM 30047"},
		{server, "somdCreateObj", func(e *cdr.Encoder) { e.ULong(0); e.ULong(0) }, "BAD_PARAM 30047"},
		{server, "somdCreateObj", text(strings.Repeat("x", 1<<20), ""), "BAD_PARAM 30047"},
		{server, "bark", nil, "BAD_OPERATION"},
		{server, "", nil, "BAD_OPERATION"},
		{server, "get_buffer", nil, "BAD_OPERATION"},
		{server, "somdDeleteObj", refTo(d.port, wire.RepositoryKey), "INV_OBJREF 30052"},
		{server, "somdDeleteObj", null, "INV_OBJREF 30052"},
		{server, "impl_up", text("x", other.String()), "BAD_PARAM 30046"},
		{server, "impl_up", text(wire.DaemonID.String(), other.String()), "NO_PERMISSION 30065"},
		{server, "impl_up", text(full.ID, "IOR:00"), "BAD_PARAM 30066"},
		{server, "impl_up", text(full.ID, "corbaloc::h/x"), "BAD_PARAM 30066"},
		{server, "impl_up", text(full.ID, "IOR:000000000000000100000000000000000000"), "BAD_PARAM 30066"},
		{server, "impl_up", text(full.ID, other.String()), "OBJ_ADAPTER 30046"},
		{server, "impl_failed", text("x"), "BAD_PARAM 30046"},
		{wire.RepositoryKey, "find_impldef", text("x"), "BAD_PARAM 30046"},
		{wire.RepositoryKey, "find_impldef", text(full.ID), "OBJ_ADAPTER 30046"},
		{wire.RepositoryKey, "find_impldef_by_alias", text("x"), "OBJ_ADAPTER 30046"},
		{wire.RepositoryKey, "add_impldef", null, "INV_OBJREF 30052"},
		{wire.RepositoryKey, "add_impldef", refTo(d.port, stream), "INV_OBJREF 30052"},
		{wire.RepositoryKey, "add_impldef", refTo(d.port, wire.RepositoryKey), "INV_OBJREF 30052"},
		{wire.RepositoryKey, "add_impldef", refTo(d.port, unknownKey), "INV_OBJREF 30052"},
		{wire.RepositoryKey, "add_impldef", refTo(d.port+1, def), "INV_OBJREF 30052"},
		{wire.RepositoryKey, "add_impldef", refTo(d.port, def), "BAD_PARAM 30066"}, // it has no id yet, and these servers make none
		{wire.RepositoryKey, "delete_impldef", text(full.ID), "OBJ_ADAPTER 30046"},
		{wire.RepositoryKey, "add_class_to_impldef", text(full.ID, ""), "BAD_PARAM 30066"},
		{wire.RepositoryKey, "add_class_to_impldef", text(full.ID, strings.Repeat("x", 256)), "BAD_PARAM 30066"},
		{wire.RepositoryKey, "add_class_to_impldef", text(full.ID, "X"), "OBJ_ADAPTER 30046"},
		{wire.ServerMgrKey, "somdStartServer", text("x"), "OBJ_ADAPTER 30046"},
		{wire.ServerMgrKey, "somdIsServerEnabled", null, "INV_OBJREF 30052"},
		{def, "externalize_to_stream", null, "BAD_PARAM 30003"},
		{def, "externalize_to_stream", refTo(d.port, def), "INV_OBJREF 30052"},
		{def, "externalize_to_stream", refTo(d.port+1, stream), "INV_OBJREF 30052"},
		{def, "internalize_from_stream", both(refTo(d.port, stream), null), "BAD_PARAM 30066"}, // it is empty
		{def, "_set_impl_alias", text(strings.Repeat("x", 256)), "BAD_PARAM 30066"},
		{wire.DefinitionKey(wire.DaemonID), "_set_impl_alias", text("x"), "NO_PERMISSION 30065"},
		{wire.DefinitionKey(wire.NewID()), "_get_impl_alias", nil, "OBJ_ADAPTER 30046"},
		{unknownKey, "get_buffer", nil, "OBJECT_NOT_EXIST 30052"},
		{wire.ServerKey(wire.NewID()), "somdCreateObj", text("Dog", ""), "OBJ_ADAPTER 30046"},
		{[]byte("NameService"), "resolve", nil, "OBJECT_NOT_EXIST"},
		{nil, "x", nil, "OBJECT_NOT_EXIST"},
	} {
		status, words, _ := ask(t, d, c.key, c.op, c.in)
		if status != giop.SystemException || !strings.HasPrefix(words, "::StExcep::"+c.want) {
			t.Errorf("%s of %.60q: %v %q, want %s", c.op, c.key, status, words, c.want)
		}
	}
	if n := len(d.servers.all) + len(d.servers.up); n != 0 {
		t.Errorf("%d servers are there", n)
	}
}

// TestLimits holds that what clients have made and leave is bounded, by limits that have names.
func TestLimits(t *testing.T) {
	t.Parallel()
	d := newDaemon(t, orb.Config{}, nil)
	d.limits.Set(limits.DSOMObjects, 8)
	d.limits.Set(limits.DSOMStream, 600)
	d.limits.Set(limits.DSOMClasses, 3)
	var last []byte
	for range 8 {
		last = d.made(t, "somStream::MemoryStreamIO")
	}
	one := func(e *cdr.Encoder) { e.RawString("ImplementationDef"); e.ULong(0) }
	server := wire.ServerKey(wire.DaemonID)
	if _, words, _ := ask(t, d, server, "somdCreateObj", one); words != "::StExcep::IMP_LIMIT 30072" || d.limits.Hits(limits.DSOMObjects) != 1 {
		t.Errorf("one object more: %q, %d", words, d.limits.Hits(limits.DSOMObjects))
	}
	if status, _, _ := ask(t, d, server, "somdCreateObj", func(e *cdr.Encoder) { e.RawString("ImplRepository"); e.ULong(0) }); status != giop.NoException {
		t.Error("there is one ImplRepository, whatever was made")
	}
	if status, words, _ := ask(t, d, last, "somFree", nil); status != giop.NoException {
		t.Errorf("somFree: %s", words)
	}
	if _, words, _ := ask(t, d, last, "get_buffer", nil); words != "::StExcep::OBJECT_NOT_EXIST 30052" {
		t.Errorf("what was freed: %q", words)
	}
	stream := d.made(t, "somStream::MemoryStreamIO")
	set := func(n int) string {
		_, words, _ := ask(t, d, stream, "set_buffer", func(e *cdr.Encoder) { e.OctetSeq(make([]byte, n)) })
		return words
	}
	if set(600) != "" || set(601) != "::StExcep::IMP_LIMIT 30072" || d.limits.Hits(limits.DSOMStream) != 1 {
		t.Errorf("a stream of 600 octets, and of 601: %q, %q", set(600), set(601))
	}
	daemonDef := wire.DefinitionKey(wire.DaemonID)
	set(590) // a definition is written behind what is there
	if _, words, _ := ask(t, d, daemonDef, "externalize_to_stream", refTo(d.port, stream)); words != "::StExcep::IMP_LIMIT 30072" {
		t.Errorf("written beyond the limit: %q", words)
	}
	if err := d.servers.Add(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		_, words, _ := ask(t, d, wire.RepositoryKey, "add_class_to_impldef", func(e *cdr.Encoder) { e.RawString(full.ID); e.RawString(fmt.Sprint("C", i)) })
		if (words != "") != (i == 3) || i == 3 && words != "::StExcep::IMP_LIMIT 30072" {
			t.Errorf("class %d: %q", i, words)
		}
	}
}

// TestNotAllowed holds that who may not use the daemon is told so by an exception that he knows, at every object, and that nothing is done. What
// others are asked for is not in his way.
func TestNotAllowed(t *testing.T) {
	t.Parallel()
	next := handlerFunc(func(context.Context, orb.Query) (orb.Target, error) {
		return orb.Target{}, exc.New(exc.Transient, 0, exc.No, "next")
	})
	d := newDaemon(t, orb.Config{}, func(c *somdd.Config) {
		c.Next = next
		c.Allow = func(context.Context) error { return errors.New("no") }
	})
	if err := d.servers.Add(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	id, _ := wire.ParseID(full.ID)
	for op, key := range map[string][]byte{
		"somdCreateObj": wire.ServerKey(wire.DaemonID), "impl_up": wire.ServerKey(wire.DaemonID), "find_all_impldefs": wire.RepositoryKey,
		"somdStartServer": wire.ServerMgrKey, "_get_impl_program": wire.DefinitionKey(id), "somGetClassName": wire.RepositoryKey,
	} {
		if _, words, _ := ask(t, d, key, op, nil); words != "::StExcep::NO_PERMISSION 30065" {
			t.Errorf("%s: %q", op, words)
		}
	}
	if _, words, _ := ask(t, d, []byte("NameService"), "resolve", nil); words != "::StExcep::TRANSIENT 0" {
		t.Errorf("what comes next: %q", words)
	}
	if err := d.servers.Up(t.Context(), id, &ior.IOR{Profiles: []ior.Profile{ior.IIOP{Version: cdr.V10, Host: "127.0.0.1", Port: 9, Key: wire.ServerKey(id)}.Profile()}}); err != nil {
		t.Fatal(err)
	}
	if status, words, _ := ask(t, d, wire.ServerKey(id), "somGetClassName", nil); status != giop.LocationForward {
		t.Errorf("a server's object: %v %q", status, words)
	}
}

type handlerFunc func(context.Context, orb.Query) (orb.Target, error)

func (f handlerFunc) Find(ctx context.Context, q orb.Query) (orb.Target, error) { return f(ctx, q) }
