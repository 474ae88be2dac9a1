// Package pcap reads captures of TCP in the classic format of tcpdump and puts the streams
// together, for tests that compare with recorded traffic.
package pcap

import (
	"encoding/binary"
	"fmt"
	"os"
	"sort"
)

// A Stream is what one side of a TCP connection sent.
type Stream struct {
	From, To Port
	Data     []byte
	marks    []mark
}

// A Port is one end of a connection.
type Port struct {
	Addr [4]byte
	Port uint16
}

// mark says with which frame the octets up to an offset had come.
type mark struct{ end, frame int }

// Frame returns the number, from 1 as tshark counts, of the frame that brought the octet at
// offset; that of the stream's last frame if there is none.
func (s *Stream) Frame(offset int) int {
	i := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].end > offset })
	if i == len(s.marks) {
		i--
	}
	return s.marks[i].frame
}

// flow is a stream in the making.
type flow struct {
	*Stream
	next    uint32 // sequence number expected
	pending map[uint32][]byte
}

// Streams returns the streams of the capture in a file, each direction of each connection
// by itself, in the order in which they began. Only IPv4 over Ethernet is understood; other
// frames are skipped. Retransmitted octets are taken once.
func Streams(name string) ([]*Stream, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(b) < 24 {
		return nil, fmt.Errorf("%s: no capture", name)
	}
	var order binary.ByteOrder
	switch {
	case binary.LittleEndian.Uint32(b) == 0xa1b2c3d4:
		order = binary.LittleEndian
	case binary.BigEndian.Uint32(b) == 0xa1b2c3d4:
		order = binary.BigEndian
	default:
		return nil, fmt.Errorf("%s: no capture in the classic format", name)
	}
	if link := order.Uint32(b[20:]); link != 1 {
		return nil, fmt.Errorf("%s: link type %d is not Ethernet", name, link)
	}
	var all []*Stream
	flows := map[[2]Port]*flow{}
	b = b[24:]
	for frame := 1; len(b) > 0; frame++ {
		if len(b) < 16 {
			return nil, fmt.Errorf("%s: cut off in frame %d", name, frame)
		}
		n := int(order.Uint32(b[8:]))
		if n > len(b)-16 {
			return nil, fmt.Errorf("%s: cut off in frame %d", name, frame)
		}
		if s := segmentOf(b[16 : 16+n]); s != nil {
			key := [2]Port{s.from, s.to}
			f := flows[key]
			if f == nil || s.syn {
				f = &flow{Stream: &Stream{From: s.from, To: s.to}, pending: map[uint32][]byte{}}
				if f.next = s.seq; s.syn {
					f.next++
				}
				flows[key] = f
				all = append(all, f.Stream)
			}
			f.add(s, frame)
		}
		b = b[16+n:]
	}
	return all, nil
}

// segment is a TCP segment.
type segment struct {
	from, to Port
	seq      uint32
	syn      bool
	data     []byte
}

func segmentOf(b []byte) *segment {
	const ethernet, tcp = 14, 6
	if len(b) < ethernet+20 || binary.BigEndian.Uint16(b[12:]) != 0x0800 {
		return nil
	}
	ip := b[ethernet:]
	head, total := int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
	if ip[0]>>4 != 4 || ip[9] != tcp || head < 20 || total < head+20 || total > len(ip) {
		return nil
	}
	t := ip[head:total]
	if off := int(t[12]>>4) * 4; off >= 20 && off <= len(t) {
		s := &segment{seq: binary.BigEndian.Uint32(t[4:]), syn: t[13]&2 != 0, data: t[off:]}
		copy(s.from.Addr[:], ip[12:])
		copy(s.to.Addr[:], ip[16:])
		s.from.Port, s.to.Port = binary.BigEndian.Uint16(t), binary.BigEndian.Uint16(t[2:])
		return s
	}
	return nil
}

// add takes the octets of a segment that are new, and those that waited for them.
func (f *flow) add(s *segment, frame int) {
	seq, data := s.seq, s.data
	if s.syn {
		seq++
	}
	for len(data) > 0 {
		if ahead := int32(seq - f.next); ahead > 0 {
			f.pending[seq] = data
			return
		} else if skip := int(-ahead); skip < len(data) {
			f.Data = append(f.Data, data[skip:]...)
			f.next += uint32(len(data) - skip)
			f.marks = append(f.marks, mark{len(f.Data), frame})
		}
		data = nil
		for at, waiting := range f.pending {
			if int32(at-f.next) <= 0 {
				seq, data = at, waiting
				delete(f.pending, at)
				break
			}
		}
	}
}
