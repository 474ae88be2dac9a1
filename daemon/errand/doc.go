// Package errand has requests of the local API answered by the daemon of another machine, over the store that both share.
//
// Whoever may write to the store may send one, and is let in by that: who can write there can register programs to be started, so nothing more is
// opened by it. No port is opened, and a machine that reaches the store is reached, whatever lies between the machines.
//
// An errand is a request and its answer, which may go on for as long as both want: an upgrade takes minutes, and what a server writes is followed for days.
// It goes in messages of which each is answered within seconds: the first has the request, the others ask for what has come since. So it shows within seconds that
// a machine is not there any more. Messages may be lost, and are sent again: the first names the errand, so that it is begun once, and each says how
// much of the answer has come.
package errand

import (
	"time"

	"github.com/opendsom/dsom/store"
)

// The limits and times.
const (
	MaxBody  = 256 << 10 // octets of a request's body
	MaxAtOne = 256       // errands that a machine answers at once

	piece     = store.MaxMessage / 2 // octets of an answer in one message, which are a third more there, and that are kept for who asks for them
	lookTime  = 4 * time.Second      // for how long one message waits for something to come
	askTime   = 3 * time.Second      // that a message may be under way, besides
	reachTime = 10 * time.Second     // for how long messages may be lost until the machine is taken to be not there
	nobodyFor = 2 * time.Second      // the same while nobody takes them: a daemon that reaches the store anew is not heard for a moment
	askPause  = 100 * time.Millisecond
	leftTime  = 30 * time.Second // an errand after which nobody asks for so long is ended
	endTime   = 2 * time.Second  // to say that an answer is not wanted any more
)

// An ask is a message to the machine that answers.
type ask struct {
	ID   string `json:"id"`             // of the errand
	Want *want  `json:"want,omitempty"` // until there is an answer
	From int64  `json:"from,omitempty"` // octets of the answer that have come
	End  bool   `json:"end,omitempty"`  // nothing more is wanted
}

// A want is a request of HTTP.
type want struct {
	Method string `json:"method"`
	Path   string `json:"path"` // and what is behind the question mark
	Type   string `json:"type,omitempty"`
	Body   []byte `json:"body,omitempty"`
	By     string `json:"by"` // the machine that asks
}

// A reply answers an ask.
type reply struct {
	Status int    `json:"status,omitempty"` // 0: there is no answer yet
	Type   string `json:"type,omitempty"`
	Data   []byte `json:"data,omitempty"` // from where it was asked for
	Done   bool   `json:"done,omitempty"` // nothing comes behind Data
	Broken bool   `json:"broken,omitempty"`
	Error  string `json:"error,omitempty"` // why there is no errand
}
