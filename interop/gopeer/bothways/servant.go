// Package bothways is the Go side of the suite of bidirectional GIOP (bidir.idl): an object for either end of a connection,
// and the cases that a client runs.
package bothways

import (
	"context"
	"sync"

	"github.com/opendsom/dsom/interop/gen/bidir"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A servant is the Peer in Go.
type servant struct {
	bidir.PeerBase
	mu   sync.Mutex
	kept bidir.Peer
}

func (s *servant) Tell(_ context.Context, text string) (string, error)     { return text, nil }
func (s *servant) TellWide(_ context.Context, text string) (string, error) { return text, nil }
func (s *servant) Meet(ctx context.Context, other bidir.Peer, turns int32) (int32, error) {
	if turns == 0 {
		return 1, nil
	}
	n, err := other.Meet(ctx, s, turns-1)
	return n + 1, err
}

func (s *servant) Keep(_ context.Context, other bidir.Peer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = other
	return nil
}

func (s *servant) Poke(ctx context.Context, text string) (string, error) {
	s.mu.Lock()
	other := s.kept
	s.mu.Unlock()
	return other.Tell(ctx, text)
}

func (s *servant) Mirror(_ context.Context, data bidir.Peer_Octets) (bidir.Peer_Octets, error) {
	return data, nil
}

// Publish makes a Peer an object that may be called against the direction of connections.
func Publish(o *orb.ORB) (bidir.Peer, error) {
	both, err := poa.New(o).Create("both", poa.Options{Bidirectional: poa.Both})
	if err != nil {
		return nil, err
	}
	ref, err := bidir.PeerClass.Activate(both, new(servant))
	if err != nil {
		return nil, err
	}
	return bidir.PeerClass.Unchecked(ref), nil
}
