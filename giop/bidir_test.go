package giop_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
)

func TestListenPoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		points []giop.ListenPoint
		wire   string
	}{
		{nil, "01000000 00000000"},
		{[]giop.ListenPoint{{"h", 0x1234}}, "01000000 01000000 02000000 6800 3412"},
		{[]giop.ListenPoint{{"ab", 1}, {"::1", 65535}}, "01000000 02000000 03000000 616200 00 0100 0000 04000000 3a3a3100 ffff"},
	} {
		got := giop.AppendListenPoints(nil, c.points)
		if want := strings.ReplaceAll(c.wire, " ", ""); hex.EncodeToString(got) != want {
			t.Errorf("%v: got %x, want %s", c.points, got, want)
		}
		if back, err := giop.ParseListenPoints(got, nil); err != nil || !slices.Equal(back, c.points) {
			t.Errorf("%v became %v, %v", c.points, back, err)
		}
		for n := range got {
			if back, err := giop.ParseListenPoints(got[:n], nil); err == nil {
				t.Errorf("%d octets of %v are %v", n, c.points, back)
			}
		}
	}
}

func TestHostileListenPoints(t *testing.T) {
	t.Parallel()
	var many []giop.ListenPoint
	for range 65 {
		many = append(many, giop.ListenPoint{Host: "h", Port: 1})
	}
	for _, c := range []struct {
		what  string
		data  []byte
		limit limits.Name
		named bool
	}{
		{"more than a few", giop.AppendListenPoints(nil, many), limits.ListenPoints, true},
		{"a long host", giop.AppendListenPoints(nil, []giop.ListenPoint{{Host: strings.Repeat("h", 256)}}), limits.HostName, true},
		{"4 Gi points", []byte("\x01\x00\x00\x00\xff\xff\xff\xff"), 0, false},
		{"a host of 4 GiB", []byte("\x01\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xffab\x00\x00\x01\x00"), 0, false},
		{"a host without end", []byte("\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00ab\x01\x00"), 0, false},
	} {
		l := new(limits.Limits)
		points, err := giop.ParseListenPoints(c.data, l)
		var e *limits.Error
		if !errors.Is(err, exc.Marshal) || c.named != errors.As(err, &e) || c.named && (e.Name != c.limit || l.Hits(c.limit) != 1) {
			t.Errorf("%s: got %v, %v", c.what, points, err)
		}
	}
}
