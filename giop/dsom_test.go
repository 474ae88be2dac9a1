package giop_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
)

func TestDSOMPrincipal(t *testing.T) {
	t.Parallel()
	const recorded = "fa726f6f7400fa3132372e302e302e3100"
	if got := hex.EncodeToString(giop.AppendDSOMPrincipal(nil, "root", "127.0.0.1")); got != recorded {
		t.Errorf("got %s, want %s", got, recorded)
	}
	b, err := hex.DecodeString(recorded)
	if err != nil {
		t.Fatal(err)
	}
	user, host, ok := giop.DSOMPrincipal(b)
	if string(user) != "root" || string(host) != "127.0.0.1" || !ok || !giop.FromDSOM(b) {
		t.Errorf("got %q, %q, %v", user, host, ok)
	}
	for n := range b {
		if giop.FromDSOM(b[:n]) {
			t.Errorf("% x is a principal", b[:n])
		}
	}
	for _, other := range []string{recorded + "00", "fb" + recorded[2:], recorded + recorded, "fa00fb00"} {
		if b, err := hex.DecodeString(other); err != nil || giop.FromDSOM(b) {
			t.Errorf("%s is a principal", other)
		}
	}
	if got := giop.AppendDSOMPrincipal([]byte{1}, "a\x00b", ""); !bytes.Equal(got, []byte{1, 0xfa, 'a', 0, 0xfa, 0}) {
		t.Errorf("names with a zero: % x", got)
	}
}

// TestDSOMExceptions holds by which names clients of DSOM are told of exceptions, and that they are understood here.
func TestDSOMExceptions(t *testing.T) {
	t.Parallel()
	for k, want := range map[exc.Kind]string{
		exc.NoImplement: "::StExcep::NO_IMPLEMENT", exc.ObjectNotExist: "::StExcep::OBJECT_NOT_EXIST", exc.CodesetIncompatible: "::StExcep::CODESET_INCOMPATIBLE",
		exc.Timeout: "::StExcep::NO_RESPONSE", exc.Rebind: "::StExcep::UNKNOWN", exc.ActivityRequired: "::StExcep::UNKNOWN",
	} {
		e := cdr.NewEncoder(nil, true, nil)
		giop.PutDSOMException(e, &exc.SystemException{Kind: k, Minor: 30002, Completed: exc.No})
		if id := cdr.NewDecoder(e.Bytes(), true, nil).RawString(); id != want {
			t.Errorf("%v goes as %s, want %s", k, id, want)
		}
		got, err := giop.GetSystemException(cdr.NewDecoder(e.Bytes(), true, nil))
		if err != nil || "::StExcep::"+got.Kind.Name() != want || got.Minor != 30002 || got.Completed != exc.No {
			t.Errorf("%v comes as %v, %v", k, got, err)
		}
	}
}
