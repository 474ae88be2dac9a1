package daemon

import (
	"fmt"
	"maps"
	"testing"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/orb"
)

// TestPlacesStay has two servers have more operations than are told apart, of which now these and now those are called most, and some come late: nothing that is told falls, what is told together is all that was counted, and no more
// are told apart than may be. When a server goes the places of its operations are for new ones, and not for those that were among others.
func TestPlacesStay(t *testing.T) {
	t.Parallel()
	const most, each = 10, 8
	calls := map[operationID]uint64{}
	for _, server := range []string{"a", "b"} {
		for i := range each {
			calls[operationID{server, "I", fmt.Sprint("op", i)}] = uint64(i + 1)
		}
	}
	var p places
	last := map[operationID]uint64{}
	look := func(when string) (apart int) {
		t.Helper()
		var all []admin.OperationCalls
		sum := uint64(0)
		for id, n := range calls {
			all = append(all, admin.OperationCalls{Server: id.server, Interface: id.iface, Operation: id.operation, Calls: n})
			sum += n
		}
		told := map[operationID]uint64{}
		for _, o := range p.bound(all, most) {
			told[idOf(o)] = o.Calls
			sum -= o.Calls
			if o.Operation != orb.OtherOperations {
				apart++
			}
		}
		if sum != 0 || apart > most {
			t.Errorf("%s: %d calls are not told, and %d operations told apart", when, int64(sum), apart)
		}
		for id, n := range last {
			if _, there := calls[id]; (there || id.operation == orb.OtherOperations) && told[id] < n {
				t.Errorf("%s: %v falls from %d to %d", when, id, n, told[id])
			}
		}
		last = told
		return apart
	}
	if n := look("at first"); n != most {
		t.Errorf("%d are told apart", n)
	}
	for round := range 5 {
		for id := range calls {
			if (id.server == "a") == (round%2 == 0) {
				calls[id] += 100 * uint64(round+1)
			}
		}
		calls[operationID{"b", "I", fmt.Sprint("late", round)}] = 1000
		look(fmt.Sprint("round ", round))
	}
	maps.DeleteFunc(calls, func(id operationID, _ uint64) bool { return id.server == "a" })
	delete(last, operationID{"a", "", orb.OtherOperations})
	look("without a server")
	calls[operationID{"b", "I", "new"}] = 1
	if look("with a new operation"); last[operationID{"b", "I", "new"}] != 1 {
		t.Errorf("the new operation has no place: %v", last)
	}
}
