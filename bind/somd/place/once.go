package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/opendsom/dsom/somd"
)

// turns has each class be placed once, by the first who asks for it; others wait for that. It may be used concurrently.
type turns struct {
	mu      sync.Mutex
	classes map[string]*turn // that are placed, or are being placed
}

// A turn is the placing of one class.
type turn struct {
	class string
	done  chan struct{}
	err   error
	needs *turn // of the ancestor that it makes or waits for now
}

// once runs place for a class, unless that was done, is being done, or waits for the turn in which the class is asked for, by, which is nil where a program asks for it. One that could not be
// placed is tried again when it is asked for again. The error of a class that is among its own ancestors is [somd.ErrCircle]; who waits for another does so until ctx ends.
func (t *turns) once(ctx context.Context, class string, by *turn, place func(*turn) error) error {
	t.mu.Lock()
	x, mine := t.classes[class], false
	if x == nil {
		x, mine = &turn{class: class, done: make(chan struct{})}, true
		if t.classes == nil {
			t.classes = map[string]*turn{}
		}
		t.classes[class] = x
	}
	if by != nil {
		if circle := x.circle(by); circle != "" {
			t.mu.Unlock()
			return fmt.Errorf("%w: as their servers describe them, %s", somd.ErrCircle, circle)
		}
		by.needs = x
		defer func() {
			t.mu.Lock()
			by.needs = nil
			t.mu.Unlock()
		}()
	}
	t.mu.Unlock()
	if !mine {
		select {
		case <-x.done:
			return x.err
		case <-ctx.Done():
			return fmt.Errorf("class %s is being placed by another thread, and is not there yet: %w", class, ctx.Err())
		}
	}
	x.err = place(x)
	if x.err != nil {
		t.mu.Lock()
		delete(t.classes, class)
		t.mu.Unlock()
	}
	close(x.done)
	return x.err
}

// circle tells how a turn needs another by way of those that it waits for, or is empty: it does not.
func (x *turn) circle(by *turn) string {
	names := []string{by.class}
	for ; x != nil; x = x.needs {
		if names = append(names, x.class); x == by {
			return strings.Join(names, " descends from ")
		}
	}
	return ""
}
