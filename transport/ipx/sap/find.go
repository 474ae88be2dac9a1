package sap

import (
	"context"
	"fmt"
	"time"

	"github.com/opendsom/dsom/transport/ipx"
)

// How names are asked for.
const (
	askTries = 3
	askEvery = time.Second
)

// A NotFoundError says that nobody has said that he has a name.
type NotFoundError struct{ Name string }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("no server of IPX has said that it is %s: all on the network were asked, %d times", e.Name, askTries)
}

// A Finder finds servers of DSOM by their names. The zero value is ready.
type Finder struct{}

// Resolve asks all on a station's network who has a name. Of several the nearest is taken, of those whose answers come at once.
func (Finder) Resolve(ctx context.Context, s *ipx.Station, name string) (ipx.Addr, error) {
	name, err := Name(name)
	if err != nil {
		return ipx.Addr{}, err
	}
	found := make(chan Entry, 16)
	socket, err := s.Open(0, func(p *ipx.Packet) {
		q, err := Parse(p.Data)
		if err != nil || q.Op != Response {
			return
		}
		for _, e := range q.Entries {
			if e.Type == TypeDSOM && e.Name == name && e.Hops < Down && e.Addr.Node != ipx.Broadcast && e.Addr.Node != (ipx.Node{}) {
				select {
				case found <- e:
				default: // there are enough
				}
			}
		}
	})
	if err != nil {
		return ipx.Addr{}, err
	}
	defer s.Shut(socket)
	ask := Packet{Op: Query, Type: TypeDSOM}
	for range askTries {
		if err := s.Send(&ipx.Packet{
			Type: ipx.TypeSAP, Dst: ipx.Addr{Net: s.Addr().Net, Node: ipx.Broadcast, Socket: ipx.SocketSAP}, Src: ipx.Addr{Socket: socket}, Data: ask.Append(nil),
		}); err != nil {
			return ipx.Addr{}, err
		}
		again := time.NewTimer(askEvery)
		select {
		case e := <-found:
			again.Stop()
			for len(found) > 0 {
				if other := <-found; other.Hops < e.Hops {
					e = other
				}
			}
			return e.Addr, nil
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return ipx.Addr{}, context.Cause(ctx)
		}
	}
	return ipx.Addr{}, &NotFoundError{name}
}
