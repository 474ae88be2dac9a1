package orb

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// Links returns how many connections to others o keeps in mind.
func Links(o *ORB) int {
	o.links.mu.Lock()
	defer o.links.mu.Unlock()
	return len(o.links.byHop)
}

// Reader returns what is known of the peer that r leads to first.
func Reader(r *Ref) cdr.Reader { return r.route().ways[0].reader }

// ReplyReader returns what is known of a peer whose request to o is in a byte order. made is what the reference told by
// which the connection was made to it, AnyReader also if the peer has made it.
func ReplyReader(o *ORB, made cdr.Reader, little bool) (cdr.Reader, error) {
	s, err := readingConn(o, cdr.AnyReader)
	if err != nil {
		return 0, err
	}
	s.made = &link{hop: hop{reader: made}}
	env, err := s.environment(giop.Header{Version: cdr.V12, Little: little}, giop.Contexts{})
	return env.Reader, err
}

// WayBackReader returns as what a client that told to be one reader is called back by a reference that says another, and then by one that says nothing.
func WayBackReader(o *ORB, of, told cdr.Reader) (by, again cdr.Reader) {
	s, err := readingConn(o, told)
	if err != nil {
		return 0, 0
	}
	return s.linkBack(hop{reader: of}).env.Reader, s.linkBack(hop{}).env.Reader
}

func readingConn(o *ORB, told cdr.Reader) (*serverConn, error) {
	refs := references{orb: o}
	env, err := o.env(coding{version: cdr.V12, reader: told, names: refs.names}, refs)
	return &serverConn{orb: o, refs: refs, env: env}, err
}
