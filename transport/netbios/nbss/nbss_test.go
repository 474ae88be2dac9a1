package nbss_test

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbss"
)

func TestHeads(t *testing.T) {
	t.Parallel()
	for in, want := range map[[4]byte]struct {
		kind nbss.Type
		size int
	}{
		{0, 0, 0, 0}: {nbss.Message, 0}, {0, 0, 1, 2}: {nbss.Message, 258}, {0, 1, 0xff, 0xff}: {nbss.Message, nbss.MostMessage},
		{0x81, 0, 0, 68}: {nbss.Request, 68}, {0x81, 0, 1, 254}: {nbss.Request, nbss.MostRequest},
		{0x82, 0, 0, 0}: {nbss.Positive, 0}, {0x82, 0, 0, 68}: {nbss.Positive, 68}, {0x83, 0, 0, 1}: {nbss.Negative, 1}, {0x84, 0, 0, 6}: {nbss.Retarget, 6}, {0x85, 0, 0, 0}: {nbss.KeepAlive, 0},
	} {
		kind, size, err := nbss.ParseHead(in)
		if err != nil || kind != want.kind || size != want.size {
			t.Errorf("%x: %v, %d, %v", in, kind, size, err)
		}
		if got := nbss.AppendHead(nil, kind, size); !bytes.Equal(got, in[:]) {
			t.Errorf("%x is written as %x", in, got)
		}
	}
	for _, in := range [][4]byte{
		{0, 2, 0, 0}, {0, 0x80, 0, 1}, {0x81, 0, 0, 67}, {0x81, 0, 2, 0}, {0x81, 1, 0, 68}, {0x82, 0, 2, 0}, {0x82, 1, 0, 0}, {0x83, 0, 0, 0}, {0x83, 0, 0, 2}, {0x84, 0, 0, 5}, {0x84, 0, 0, 8},
		{0x85, 0, 0, 1}, {0x85, 1, 0, 0}, {0x80}, {'G', 'I', 'O', 'P'}, {0x16, 3, 1, 2}, {0xff, 0xff, 0xff, 0xff},
	} {
		if kind, size, err := nbss.ParseHead(in); err == nil {
			t.Errorf("%x: %v, %d", in, kind, size)
		}
	}
}

// TestRequest reads the request of Samba's smbclient, DSOMGO#20 from NMBHOST#00, and writes it again.
func TestRequest(t *testing.T) {
	t.Parallel()
	sent, err := hex.DecodeString("81000044" + "20" + hex.EncodeToString([]byte("EEFDEPENEHEPCACACACACACACACACACA")) + "00" +
		"20" + hex.EncodeToString([]byte("EOENECEIEPFDFECACACACACACACACAAA")) + "00")
	if err != nil {
		t.Fatal(err)
	}
	called, calling, err := nbss.ParseRequest(sent[4:])
	if err != nil || called.String() != "DSOMGO#20" || calling.String() != "NMBHOST#00" {
		t.Fatalf("%v, %v, %v", called, calling, err)
	}
	if got := nbss.AppendRequest(nil, called, calling); !bytes.Equal(got, sent) {
		t.Errorf("written as %x", got)
	}
	for i := range sent[4:] {
		if called, calling, err := nbss.ParseRequest(sent[4 : 4+i]); err == nil {
			t.Errorf("of %d octets: %v, %v", i, called, calling)
		}
	}
	if _, _, err := nbss.ParseRequest(append(sent[4:], 0)); err == nil {
		t.Error("an octet too many")
	}
	scoped, _ := nbname.New("A", 0x20, strings.Repeat("abcdefghi.", 21)+"abcdefghi")
	if got := nbss.AppendRequest(nil, scoped, scoped); len(got) > nbss.HeadSize+nbss.MostRequest {
		t.Errorf("a request has %d octets, and %d are taken", len(got)-nbss.HeadSize, nbss.MostRequest)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	if got := nbss.AppendNegative(nil, nbss.NotPresent); !bytes.Equal(got, []byte{0x83, 0, 0, 1, 0x82}) {
		t.Errorf("%x", got)
	}
	to := netip.MustParseAddrPort("10.77.0.2:41234")
	got := nbss.AppendRetarget(nil, to)
	if !bytes.Equal(got, []byte{0x84, 0, 0, 6, 10, 77, 0, 2, 0xa1, 0x12}) || nbss.ParseRetarget([6]byte(got[4:])) != to {
		t.Errorf("%x", got)
	}
}

func FuzzPackets(f *testing.F) {
	n, _ := nbname.New("ADA", nbname.DSOM, "NET.EXAMPLE")
	f.Add(nbss.AppendRequest(nil, n, n))
	f.Add([]byte{0, 1, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < nbss.HeadSize {
			return
		}
		kind, size, err := nbss.ParseHead([4]byte(b))
		if err == nil && !bytes.Equal(nbss.AppendHead(nil, kind, size), b[:4]) {
			t.Errorf("%x is written as another", b[:4])
		}
		if called, calling, err := nbss.ParseRequest(b[4:]); err == nil {
			again := nbss.AppendRequest(nil, called, calling)
			if x, y, err := nbss.ParseRequest(again[4:]); err != nil || x != called || y != calling {
				t.Errorf("%v, %v comes back as %v, %v, %v", called, calling, x, y, err)
			}
		}
	})
}
