package nbds_test

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/binfmt"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/transport/netbios/nbds"
	"github.com/opendsom/dsom/transport/netbios/nbname"
)

func packets() map[string]*nbds.Packet {
	ada, _ := nbname.New("ADA", nbname.DSOM, "NET")
	eve, _ := nbname.New("EVE", nbname.DSOM, "NET")
	all := map[string]*nbds.Packet{}
	for what, t := range map[string]nbds.Type{"direct-unique": nbds.DirectUnique, "direct-group": nbds.DirectGroup, "broadcast": nbds.Broadcast, "error": nbds.Error, "query": nbds.Query,
		"positive": nbds.Positive, "negative": nbds.Negative} {
		p := &nbds.Packet{Type: t, First: true, Node: 1, ID: 0x1234, Source: netip.MustParseAddrPort("10.77.0.2:138")}
		switch t {
		case nbds.Error:
			p.Code = nbds.NotPresent
		case nbds.DirectUnique, nbds.DirectGroup, nbds.Broadcast:
			p.From, p.To, p.Data = ada, eve, []byte("GIOP")
		default:
			p.To = eve
		}
		all[what] = p
	}
	piece := *all["direct-unique"]
	piece.First, piece.More, piece.Offset = false, true, 512
	all["piece"] = &piece
	return all
}

func annotate(b []byte) string {
	p := binfmt.New(b)
	p.To(1, "type")
	p.To(2, "0 0 0 0, type of node, first, more %04b", b[1]&15)
	p.To(4, "id")
	p.To(8, "source")
	p.To(10, "its port")
	at := 10
	name := func(what string) {
		for b[at] != 0 {
			at += 1 + int(b[at])
			p.To(at, "a label of the %s's name", what)
		}
		at++
		p.To(at, "its end")
	}
	switch b[0] {
	case 0x10, 0x11, 0x12:
		p.To(12, "octets behind the next field")
		p.To(14, "offset")
		at = 14
		name("sender")
		name("receiver")
		p.Rest("data")
	case 0x13:
		p.To(11, "error")
	default:
		name("receiver")
	}
	p.Rest("what should not be here")
	return p.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for what, p := range packets() {
		b := p.Append(nil)
		golden.Check(t, what+".txt", annotate(b))
		got, err := nbds.Parse(b)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s comes back as %+v, %v", what, got, err)
		}
		for i := range b {
			if short, err := nbds.Parse(b[:i:i]); err == nil {
				t.Fatalf("%s: %d octets of %d are %+v", what, i, len(b), short)
			}
		}
		b[0] = 0x17
		if got, err := nbds.Parse(b); err == nil {
			t.Errorf("a type that there is not: %+v", got)
		}
	}
}

// TestSamba reads what Samba's nmbd has sent to a group, and writes it again, to the octet.
func TestSamba(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/samba.hex")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		b, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		p, err := nbds.Parse(b)
		if err != nil || p.Type != nbds.DirectGroup || !p.First || p.More || p.From.String() != "NMBHOST#00" || !bytes.HasPrefix(p.Data, []byte("\xffSMB")) {
			t.Errorf("%+v, %v", p, err)
			continue
		}
		if got := p.Append(nil); !bytes.Equal(got, b) {
			t.Errorf("written as\n%x, and was\n%x", got, b)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range packets() {
		f.Add(p.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := nbds.Parse(b)
		if err != nil {
			return
		}
		if again, err := nbds.Parse(p.Append(nil)); err != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%+v comes back as %+v, %v", p, again, err)
		}
	})
}
