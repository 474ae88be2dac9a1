package conn

// A table holds the calls that wait for a reply, by request id. Ids are given in order, so
// that one is not given again before 2^32 others were: of a call that was given up nothing
// need be kept until its late reply comes.
type table struct {
	slots []*Call // a power of two, at most half of them used; a call is in slot id mod len
	used  int
	last  uint32 // the id given last
	given uint64 // how many were given or passed over
}

// add gives call an id.
func (t *table) add(call *Call) {
	if 2*(t.used+1) > len(t.slots) {
		t.grow()
	}
	mask := uint32(len(t.slots) - 1)
	for {
		t.last++
		t.given++
		if at := &t.slots[t.last&mask]; *at == nil {
			*at, call.id = call, t.last
			t.used++
			return
		}
	}
}

// grow doubles the table. Calls in different slots of one are in different slots of the other.
func (t *table) grow() {
	old := t.slots
	t.slots = make([]*Call, max(8, 2*len(old)))
	for _, call := range old {
		if call != nil {
			t.slots[call.id&uint32(len(t.slots)-1)] = call
		}
	}
}

// get returns the call that has an id, or nil.
func (t *table) get(id uint32) *Call {
	if len(t.slots) == 0 {
		return nil
	}
	if call := t.slots[id&uint32(len(t.slots)-1)]; call != nil && call.id == id {
		return call
	}
	return nil
}

// remove forgets the call that has an id.
func (t *table) remove(id uint32) {
	t.slots[id&uint32(len(t.slots)-1)] = nil
	t.used--
}

// wasGiven reports whether an id has been given, to a call that may have ended.
func (t *table) wasGiven(id uint32) bool { return uint64(t.last-id) < min(t.given, 1<<31) }
