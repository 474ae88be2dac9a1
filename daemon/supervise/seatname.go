package supervise

import (
	"strconv"
	"strings"

	"github.com/opendsom/dsom/svc/implrepo"
)

// The names of seats: "" is that of a server with one process which was never upgraded. A version
// above 0 stands before all else, as "v2" or "v2.1"; replicas but the first have their number, processes for
// single objects and calls a letter with digits behind it.
const (
	objectSeat = "o"
	callSeat   = "c"
)

// seatName returns the name of a seat.
func seatName(version uint64, place string) string {
	if version == 0 {
		return place
	}
	name := "v" + strconv.FormatUint(version, 10)
	if place == "" {
		return name
	}
	return name + "." + place
}

// place returns the second part of the name of a replica's seat, counted from 0.
func place(replica int) string {
	if replica == 0 {
		return ""
	}
	return strconv.Itoa(replica)
}

// splitSeat undoes seatName.
func splitSeat(name string) (version uint64, place string) {
	rest, ok := strings.CutPrefix(name, "v")
	if !ok {
		return 0, name
	}
	digits, place, _ := strings.Cut(rest, ".")
	version, _ = strconv.ParseUint(digits, 10, 64)
	return version, place
}

// isApart reports whether a seat is for a single object or call.
func isApart(name string) bool {
	_, place := splitSeat(name)
	return strings.HasPrefix(place, objectSeat) || strings.HasPrefix(place, callSeat)
}

// isObject reports whether a seat is for a single object.
func isObject(name string) bool { return isApart(name) && !isCall(name) }

// isCall reports whether a seat is for a single call.
func isCall(name string) bool {
	_, place := splitSeat(name)
	return strings.HasPrefix(place, callSeat)
}

// belongs reports whether a server that is registered as rec has a seat of a name.
func belongs(name string, rec implrepo.Record) bool {
	version, place := splitSeat(name)
	switch {
	case version != rec.Upgrade:
		return false
	case isApart(name):
		return rec.Activation.Apart()
	case place == "":
		return true
	}
	n, err := strconv.Atoi(place)
	return err == nil && n < rec.N()
}
