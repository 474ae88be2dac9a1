package wiretap

import "github.com/opendsom/dsom/giop"

// spoil changes the replies in b, which is about to be scanned, to operations that are to be spoilt. It changes their last octets,
// in place. Replies that do not come in one piece are left as they are.
func (s *scanner) spoil(b []byte) {
	if s.tap.Spoil == nil || s.lost || len(s.buf) > 0 {
		return
	}
	for len(b) >= giop.HeaderSize {
		h, err := giop.ParseHeader(b)
		end := giop.HeaderSize + int(h.Size)
		if err != nil || len(b) < end {
			return
		}
		if m, err := s.read(h, b[:end]); err == nil && h.Type == giop.TypeReply && !h.More && m.Status <= giop.UserException && s.tap.Spoil(s.tap.asked(m)) {
			b[end-1] ^= 0xff
		}
		b = b[end:]
	}
}

// asked returns the operation of the request to which m is the reply.
func (p *Tap) asked(m Message) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, q := range p.messages {
		if q.Header.Type == giop.TypeRequest && q.ID == m.ID && q.From == m.To && q.To == m.From {
			return q.Operation
		}
	}
	return ""
}
