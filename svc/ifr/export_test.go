package ifr

import "context"

// Index makes the index that clients' questions are answered from, if it is not there.
func (r *Registry) Index() error {
	_, err := r.current(context.Background())
	return err
}

// TakeTurn has whoever needs the registry's turn wait until its result is called.
func (r *Registry) TakeTurn() (end func()) {
	r.turn <- struct{}{}
	return func() { <-r.turn }
}

// Age has the registry be read again.
func (r *Registry) Age() { r.stale.Store(true) }
