package neighbours

import (
	"context"
	"net"

	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/unix"
)

// Key is the key of the object by which a daemon is asked, by a call, whether it is what a hint says: corbaloc::HOST:PORT/DSOMLink.
const Key = "DSOMLink"

// Servant returns that object, which answers hosts of the link and of this machine alone.
func (l *Link) Servant() orb.Servant { return dsomlink.DaemonClass.Servant(&called{link: l}) }

type called struct {
	dsomlink.DaemonBase // announcements and questions by a call change and answer nothing
	link                *Link
}

func (s *called) Announce(context.Context, dsomlink.Here, uint64, string) error  { return nil }
func (s *called) WhoHas(context.Context, uint64, string, dsomlink.Padding) error { return nil }

// may refuses who is not on the link.
func (s *called) may(ctx context.Context) error {
	peer := orb.Peer(ctx)
	if peer == nil {
		return nil
	}
	switch peer.Network() {
	case unix.Name, pipe.Name: // of this machine
		return nil
	}
	if at, is := peer.(*net.TCPAddr); is {
		if a := at.AddrPort().Addr().Unmap(); a.IsLoopback() || s.link.near(a) {
			return nil
		}
	}
	return exc.New(exc.NoPermission, exc.MinorNotIdentified, exc.No, "this is for hosts of the link of %s", s.link.c.Interface)
}

// Who says who this is.
func (s *called) Who(ctx context.Context) (dsomlink.Here, error) {
	if err := s.may(ctx); err != nil {
		return dsomlink.Here{}, err
	}
	return s.link.c.Self.here(), nil
}

// Has says what of a name is here.
func (s *called) Has(ctx context.Context, what string) (string, error) {
	if err := s.may(ctx); err != nil {
		return "", err
	}
	if len(what) > MostName {
		return "", exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the limit link-name is %d octets", MostName)
	}
	if what == "" {
		return "", nil
	}
	return s.link.c.Has(ctx, what)
}
