// Package nats keeps a store.Store in a stream of NATS JetStream, which several daemons of several machines share: with three replicas
// any one machine may die.
//
// A key is a subject, of which the stream keeps the last message. A commit is one batch that the stream takes wholly or not at all (NATS 2.12), in which each
// message says which was the last of its key: a compare-and-set that JetStream judges. What only has to be as it was is a message to a subject of its own with
// the same condition. The revision of a commit is the sequence of its last message; the others say how far that is behind them.
//
// Reading asks nobody: each process has a copy of the whole, in memory, which the stream keeps up to date. So a Get sees all that this process has committed, and of what others
// have committed what has arrived; the conditions of a commit are judged where all is known. While no server is reached reading goes on, and commits fail.
//
// A commit whose answer is lost, as when a leader dies, is tried again until the context ends, or for Options.Patience: since all that it
// writes is conditional, it happens once. If others have replaced all that it wrote before that is seen, nobody can say whether it happened, and the error is
// store.ErrUnsure; so it is where an answer was lost and the time is over. Where surely nothing has happened, as without a connection, it is store.ErrUnreached.
package nats

import "time"

// The limits and times of this package.
const (
	DefaultStream   = "DSOM"
	DefaultPatience = 30 * time.Second // of a commit whose context has no end: a change of leader takes up to 7 s

	attemptTime = 5 * time.Second      // for an answer of the stream
	firstPause  = 2 * time.Millisecond // between attempts, doubled up to
	longPause   = 500 * time.Millisecond
	mostSpare   = 500 * time.Millisecond // of the time of a commit, up to a tenth, for its caller to hear that it failed
)

// The headers of messages, beside those of NATS.
const (
	headerCommit = "Dsom-Commit" // the commit, the same in all its messages
	headerRest   = "Dsom-Rest"   // how many messages of the commit come behind this one
	headerDelete = "Dsom-Delete" // the key is gone
)
