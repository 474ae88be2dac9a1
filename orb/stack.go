package orb

// stackRoom is about what the goroutine of a connection takes of its stack to serve a request, and one that makes a connection to do so.
const stackRoom = 6 << 10

// growStack has the goroutine's stack grow at once to stackRoom, while there is next to nothing on it. It would else grow by
// and by, and be copied each time, when a request has come and its client waits: a tenth of a client's first call by way of a daemon.
// A stack that is too large for what goes on is made smaller by the next garbage collection.
//
//go:noinline
func growStack(at int) byte {
	var room [stackRoom]byte
	room[at%stackRoom] = 1
	return room[(at+1)%stackRoom]
}
