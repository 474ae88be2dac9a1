package bothways

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/opendsom/dsom/interop/gen/bidir"
	"github.com/opendsom/dsom/interop/peer"
)

const (
	deep    = 9       // turns of the case deep
	pokes   = 50      // calls back of the cases poke and threads
	threads = 4       // of the case threads
	octets  = 300_000 // of the case mirror, and up to a tenth more
)

// A Client runs the cases against a Peer.
type Client struct {
	There bidir.Peer
	Me    bidir.Peer // whom the other side is to call back
	Rand  *rand.Rand
	Made  func() int // how many requests the ORB has sent
}

// Run runs all cases and reports. The counts of calls back are left to the caller.
func (c *Client) Run(ctx context.Context) peer.Report {
	var r peer.Report
	for _, k := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"bidir_tell", c.tell},
		{"bidir_wide", c.wide},
		{"bidir_meet", func(ctx context.Context) error { return c.meet(ctx, 1) }},
		{"bidir_deep", func(ctx context.Context) error { return c.meet(ctx, deep) }},
		{"bidir_keep", func(ctx context.Context) error { return c.There.Keep(ctx, c.Me) }},
		{"bidir_poke", func(ctx context.Context) error { return c.poke(ctx, fmt.Sprint(c.Rand.Uint32())) }},
		{"bidir_threads", c.threads},
		{"bidir_mirror", c.mirror},
	} {
		r.Outcomes = append(r.Outcomes, peer.Attempt(k.name, c.Made, func() error { return k.run(ctx) }))
	}
	r.Made = c.Made()
	return r
}

func same[T comparable](got, want T, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("got %v, want %v", got, want)
	}
	return err
}

func (c *Client) tell(ctx context.Context) error {
	text := fmt.Sprint("hello ", c.Rand.Uint64())
	got, err := c.There.Tell(ctx, text)
	return same(got, text, err)
}

func (c *Client) wide(ctx context.Context) error {
	text := "größer €" + string('α'+rune(c.Rand.IntN(24)))
	got, err := c.There.TellWide(ctx, text)
	return same(got, text, err)
}

func (c *Client) meet(ctx context.Context, turns int32) error {
	n, err := c.There.Meet(ctx, c.Me, turns)
	return same(n, turns+1, err)
}

func (c *Client) poke(ctx context.Context, text string) error {
	for i := range pokes {
		want := fmt.Sprint(text, i)
		got, err := c.There.Poke(ctx, want)
		if err := same(got, want, err); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) threads(ctx context.Context) error {
	errs := make([]error, threads)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = c.poke(ctx, fmt.Sprint("thread ", i, ", ")) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (c *Client) mirror(ctx context.Context) error {
	data := make([]byte, octets+c.Rand.IntN(octets/10))
	for i := range data {
		data[i] = byte(c.Rand.Uint32())
	}
	got, err := c.There.Mirror(ctx, data)
	if err == nil && !bytes.Equal(got, data) {
		err = fmt.Errorf("got other octets, %d of them, want %d", len(got), len(data))
	}
	return err
}
