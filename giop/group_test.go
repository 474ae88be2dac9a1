package giop_test

import (
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// groupRequest returns a request to the group of a profile.
func groupRequest(v cdr.Version, little bool, profile string) []byte {
	e := cdr.NewEncoder(nil, little, nil)
	if v.AtLeast(cdr.V12) {
		giop.Finish(e, giop.BeginRequest(e, v, &giop.RequestHead{ID: 3, Target: &giop.Target{Kind: giop.ProfileAddr, Tag: 3, Profile: []byte(profile)}, Operation: "hear"}))
	} else {
		e.Octets(giop.AppendHeader(nil, giop.Header{Version: v, Little: little, Type: giop.TypeRequest}))
		e.ULong(0) // service contexts
		e.ULong(3)
		e.Boolean(false)
		if v.AtLeast(cdr.V11) {
			e.Octets([]byte{0, 0, 0})
		}
		e.Octets([]byte("MIOP"))
		e.ULong(3)
		e.OctetSeq([]byte(profile))
		e.RawString("hear")
		e.OctetSeq(nil)
	}
	giop.PatchSize(e.Bytes())
	return e.Bytes()
}

// TestParseGroup: a request to a group names it by its profile in each version, and each beginning of its header is an error.
func TestParseGroup(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		for _, little := range []bool{false, true} {
			b := groupRequest(v, little, "profile")
			h, err := giop.ParseHeader(b)
			if err != nil {
				t.Fatal(err)
			}
			parse := func(b []byte) (r giop.Request, err error) {
				var d cdr.Decoder
				d.Reset(b, giop.HeaderSize, h.Little, nil)
				err = r.ParseGroup(h, &d)
				return r, err
			}
			r, err := parse(b)
			if err != nil || r.ID != 3 || r.Expected() || r.Target.Kind != giop.ProfileAddr || r.Target.Tag != 3 || string(r.Target.Profile) != "profile" || string(r.Operation) != "hear" || len(r.Key) > 0 {
				t.Errorf("GIOP %v: %+v, %v", v, r, err)
			}
			for n := giop.HeaderSize; n < len(b)-4; n++ {
				if r, err := parse(b[:n:n]); err == nil {
					t.Errorf("GIOP %v: %d octets of %d are %+v", v, n, len(b), r)
				}
			}
		}
	}
	var d cdr.Decoder
	var r giop.Request
	e := cdr.NewEncoder(nil, true, nil)
	giop.Finish(e, giop.BeginRequest(e, cdr.V10, &giop.RequestHead{Key: []byte("key"), Operation: "hear"}))
	h, _ := giop.ParseHeader(e.Bytes())
	d.Reset(e.Bytes(), giop.HeaderSize, true, nil)
	if err := r.ParseGroup(h, &d); err == nil {
		t.Errorf("a request to an object is %+v", r)
	}
}
