package nats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/opendsom/dsom/store"
)

// Options say where the store is.
type Options struct {
	Servers  []string      // URLs of NATS servers, such as nats://a.example:4222
	Stream   string        // its name; "": DefaultStream
	Replicas int           // when the stream is made; 0: 3
	Patience time.Duration // of a commit without a deadline; 0: DefaultPatience

	// Credentials is a file with what the servers want to know: what nsc writes (a JWT and a seed), the seed of an nkey, or
	// one line user:password. Only its owner may read it. "": nothing.
	Credentials string
	CA          string // a file of certificates in PEM by which servers at tls:// are known; "": the system's
}

type cluster struct {
	o      Options
	conn   *nats.Conn
	js     jetstream.JetStream
	stream jetstream.Stream
	watch  jetstream.ConsumeContext
	copy   *image
	begin  string // of subjects

	calls   sync.RWMutex // held by calls, for writing by Close
	closed  bool
	closing context.Context
	end     context.CancelFunc
}

var (
	_ store.Watcher     = (*cluster)(nil)
	_ store.Snapshotter = (*cluster)(nil)
)

// Open connects to the servers, makes the stream if it is not there, and reads all that it holds. It tries until ctx ends, unless the
// servers do not let it in, or the options are wrong; what has begun to be read is read to its end.
func Open(ctx context.Context, o Options) (_ store.Watcher, err error) {
	o.Stream, o.Patience, o.Replicas = cmp.Or(o.Stream, DefaultStream), cmp.Or(o.Patience, DefaultPatience), cmp.Or(o.Replicas, 3)
	c := &cluster{o: o, copy: newImage(), begin: o.Stream + "."}
	c.closing, c.end = context.WithCancel(context.Background())
	options, err := o.connection()
	if err != nil {
		return nil, err
	}
	if err = c.again(ctx, func(context.Context) (err error) {
		c.conn, err = nats.Connect(strings.Join(o.Servers, ","), options...)
		return err
	}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.conn.Close()
		}
	}()
	if c.js, err = jetstream.New(c.conn); err != nil {
		return nil, c.fault(err)
	}
	err = c.again(ctx, func(ctx context.Context) (err error) {
		c.stream, err = c.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: o.Stream, Description: "the state of DSOM daemons", Subjects: []string{c.begin + ">"}, Storage: jetstream.FileStorage, Replicas: o.Replicas,
			MaxMsgsPerSubject: 1, MaxMsgSize: 1 << 20, AllowAtomicPublish: true, DenyDelete: true, DenyPurge: true, AllowDirect: true,
		})
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			c.stream, err = c.js.Stream(ctx, o.Stream)
			if err == nil && !c.stream.CachedInfo().Config.AllowAtomicPublish {
				return &store.Error{Kind: store.ErrVersion, Path: c.place(), Detail: "a stream that another program has made"}
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.again(ctx, func(ctx context.Context) error {
		all, err := c.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
		if err != nil {
			return err
		}
		c.watch, err = all.Consume(c.arrived)
		return err
	})
	if err == nil {
		err = c.fill(ctx)
	}
	if err != nil {
		if c.watch != nil {
			c.watch.Stop()
		}
		return nil, err
	}
	return c, nil
}

// place is what errors call the store.
func (c *cluster) place() string { return "stream " + c.o.Stream }

// subject returns that of a key: a key may have dots, which part subjects.
func (c *cluster) subject(key string) string {
	return c.begin + "k." + strings.ReplaceAll(key, ".", ":")
}

// guard is the subject of what only has to be as it was.
func (c *cluster) guard() string { return c.begin + "guard" }

// arrived takes up a message of the stream.
func (c *cluster) arrived(m jetstream.Msg) {
	meta, err := m.Metadata()
	if err != nil {
		return // no message of a stream
	}
	key, ok := strings.CutPrefix(m.Subject(), c.begin+"k.")
	c.copy.take(change{
		key: strings.ReplaceAll(key, ":", "."), guard: !ok, value: m.Data(), deleted: m.Headers().Get(headerDelete) != "",
		seq: meta.Sequence.Stream, commit: m.Headers().Get(headerCommit), rest: m.Headers().Get(headerRest),
	})
}

// catchUp waits until the copy has all that the stream has now.
func (c *cluster) catchUp(ctx context.Context) error {
	info, err := c.stream.Info(ctx)
	if err != nil {
		return err
	}
	return c.copy.await(ctx, info.State.LastSeq)
}

// fill reads all that the stream has. It goes on beyond ctx's deadline for as long as something comes: how much there is to be read is not the caller's to know.
func (c *cluster) fill(ctx context.Context) error {
	for had := uint64(0); ; {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTime)
		err := c.catchUp(limited)
		cancel()
		now := c.copy.last()
		switch {
		case err == nil || !passing(err):
			return c.fault(err)
		case errors.Is(ctx.Err(), context.Canceled), ctx.Err() != nil && now == had:
			return errors.Join(c.fault(err), ctx.Err())
		}
		had = now
	}
}

// again tries until it succeeds, or ctx ends, or the error is one that will not go away.
func (c *cluster) again(ctx context.Context, try func(context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		limited, cancel := context.WithTimeout(ctx, attemptTime)
		err := try(limited)
		cancel()
		if err == nil || !passing(err) {
			return c.fault(err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return errors.Join(c.fault(err), ctx.Err())
		case <-c.closing.Done():
			return c.fault(store.ErrClosed)
		}
	}
}

// passing reports whether an error is one of times when a server or a leader is missing, or others write.
func passing(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code == 503 && api.ErrorCode != codeNoJetStream && api.ErrorCode != codeNoJetStreamHere || api.ErrorCode == codeInflight || api.ErrorCode == codeFewPeers || api.ErrorCode == codeIncomplete
	}
	for _, e := range []error{nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrConnectionReconnecting, nats.ErrNoServers, nats.ErrReconnectBufExceeded, context.DeadlineExceeded, jetstream.ErrNoStreamResponse} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// fault says an error in the store's terms.
func (c *cluster) fault(err error) error {
	var known *store.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	e := &store.Error{Kind: errFailed, Path: c.place(), Err: err}
	var api *jetstream.APIError
	switch {
	case errors.Is(err, store.ErrClosed), errors.Is(err, nats.ErrConnectionClosed):
		return &store.Error{Kind: store.ErrClosed, Path: c.place()}
	case errors.As(err, &api) && (api.ErrorCode == codeResources || api.ErrorCode == codeMaxBytes):
		e.Kind = store.ErrFull
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrPermissionViolation):
		e.Kind, e.Help = ErrRefused, "what they want to know of a client stands in the file of credentials"
	case errors.As(err, &api) && (api.ErrorCode == codeNoJetStream || api.ErrorCode == codeNoJetStreamHere):
		e.Kind, e.Help = ErrRefused, "the servers keep no streams: jetstream is missing in their configuration"
	case errors.As(err, &api) && (api.ErrorCode == codeFewPeers || api.ErrorCode == codeAlone):
		e.Kind, e.Help = ErrRefused, fmt.Sprintf("there are fewer servers than the %d replicas that are wanted", c.o.Replicas)
	case passing(err):
		e.Kind = store.ErrUnreached
		e.Help = fmt.Sprintf("is a majority of the servers %s up?", strings.Join(c.o.Servers, " "))
	}
	return e
}

var errFailed = errors.New("failed")

// ErrRefused is the kind of the error of servers that will not do what is wanted.
var ErrRefused = errors.New("the servers refuse")

// Codes of JetStream's errors.
const (
	codeFewPeers        = 10005
	codeResources       = 10023
	codeNoJetStreamHere = 10039 // for the account
	codeWrongLast       = 10071
	codeAlone           = 10074 // a server that is in no cluster is to keep replicas
	codeNoJetStream     = 10076
	codeMaxBytes        = 10077
	codeInProgress      = 10164 // another commit about the same key is under way
	codeIncomplete      = 10176
	codeInflight        = 10210
)

// Close ends the copy and the connection.
func (c *cluster) Close() error {
	c.end()
	c.calls.Lock()
	defer c.calls.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.watch.Stop()
	c.conn.Close()
	return nil
}
