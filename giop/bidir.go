package giop

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// A ListenPoint is an address that references of a client name, of which it says that calls to
// it may come over its own connection (IIOP::ListenPoint, part 2, clause 9.9).
type ListenPoint struct {
	Host string
	Port uint16
}

// AppendListenPoints appends to dst the data of a BiDirIIOP context, an encapsulation.
func AppendListenPoints(dst []byte, points []ListenPoint) []byte {
	e := cdr.NewEncoder(dst, true, nil)
	e.Boolean(true)
	e.Count(len(points))
	for _, p := range points {
		e.RawString(p.Host)
		e.UShort(p.Port)
	}
	return e.Bytes()
}

// ParseListenPoints parses the data of a BiDirIIOP context, of which l bounds the number of points
// and the lengths of their hosts. The error is MARSHAL.
func ParseListenPoints(data []byte, l *limits.Limits) ([]ListenPoint, error) {
	d := cdr.NewDecoder(data, false, nil)
	little := d.Boolean()
	if d.Err() != nil {
		return nil, d.Err()
	}
	d.Reset(data, 1, little, nil)
	n := d.Count(6) // a length and a port
	if most := l.Int(limits.ListenPoints); n > most {
		return nil, exc.New(exc.Marshal, exc.MinorLimit, exc.No, "a client offers to be called: %w", l.Exceeded(limits.ListenPoints, int64(n)))
	}
	points := make([]ListenPoint, n)
	most := l.Int(limits.HostName)
	for i := range points {
		host := d.RawString()
		if len(host) > most {
			return nil, exc.New(exc.Marshal, exc.MinorLimit, exc.No, "a client offers to be called: %w", l.Exceeded(limits.HostName, int64(len(host))))
		}
		points[i] = ListenPoint{host, d.UShort()}
	}
	return points, d.Err()
}
