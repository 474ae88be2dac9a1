package process

// An Observer asks again and again whether one process lives, for less than [ID.State] costs where the system allows that. It may be used
// concurrently. A nil Observer observes nothing, of which all is unknown.
type Observer struct {
	id  ID
	eye eye // what is kept open for it
}

// Observe returns an Observer of the process, which must be closed. Where the system tells it by, it holds one open file.
func (id ID) Observe() *Observer {
	o := &Observer{id: id}
	o.eye.open(id)
	return o
}

// State is that of the process's ID, but may be Running for some microseconds in which the process begins to end.
func (o *Observer) State() State {
	if o == nil {
		return Unknown
	}
	if o.eye.lives() {
		return Running
	}
	return o.id.State()
}

// Close lets go of what is kept open. State is right afterwards, too. A nil Observer may be closed.
func (o *Observer) Close() {
	if o != nil {
		o.eye.close()
	}
}
