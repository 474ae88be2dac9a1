package giop_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
)

func TestRelativeRT(t *testing.T) {
	t.Parallel()
	got := giop.AppendRelativeRT(nil, 2500*time.Millisecond)
	const want = "01000000" + "01000000" + "20000000" + "10000000" + "0100000000000000" + "40787d0100000000"
	if hex.EncodeToString(got) != want || len(got) != giop.RelativeRTSize {
		t.Errorf("got %x, want %s", got, want)
	}
	if same := (&giop.InvocationPolicies{RelativeRT: 2500 * time.Millisecond}).Append(nil); !bytes.Equal(same, got) {
		t.Errorf("two ways to say it: %x, %x", same, got)
	}
	var p giop.InvocationPolicies
	for _, d := range []time.Duration{100, time.Hour, math.MaxInt64 / 100 * 100} {
		if ok := p.Parse(giop.AppendRelativeRT(nil, d)); !ok || p.RelativeRT != d {
			t.Errorf("%v became %v, %v", d, p.RelativeRT, ok)
		}
	}
	for _, d := range []time.Duration{0, -5} { // said, and over
		if ok := p.Parse(giop.AppendRelativeRT(nil, d)); !ok || p.RelativeRT != 1 {
			t.Errorf("%v became %v", d, p.RelativeRT)
		}
	}
	for n := range got {
		if ok := p.Parse(got[:n]); ok && n < 20 || p.RelativeRT != 0 {
			t.Errorf("%d octets are %v, %v", n, p.RelativeRT, ok)
		}
	}
	// Behind another policy, big-endian, and more than a Duration holds.
	b, _ := hex.DecodeString("00000000" + "00000002" + "00000018" + "00000004" + "00000000" + "00000020" + "00000010" + "0000000000000000" + "ffffffffffffffff")
	if ok := p.Parse(b); !ok || p.RelativeRT != math.MaxInt64 {
		t.Errorf("got %v, %v", p.RelativeRT, ok)
	}
	none, _ := hex.DecodeString("0000000000000001000000180000000400000000")
	if ok := p.Parse(none); !ok || p != (giop.InvocationPolicies{}) {
		t.Errorf("a context of another policy is %+v", p)
	}
}

// TestInvocationPolicies holds how each policy is said, octet by octet, and that it is read again.
func TestInvocationPolicies(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	const instant = "0100000000000000" + "00e0b33c23ebf101" + "0000000000000000" // encapsulation, time, inaccuracy and zone
	for _, c := range []struct {
		p    giop.InvocationPolicies
		wire string // of the one policy: type, length, encapsulation
	}{
		{giop.InvocationPolicies{RequestPriority: &giop.PriorityRange{Min: -1, Max: 7}}, "19000000" + "06000000" + "0100ffff0700"},
		{giop.InvocationPolicies{ReplyPriority: &giop.PriorityRange{Min: 3, Max: 3}}, "1a000000" + "06000000" + "010003000300"},
		{giop.InvocationPolicies{RequestStart: at}, "1b000000" + "18000000" + instant},
		{giop.InvocationPolicies{RequestEnd: at}, "1c000000" + "18000000" + instant},
		{giop.InvocationPolicies{ReplyStart: at}, "1d000000" + "18000000" + instant},
		{giop.InvocationPolicies{ReplyEnd: at}, "1e000000" + "18000000" + instant},
		{giop.InvocationPolicies{RelativeRequest: time.Second}, "1f000000" + "10000000" + "0100000000000000" + "8096980000000000"},
		{giop.InvocationPolicies{RelativeRT: time.Second}, "20000000" + "10000000" + "0100000000000000" + "8096980000000000"},
	} {
		got := c.p.Append(nil)
		if want := "01000000" + "01000000" + c.wire; hex.EncodeToString(got) != want {
			t.Errorf("got %x, want %s", got, want)
		}
		var back giop.InvocationPolicies
		if !back.Parse(got) || !samePolicies(back, c.p) {
			t.Errorf("%+v became %+v", c.p, back)
		}
	}
	all := giop.InvocationPolicies{
		RequestStart: at, RequestEnd: at.Add(time.Second), ReplyStart: at.Add(2), ReplyEnd: time.Date(1969, 1, 2, 3, 4, 5, 600, time.UTC),
		RelativeRequest: time.Minute, RelativeRT: time.Hour, RequestPriority: &giop.PriorityRange{}, ReplyPriority: &giop.PriorityRange{Min: math.MinInt16, Max: math.MaxInt16},
	}
	all.ReplyStart = all.ReplyStart.Truncate(100)
	data := all.Append(nil)
	var back giop.InvocationPolicies
	if !back.Parse(data) || !samePolicies(back, all) {
		t.Errorf("%+v became %+v", all, back)
	}
	for n := range data {
		back.Parse(data[:n]) // must not panic
	}
	reversed := giop.InvocationPolicies{RequestPriority: &giop.PriorityRange{Min: 2, Max: 1}}
	if back.Parse(reversed.Append(nil)); back.RequestPriority != nil {
		t.Errorf("a range from 2 to 1 is %+v", back.RequestPriority)
	}
}

func samePolicies(a, b giop.InvocationPolicies) bool {
	same := func(a, b *giop.PriorityRange) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
	return a.RequestStart.Equal(b.RequestStart) && a.RequestEnd.Equal(b.RequestEnd) && a.ReplyStart.Equal(b.ReplyStart) && a.ReplyEnd.Equal(b.ReplyEnd) &&
		a.RelativeRequest == b.RelativeRequest && a.RelativeRT == b.RelativeRT && same(a.RequestPriority, b.RequestPriority) && same(a.ReplyPriority, b.ReplyPriority)
}

func TestExceptionDetail(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "bank-server did not start: exit status 1", "größer € 😀"} {
		c := giop.ExceptionDetail(s)
		if got := giop.ParseExceptionDetail(c.Data); got != s || c.ID != 14 {
			t.Errorf("%q became %q", s, got)
		}
		for n := range c.Data {
			giop.ParseExceptionDetail(c.Data[:n]) // must not panic
		}
	}
	for _, c := range []struct{ what, wire, want string }{
		{"with a mark, little-endian", "01000000 06000000 fffe 4100 4200", "AB"},
		{"with a mark, big-endian, in a little-endian encapsulation", "01000000 06000000 feff 0041 0042", "AB"},
		{"little-endian without a mark", "01000000 04000000 4100 4200", "AB"},
		{"a terminator", "00000000 00000006 0041 0042 0000", "AB"},
		{"a narrow string", "00000000 00000003 414200", "AB"},
		{"nothing", "", ""},
		{"4 GiB", "00000000 ffffffff 0041", ""},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.wire, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := giop.ParseExceptionDetail(b); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

func TestContextLimits(t *testing.T) {
	t.Parallel()
	parse := func(count uint32, octets int, l *limits.Limits) error {
		e := cdr.NewEncoder(nil, false, nil)
		e.Octets(giop.AppendHeader(nil, giop.Header{Version: cdr.V11, Type: giop.TypeReply}))
		e.ULong(count)
		e.Octets(make([]byte, octets))
		h, _ := giop.ParseHeader(e.Bytes())
		var d cdr.Decoder
		giop.Open(&d, h, e.Bytes(), &cdr.Env{Version: cdr.V11, Limits: l})
		var r giop.Reply
		return r.Parse(h, &d)
	}
	var limit *limits.Error
	if err := parse(257, 257*8+8, nil); !errors.As(err, &limit) || limit.Name != limits.ServiceContexts {
		t.Errorf("257 contexts: %v", err)
	}
	if err := parse(256, 256*8+8, nil); err != nil {
		t.Errorf("256 contexts: %v", err)
	}
	l := &limits.Limits{}
	l.Set(limits.ServiceContexts, 1)
	if err := parse(2, 2*8+8, l); !errors.Is(err, exc.Marshal) || l.Hits(limits.ServiceContexts) != 1 {
		t.Errorf("two contexts where one is allowed: %v", err)
	}
	if err := parse(0xffffffff, 100, nil); !errors.Is(err, exc.Marshal) {
		t.Errorf("4 Gi contexts: %v", err)
	}
}

func TestHeaderErrors(t *testing.T) {
	t.Parallel()
	good := giop.AppendHeader(nil, giop.Header{Version: cdr.V12, Type: giop.TypeReply, Little: true, More: true, Size: 5})
	for _, c := range []struct {
		at  int
		was byte
	}{{0, 'g'}, {4, 2}, {4, 0}, {5, 3}, {5, 255}, {7, 8}, {7, 255}} {
		b := append([]byte(nil), good...)
		b[c.at] = c.was
		if h, err := giop.ParseHeader(b); err == nil {
			t.Errorf("octet %d of %#x: %+v", c.at, c.was, h)
		}
	}
	b := append([]byte(nil), good...)
	b[5], b[7] = 0, 7
	if h, err := giop.ParseHeader(b); err == nil {
		t.Errorf("a fragment of 1.0: %+v", h)
	}
	b[7] = 1
	if h, err := giop.ParseHeader(b); err != nil || h.More {
		t.Errorf("1.0 announces fragments: %+v, %v", h, err)
	}
}
