package poa

// A Bidirectional says whether an adapter's objects may be called by servers over the connections that
// this ORB has made to them (part 2, clause 9.9.2); the ORB must offer it too, with [orb.BiDir]. String
// returns the names of the specification.
type Bidirectional uint8

// The values of BidirectionalPolicy.
const (
	Normal Bidirectional = iota // only over connections that others have made to this ORB
	Both
)

func (v Bidirectional) String() string {
	if v == Both {
		return "BOTH"
	}
	return "NORMAL"
}
