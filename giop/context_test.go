package giop_test

import (
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
	for _, d := range []time.Duration{0, 100, time.Hour, math.MaxInt64 / 100 * 100} {
		if got, ok := giop.ParseRelativeRT(giop.AppendRelativeRT(nil, d)); !ok || got != d {
			t.Errorf("%v became %v, %v", d, got, ok)
		}
	}
	if got, ok := giop.ParseRelativeRT(giop.AppendRelativeRT(nil, -5)); !ok || got != 0 {
		t.Errorf("less than nothing became %v", got)
	}
	for n := range got {
		if d, ok := giop.ParseRelativeRT(got[:n]); ok {
			t.Errorf("%d octets are %v", n, d)
		}
	}
	// Behind another policy, big-endian, and more than a Duration holds.
	b, _ := hex.DecodeString("00000000" + "00000002" + "00000018" + "00000004" + "00000000" + "00000020" + "00000010" + "0000000000000000" + "ffffffffffffffff")
	if d, ok := giop.ParseRelativeRT(b); !ok || d != math.MaxInt64 {
		t.Errorf("got %v, %v", d, ok)
	}
	none, _ := hex.DecodeString("0000000000000001000000180000000400000000")
	if d, ok := giop.ParseRelativeRT(none); ok {
		t.Errorf("a context of another policy is %v", d)
	}
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
