package datagram

import "net/netip"

// Answer is what is said to a datagram.
func (s *Server) Answer(from netip.AddrPort, b []byte) ([]byte, Event) { return s.answer(nil, from, b) }
