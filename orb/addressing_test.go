package orb_test

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// TestAddressedProfile holds that a target is named by the profile that is used, wherever it stands in its reference, and that the
// reference goes along whole.
func TestAddressedProfile(t *testing.T) {
	t.Parallel()
	foreign := ior.Profile{Tag: 0x4f4f4f4f, Data: []byte("of another protocol")}
	for _, how := range []giop.Addressing{giop.ProfileAddr, giop.ReferenceAddr} {
		for before := range 4 {
			var iiop ior.Profile
			plain, _ := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) {
				eachRequest(t, c, h, msg, func(h giop.Header, msg []byte, r *giop.Request) {
					if r.Target.Kind == giop.KeyAddr {
						answer(t, c, h, msg, giop.NeedsAddressingMode, func(e *cdr.Encoder) { e.UShort(uint16(how)) })
						return
					}
					if r.Target.Kind != how || string(r.Key) != "x" {
						t.Errorf("in form %d, of %d: a target in form %d of key %q", how, before+2, r.Target.Kind, r.Key)
					}
					if how == giop.ProfileAddr && (r.Target.Tag != iiop.Tag || !bytes.Equal(r.Target.Profile, iiop.Data)) {
						t.Errorf("the target is named by the profile %#x %q", r.Target.Tag, r.Target.Profile)
					}
					if how == giop.ReferenceAddr {
						var d cdr.Decoder
						d.Reset(r.Target.IOR, 0, h.Little, nil)
						if got := ior.Get(&d); r.Target.Index != uint32(before) || len(got.Profiles) != before+2 || got.TypeID != echoID {
							t.Errorf("the target is profile %d, want %d, of %v", r.Target.Index, before, got)
						}
					}
					answer(t, c, h, msg, giop.NoException, nil)
				})
			})
			of := orb.RefOf(plain.(orb.Object)).IOR()
			iiop = of.Profiles[0]
			to := &ior.IOR{TypeID: echoID}
			for i := range before {
				if i == 1 { // where nobody is
					to.Profiles = append(to.Profiles, ior.IIOP{Version: cdr.V12, Host: "127.0.0.1", Port: 1, Key: []byte("of another server")}.Profile())
					continue
				}
				to.Profiles = append(to.Profiles, foreign)
			}
			to.Profiles = append(to.Profiles, iiop, foreign)
			if err := EchoClass.Unchecked(newClient(t, nil).NewRef(to)).Ping(t.Context()); err != nil {
				t.Errorf("in form %d, the profile after %d others: %v", how, before, err)
			}
		}
	}
}

// TestUnreadableTarget holds that a target which names no object key is the fault of its own request, whose header can be read: the
// answer says so, and the connection goes on to carry the calls of others.
func TestUnreadableTarget(t *testing.T) {
	t.Parallel()
	addr, _, _ := hostileServer(t, func(l *limits.Limits) { l.SetTime(limits.IdleTimeout, time.Hour) })
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	good := ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Key: []byte("Echo")}.Profile()
	of := func(profiles ...ior.Profile) []byte {
		e := cdr.NewEncoder(nil, true, nil)
		ior.Put(e, &ior.IOR{TypeID: echoID, Profiles: profiles})
		return e.Bytes()
	}
	damaged := ior.Profile{Data: good.Data[:len(good.Data)/2]}
	var id uint32
	ask := func(locate bool, flags byte, target *giop.Target) (giop.Header, *cdr.Decoder) {
		id++
		e := cdr.NewEncoder(nil, true, nil)
		if locate {
			giop.PutLocateRequest(e, cdr.V12, id, []byte("Echo"), target)
		} else {
			giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: id, Flags: flags, Key: []byte("Echo"), Operation: "ping", Target: target}))
		}
		if _, err := c.Write(e.Bytes()); err != nil {
			t.Fatal(err)
		}
		if flags == giop.SyncNone {
			return giop.Header{}, nil
		}
		h, msg := readMessage(c, make([]byte, giop.HeaderSize))
		d := new(cdr.Decoder)
		giop.Open(d, h, msg, &cdr.Env{Version: cdr.V12})
		return h, d
	}
	for name, target := range map[string]*giop.Target{
		"an empty profile":             {Kind: giop.ProfileAddr},
		"half a profile":               {Kind: giop.ProfileAddr, Profile: damaged.Data},
		"a host of 4 GiB":              {Kind: giop.ProfileAddr, Profile: []byte("\x01\x01\x02\x00\xff\xff\xff\xffh")},
		"a reference to half of it":    {Kind: giop.ReferenceAddr, IOR: of(damaged)},
		"half of it, after a good one": {Kind: giop.ReferenceAddr, Index: 1, IOR: of(good, damaged)},
		"the second of one":            {Kind: giop.ReferenceAddr, Index: 1, IOR: of(good)},
		"the last there can be":        {Kind: giop.ReferenceAddr, Index: 1<<32 - 1, IOR: of(good)},
		"the first of none":            {Kind: giop.ReferenceAddr, IOR: of()},
	} {
		for _, locate := range []bool{false, true} {
			h, d := ask(locate, giop.SyncTarget, target)
			var failed bool
			var number uint32
			if locate {
				var r giop.LocateReply
				err = r.Parse(h, d)
				failed, number = r.Status == giop.LocSystemException, r.ID
			} else {
				var r giop.Reply
				err = r.Parse(h, d)
				failed, number = r.Status == giop.SystemException, r.ID
			}
			if err != nil || !failed || number != id {
				t.Fatalf("%s, locate=%v: %v is answered, %v", name, locate, h.Type, err)
			}
			if sys, err := giop.GetSystemException(d); err != nil || sys.Kind != exc.Marshal || sys.Completed != exc.No {
				t.Errorf("%s, locate=%v: answered %v, %v", name, locate, sys, err)
			}
		}
		ask(false, giop.SyncNone, target)
		h, d := ask(false, giop.SyncTarget, nil)
		var r giop.Reply
		if err := r.Parse(h, d); err != nil || r.Status != giop.NoException || r.ID != id {
			t.Fatalf("after %s a good request is answered %v %v of request %d, %v", name, h.Type, r.Status, r.ID, err)
		}
	}
}

// TestRepliesKeepTheirContexts holds that the service contexts which an interceptor has added to one reply do not go out with the next,
// which answers a request that no interceptor has seen.
func TestRepliesKeepTheirContexts(t *testing.T) {
	t.Parallel()
	const secret = 0x53454352
	o, root := newORB(t, func(c *orb.Config) {
		c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			if err := r.AddReplyContext(secret, []byte("for the first alone"), false); err != nil {
				t.Error(err)
			}
			return next(ctx)
		}}
	})
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", o.Endpoints()[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	for i, x := range []struct {
		target *giop.Target
		want   bool
	}{{nil, true}, {&giop.Target{Kind: giop.ProfileAddr}, false}, {nil, true}} {
		e := cdr.NewEncoder(nil, true, nil)
		giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: uint32(i), Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "ping", Target: x.target}))
		if _, err := c.Write(e.Bytes()); err != nil {
			t.Fatal(err)
		}
		h, msg := readMessage(c, make([]byte, giop.HeaderSize))
		var d cdr.Decoder
		giop.Open(&d, h, msg, &cdr.Env{Version: cdr.V12})
		var r giop.Reply
		if err := r.Parse(h, &d); err != nil {
			t.Fatal(err)
		}
		if _, has := r.Contexts.Find(secret); has != x.want {
			t.Errorf("reply %d: the context is there: %v", i, has)
		}
	}
}
