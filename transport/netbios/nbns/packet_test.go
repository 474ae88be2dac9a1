package nbns_test

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
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
)

func name(text string, kind byte, scope string) nbname.Name {
	n, err := nbname.New(text, kind, scope)
	if err != nil {
		panic(err)
	}
	return n
}

var (
	ada    = name("ADA", nbname.DSOM, "NET.EXAMPLE")
	mine   = nbns.Entry{Type: nbns.H, Addr: netip.MustParseAddr("10.77.0.2")}
	others = nbns.Entry{Group: true, Addr: netip.MustParseAddr("10.77.0.9")}
)

// every packet of the name service.
func packets() map[string]*nbns.Packet {
	register, query := nbns.Registration(0x1234, ada, mine, 300000, false), nbns.Query(0x1234, ada, false)
	release := nbns.Release(0x1234, ada, mine, false)
	status := nbns.Status{Names: []nbns.Held{
		{Name: name("ADA", nbname.DSOM, ""), Type: nbns.H, Active: true, Permanent: true},
		{Name: name("DSOM", nbname.DSOM, ""), Group: true, Type: nbns.H, Active: true, Conflict: true, Deregistering: true},
	}, Unit: [6]byte{2, 3, 4, 5, 6, 7}}
	return map[string]*nbns.Packet{
		"registration-request": register, "registration-broadcast": nbns.Registration(0x1234, ada, others, 0, true),
		"registration-positive": nbns.Registered(register, nbns.OK, 300000, true), "registration-negative": nbns.Registered(register, nbns.ActiveErr, 0, false),
		"registration-challenge": nbns.Challenge(register, others),
		"overwrite":              nbns.Overwrite(0x1234, ada, mine, 300000, true), "conflict-demand": nbns.Conflict(0x1234, ada),
		"refresh":         nbns.Refresh(0x1234, ada, mine, 300000),
		"release-request": release, "release-positive": nbns.Registered(release, nbns.OK, 0, false), "release-negative": nbns.Registered(release, nbns.Refused, 0, false),
		"query-request": query, "query-broadcast": nbns.Query(0x1234, ada, true), "query-positive": nbns.Found(query, 300000, []nbns.Entry{mine, others}, true),
		"query-negative": nbns.NotFound(query, nbns.NameErr), "query-redirect": nbns.Redirect(query, name("WINS", 0, "NET.EXAMPLE"), others.Addr),
		"wait": nbns.Wait(register, 60), "status-request": nbns.StatusQuery(0x1234, nbname.Any), "status-response": nbns.OfStatus(nbns.StatusQuery(0x1234, nbname.Any), status),
	}
}

// annotate prints a packet with a note beside each field; it walks it from the specification, apart from the code under test.
func annotate(b []byte) string {
	p := binfmt.New(b)
	p.To(2, "transaction id")
	p.To(4, "R, operation %d, AA TC RD RA 0 0 B %07b, code %d", b[2]>>3&15, (uint16(b[2])<<8|uint16(b[3]))>>4&0x7f, b[3]&15)
	counts := [4]int{}
	for i, what := range [4]string{"questions", "answers", "authorities", "additional records"} {
		counts[i] = int(b[4+2*i])<<8 | int(b[5+2*i])
		p.To(6+2*i, "%s", what)
	}
	at := 12
	text := func() {
		for b[at] != 0 {
			if b[at] >= 0xc0 {
				at += 2
				p.To(at, "a pointer to the name")
				return
			}
			at += 1 + int(b[at])
			p.To(at, "a label of the name")
		}
		at++
		p.To(at, "its end")
	}
	for range counts[0] {
		text()
		p.To(at+2, "type")
		p.To(at+4, "class")
		at += 4
	}
	for range counts[1] + counts[2] + counts[3] {
		text()
		kind := b[at+1]
		p.To(at+2, "type")
		p.To(at+4, "class")
		p.To(at+8, "time to live, in seconds")
		p.To(at+10, "octets of data")
		end := at + 10 + int(b[at+8])<<8 + int(b[at+9])
		at += 10
		switch kind {
		case 0x20:
			for at < end {
				p.To(at+2, "group, type of node")
				p.To(at+6, "address")
				at += 6
			}
		case 0x21:
			n := int(b[at])
			at++
			p.To(at, "names")
			for range n {
				p.To(at+16, "name")
				p.To(at+18, "group, type of node, deregistering, conflict, active, permanent")
				at += 18
			}
			p.To(at+6, "unit id")
			p.To(end, "statistics")
		case 1:
			p.To(end, "address")
		case 2:
			p.To(end, "name of a name server")
		default:
			p.To(end, "what was asked")
		}
		at = end
	}
	p.Rest("what should not be here")
	return p.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for what, p := range packets() {
		b := p.Append(nil)
		golden.Check(t, what+".txt", annotate(b))
		got, err := nbns.Parse(b)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s comes back as %+v, %v; want %+v", what, got, err, p)
		}
		for i := range b { // nothing short of the whole is taken for it
			if short, err := nbns.Parse(b[:i:i]); err == nil {
				t.Fatalf("%s: %d octets of %d are %+v", what, i, len(b), short)
			}
		}
		if len(b) > nbns.MostOctets {
			t.Errorf("%s has %d octets", what, len(b))
		}
	}
}

// TestSamba reads what Samba's nmbd has sent, and writes it again, to the octet.
func TestSamba(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/samba.hex")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		seen++
		b, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		p, err := nbns.Parse(b)
		if err != nil {
			t.Errorf("%x: %v", b, err)
			continue
		}
		if got := p.Append(nil); !bytes.Equal(got, b) {
			t.Errorf("%+v is written as\n%x, and was\n%x", p, got, b)
		}
		for _, r := range p.Answers {
			switch r.Type {
			case nbns.TypeNB:
				if all, err := r.Entries(); err != nil || len(all) == 0 || !bytes.Equal(nbns.AppendEntries(nil, all...), r.Data) {
					t.Errorf("entries %x: %v, %v", r.Data, all, err)
				}
			case nbns.TypeNBSTAT:
				if s, err := r.Status(); err != nil || len(s.Names) == 0 || !bytes.Equal(s.Append(nil), r.Data) {
					t.Errorf("status %x: %+v, %v", r.Data, s, err)
				}
			}
		}
		if !p.Response && p.Op == nbns.OpRegistration {
			if e, ok := p.Owner(); !ok || !e.Addr.Is4() {
				t.Errorf("%x tells no owner", b)
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d packets", seen)
	}
}

// TestBounds: of counts that say more than is there, none is believed.
func TestBounds(t *testing.T) {
	t.Parallel()
	b := packets()["query-positive"].Append(nil)
	for at := 4; at < 12; at += 2 {
		for _, n := range []byte{2, 65, 255} {
			lie := bytes.Clone(b)
			lie[at], lie[at+1] = n>>7, n
			if p, err := nbns.Parse(lie); err == nil {
				t.Errorf("%d at %d: %+v", n, at, p)
			}
		}
	}
	for _, r := range []nbns.Record{{Type: nbns.TypeNB, Data: []byte{1}}, {Type: nbns.TypeA}} {
		if all, err := r.Entries(); err == nil {
			t.Errorf("%+v: %v", r, all)
		}
	}
	for _, r := range []nbns.Record{{Type: nbns.TypeNBSTAT}, {Type: nbns.TypeNBSTAT, Data: append([]byte{2}, make([]byte, 35)...)}, {Type: nbns.TypeNB, Data: []byte{0}}} {
		if s, err := r.Status(); err == nil {
			t.Errorf("%+v: %+v", r, s)
		}
	}
	s := nbns.Status{Names: make([]nbns.Held, 300)}
	if got, err := (nbns.Record{Type: nbns.TypeNBSTAT, Data: s.Append(nil)}).Status(); err != nil || len(got.Names) != 255 {
		t.Errorf("of 300 names: %d, %v", len(got.Names), err)
	}
}

func TestRedirectTo(t *testing.T) {
	t.Parallel()
	for what, p := range packets() {
		to, ok := p.RedirectTo()
		if ok != (what == "query-redirect") || ok && to != others.Addr {
			t.Errorf("%s: %v, %v", what, to, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range packets() {
		f.Add(p.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := nbns.Parse(b)
		if err != nil {
			return
		}
		for _, r := range p.Answers {
			_, _ = r.Entries()
			_, _ = r.Status()
		}
		again, err := nbns.Parse(p.Append(nil))
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%+v comes back as %+v, %v", p, again, err)
		}
		p.RedirectTo()
		p.Owner()
	})
}
