package poa

import "testing"

// TestChainDoesNotWaitForWhatIsDone: an activator waits for nothing that has been answered, be it that this was in a circle with it: it is not refused, and nobody else
// takes it for one that waits.
func TestChainDoesNotWaitForWhatIsDone(t *testing.T) {
	t.Parallel()
	var c chain
	own, done := &activation{done: make(chan struct{})}, &activation{done: make(chan struct{})}
	ctx := within(t.Context(), own)
	done.waits = []*activation{own}
	if _, err := c.wait(ctx, done); err != errCircle {
		t.Errorf("while that is at work: %v, want that it is a circle", err)
	}
	close(done.done)
	goOn, err := c.wait(ctx, done)
	if err != nil || len(own.waits) != 0 {
		t.Errorf("when that is done: %v, and it waits for %d", err, len(own.waits))
	}
	if err == nil {
		goOn()
	}
}
