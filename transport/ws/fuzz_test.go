package ws

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// FuzzFrames: whatever comes, and however it is cut, the octets of messages and the end are the same, and never more than came.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x82\x85\x01\x02\x03\x04hello\x89\x80\x00\x00\x00\x00\x88\x80\x00\x00\x00\x00"), uint8(3), false)
	f.Add([]byte("\x82\xfe\x00\x7e\x00\x00\x00\x00"), uint8(1), false)
	f.Add([]byte("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00x"), uint8(2), true)
	f.Add([]byte("\x02\x01a\x00\x01b\x80\x01c\xc1"), uint8(5), true)
	f.Fuzz(func(t *testing.T, data []byte, cut uint8, client bool) {
		take := func(step int) (out []byte, pings int, err error) {
			r := reader{client: client, ping: func([]byte) { pings++ }}
			for at := 0; at < len(data) && err == nil; {
				b := bytes.Clone(data[at:min(len(data), at+step)])
				var n int
				n, err = r.take(b)
				if n > len(b) {
					t.Fatalf("%d octets of %d", n, len(b))
				}
				out, at = append(out, b[:n]...), at+len(b)
			}
			return out, pings, err
		}
		whole, pings, err := take(max(len(data), 1))
		pieces, pings2, err2 := take(int(cut) + 1)
		if !bytes.Equal(whole, pieces) || pings != pings2 || (err == nil) != (err2 == nil) || err != nil && err.Error() != err2.Error() {
			t.Fatalf("whole: %q, %d pings, %v; in pieces of %d: %q, %d, %v", whole, pings, err, int(cut)+1, pieces, pings2, err2)
		}
		var broken *FrameError
		if err != nil && err != io.EOF && !errors.As(err, &broken) {
			t.Fatalf("got %v", err)
		}
	})
}
