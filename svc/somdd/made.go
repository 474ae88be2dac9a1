package somdd

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// idle is how long an object that a client has had made is kept at least, when it is not called and others need the room.
const idle = time.Minute

// made are the objects that clients have had made.
type made struct {
	limits *limits.Limits

	mu  sync.Mutex
	all map[string]*object // by id
}

// An object was made for a client: a stream, or a definition that is not registered.
type object struct {
	s      *Service
	id     string // 8 octets that nobody can guess
	stream bool

	mu     sync.Mutex
	used   time.Time
	buffer []byte // of a stream
	def    wire.Definition
}

// add makes an object.
func (m *made) add(s *Service, stream bool) (*object, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	o := &object{s: s, id: string(id[:]), stream: stream, used: time.Now()}
	m.mu.Lock()
	defer m.mu.Unlock()
	if most := m.limits.Int(limits.DSOMObjects); len(m.all) >= most {
		m.sweep()
		if n := len(m.all); n >= most {
			return nil, raise(exc.ImpLimit, wire.NoSpace, "objects that clients of DSOM have had made, and not freed: %w", m.limits.Exceeded(limits.DSOMObjects, int64(n+1)))
		}
	}
	m.all[o.id] = o
	return o, nil
}

// sweep drops what nobody has called for a time; mu is held.
func (m *made) sweep() {
	for id, o := range m.all {
		o.mu.Lock()
		if time.Since(o.used) > idle {
			delete(m.all, id)
		}
		o.mu.Unlock()
	}
}

// get returns an object, nil if there is none.
func (m *made) get(id string) *object {
	m.mu.Lock()
	o := m.all[id]
	m.mu.Unlock()
	if o != nil {
		o.mu.Lock()
		o.used = time.Now()
		o.mu.Unlock()
	}
	return o
}

// drop ends an object.
func (m *made) drop(o *object) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, o.id)
}

// class returns the class of what was made, key its key.
func (o *object) class() *class {
	if o.stream {
		return streamClass
	}
	return definitionClass
}

func (o *object) key() []byte {
	return wire.Key{Server: wire.DaemonID, Transient: true, Ref: []byte(o.id)}.Append(nil)
}

// getBuffer is somStream::MemoryStreamIO::get_buffer: sequence<octet> ().
func (o *object) getBuffer(r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	o.mu.Lock()
	b := o.buffer // replaced, never changed
	o.mu.Unlock()
	if r.Returned(nil) {
		r.Out.OctetSeq(b)
	}
}

// setBuffer is somStream::MemoryStreamIO::set_buffer: void (in sequence<octet>).
func (o *object) setBuffer(r *orb.ServerRequest) {
	b := r.In.OctetSeqView()
	if !r.Decoded() {
		return
	}
	r.Returned(o.fill(b))
}

// fill makes a copy of b the content of the stream.
func (o *object) fill(b []byte) error {
	l := o.s.c.Limits
	if most := l.Int(limits.DSOMStream); len(b) > most {
		return raise(exc.ImpLimit, wire.NoSpace, "a stream of DSOM: %w", l.Exceeded(limits.DSOMStream, int64(len(b))))
	}
	b = slices.Clone(b)
	o.mu.Lock()
	o.buffer = b
	o.mu.Unlock()
	return nil
}

// content returns the stream's octets, which are not to be changed.
func (o *object) content() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer
}

// definition returns a copy of the definition.
func (o *object) definition() wire.Definition {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.def.Clone()
}

// define changes the definition.
func (o *object) define(f func(d *wire.Definition)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(&o.def)
}
