package nats

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	mrand "math/rand/v2"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/opendsom/dsom/store"
)

// begun checks that a call may go on. done must be called if it may.
func (c *cluster) begun(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.calls.RLock()
	if c.closed {
		c.calls.RUnlock()
		return nil, &store.Error{Kind: store.ErrClosed, Path: c.place()}
	}
	return c.calls.RUnlock, nil
}

// Get implements store.Store.
func (c *cluster) Get(ctx context.Context, key string) (store.Entry, error) {
	if err := store.CheckKey(key); err != nil {
		return store.Entry{}, err
	}
	done, err := c.begun(ctx)
	if err != nil {
		return store.Entry{}, err
	}
	defer done()
	h, ok := c.copy.get(key)
	if !ok {
		return store.Entry{}, &store.Error{Kind: store.ErrNotFound, Key: key}
	}
	return store.Entry{Key: key, Value: append([]byte{}, h.value...), Revision: h.revision}, nil
}

// List implements store.Store.
func (c *cluster) List(ctx context.Context, prefix, after string, limit int) ([]store.Entry, error) {
	if limit < 1 || limit > store.MaxList {
		limit = store.MaxList
	}
	done, err := c.begun(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.copy.list(prefix, after, limit), nil
}

// Commit implements store.Store.
func (c *cluster) Commit(ctx context.Context, ops ...store.Op) (revision uint64, err error) {
	if err := store.CheckOps(ops); err != nil {
		return 0, err
	}
	done, err := c.begun(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	limit := c.o.Patience
	if end, ok := ctx.Deadline(); ok { // who waits is told in time
		limit = time.Until(end)
		limit -= min(limit/10, mostSpare)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	id := rand.Text()
	c.copy.want(id)
	defer c.copy.drop(id)
	unsure := false // an answer was lost: what is not to be seen of the commit may have been, and be gone
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		messages, wrong := c.messages(id, ops)
		if wrong == nil {
			revision, err = c.publish(ctx, messages)
			switch {
			case err == nil:
				if late := c.copy.await(ctx, revision); late != nil { // it has happened, and is not seen yet
					return 0, c.fate(true, c.fault(late))
				}
				return revision, nil
			case !passing(err) && !lost(err):
				return 0, c.fate(unsure || !answered(err), c.fault(err))
			}
			unsure = unsure || !answered(err)
		}
		// Others have written, or nobody knows what has happened: it shows when all is known.
		if missed := c.again(ctx, c.catchUp); missed != nil {
			return 0, c.fate(unsure, missed)
		}
		if revision = c.copy.came(id); revision != 0 {
			return revision, nil
		}
		if _, still := c.messages(id, ops); still != nil && unsure {
			return 0, &store.Error{Kind: store.ErrUnsure, Path: c.place(), Err: err, Help: "the answer was lost, and others have written since: read again what is there"}
		} else if still != nil {
			return 0, still
		}
		select {
		case <-time.After(pause/2 + mrand.N(pause)):
		case <-ctx.Done():
			return 0, c.fate(unsure, errors.Join(c.fault(err), ctx.Err()))
		case <-c.closing.Done():
			return 0, c.fate(unsure, &store.Error{Kind: store.ErrClosed, Path: c.place()})
		}
	}
}

// answered reports whether an error is what the stream said, or that it was not asked: then nothing has happened.
func answered(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrReconnectBufExceeded) ||
		errors.Is(err, nats.ErrConnectionReconnecting) || errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrMaxPayload)
}

// fate says of a commit that was given up whether it may have happened.
func (c *cluster) fate(unsure bool, err error) error {
	if unsure && !errors.Is(err, store.ErrUnsure) {
		return &store.Error{Kind: store.ErrUnsure, Path: c.place(), Err: err}
	}
	return err
}

// lost reports whether a condition did not hold where it is judged.
func lost(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == codeWrongLast || api.ErrorCode == codeInProgress)
}

// messages returns what has to be published; an error says which condition does not hold by what is known here.
func (c *cluster) messages(id string, ops []store.Op) ([]*nats.Msg, error) {
	all := make([]*nats.Msg, len(ops))
	for i, o := range ops {
		h, _ := c.copy.get(o.Key)
		if h.revision != o.Want() {
			return nil, &store.Error{Kind: store.ErrConflict, Key: o.Key}
		}
		m := nats.NewMsg(c.subject(o.Key))
		m.Header.Set(headerCommit, id)
		m.Header.Set(headerRest, strconv.Itoa(len(ops)-1-i))
		m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(h.seq, 10))
		switch o.Kind {
		case store.OpDelete:
			m.Header.Set(headerDelete, "1")
		case store.OpExpect:
			m.Header.Set(jetstream.ExpectedLastSubjSeqSubjHeader, m.Subject)
			m.Subject = c.guard()
		default:
			m.Data = bytes.Clone(o.Value)
		}
		all[i] = m
	}
	if len(all) == 0 { // nothing but a revision
		m := nats.NewMsg(c.guard())
		m.Header.Set(headerCommit, id)
		all = append(all, m)
	}
	return all, nil
}

// publish has the stream take the messages, wholly or not at all, and returns the sequence of the last.
func (c *cluster) publish(ctx context.Context, messages []*nats.Msg) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	if len(messages) == 1 {
		ack, err := c.js.PublishMsg(ctx, messages[0], jetstream.WithRetryAttempts(0))
		if err != nil {
			return 0, err
		}
		return ack.Sequence, nil
	}
	ack, err := jetstreamext.PublishMsgBatch(ctx, c.js, messages)
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}
