package conn

import "slices"

// A table holds the calls that wait for a reply, by request id. The side that made the
// connection gives even ids and the other odd ones, so that the fragments of a request of one
// are not taken for those of the other's (part 2, clause 9.4.2). Ids are given in order, so that one is
// not given again before 2^31 others were: of a call that was given up nothing need be kept
// until its late reply comes.
type table struct {
	slots []*Call // a power of two, at most half of them used; a call is in the slot of its id
	used  int
	last  uint32 // the id given last
	given uint64 // how many were given or passed over
}

// idStep is from one id to the next of the same side.
const idStep = 2

// slot returns where the call that has an id is, if it is there.
func (t *table) slot(id uint32) **Call { return &t.slots[id/idStep&uint32(len(t.slots)-1)] }

// add gives call an id.
func (t *table) add(call *Call) {
	if 2*(t.used+1) > len(t.slots) {
		t.grow()
	}
	for {
		t.last += idStep
		t.given++
		if at := t.slot(t.last); *at == nil {
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
			*t.slot(call.id) = call
		}
	}
}

// get returns the call that has an id, or nil.
func (t *table) get(id uint32) *Call {
	if len(t.slots) == 0 {
		return nil
	}
	if call := *t.slot(id); call != nil && call.id == id {
		return call
	}
	return nil
}

// posted reports whether one of the calls has a place in the stream.
func (t *table) posted() bool {
	return slices.ContainsFunc(t.slots, func(call *Call) bool { return call != nil && call.begin != unsent })
}

// remove forgets the call that has an id.
func (t *table) remove(id uint32) {
	*t.slot(id) = nil
	t.used--
}

// wasGiven reports whether an id has been given, to a call that may have ended.
func (t *table) wasGiven(id uint32) bool {
	ago := t.last - id
	return ago%idStep == 0 && uint64(ago/idStep) < min(t.given, 1<<30)
}
