package giop

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/opendsom/dsom/cdr"
)

// The policies that travel in an InvocationPolicy context (part 1, clauses 17.2 and 17.3).
const (
	policyRequestPriority = 25
	policyReplyPriority   = 26
	policyRequestStart    = 27
	policyRequestEnd      = 28
	policyReplyStart      = 29
	policyReplyEnd        = 30
	policyRelativeRequest = 31
	policyRelativeRT      = 32
)

// A PriorityRange bounds the priority that a request or a reply is to have, on its way and
// when it is carried out: Messaging::PriorityRange. Higher is more urgent.
type PriorityRange struct{ Min, Max int16 }

// InvocationPolicies is what a request says of the time and the priority it is to have: the
// policies of Messaging that a server or a router is told (part 1, clause 17.2). What is not
// said is zero, or nil.
type InvocationPolicies struct {
	RequestStart, RequestEnd time.Time // when it may reach its target
	ReplyStart, ReplyEnd     time.Time // when its reply may reach the client
	RelativeRequest          time.Duration
	RelativeRT               time.Duration // until the reply is wanted
	RequestPriority          *PriorityRange
	ReplyPriority            *PriorityRange
}

// RelativeRTSize is the length of what AppendRelativeRT appends.
const RelativeRTSize = 32

// AppendRelativeRT appends to dst the data of an InvocationPolicy context that tells the
// server how much time the caller still gives the request: a PolicyValueSeq with one
// relative round-trip time-out, in units of 100 ns. Less than nothing is sent as nothing.
func AppendRelativeRT(dst []byte, left time.Duration) []byte {
	dst = append(dst, 1, 0, 0, 0) // little-endian, padding
	dst = binary.LittleEndian.AppendUint32(dst, 1)
	dst = binary.LittleEndian.AppendUint32(dst, policyRelativeRT)
	dst = binary.LittleEndian.AppendUint32(dst, 16)
	dst = append(dst, 1, 0, 0, 0, 0, 0, 0, 0) // the value: little-endian, padding to 8
	return binary.LittleEndian.AppendUint64(dst, ticks(left))
}

// Append appends the data of an InvocationPolicy context that says p.
func (p *InvocationPolicies) Append(dst []byte) []byte {
	var values [8]struct {
		kind  uint32
		value [32]byte
		n     int
	}
	n := 0
	add := func(kind uint32, value func([]byte) []byte) {
		v := &values[n]
		v.kind, v.n = kind, len(value(v.value[:0]))
		n++
	}
	for _, t := range [...]struct {
		kind uint32
		time time.Time
	}{{policyRequestStart, p.RequestStart}, {policyRequestEnd, p.RequestEnd}, {policyReplyStart, p.ReplyStart}, {policyReplyEnd, p.ReplyEnd}} {
		if !t.time.IsZero() {
			add(t.kind, func(b []byte) []byte {
				b = binary.LittleEndian.AppendUint64(append(b, 1, 0, 0, 0, 0, 0, 0, 0), utc(t.time))
				return append(b, 0, 0, 0, 0, 0, 0, 0, 0) // inaccuracy of 48 bits, minutes from Greenwich
			})
		}
	}
	for _, d := range [...]struct {
		kind uint32
		time time.Duration
	}{{policyRelativeRequest, p.RelativeRequest}, {policyRelativeRT, p.RelativeRT}} {
		if d.time > 0 {
			add(d.kind, func(b []byte) []byte {
				return binary.LittleEndian.AppendUint64(append(b, 1, 0, 0, 0, 0, 0, 0, 0), ticks(d.time))
			})
		}
	}
	for _, r := range [...]struct {
		kind uint32
		p    *PriorityRange
	}{{policyRequestPriority, p.RequestPriority}, {policyReplyPriority, p.ReplyPriority}} {
		if r.p != nil {
			add(r.kind, func(b []byte) []byte {
				b = binary.LittleEndian.AppendUint16(append(b, 1, 0), uint16(r.p.Min))
				return binary.LittleEndian.AppendUint16(b, uint16(r.p.Max))
			})
		}
	}
	start := len(dst)
	dst = append(dst, 1, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(n))
	for i := range values[:n] {
		v := &values[i]
		for (len(dst)-start)%4 != 0 {
			dst = append(dst, 0)
		}
		dst = binary.LittleEndian.AppendUint32(dst, v.kind)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v.n))
		dst = append(dst, v.value[:v.n]...)
	}
	return dst
}

// Parse reads the data of an InvocationPolicy context. What it does not know it skips; ok is false
// if the data are malformed: the context is advice and no reason to refuse the request. It
// allocates for priorities only.
func (p *InvocationPolicies) Parse(data []byte) (ok bool) {
	*p = InvocationPolicies{}
	if len(data) < 8 {
		return false
	}
	var d cdr.Decoder
	d.Reset(data, 1, data[0]&1 != 0, nil)
	for range d.Count(8) {
		kind, value := d.ULong(), d.OctetSeqView()
		if d.Err() != nil {
			*p = InvocationPolicies{}
			return false
		}
		if len(value) > 0 {
			p.take(kind, value)
		}
	}
	return d.Err() == nil
}

// take reads the value of one policy; one that is malformed is none.
func (p *InvocationPolicies) take(kind uint32, value []byte) {
	var in cdr.Decoder
	in.Reset(value, 1, value[0]&1 != 0, nil)
	switch kind {
	case policyRequestPriority, policyReplyPriority:
		r := PriorityRange{in.Short(), in.Short()}
		switch {
		case in.Err() != nil || r.Min > r.Max:
		case kind == policyRequestPriority:
			p.RequestPriority = &r
		default:
			p.ReplyPriority = &r
		}
	case policyRequestStart, policyRequestEnd, policyReplyStart, policyReplyEnd:
		t := fromUTC(in.ULongLong())
		in.ULong()
		in.UShort()
		in.Short() // of the sender's zone: the time itself is Greenwich's
		if in.Err() != nil {
			return
		}
		switch kind {
		case policyRequestStart:
			p.RequestStart = t
		case policyRequestEnd:
			p.RequestEnd = t
		case policyReplyStart:
			p.ReplyStart = t
		default:
			p.ReplyEnd = t
		}
	case policyRelativeRequest, policyRelativeRT:
		left := fromTicks(in.ULongLong())
		switch {
		case in.Err() != nil:
		case kind == policyRelativeRequest:
			p.RelativeRequest = left
		default:
			p.RelativeRT = left
		}
	}
}

// ticks returns a time in units of 100 ns, as TimeBase::TimeT has it; less than nothing is nothing.
func ticks(d time.Duration) uint64 { return uint64(max(d, 0) / 100) }

// fromTicks returns a time from units of 100 ns. Nothing at all, which would read as not said, is the least there is.
func fromTicks(t uint64) time.Duration {
	if t > math.MaxInt64/100 {
		return math.MaxInt64
	}
	return max(time.Duration(t)*100, 1)
}

// epoch is the beginning of TimeBase::TimeT, 15 October 1582, in seconds of Unix.
const epoch = -12219292800

// utc returns t as TimeBase::TimeT: 100 ns since the epoch. What is before is that.
func utc(t time.Time) uint64 {
	s := t.Unix() - epoch
	if s < 0 {
		return 0
	}
	return uint64(s)*1e7 + uint64(t.Nanosecond())/100
}

// fromUTC is the inverse of utc. The largest times, beyond the year 30000, mean forever, and are not said: zero.
func fromUTC(t uint64) time.Time {
	if t > math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(int64(t/1e7)+epoch, int64(t%1e7)*100)
}
