package giop_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// TestInsertContexts holds that contexts can be put into a finished message of any form, and that its body
// can be read as before: at the same place within eight octets.
func TestInsertContexts(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		for _, reply := range []bool{false, true} {
			for had := range 3 {
				for add := range 4 {
					for op := range 9 {
						for _, body := range []bool{false, true} {
							t.Run(fmt.Sprint(f, reply, had, add, op, body), func(t *testing.T) {
								insertContexts(t, f.v, f.little, reply, had, add, op, body)
							})
						}
					}
				}
			}
		}
	}
}

func insertContexts(t *testing.T, v cdr.Version, little, reply bool, had, add, op int, body bool) {
	env := &cdr.Env{Version: v}
	e := cdr.NewEncoder(nil, little, env)
	list := func(from, n int) (l []giop.Context) {
		for i := range n {
			l = append(l, giop.Context{ID: uint32(100 + from + i), Data: bytes.Repeat([]byte{byte(i + 1)}, i+from+1)})
		}
		return l
	}
	operation := "operation"[:op]
	var m giop.Mark
	if reply {
		m = giop.BeginReply(e, v, 7, giop.NoException, list(0, had))
	} else {
		m = giop.BeginRequest(e, v, &giop.RequestHead{ID: 7, Flags: giop.SyncTarget, Key: []byte("key"), Operation: operation, Contexts: list(0, had)})
	}
	if body {
		e.Octet(9)
		e.Double(1.5)
		e.String("text")
	}
	giop.Finish(e, m)
	before := bytes.Clone(e.Bytes())
	got, err := giop.InsertContexts(e.Bytes(), list(10, add))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, e.Bytes()) {
		t.Error("the message itself was changed")
	}
	h, err := giop.ParseHeader(got)
	if err != nil || int(h.Size)+giop.HeaderSize != len(got) {
		t.Fatalf("%v, size %d of %d octets", err, h.Size, len(got))
	}
	var d cdr.Decoder
	giop.Open(&d, h, got, env)
	var contexts giop.Contexts
	if reply {
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil || r.ID != 7 || r.Status != giop.NoException {
			t.Fatalf("%v: %+v", err, r)
		}
		contexts = r.Contexts
	} else {
		var r giop.Request
		if err := r.Parse(h, &d); err != nil || r.ID != 7 || string(r.Key) != "key" || string(r.Operation) != operation {
			t.Fatalf("%v: %+v", err, r)
		}
		contexts = r.Contexts
	}
	want := append(list(0, had), list(10, add)...)
	for _, w := range want {
		if data, ok := contexts.Find(w.ID); !ok || !bytes.Equal(data, w.Data) {
			t.Errorf("context %d: %x, want %x", w.ID, data, w.Data)
		}
	}
	if body {
		if o, f, s := d.Octet(), d.Double(), d.String(); o != 9 || f != 1.5 || s != "text" || d.Done() != nil {
			t.Errorf("the body reads as %d, %v, %q, %v", o, f, s, d.Err())
		}
	} else if err := d.Done(); err != nil {
		t.Error(err)
	}
}

// TestInsertContextsReplaces: no id is there twice.
func TestInsertContextsReplaces(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		for size := range 9 { // of what takes the place of three octets
			e := cdr.NewEncoder(nil, f.little, &cdr.Env{Version: f.v})
			m := giop.BeginRequest(e, f.v, &giop.RequestHead{ID: 7, Flags: giop.SyncTarget, Key: []byte("key"), Operation: "op", Contexts: []giop.Context{
				{ID: 1, Data: []byte("a")}, {ID: 2, Data: []byte("old")}, {ID: 3, Data: []byte("c")}, {ID: 2, Data: []byte("older")}}})
			e.Double(1.5)
			giop.Finish(e, m)
			want := strings.Repeat("n", size)
			msg, err := giop.InsertContexts(e.Bytes(), []giop.Context{{ID: 2, Data: []byte(want)}})
			if err != nil {
				t.Fatal(err)
			}
			h, err := giop.ParseHeader(msg)
			if err != nil || int(h.Size)+giop.HeaderSize != len(msg) {
				t.Fatalf("%v: %+v, %v", f, h, err)
			}
			var d cdr.Decoder
			giop.Open(&d, h, msg, &cdr.Env{Version: f.v})
			var r giop.Request
			if err := r.Parse(h, &d); err != nil {
				t.Fatal(err)
			}
			var got []string
			for id, data, ok := r.Contexts.Next(); ok; id, data, ok = r.Contexts.Next() {
				if id != giop.ContextPadding {
					got = append(got, fmt.Sprintf("%d=%s", id, data))
				}
			}
			if list := strings.Join(got, " "); list != "1=a 3=c 2="+want || d.Double() != 1.5 || d.Done() != nil {
				t.Errorf("%v: got %s, %v", f, list, d.Err())
			}
		}
	}
}

// TestInsertContextsMalformed holds that what is no message is refused.
func TestInsertContextsMalformed(t *testing.T) {
	t.Parallel()
	e := cdr.NewEncoder(nil, true, nil)
	giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{Key: []byte("key"), Operation: "op", Contexts: []giop.Context{{ID: 1, Data: []byte("x")}}}))
	for n := range e.Bytes() {
		if _, err := giop.InsertContexts(e.Bytes()[:n], []giop.Context{{ID: 1}}); err == nil && n < 50 {
			t.Errorf("%d octets are taken", n)
		}
	}
}
