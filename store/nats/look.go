package nats

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Health is how the servers of a store are, and the stream in them.
type Health struct {
	Unreached map[string]error // servers that do not let this program in, by their URLs
	Made      bool             // the stream is there
	Replicas  int              // that the stream shall have
	Leader    string           // the server that decides; "": there is none just now
	Behind    []string         // servers of the stream that do not have it as it is, or are not up
	Messages  uint64
	Octets    uint64
}

// Look looks at each server, and at the stream, and changes nothing. Its error says that the options are wrong, or why the stream cannot be looked at.
func Look(ctx context.Context, o Options) (h Health, err error) {
	o.Stream = cmp.Or(o.Stream, DefaultStream)
	options, err := o.connection()
	if err != nil {
		return h, err
	}
	c := &cluster{o: o}
	h.Unreached = map[string]error{}
	var last *nats.Conn
	for _, url := range o.Servers {
		conn, err := nats.Connect(url, append(options, nats.DontRandomize(), nats.MaxReconnects(0), nats.IgnoreDiscoveredServers())...)
		if err != nil {
			h.Unreached[url] = c.fault(err)
			continue
		}
		defer conn.Close()
		last = conn
	}
	if last == nil {
		return h, fmt.Errorf("none of the servers %v lets this program in", o.Servers)
	}
	js, err := jetstream.New(last)
	if err != nil {
		return h, c.fault(err)
	}
	s, err := js.Stream(ctx, o.Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return h, nil
	}
	if err != nil {
		return h, c.fault(err)
	}
	info := s.CachedInfo()
	h.Made, h.Replicas, h.Messages, h.Octets = true, info.Config.Replicas, info.State.Msgs, info.State.Bytes
	if info.Cluster != nil {
		h.Leader = info.Cluster.Leader
		for _, p := range info.Cluster.Replicas {
			if p.Offline || !p.Current {
				h.Behind = append(h.Behind, p.Name)
			}
		}
	}
	return h, nil
}
