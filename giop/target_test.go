package giop_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// TestTargetKeys: the object key is found in the profile that a target names, if that is of IIOP; what is wrong with one that is damaged
// is said, and the rest of the message can be read.
func TestTargetKeys(t *testing.T) {
	t.Parallel()
	good := ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Key: []byte("key")}.Profile()
	damaged := ior.Profile{Tag: good.Tag, Data: good.Data[:12]}
	foreign := ior.Profile{Tag: ior.TagMultipleComponents, Data: good.Data}
	for _, f := range []form{{cdr.V12, true}, {cdr.V12, false}} {
		whole := f.rawIOR(&ior.IOR{TypeID: "IDL:X:1.0", Profiles: []ior.Profile{foreign, good, damaged}})
		for name, c := range map[string]struct {
			target giop.Target
			key    string
			damage bool
		}{
			"profile":                 {giop.Target{Kind: giop.ProfileAddr, Tag: good.Tag, Profile: good.Data}, "key", false},
			"profile, foreign":        {giop.Target{Kind: giop.ProfileAddr, Tag: foreign.Tag, Profile: foreign.Data}, "", false},
			"profile, damaged":        {giop.Target{Kind: giop.ProfileAddr, Tag: damaged.Tag, Profile: damaged.Data}, "", true},
			"profile, empty":          {giop.Target{Kind: giop.ProfileAddr, Tag: good.Tag}, "", true},
			"reference":               {giop.Target{Kind: giop.ReferenceAddr, Index: 1, IOR: whole}, "key", false},
			"reference, foreign":      {giop.Target{Kind: giop.ReferenceAddr, Index: 0, IOR: whole}, "", false},
			"reference, damaged":      {giop.Target{Kind: giop.ReferenceAddr, Index: 2, IOR: whole}, "", true},
			"reference, none of them": {giop.Target{Kind: giop.ReferenceAddr, Index: 3, IOR: whole}, "", true},
		} {
			msg := f.build(t, func(e *cdr.Encoder) {
				giop.Finish(e, giop.BeginRequest(e, f.v, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Target: &c.target, Operation: "op"}))
			})
			h, err := giop.ParseHeader(msg)
			if err != nil {
				t.Fatal(err)
			}
			var d cdr.Decoder
			giop.Open(&d, h, msg, nil)
			var r giop.Request
			if err := r.Parse(h, &d); err != nil || string(r.Key) != c.key || (r.Target.NoKey != nil) != c.damage || string(r.Operation) != "op" {
				t.Errorf("%s: key %q, %v; operation %q, %v", name, r.Key, r.Target.NoKey, r.Operation, err)
			}
		}
	}
}

// TestStatuses: statuses that are none are told from those that are.
func TestStatuses(t *testing.T) {
	t.Parallel()
	for status, good := range map[uint32]bool{uint32(giop.UnknownObject): true, uint32(giop.LocNeedsAddressingMode): true, uint32(giop.LocNeedsAddressingMode) + 1: false, 1 << 31: false} {
		e := cdr.NewEncoder(nil, true, nil)
		e.ULong(7)
		e.ULong(status)
		var r giop.LocateReply
		if err := r.Parse(giop.Header{Version: cdr.V12}, cdr.NewDecoder(e.Bytes(), true, nil)); (err == nil) != good || good && r.ID != 7 {
			t.Errorf("locate status %d: %+v, %v", status, r, err)
		}
	}
}
