package ifr

// Index makes the index that clients' questions are answered from, if it is not there.
func (r *Registry) Index() error {
	_, err := r.current()
	return err
}
