package proxied_test

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"strings"
	"testing"

	"github.com/opendsom/dsom/transport/proxied"
)

const signature = "\r\n\r\n\x00\r\nQUIT\n"

// header makes one, of a length that is said apart.
func header(command, family byte, length int, rest string) string {
	return signature + string([]byte{command, family}) + string(binary.BigEndian.AppendUint16(nil, uint16(length))) + rest
}

// whole is header with the right length.
func whole(command, family byte, rest string) string {
	return header(command, family, len(rest), rest)
}

const (
	v4 = "\x0a\x01\x02\x03\xc0\xa8\x00\x01\x30\x39\x0b\xed" // 10.1.2.3:12345 to 192.168.0.1:3053
	v6 = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x09\x0b\xed"
)

// summed is a header with a checksum, which is the right one but for off.
func summed(off uint32) string {
	b := []byte(whole(0x21, 0x11, v4+"\x04\x00\x02no\x03\x00\x04\x00\x00\x00\x00"))
	binary.BigEndian.PutUint32(b[len(b)-4:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))+off)
	return string(b)
}

// TestParse: what is taken, and what each header that is not is told.
func TestParse(t *testing.T) {
	t.Parallel()
	client := netip.MustParseAddrPort("10.1.2.3:12345")
	for _, c := range []struct {
		name, octets string
		source       netip.AddrPort
		local        bool
		err          string
	}{
		{"TCP over IPv4", whole(0x21, 0x11, v4), client, false, ""},
		{"TCP over IPv6", whole(0x21, 0x21, v6), netip.MustParseAddrPort("[2001:db8::7]:9"), false, ""},
		{"a mapped address", whole(0x21, 0x21, strings.Repeat("\x00", 10)+"\xff\xff\x0a\x01\x02\x03"+v6[16:32]+"\x30\x39\x00\x01"), client, false, ""},
		{"additions", whole(0x21, 0x11, v4+"\x02\x00\x04bank\x04\x00\x00\xe5\x00\x01x"), client, false, ""},
		{"checksum", summed(0), client, false, ""},
		{"local", whole(0x20, 0, ""), netip.AddrPort{}, true, ""},
		{"local, with what is to be skipped", whole(0x20, 0, "whatever"), netip.AddrPort{}, true, ""},
		{"local, with addresses", whole(0x20, 0x11, v4), netip.AddrPort{}, true, ""},
		{"local, of datagrams", whole(0x20, 0x12, v4), netip.AddrPort{}, true, ""},
		{"local, of a family that is none", whole(0x20, 0xff, "whatever"), netip.AddrPort{}, true, ""},
		{"local, of a family without addresses", whole(0x20, 0x11, ""), netip.AddrPort{}, true, ""},
		{"local, with half an addition", whole(0x20, 0x11, v4+"\x04\x00"), netip.AddrPort{}, true, ""},
		{"unspecified", whole(0x21, 0, ""), netip.AddrPort{}, false, ""},
		{"a socket of a machine", whole(0x21, 0x31, strings.Repeat("/", 216)), netip.AddrPort{}, false, ""},
		{"nothing", "", netip.AddrPort{}, false, "does not begin"},
		{"GIOP", "GIOP\x01\x02\x00\x00\x00\x00\x00\x00rest of it", netip.AddrPort{}, false, "does not begin"},
		{"version 1", "PROXY TCP4 10.1.2.3 10.1.2.4 1 2\r\n", netip.AddrPort{}, false, "of version 1 of the PROXY protocol"},
		{"version 3", whole(0x31, 0x11, v4), netip.AddrPort{}, false, "version 3"},
		{"command", whole(0x22, 0x11, v4), netip.AddrPort{}, false, "command 2"},
		{"datagrams", whole(0x21, 0x12, v4), netip.AddrPort{}, false, "0x12"},
		{"family", whole(0x21, 0x41, v4), netip.AddrPort{}, false, "0x41"},
		{"too short for its family", whole(0x21, 0x21, v4), netip.AddrPort{}, false, "36 are wanted"},
		{"longer than it says", header(0x21, 0x11, 11, v4), netip.AddrPort{}, false, "12 are wanted"},
		{"shorter than it says", header(0x21, 0x11, 13, v4), netip.AddrPort{}, false, "in the middle"},
		{"very long", header(0x21, 0x11, 65535, v4), netip.AddrPort{}, false, "MostHeader"},
		{"addition cut", whole(0x21, 0x11, v4+"\x04\x00"), netip.AddrPort{}, false, "in the middle"},
		{"addition that lies", whole(0x21, 0x11, v4+"\x04\x01\x00x"), netip.AddrPort{}, false, "256 octets"},
		{"checksum wrong", summed(1), netip.AddrPort{}, false, "checksum"},
		{"checksum of a wrong length", whole(0x21, 0x11, v4+"\x03\x00\x02ab"), netip.AddrPort{}, false, "checksum"},
	} {
		h, n, err := proxied.Parse([]byte(c.octets + "GIOP"))
		if c.err != "" {
			if c.name == "shorter than it says" {
				_, _, err = proxied.Parse([]byte(c.octets))
			}
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil || h.Source != c.source || h.Local != c.local || n != len(c.octets) {
			t.Errorf("%s: %+v, %d octets, %v", c.name, h, n, err)
		}
		for cut := range c.octets { // each proper beginning
			if _, _, err := proxied.Parse([]byte(c.octets[:cut])); err == nil {
				t.Errorf("%s: the first %d octets are taken for a header", c.name, cut)
			}
		}
	}
}

// FuzzParse: whatever comes, it is a header within its octets or an error, and what is behind it does not count.
func FuzzParse(f *testing.F) {
	for _, s := range []string{whole(0x21, 0x11, v4), whole(0x21, 0x21, v6), summed(0), whole(0x20, 0, "x"), whole(0x21, 0x31, strings.Repeat("/", 216)), header(0x21, 0x11, 65535, v4), signature} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n, err := proxied.Parse(b)
		if err != nil {
			if n != 0 || h != (proxied.Header{}) && !h.Local {
				t.Errorf("%d octets and %+v beside %v", n, h, err)
			}
			return
		}
		if n < 16 || n > len(b) || n > 16+proxied.MostHeader {
			t.Fatalf("%d octets of %d", n, len(b))
		}
		if again, k, err := proxied.Parse(b[:n:n]); err != nil || k != n || again != h {
			t.Errorf("alone it is %+v, %d, %v", again, k, err)
		}
	})
}
